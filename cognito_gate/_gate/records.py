"""What the gate keeps in its cookies, frozen, to and from JSON; and what its own pages show.

Knows shapes only; sealing, cookie names and words are elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ..errors import TokenRefused
from .protocol.strict_json import load

SHARED_SECONDS = 60.0
VERSION = 1
"""Of the records. One that says nothing of it is of before there were versions."""


def _typed(record: Any, shape: dict[str, type], optional: tuple[str, ...]) -> dict[str, Any]:
    needed = shape.keys() - {*optional}
    if not isinstance(record, dict) or not needed <= record.keys() <= shape.keys():
        raise TokenRefused("a sealed record of ours has another shape than this version writes")
    for name in record:
        if type(record[name]) is not shape[name]:  # exactly: a bool is an int, too
            raise TokenRefused(f"a sealed record of ours has a wrong {name}")
    return record


def dump(record: Any) -> str:
    """A record as JSON, with its version."""
    return json.dumps({"v": VERSION, **asdict(record)}, separators=(",", ":"))


def read(text: str, shape: dict[str, type], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of a record. Raises TokenRefused: no such record, or one of another version."""
    try:
        record = load(text.encode())
    except ValueError as exc:
        raise TokenRefused("a sealed record of ours is not JSON") from exc
    if isinstance(record, dict):
        version = record.pop("v", VERSION)
        if type(version) is not int or version != VERSION:
            raise TokenRefused("a sealed record of ours is of another version", cause="version")
    return _typed(record, shape, optional)


def seconds_of(value: object) -> int:
    """A life that another server states, in seconds; 0 when it states none that is usable."""
    return value if type(value) is int and 0 < value < 10**9 else 0


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave: strings, not yet verified, and the access token's life in seconds
    (0 when it was not said). `date` is the time at the server, as its answer had it."""

    access: str = field(repr=False)
    id: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)
    expires_in: int = 0
    date: str = field(default="", compare=False)

    @property
    def shareable_seconds(self) -> float:
        """How long these may be given again to those who come late: a fraction of their life."""
        return min(SHARED_SECONDS, self.expires_in / 2) if self.expires_in else SHARED_SECONDS / 2


@dataclass(frozen=True, slots=True)
class RefreshRecord:
    """The refresh token of a session, whose it is, and when the session began (Unix time).

    `sub` is None only where an older library's cookie did not say. `session` names the session from
    sign-in to sign-out; it is empty in cookies of before version 0.2.
    """

    token: str = field(repr=False)
    sub: str | None
    signed_in_at: int
    session: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """What a sign-out ends: the session; of an older cookie, whoever has this refresh token."""
        return self.session or hashlib.sha256(self.token.encode()).hexdigest()

    def ends_at(self, seconds: int) -> int:
        """The absolute end of a session that may last so long from its sign-in (Unix time)."""
        return self.signed_in_at + seconds

    def to_json(self) -> str:
        return dump(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        shape: dict[str, type] = {"token": str, "sub": str, "signed_in_at": int, "session": str}
        return cls(**read(text, shape, optional=("session",)))


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """One sign-in under way in one browser. `again` marks the gate's own second try."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    return_to: str
    started_at: int
    again: bool = False

    def to_json(self) -> str:
        return dump(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        shape: dict[str, type] = {
            "state": str,
            "nonce": str,
            "verifier": str,
            "return_to": str,
            "started_at": int,
            "again": bool,
        }
        return cls(**read(text, shape))


@dataclass(frozen=True, slots=True)
class ChallengeRecord:
    """A step that Cognito, or we, wait for: a code, a new password, a choice.

    `attempt` tells this one from one in another tab; `username` is Cognito's name for the person,
    `typed` what they call themselves. `facts` are texts that the step's page and answer need.
    """

    attempt: str
    step: str
    session: str = field(repr=False)
    username: str
    typed: str
    return_to: str
    started_at: int
    facts: dict[str, str] = field(default_factory=dict, repr=False)

    def to_json(self) -> str:
        return dump(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        shape: dict[str, type] = dict.fromkeys(
            ("attempt", "step", "session", "username", "typed", "return_to"), str
        )
        return cls(**read(text, {**shape, "started_at": int, "facts": dict}))


@dataclass(frozen=True, slots=True)
class StepUp:
    """That a browser was sent to sign in again: when (Unix time), how many times, with which
    session, and for which classes of sign-in."""

    begun: int
    times: int
    session: str
    acr: list[str]

    def to_json(self) -> str:
        return dump(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**read(text, {"begun": int, "times": int, "session": str, "acr": list}))


@dataclass(frozen=True, slots=True)
class Device:
    """A browser, and the accounts it has signed in to: by each of their names, all as hashes."""

    id: str
    accounts: dict[str, str]

    def to_json(self) -> str:
        return dump(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**read(text, {"id": str, "accounts": dict}))


@dataclass(frozen=True, slots=True)
class IdleRecord:
    """When a session was last used (Unix time), and which one it was: it counts for no other."""

    session: str = field(repr=False)
    used_at: int

    def to_json(self) -> str:
        return dump(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**read(text, {"session": str, "used_at": int}))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence for a visitor: its id in the catalogs, what to fill in, or a text as it is."""

    id: str
    text: str = field(default="", repr=False)
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one of our own sign-in pages shows.

    `token` proves that a form came from our page; `typed` is shown again (never a password or a
    code); `facts` are what this screen alone needs. `request_id` is for readers to quote.
    """

    screen: str
    token: str = field(default="", repr=False)
    return_to: str = "/"
    error: Sentence | None = None
    notice: Sentence | None = None
    field_errors: Mapping[str, Sentence] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    request_id: str = ""
