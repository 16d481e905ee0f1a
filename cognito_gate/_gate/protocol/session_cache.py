"""The sessions verified moments ago, so that the usual request costs no signature check.

Knows cookie values and what was decided for them; trusts nobody: what is remembered is a verified
result. Bounded, without locks: two generations of a dict, each replaced whole.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")

MAX_SECONDS = 300  # seconds a verified result is remembered at most
# Sessions remembered in full, at most: each takes some 11 KB and a dozen objects, which a full
# garbage collection looks at one by one. Of more sessions, `SignatureCache` keeps the signatures.
MAX_FULL = 4_096


Values: TypeAlias = tuple[str, ...] | tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A verified result, remembered from `since` until `until` (Unix time)."""

    values: Values = field(repr=False)
    since: float
    until: float
    result: T


class SessionCache(Generic[T]):
    """Verified results by the exact cookie values they were verified from, one for each cookie.

    Each value has its place: an ID token that is remembered is never found as an access token.
    """

    def __init__(self, size: int) -> None:
        self._half = -(-min(size, MAX_FULL) // 2)
        self._young: dict[str | bytes, Entry[T]] = {}
        self._old: dict[str | bytes, Entry[T]] = {}

    def __len__(self) -> int:
        """How many results are remembered, at most: one that was used again may stand twice."""
        return len(self._young) + len(self._old)

    def get(self, values: Values, now: float) -> T | None:
        """What was decided for exactly these values, if it still holds at `now` (Unix time)."""
        entry = self.entry(values, now)
        return None if entry is None else entry.result

    def entry(self, values: Values, now: float) -> Entry[T] | None:
        """The same, with the time until which it is remembered."""
        entry = self._young.get(values[0])
        if entry is None:
            entry = self._old.get(values[0])
            if entry is None:
                return None
            self._put(entry)
        # `since` guards against a clock that was set back.
        if entry.since <= now < entry.until and entry.values == values:
            return entry
        return None

    def put(self, values: Values, result: T, *, now: float, until: float) -> None:
        """Remember `result` until `until` (Unix time), at most five minutes."""
        until = min(until, now + MAX_SECONDS)
        if self._half and now < until:
            self._put(Entry(values, now - 1, until, result))

    def _put(self, entry: Entry[T]) -> None:
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[entry.values[0]] = entry
