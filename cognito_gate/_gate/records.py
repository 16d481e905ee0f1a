"""What every gate keeps in its cookies, frozen, to and from JSON; what few keep stands beside its
flow.

Knows shapes only; sealing, cookie names and words are elsewhere.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ..errors import TokenRefused
from .protocol.strict_json import load

SHARED_SECONDS = 60.0
VERSION = 1
"""Of the records in cookies. One that says nothing of it is of before there were versions."""


def _typed(record: Any, shape: dict[str, type], optional: tuple[str, ...]) -> dict[str, Any]:
    needed = shape.keys() - {*optional}
    if not isinstance(record, dict) or not needed <= record.keys() <= shape.keys():
        raise TokenRefused("a sealed cookie of ours has another shape than this version writes")
    for name in record:
        if type(record[name]) is not shape[name]:  # exactly: a bool is an int, too
            raise TokenRefused(f"a sealed cookie of ours has a wrong {name}")
    return record


def dump_record(record: Any) -> str:
    """A record as JSON, with its version."""
    return json.dumps({"v": VERSION, **asdict(record)}, separators=(",", ":"))


def load_record(
    text: str, shape: dict[str, type], optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The fields of a record, of these types. Raises TokenRefused for anything else."""
    try:
        record = load(text.encode())
    except ValueError as exc:
        raise TokenRefused("a sealed cookie of ours is not JSON") from exc
    if isinstance(record, dict):
        version = record.pop("v", VERSION)
        if type(version) is not int or version != VERSION:
            raise TokenRefused("a sealed cookie of ours is of another version", cause="version")
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
        return dump_record(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        shape: dict[str, type] = {"token": str, "sub": str, "signed_in_at": int, "session": str}
        return cls(**load_record(text, shape, optional=("session",)))


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
        return dump_record(self)

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
        return cls(**load_record(text, shape))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence for a visitor: its id in the catalogs, what to fill in, or a text as it is."""

    id: str
    text: str = field(default="", repr=False)
    values: tuple[tuple[str, str], ...] = ()
