"""What the gate decided, for operators: one frozen record for each decision worth counting.

Knows facts only, and never a token, a code, a cookie or a password. Must not know who listens. The
events of our own sign-in pages are loaded when one is first asked for.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from ._request import NOBODY as NOBODY
from ._request import Event as Event
from ._request import RequestFacts as RequestFacts
from ._request import Visitor as Visitor

if TYPE_CHECKING:
    from ._sign_in_pages import AccountConfirmed as AccountConfirmed
    from ._sign_in_pages import CodeSent as CodeSent
    from ._sign_in_pages import PasskeyAdded as PasskeyAdded
    from ._sign_in_pages import PasskeyRemoved as PasskeyRemoved
    from ._sign_in_pages import PasswordChanged as PasswordChanged
    from ._sign_in_pages import RateLimited as RateLimited
    from ._sign_in_pages import SecondFactorSetUp as SecondFactorSetUp
    from ._sign_in_pages import SecondFactorTurnedOff as SecondFactorTurnedOff
    from ._sign_in_pages import SignedUp as SignedUp
    from ._sign_in_pages import WrongCode as WrongCode
    from ._sign_in_pages import WrongPassword as WrongPassword

_OF_SIGN_IN_PAGES = frozenset(
    {
        "AccountConfirmed",
        "CodeSent",
        "PasskeyAdded",
        "PasskeyRemoved",
        "PasswordChanged",
        "RateLimited",
        "SecondFactorSetUp",
        "SecondFactorTurnedOff",
        "SignedUp",
        "WrongCode",
        "WrongPassword",
    }
)


def __getattr__(name: str) -> Any:
    if name not in _OF_SIGN_IN_PAGES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("._sign_in_pages", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_OF_SIGN_IN_PAGES})


@dataclass(frozen=True, slots=True)
class SignedIn(Event):
    """A sign-in is complete. `session` names the session until sign-out, and opens nothing; it is
    the `origin_jti` of Cognito's tokens where they have one. `pages`: Cognito's or our own."""

    sub: str
    username: str
    session: str
    pages: Literal["cognito", "custom"]


@dataclass(frozen=True, slots=True)
class SignInFailed(Event):
    """A sign-in did not come to its end. `status` and `code` are those of the error, `reason` says
    more; `username` is what was typed on a sign-in page of our own."""

    status: int
    code: str
    reason: str
    username: str = ""


@dataclass(frozen=True, slots=True)
class Refreshed(Event):
    """A session has new tokens."""

    sub: str
    session: str


@dataclass(frozen=True, slots=True)
class RefreshFailed(Event):
    """A session could not be refreshed. `goes_on`: its access token still holds."""

    sub: str
    session: str
    code: str
    reason: str
    goes_on: bool


@dataclass(frozen=True, slots=True)
class SessionEnded(Event):
    """A browser's session is over without a sign-out: its tokens have expired or do not hold
    (`invalid`), its absolute life is over (`lifetime`), Cognito takes its refresh token no longer
    (`refused`), or nobody used it for long (`idle`). `sub` and `session` are empty where they are
    not known."""

    cause: Literal["expired", "invalid", "lifetime", "refused", "idle"]
    sub: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class SignedOut(Event):
    """Somebody signed out. `revoked`: Cognito has ended the refresh token; `everywhere`: it was
    for all sessions of this user; `other`: it was for another device's session, by Cognito's id of
    it, and not for this one. `sub` and `session` are empty where no session was known."""

    sub: str
    session: str
    revoked: bool
    everywhere: bool = False
    other: str = ""


@dataclass(frozen=True, slots=True)
class SessionsRevoked(Event):
    """An operator's tool ended sessions: the one of this name, or all of a user's that began at
    `before` (Unix time) or earlier. `revocation` is the id of the tool's request."""

    sub: str
    session: str
    before: int
    revocation: str


@dataclass(frozen=True, slots=True)
class Refused(Event):
    """A request was answered in the app's place with an error. `sub` is empty for visitors, `rule`
    where no rule was against it; else it is the rule's name, or its number."""

    status: int
    code: str
    reason: str
    sub: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class BearerRejected(Event):
    """A bearer token does not hold."""

    reason: str
