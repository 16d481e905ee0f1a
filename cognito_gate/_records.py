"""What the gate keeps in its cookies, frozen, to and from JSON; and what its own pages show.

Knows shapes only; sealing, cookie names and words are elsewhere.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ._json import load
from .errors import TokenRefused


def _typed(record: Any, shape: dict[str, type]) -> dict[str, Any]:
    if not isinstance(record, dict) or record.keys() != shape.keys():
        raise TokenRefused("a sealed cookie of ours has another shape than this version writes")
    for name, kind in shape.items():
        if type(record[name]) is not kind:  # exactly: a bool is an int, too
            raise TokenRefused(f"a sealed cookie of ours has a wrong {name}")
    return record


def _load(text: str, shape: dict[str, type]) -> dict[str, Any]:
    try:
        return _typed(load(text.encode("utf-8", "surrogatepass")), shape)
    except ValueError as exc:
        raise TokenRefused("a sealed cookie of ours is not JSON") from exc


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave: strings, not yet verified."""

    access: str = field(repr=False)
    id: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Renewal:
    """The refresh token of a session, whose it is, and when the session began (Unix time).

    `sub` is None only where an older library's cookie did not say.
    """

    token: str = field(repr=False)
    sub: str | None
    signed_in_at: int

    def to_json(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**_load(text, {"token": str, "sub": str, "signed_in_at": int}))


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
        return json.dumps(asdict(self), separators=(",", ":"))

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
        return cls(**_load(text, shape))


@dataclass(frozen=True, slots=True)
class Pending:
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
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        shape: dict[str, type] = dict.fromkeys(
            ("attempt", "step", "session", "username", "typed", "return_to"), str
        )
        return cls(**_load(text, {**shape, "started_at": int, "facts": dict}))


@dataclass(frozen=True, slots=True)
class Device:
    """A browser, and the accounts it has signed in to: by each of their names, all as hashes."""

    id: str
    accounts: dict[str, str]

    def to_json(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**_load(text, {"id": str, "accounts": dict}))


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence for a visitor: its id in the catalogs, what to fill in, or a text as it is."""

    id: str
    text: str = field(default="", repr=False)
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one of our own sign-in pages shows.

    `token` proves that a form came from our page; `typed` is shown again (never a password or a
    code); `facts` are what this screen alone needs.
    """

    screen: str
    token: str = field(default="", repr=False)
    return_to: str = "/"
    error: Said | None = None
    notice: Said | None = None
    field_errors: Mapping[str, Said] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
