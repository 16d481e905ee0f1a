"""What the gate keeps in its cookies, frozen, to and from JSON.

Knows shapes only; sealing and cookie names are elsewhere.
"""

import json
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
