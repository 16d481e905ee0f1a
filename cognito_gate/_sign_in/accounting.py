"""What the sign-in pages tell operators: which event an error is, and what was sent or changed.

Knows which of Cognito's refusals mean a wrong password or code. Must not know what a page shows.
"""

from typing import Literal

from ..errors import ApiRefused, FormRefused, GateError, TooManyTries
from ..events import (
    CodeSent,
    Event,
    RateLimited,
    Refused,
    SignInFailed,
    WrongCode,
    WrongPassword,
)
from . import challenge_cookie, error_messages
from .cognito_api import Delivery
from .context import SignInExchange

_WRONG_PASSWORD = frozenset({"error.wrong_password", "error.wrong_previous"})
_WRONG_CODE = frozenset(
    {
        *("error.code_wrong", "error.code_expired", "error.code_used"),
        *("error.code_wrong_or_expired", "error.totp_again"),
    }
)


def failed(
    exchange: SignInExchange, error: GateError, status: int, typed: str, *, signs_in: bool
) -> Event:
    """The event of an error that a page shows with this status. `typed` is the name in its form;
    `signs_in`: the form is a step of a sign-in."""
    facts, reason = exchange.facts, str(error)
    name = facts.visitor.username or typed or _name_of_challenge(exchange)
    said = _said(error)
    if isinstance(error, TooManyTries):
        return RateLimited(facts, status, error.code, reason, name)
    if said & _WRONG_PASSWORD:
        return WrongPassword(facts, status, error.code, reason, name)
    if said & _WRONG_CODE:
        return WrongCode(facts, status, error.code, reason, name)
    if signs_in:
        return SignInFailed(facts, status, error.code, reason, name)
    return Refused(facts, status, error.code, reason, facts.visitor.sub)


def _said(error: GateError) -> set[str]:
    """The ids of what the page says of an error."""
    match error:
        case ApiRefused():
            return {error_messages.say(error)[0].id}
        case FormRefused():
            return {said for said, _ in error.fields.values()}
    return set()


def _name_of_challenge(exchange: SignInExchange) -> str:
    record = challenge_cookie.find(exchange)
    return record.typed if record else ""


def code_sent(
    exchange: SignInExchange,
    username: str,
    purpose: Literal["sign_up", "sign_in", "reset"],
    medium: str,
) -> None:
    """Tell of a code, if Cognito says that it sent one."""
    if medium:
        exchange.record(CodeSent(exchange.facts, username, purpose, medium.lower()))


def delivered(
    exchange: SignInExchange, username: str, purpose: Literal["sign_up", "reset"], where: Delivery
) -> None:
    """The same of a message whose destination is told."""
    code_sent(exchange, username, purpose, where.medium)
