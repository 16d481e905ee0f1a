"""Errors become responses: a page for people, JSON for programs.

Knows which page an error gets and where trying again leads. Must not know where an error came
from, nor what pages say: their texts are in the catalogs, by the error's code.
"""

import logging

from ...errors import (
    BadRequest,
    CallbackRefused,
    ClockWrong,
    CognitoUnavailable,
    CookiesTooLarge,
    CrossSiteRefused,
    Forbidden,
    GateError,
    LoginRequired,
    MethodRefused,
    ProxyRefused,
    RevocationRefused,
    SessionTooLarge,
    StoreUnavailable,
    TokenRefused,
)
from ...events import Refused, SignInFailed
from .. import gate_pages
from ..exchange import Exchange
from ..gate_pages import GatePage
from ..messages import Header, Headers, Incoming, Respond
from ..protocol import fetch_metadata, pages
from . import callback, login, login_cookies

log = logging.getLogger("cognito_gate")
RETRY_AFTER = "5"


def login_required(exchange: Exchange, headers: Headers = ()) -> Respond:
    """For a request without a session that cannot be sent to a login page."""
    reason = "a request without a session"
    exchange.record(Refused(exchange.facts, LoginRequired.status, LoginRequired.code, reason))
    content = {"error": LoginRequired.code, "login_url": login.login_url(exchange.context)}
    status = 403 if exchange.incoming.kind == "websocket" else LoginRequired.status
    return pages.show_json(status, content, (("www-authenticate", "Bearer"), *headers))


def refuse(exchange: Exchange, error: GateError, *, form: bool) -> Respond:
    """The response to a request that ended in `error`; `form`: it posts a form of our own."""
    headers = _headers(exchange, error)
    if isinstance(error, LoginRequired):
        return login_required(exchange)
    _record(exchange, error, form=form)
    if isinstance(error, TokenRefused | RevocationRefused) or not _read_by_a_person(
        exchange.incoming, form=form
    ):
        return pages.show_json(error.status, {"error": error.code}, headers)
    page = _page(exchange, error)._replace(links=_links(exchange, error))
    return gate_pages.show(exchange, error.status, page, headers)


def _record(exchange: Exchange, error: GateError, *, form: bool) -> None:
    """Say what was refused; the bearer flow has said so of a token."""
    if isinstance(error, TokenRefused):
        return
    at_callback = exchange.incoming.path == exchange.settings.callback_path
    # What ends a sign-in on a page of ours, too: a form's other errors are told by its page.
    ends_sign_in = form and isinstance(error, CallbackRefused | SessionTooLarge)
    kind = SignInFailed if at_callback or ends_sign_in else Refused
    exchange.record(kind(exchange.facts, error.status, error.code, str(error)))


def _read_by_a_person(incoming: Incoming, *, form: bool) -> bool:
    """For a page that somebody goes to, and for a form of ours that somebody sends."""
    return fetch_metadata.is_navigation(incoming._replace(method="GET") if form else incoming)


def _headers(exchange: Exchange, error: GateError) -> Headers:
    match error:
        case MethodRefused():
            return (("allow", error.allow),)
        case TokenRefused():
            return (("www-authenticate", 'Bearer error="invalid_token"'),)
        case RevocationRefused():
            return (("www-authenticate", "Signature"),)
        case Forbidden():
            return (challenge("insufficient_scope", scope=" ".join(error.scopes)),)
        case CognitoUnavailable():
            return (("retry-after", RETRY_AFTER), *error.headers)
    return forget_attempt(exchange)


def challenge(error: str, **parameters: str) -> Header:
    """RFC 6750 section 3.1 and RFC 9470 section 3. The values were checked to need no escape."""
    told = "".join(f', {name}="{value}"' for name, value in parameters.items() if value)
    return ("www-authenticate", f'Bearer error="{error}"{told}')


def forget_attempt(exchange: Exchange) -> Headers:
    """End the attempt that this callback spent."""
    if exchange.incoming.path != exchange.settings.callback_path:
        return ()
    attempt = callback.attempt_of(exchange)
    return login_cookies.forget(exchange, attempt.state) if attempt else ()


def _links(exchange: Exchange, error: GateError) -> tuple[tuple[str, str], ...]:
    """What whoever reads the page can do; nothing that leads to the same page again."""
    front, out = (gate_pages.home(exchange), "page.to_app"), (_logout(exchange), "page.sign_out")
    match error:
        case CrossSiteRefused() | MethodRefused() | ProxyRefused():
            return (front,)
        case ClockWrong():
            return ()
        case SessionTooLarge():
            return (out,)
        case CallbackRefused() if error.cause == "set_up":
            return (front, out)
        case CognitoUnavailable():
            return ((_retry(exchange, error), "page.try_again"),)
    # A sign-in that Cognito's own session repeats ends by signing out there.
    stuck = (out,) if exchange.incoming.path == exchange.settings.callback_path else ()
    return ((_retry(exchange, error), "page.try_again"), *stuck)


def _retry(exchange: Exchange, error: GateError) -> str:
    """Where "try again" leads: the same address after an outage, else a new sign-in."""
    if exchange.incoming.path == exchange.settings.callback_path:
        attempt = callback.attempt_of(exchange)
        return login.login_url(exchange.context, attempt.return_to if attempt else "/")
    if isinstance(error, StoreUnavailable) and _signs_out(exchange):
        return exchange.incoming.path
    if isinstance(error, CognitoUnavailable):
        return login.return_address(exchange)
    return login.login_url(exchange.context)


def _signs_out(exchange: Exchange) -> bool:
    """Whether this is a sign-out, or the form of the page that has buttons for it."""
    prefix, asked = exchange.settings.prefix, exchange.incoming
    return asked.path == f"{prefix}/logout" or (
        asked.path == f"{prefix}/sessions" and asked.method == "POST"
    )


def _logout(exchange: Exchange) -> str:
    return f"{exchange.settings.prefix}/logout"


def too_many_cookies(exchange: Exchange, error: CookiesTooLarge) -> Respond:
    """A page for whoever sends more cookies than anybody looks at."""
    exchange.record(Refused(exchange.facts, error.status, error.code, str(error)))
    return gate_pages.show(exchange, error.status, GatePage(error.code, picked=False))


def broken(exchange: Exchange, headers: Headers = ()) -> Respond:
    """A page for an error that nobody expected, and that the log has in full."""
    exchange.record(Refused(exchange.facts, 500, GateError.code, "an unexpected error"))
    links = ((gate_pages.home(exchange), "page.to_app"),)
    try:
        # Whatever broke, the cookies and the query may have broken it.
        return gate_pages.show(
            exchange, 500, GatePage(GateError.code, picked=False, links=links), headers
        )
    except Exception:
        log.exception("the error page cannot be shown")
        return Respond(500, headers, b"Something went wrong. Please try again in a moment.")


def _page(exchange: Exchange, error: GateError) -> GatePage:
    """What a page says of an error, details for people included. Those of a set-up are for logs."""
    match error:
        case MethodRefused():
            return GatePage(error.code, values=(("methods", error.allow),))
        case CrossSiteRefused():
            return GatePage(error.code, values=(("address", f"{exchange.settings.app_origin}/"),))
        case CallbackRefused():
            return GatePage(error.code, error.cause or "text")
        case StoreUnavailable() if _signs_out(exchange):
            return GatePage(error.code, "sign_out")
        case BadRequest() if error.field:
            values = (("field", error.field), ("limit", str(error.limit)))
            return GatePage(error.code, "too_long", values)
    return GatePage(error.code)
