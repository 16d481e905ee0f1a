"""What the demo's pages know beside the visitor: the latest requests and events, and Cognito's
switches.

Must not know who made the local Cognito, nor HTML.
"""

import json
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .._audit_log import audit_line
from ..events import Event
from .trace import Trace

_MAX_LINES = 30


class CognitoRequest(Protocol):
    """One request that the local Cognito got."""

    @property
    def endpoint(self) -> str: ...

    @property
    def query(self) -> str: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...


class Cognito(Protocol):
    """What the buttons do to Cognito."""

    @property
    def requests(self) -> Sequence[CognitoRequest]: ...

    @property
    def is_down(self) -> bool: ...

    def go_down(self) -> None: ...

    def come_back(self) -> None: ...

    def rotate_keys(self, keep_old: bool = False) -> None: ...

    def sign_out(self, username: str) -> None:
        """Revoke all tokens of a user."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A line of the audit log, and what of it a table shows first."""

    whole: str
    members: Mapping[str, Any]


class Activity:
    """The latest events as lines of the audit log, and how many there were of each kind."""

    def __init__(self) -> None:
        self._lines: deque[AuditLine] = deque(maxlen=_MAX_LINES)
        self._counts: Counter[tuple[str, str]] = Counter()

    def note(self, event: Event) -> None:
        """The gate's `on_event`."""
        line = audit_line(event).decode().rstrip()
        members = json.loads(line)
        self._lines.appendleft(AuditLine(line, members))
        self._counts[members["event"], members["outcome"]] += 1

    @property
    def lines(self) -> tuple[AuditLine, ...]:
        """A snapshot, newest first."""
        return tuple(self._lines)

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """Event, outcome and number, in the order of their names."""
        return [(*kind, number) for kind, number in sorted(self._counts.items())]


@dataclass(frozen=True, slots=True)
class Backstage:
    """All of it. `metrics` says that the gate has a metrics endpoint."""

    cognito: Cognito
    metrics: bool = False
    trace: Trace = field(default_factory=Trace)
    activity: Activity = field(default_factory=Activity)
