"""What the gate decided, for operators: one frozen record for each decision worth counting.

Knows facts only, and never a token, a code, a cookie or a password. Must not know who listens.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose verified session or token a request came with; all is empty where it had none.

    `session` names the session until sign-out, and opens nothing; it is the `origin_jti` of
    Cognito's tokens where they have one. `app_client` is the id of the app client that the tokens
    were made for. `username` is empty for machines.
    """

    sub: str = ""
    username: str = ""
    session: str = ""
    app_client: str = ""


NOBODY = Visitor()


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """The request that an event belongs to.

    `at` is Unix time; `client` is the address that the request came from, as the server says;
    `path` has no query, which may hold secrets. `id` is the request's, as the trusted proxy or the
    gate made it; `user_agent` is what the client calls itself; `visitor` is who sent the request,
    as far as that was known by then.
    """

    at: float
    kind: Literal["http", "websocket"]
    method: str
    path: str
    client: str = ""
    id: str = ""
    user_agent: str = ""
    visitor: Visitor = NOBODY


@dataclass(frozen=True, slots=True)
class Event:
    """What all events have: the request. Each kind is a class of its own.

    Example::

        def count(event: Event) -> None:
            counters[type(event).__name__] += 1

        app = ASGIGate(app, on_event=count)
    """

    request: RequestFacts


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


# Of the sign-in pages of our own. `username` is what was typed there; who was signed in already is
# the request's `visitor`, too.


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
class PasswordChanged(Event):
    """An account has a new password: by the account page, by a code (`reset`), or in place of the
    temporary one of an administrator (`first`)."""

    username: str
    way: Literal["account", "reset", "first"]
