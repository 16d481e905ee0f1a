"""The addresses of our own sign-in pages, each with what is shown and taken there.

The one table of them. Must not know what a page does.
"""

from collections.abc import Callable
from functools import partial

from .._gate.effects import Flow
from .._gate.messages import Incoming, Respond
from .._gate.records import View
from ..errors import MethodRefused
from . import forms
from .account import ACCOUNT
from .challenge import MFA, NEW_PASSWORD
from .context import SignInContext
from .reset import FORGOT, RESET
from .sign_in import SIGN_IN
from .sign_up import CONFIRM, SIGN_UP

_PAGES = {
    "/sign-in": SIGN_IN,
    "/forgot": FORGOT,
    "/reset": RESET,
    "/mfa": MFA,
    "/new-password": NEW_PASSWORD,
    "/account": ACCOUNT,
}
_SIGN_UP_PAGES = {"/sign-up": SIGN_UP, "/confirm": CONFIRM}


def routes(own: SignInContext) -> dict[str, Callable[[Incoming], Flow[Respond]]]:
    """Every page by its path."""
    settings = own.settings
    pages = _PAGES | _SIGN_UP_PAGES if settings.sign_up else _PAGES | {"/confirm": CONFIRM}
    found = {name: partial(page.serve, own) for name, page in pages.items()}
    found["/signed-out"] = partial(_signed_out, own)
    return {settings.prefix + name: route for name, route in found.items()}


def _signed_out(own: SignInContext, incoming: Incoming) -> Flow[Respond]:
    """The page to return to after sign-out, in the visitor's language."""
    yield from ()
    if incoming.method not in ("GET", "HEAD"):
        raise MethodRefused("GET, HEAD")
    facts = {
        "title": "message.signed_out.title",
        "text": "message.signed_out.text",
        "link": f"{own.settings.prefix}/sign-in",
        "label": "page.to_sign_in",
    }
    return forms.show(own, incoming, View(screen="message", facts=facts))
