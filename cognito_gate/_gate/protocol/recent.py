"""What happened lately, in bounded memory: sessions that ended, sign-ins that were used.

Knows keys and times as it is told; must not know what they stand for. One process knows what
happened there, and no more.
"""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Values by key, each until a time of its own; the oldest makes room when there are too many.

    Safe under threads; reading takes no lock.

    Example::

        ended: Recent[bool] = Recent(10_000)
        ended.put("session", True, until=now + 3600)
        ended.get("session", now)   # True
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._values: dict[str, tuple[float, T]] = {}
        self.any = self._values.__len__
        """How many there are, for those who ask at each request."""

    def get(self, key: str, now: float) -> T | None:
        """The value of `key`, if it still counts at `now` (Unix time)."""
        until, value = self._values.get(key, (0.0, None))
        return value if now < until else None

    def put(self, key: str, value: T, *, until: float) -> None:
        """Keep a value until `until` (Unix time)."""
        with self._lock:
            self._put(key, value, until)

    def add(self, key: str, value: T, now: float, *, until: float) -> T:
        """Keep a value unless there is one already; the one that counts."""
        with self._lock:
            earlier = self.get(key, now)
            if earlier is None:
                self._put(key, value, until)
        return value if earlier is None else earlier

    def _put(self, key: str, value: T, until: float) -> None:
        self._values.pop(key, None)  # so that the newest stands last
        self._values[key] = (until, value)
        while len(self._values) > self._size:
            del self._values[next(iter(self._values))]
