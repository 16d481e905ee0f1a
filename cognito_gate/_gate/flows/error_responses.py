"""Errors become responses: a page for people, JSON for programs.

Knows what to say and where trying again leads. Must not know where an error came from.
"""

import logging
from dataclasses import replace

from ...errors import (
    ClockWrong,
    CognitoUnavailable,
    CookiesTooLarge,
    CrossSiteRefused,
    GateError,
    LoginRequired,
    MethodRefused,
    SessionTooLarge,
    TokenRefused,
)
from ..context import Context
from ..messages import Headers, Incoming, Respond
from ..protocol import fetch_metadata, pages
from . import callback, login, login_cookies

log = logging.getLogger("cognito_gate")
RETRY_AFTER = "5"
_TITLES = {
    400: "Sign-in did not work",
    401: "Sign-in needed",
    403: "Not from here",
    405: "Not this way",
    408: "Request timed out",
    413: "That is too much",
    431: "Your session is too large",
    503: "Sign-in is not reachable",
}


def login_required(context: Context, incoming: Incoming, headers: Headers = ()) -> Respond:
    """For a request without a session that cannot be sent to a login page."""
    content = {"error": LoginRequired.code, "login_url": login.login_url(context)}
    status = 403 if incoming.kind == "websocket" else LoginRequired.status
    return pages.show_json(status, content, (("www-authenticate", "Bearer"), *headers))


def refuse(context: Context, incoming: Incoming, error: GateError, *, form: bool) -> Respond:
    """The response to a request that ended in `error`; `form`: it posts a form of our own."""
    ours = error.status >= 500 or isinstance(error, SessionTooLarge)
    level = logging.WARNING if ours else logging.INFO
    log.log(level, "%s: %s", error.code, error)
    headers = _headers(context, incoming, error)
    if isinstance(error, LoginRequired):
        return login_required(context, incoming)
    if isinstance(error, TokenRefused) or not _read_by_a_person(incoming, form=form):
        return pages.show_json(error.status, {"error": error.code}, headers)
    title = _TITLES.get(error.status, "Sign-in is not working")
    page = pages.Page(title, _text(error), _retry(context, incoming, error), "Try again")
    return pages.show(error.status, page, headers)


def _read_by_a_person(incoming: Incoming, *, form: bool) -> bool:
    """For a page that somebody goes to, and for a form of ours that somebody sends."""
    return fetch_metadata.is_navigation(replace(incoming, method="GET") if form else incoming)


def _headers(context: Context, incoming: Incoming, error: GateError) -> Headers:
    match error:
        case MethodRefused():
            return (("allow", error.allow),)
        case TokenRefused():
            return (("www-authenticate", 'Bearer error="invalid_token"'),)
        case CognitoUnavailable():
            return (("retry-after", RETRY_AFTER), *error.headers)
    return forget_attempt(context, incoming)


def forget_attempt(context: Context, incoming: Incoming) -> Headers:
    """End the attempt that this callback spent."""
    if incoming.path != context.settings.callback_path:
        return ()
    attempt = callback.attempt_of(context, incoming)
    return login_cookies.forget(context, incoming, attempt.state) if attempt else ()


def _retry(context: Context, incoming: Incoming, error: GateError) -> str:
    """Where "try again" leads: the same address after an outage, else a new sign-in."""
    if isinstance(error, CrossSiteRefused | MethodRefused | ClockWrong):
        return ""  # trying again leads to the same page
    if incoming.path == context.settings.callback_path:
        attempt = callback.attempt_of(context, incoming)
        return login.login_url(context, attempt.return_to if attempt else "/")
    if isinstance(error, CognitoUnavailable):
        return login.return_address(context, incoming)
    return login.login_url(context)


def too_many_cookies(error: CookiesTooLarge) -> Respond:
    """A page for whoever sends more cookies than anybody looks at."""
    log.info("%s: %s", error.code, error)
    text = "Your browser sends too many cookies. Clear the cookies of this site and try again."
    return pages.show(error.status, pages.Page("Too many cookies", text))


def broken() -> Respond:
    """A page for an error that nobody expected."""
    page = pages.Page("Something went wrong", "The error has been noted. Please try again.")
    return pages.show(500, page)


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
