"""The events of the sign-in pages of our own, which are loaded with them.

`username` is what was typed there; who was signed in already is the request's `visitor`, too.
"""

from dataclasses import dataclass
from typing import Literal

from ._request import Event


@dataclass(frozen=True, slots=True)
class WrongPassword(Event):
    """A password was wrong, or nobody has that name; also where it confirms another change."""

    status: int
    code: str
    reason: str
    username: str


@dataclass(frozen=True, slots=True)
class WrongCode(Event):
    """A code of a message or of an authenticator app was wrong, or came too late."""

    status: int
    code: str
    reason: str
    username: str


@dataclass(frozen=True, slots=True)
class RateLimited(Event):
    """A form was refused before Cognito was asked: there were too many tries, or messages."""

    status: int
    code: str
    reason: str
    username: str


@dataclass(frozen=True, slots=True)
class SignedUp(Event):
    """Somebody made an account. Unless it is `confirmed`, a code has yet to prove it."""

    username: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class AccountConfirmed(Event):
    """A code has proved a new account."""

    username: str


@dataclass(frozen=True, slots=True)
class CodeSent(Event):
    """Cognito says that it has sent a code. Pools that hide who has an account say so of every
    name. `medium` is `email` or `sms`, as far as Cognito tells."""

    username: str
    purpose: Literal["sign_up", "sign_in", "reset"]
    medium: str


@dataclass(frozen=True, slots=True)
class SecondFactorSetUp(Event):
    """An authenticator app is a second factor from now on."""

    username: str


@dataclass(frozen=True, slots=True)
class SecondFactorTurnedOff(Event):
    """An authenticator app is no second factor any more."""

    username: str


@dataclass(frozen=True, slots=True)
class PasskeyAdded(Event):
    """An account has a passkey more, by which its owner can sign in."""

    username: str


@dataclass(frozen=True, slots=True)
class PasskeyRemoved(Event):
    """An account has a passkey less."""

    username: str


@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    """An account has a new password: by the account page, by a code (`reset`), or in place of the
    temporary one of an administrator (`first`)."""

    username: str
    way: Literal["account", "reset", "first"]
