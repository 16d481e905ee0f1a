"""Errors become responses: a page for people, JSON for programs.

Knows what to say and where trying again leads. Must not know where an error came from.
"""

from dataclasses import replace

from ...errors import (
    ClockWrong,
    CognitoUnavailable,
    CookiesTooLarge,
    CrossSiteRefused,
    Forbidden,
    GateError,
    LoginRequired,
    MethodRefused,
    TokenRefused,
)
from ...events import Refused, SignInFailed
from ..exchange import Exchange
from ..messages import Headers, Incoming, Pass, Respond
from ..protocol import fetch_metadata, pages
from . import callback, login, login_cookies

RETRY_AFTER = "5"
_TITLES = {
    400: "Sign-in did not work",
    401: "Sign-in required",
    403: "Access denied",
    405: "Method not allowed",
    408: "Request timed out",
    413: "Request too large",
    431: "Your session is too large",
    503: "Sign-in is not reachable",
}


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
    _record(exchange, error)
    if isinstance(error, TokenRefused) or not _read_by_a_person(exchange.incoming, form=form):
        return pages.show_json(error.status, {"error": error.code}, headers)
    title = _TITLES.get(error.status, "Sign-in is not working")
    page = pages.Page(title, _text(error), _retry(exchange, error), "Try again")
    return pages.show(error.status, page, headers)


def _record(exchange: Exchange, error: GateError) -> None:
    """Say what was refused; the bearer flow has said so of a token."""
    if isinstance(error, TokenRefused):
        return
    kind = SignInFailed if exchange.incoming.path == exchange.settings.callback_path else Refused
    exchange.record(kind(exchange.facts, error.status, error.code, str(error)))


def forbidden(exchange: Exchange, error: Forbidden, visitor: Pass) -> Respond:
    """For a visitor who is signed in, and may not go here."""
    who = visitor.identity
    sub = who.sub if who else ""
    exchange.record(Refused(exchange.facts, error.status, error.code, str(error), sub))
    if not fetch_metadata.is_navigation(exchange.incoming):
        challenge = (
            "www-authenticate",
            'Bearer error="insufficient_scope"',
        )  # RFC 6750 section 3.1
        return pages.show_json(error.status, {"error": error.code}, (challenge, *visitor.headers))
    name = (who.username or sub) if who else ""
    text = f"You are signed in as {name}. This account may not open this page."
    sign_out = f"{exchange.settings.prefix}/logout"
    page = pages.Page("Access denied", text, sign_out, "Sign in as someone else")
    return pages.show(error.status, page, visitor.headers)


def _read_by_a_person(incoming: Incoming, *, form: bool) -> bool:
    """For a page that somebody goes to, and for a form of ours that somebody sends."""
    return fetch_metadata.is_navigation(replace(incoming, method="GET") if form else incoming)


def _headers(exchange: Exchange, error: GateError) -> Headers:
    match error:
        case MethodRefused():
            return (("allow", error.allow),)
        case TokenRefused():
            return (("www-authenticate", 'Bearer error="invalid_token"'),)
        case CognitoUnavailable():
            return (("retry-after", RETRY_AFTER), *error.headers)
    return forget_attempt(exchange)


def forget_attempt(exchange: Exchange) -> Headers:
    """End the attempt that this callback spent."""
    if exchange.incoming.path != exchange.settings.callback_path:
        return ()
    attempt = callback.attempt_of(exchange)
    return login_cookies.forget(exchange, attempt.state) if attempt else ()


def _retry(exchange: Exchange, error: GateError) -> str:
    """Where "try again" leads: the same address after an outage, else a new sign-in."""
    if isinstance(error, CrossSiteRefused | MethodRefused | ClockWrong):
        return ""  # trying again leads to the same page
    if exchange.incoming.path == exchange.settings.callback_path:
        attempt = callback.attempt_of(exchange)
        return login.login_url(exchange.context, attempt.return_to if attempt else "/")
    if isinstance(error, CognitoUnavailable):
        return login.return_address(exchange)
    return login.login_url(exchange.context)


def too_many_cookies(exchange: Exchange, error: CookiesTooLarge) -> Respond:
    """A page for whoever sends more cookies than anybody looks at."""
    exchange.record(Refused(exchange.facts, error.status, error.code, str(error)))
    text = "Your browser sends too many cookies. Clear the cookies of this site and try again."
    return pages.show(error.status, pages.Page("Too many cookies", text))


def broken(exchange: Exchange, headers: Headers = ()) -> Respond:
    """A page for an error that nobody expected, and that the log has in full."""
    exchange.record(Refused(exchange.facts, 500, GateError.code, "an unexpected error"))
    page = pages.Page("Something went wrong", "The error has been noted. Please try again.")
    return pages.show(500, page, headers)


def _text(error: GateError) -> str:
    """What a page says. Details of a set-up are for the log."""
    if isinstance(error, ClockWrong):
        return (
            "The clock of this app's server is wrong, so that nobody's sign-in can be verified. "
            "Please tell the app's operators."
        )
    if error.status >= 500:
        return (
            "The sign-in service cannot be used right now. Nothing is lost: "
            "please try again in a moment."
        )
    if error.status == 431:
        return "Your account holds more than fits into a session. Please tell the app's operators."
    return str(error)
