"""The facts about a visitor for the home page: claims as rows, times as text.

Knows `Identity`; must not know HTML.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..identity import Identity
from ..settings import Settings

_TIMES = ("auth_time", "exp", "iat", "nbf")


@dataclass(frozen=True, slots=True)
class Row:
    """One claim: its value as text, and the time that a number stands for."""

    name: str
    value: str
    time: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, for people and for scripts."""

    unix: int
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the home page shows.

    `refreshes` is the time from which the session is refreshed, None if it never is; `refreshed`
    says that it was.
    """

    name: str
    signed_in: Moment | None
    issued: Moment
    ends: Moment
    refreshes: Moment | None
    refreshed: bool
    access: tuple[Row, ...]
    id: tuple[Row, ...]


def read_facts(identity: Identity, settings: Settings) -> Facts:
    """Read the facts from an identity."""
    name = identity.id_claims.get("name") or identity.username or identity.sub
    issued = int(identity.access_claims.get("iat", identity.expires_at))
    signed_in = identity.auth_time
    refreshes = identity.expires_at - settings.refresh_before_seconds
    return Facts(
        name=str(name),
        signed_in=None if signed_in is None else _moment(signed_in),
        issued=_moment(issued),
        ends=_moment(identity.expires_at),
        refreshes=_moment(max(refreshes, issued)) if settings.refresh_flow_enabled else None,
        refreshed=signed_in is not None and issued > signed_in + 1,
        access=_rows(identity.access_claims),
        id=_rows(identity.id_claims),
    )


def _moment(unix: int) -> Moment:
    return Moment(unix, f"{datetime.fromtimestamp(unix, UTC):%Y-%m-%d %H:%M:%S} UTC")


def _rows(claims: Mapping[str, Any]) -> tuple[Row, ...]:
    return tuple(_row(name, value) for name, value in sorted(claims.items()))


def _row(name: str, value: Any) -> Row:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Row(name, text, _moment(value).text if name in _TIMES else "")
