"""The table of sign-in pages by their paths. Must not know what a page does."""

from collections.abc import Callable

from .._gate.effects import Flow
from .._gate.exchange import Exchange
from .._gate.flows import login
from .._gate.messages import Respond
from ..errors import MethodRefused
from ..settings.endpoints import PAGES, PagePath
from . import forms
from .account import ACCOUNT
from .challenge import MFA, NEW_PASSWORD
from .context import SignInContext, SignInExchange
from .page import SignInPage
from .records import View
from .reset import FORGOT, RESET
from .sign_in import SIGN_IN
from .sign_up import CONFIRM, SIGN_UP

# Which page is at which of the paths that the settings list; `routes` misses none of them.
_PAGES: dict[PagePath, SignInPage] = {
    "/sign-in": SIGN_IN,
    "/sign-up": SIGN_UP,
    "/confirm": CONFIRM,
    "/forgot": FORGOT,
    "/reset": RESET,
    "/mfa": MFA,
    "/new-password": NEW_PASSWORD,
    "/account": ACCOUNT,
}


# Where password managers look (W3C, "A Well-Known URL for Changing Passwords").
_CHANGE_PASSWORD = "/.well-known/change-password"


def routes(context: SignInContext) -> dict[str, Callable[[Exchange], Flow[Respond]]]:
    """Every page by its path."""
    settings = context.settings
    paths = [path for path in PAGES if settings.sign_up or path != "/sign-up"]
    pages = {settings.prefix + path: _route(context, _PAGES[path].serve) for path in paths}
    signed_out = {f"{settings.prefix}/signed-out": _route(context, _signed_out)}
    return pages | signed_out | {_CHANGE_PASSWORD: _route(context, _change_password)}


def _route(
    context: SignInContext, serve: Callable[[SignInExchange], Flow[Respond]]
) -> Callable[[Exchange], Flow[Respond]]:
    return lambda exchange: serve(SignInExchange.sharing(exchange, context))


def _change_password(exchange: SignInExchange) -> Flow[Respond]:
    """On to the account page, whose section with this field opens by itself."""
    yield from ()
    if exchange.incoming.method not in ("GET", "HEAD"):
        raise MethodRefused("GET, HEAD")
    return Respond(303, (("location", f"{exchange.settings.prefix}/account#previous"),))


def _signed_out(exchange: SignInExchange) -> Flow[Respond]:
    """The page to return to after sign-out, in the visitor's language."""
    yield from ()
    if exchange.incoming.method not in ("GET", "HEAD"):
        raise MethodRefused("GET, HEAD")
    if onward := login.again(exchange):
        return onward
    facts = {
        "title": "message.signed_out.title",
        "text": "message.signed_out.text",
        "link": f"{exchange.settings.prefix}/sign-in",
        "label": "page.to_sign_in",
    }
    return forms.show(exchange, View(screen="message", facts=facts))
