"""Errors become responses: a page for people, JSON for programs.

Knows which page an error gets and where trying again leads. Must not know where an error came
from, nor what pages say: their texts are in the catalogs, by the error's code.
"""

import logging
from dataclasses import replace
from urllib.parse import urlencode

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
    StepUpRequired,
    TokenRefused,
)
from ...events import Refused, SignInFailed
from .. import gate_pages
from ..exchange import Exchange
from ..gate_pages import GatePage
from ..messages import WEBSOCKET_FORBIDDEN, Header, Headers, Incoming, Pass, Respond
from ..protocol import fetch_metadata, pages
from . import callback, login, login_cookies, step_up

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
    _record(exchange, error)
    if isinstance(error, TokenRefused) or not _read_by_a_person(exchange.incoming, form=form):
        return pages.show_json(error.status, {"error": error.code}, headers)
    page = replace(_page(exchange, error), link=_retry(exchange, error))
    return gate_pages.show(exchange, error.status, page, headers)


def _record(exchange: Exchange, error: GateError) -> None:
    """Say what was refused; the bearer flow has said so of a token."""
    if isinstance(error, TokenRefused):
        return
    kind = SignInFailed if exchange.incoming.path == exchange.settings.callback_path else Refused
    exchange.record(kind(exchange.facts, error.status, error.code, str(error)))


def forbidden(exchange: Exchange, error: Forbidden, visitor: Pass) -> Respond:
    """For a visitor who is signed in, and may not go here, or not with this sign-in."""
    navigation = fetch_metadata.is_navigation(exchange.incoming)
    if navigation and isinstance(error, StepUpRequired):
        asked = step_up.ask(exchange, error, visitor)
        if asked is not None:
            return asked
    who = visitor.identity
    sub = who.sub if who else ""
    reason = str(error)
    exchange.record(Refused(exchange.facts, error.status, error.code, reason, sub, error.rule))
    if not navigation:
        return _refuse_program(exchange, error, visitor.headers)
    name, here = (who.username or sub) if who else "", login.return_address(exchange)
    page = GatePage(
        error.code,
        values=(("name", name),),
        link=f"{exchange.settings.prefix}/logout?{urlencode({'next': here}, safe='/')}",
        label=f"gate.{error.code}.label",
    )
    return gate_pages.show(exchange, Forbidden.status, page, visitor.headers)


def _refuse_program(exchange: Exchange, error: Forbidden, headers: Headers) -> Respond:
    socket = exchange.incoming.kind == "websocket"
    content = {"error": error.code}
    if not isinstance(error, StepUpRequired):
        challenge = _challenge("insufficient_scope", scope=" ".join(error.scopes))
    else:
        age = "" if error.max_age is None else str(error.max_age)
        challenge = _challenge(
            "insufficient_user_authentication", acr_values=" ".join(error.acr), max_age=age
        )
        content["login_url"] = login.login_url(exchange.context)
    status = Forbidden.status if socket else error.status
    response = pages.show_json(status, content, (challenge, *headers))
    return replace(response, close_code=WEBSOCKET_FORBIDDEN) if socket else response


def _challenge(error: str, **parameters: str) -> Header:
    """RFC 6750 section 3.1 and RFC 9470 section 3. The values were checked to need no escape."""
    told = "".join(f', {name}="{value}"' for name, value in parameters.items() if value)
    return ("www-authenticate", f'Bearer error="{error}"{told}')


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
    return gate_pages.show(exchange, error.status, GatePage(error.code, picked=False))


def broken(exchange: Exchange, headers: Headers = ()) -> Respond:
    """A page for an error that nobody expected, and that the log has in full."""
    exchange.record(Refused(exchange.facts, 500, GateError.code, "an unexpected error"))
    try:
        # Whatever broke, the cookies and the query may have broken it.
        return gate_pages.show(exchange, 500, GatePage(GateError.code, picked=False), headers)
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
        case BadRequest() if error.field:
            values = (("field", error.field), ("limit", str(error.limit)))
            return GatePage(error.code, "too_long", values)
    return GatePage(error.code)
