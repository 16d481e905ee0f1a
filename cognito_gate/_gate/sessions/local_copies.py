"""What one process has read from the shared store, for the few seconds that it may be used again.

Knows keys, bytes and times. Bounded, without locks: two generations of a dict, each replaced whole.
"""

from dataclasses import dataclass, field

from ..protocol.recent import Recent
from ..protocol.session_cache import Values

MAX_UNKNOWN = 1_000
"""How many keys that have no item are remembered: a flood of made-up ids takes no more room."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The value of an item, and by what its session is remembered once it is verified. It was read
    at `since` and counts until `until` (Unix time)."""

    value: bytes = field(repr=False)
    values: Values
    since: float
    until: float


class LocalCopies:
    """Copies of at most `size` items, each for `seconds`. `changes` counts those that were
    forgotten early: whatever else remembers a session by its cookie then has to ask again."""

    def __init__(self, size: int, seconds: float) -> None:
        self._half = -(-size // 2)
        self._young: dict[str, Copy] = {}
        self._old: dict[str, Copy] = {}
        self._unknown: Recent[bool] = Recent(MAX_UNKNOWN)
        self._seconds = seconds
        self.changes = 0

    def get(self, key: str, now: float) -> Copy | None:
        copy = self._young.get(key) or self._old.get(key)
        # `since` guards against a clock that was set back.
        return copy if copy is not None and copy.since <= now < copy.until else None

    def put(self, key: str, value: bytes, values: Values, now: float, *, until: float) -> None:
        """Keep a copy, at most until `until` (Unix time)."""
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        if self._half:
            self._young[key] = Copy(value, values, now - 1, min(until, now + self._seconds))

    def forget(self, key: str) -> None:
        """Safe under threads, as all of these are."""
        self._young.pop(key, None)
        self._old.pop(key, None)
        self.changes += 1

    def forget_all(self) -> None:
        """Forget all copies."""
        self._young, self._old = {}, {}
        self.changes += 1

    def is_unknown(self, key: str, now: float) -> bool:
        """True when the store said a moment ago that there is no such item."""
        return bool(self._unknown.get(key, now))

    def put_unknown(self, key: str, now: float) -> None:
        self._unknown.put(key, True, until=now + self._seconds)
