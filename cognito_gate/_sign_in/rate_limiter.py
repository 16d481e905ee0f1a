"""A rate limiter by keys (an account, an address) in bounded memory.

Knows keys as hashes only; must not read a clock, nor know what is attempted. A counter that was
dropped to make room still has effect: the floor stands for it.
"""

import hashlib
import threading

from .._gate.effects import Flow

_SECOND = 1_000_000  # times are whole microseconds: floats this far from 1970 do not add up


class RateLimiter:
    """`most` tries at once, and one more each time that `seconds / most` have gone by.

    Each key has a bucket that a try fills by one part and that drains by itself (a leaky bucket:
    ITU-T I.371, GCRA). What is kept is when it will be empty. In any `seconds`, one key never gets
    2 * `most` tries.

    At most `entries` keys are kept (50,000 take 7 MB). When there are more, the emptiest quarter
    makes room, and the fullest bucket of that quarter becomes the floor: every key that is not
    kept counts as that full (as in the Space-Saving algorithm of Metwally, Agrawal and El Abbadi,
    2005). So a flood of made-up keys gives nobody a single try back: not for the flooder's own
    key, not for the account that is attacked. The price is paid by newcomers, the keys that have
    not tried lately, and it is bounded: `n` tries that were let through in the last `seconds`
    raise the floor by n / (3/4 * entries) tries at most. With 50,000 entries and 10 tries in five
    minutes, newcomers wait only while somebody keeps up 1,250 tries a second. As long as no more
    than 3/4 of `entries` keys have tried in the last `seconds`, every count is exact.

    One process knows its own tries only: with `w` workers a key has up to `w` times as many, unless
    they share a store (shared_rate_limiter.py).
    Safe under threads; the lock guards dict operations only.

    Example::

        limiter = RateLimiter(10, seconds=300, entries=50_000)
        wait = limiter.count(account, now)   # 0.0, or seconds until the next attempt
    """

    def __init__(self, most: int, seconds: float, entries: int) -> None:
        self._part = -(-_whole(seconds) // most)  # rounded up
        self._brim = self._part * most
        self._entries = entries
        self._lock = threading.Lock()
        self._empty_at: dict[bytes, int] = {}
        self._floor = 0

    def __len__(self) -> int:
        """How many keys are kept."""
        return len(self._empty_at)

    def wait(self, key: str, now: float) -> float:
        """Seconds until `key` may try, 0.0 when it may at once; nothing is counted.

        Args:
            now: Unix time.
        """
        with self._lock:
            level = self._level_of(_hashed(key), _whole(now))
        return self._wait(level) / _SECOND

    def count(self, key: str, now: float) -> float:
        """Count a try of `key`, unless it has to wait. Returns what `wait` would have.

        Both are one step, so that tries made at the same time are not all let through.
        """
        hashed, at = _hashed(key), _whole(now)
        with self._lock:
            if hashed not in self._empty_at and len(self) >= self._entries:
                self._make_room(at)
            level = self._level_of(hashed, at)
            wait = self._wait(level)
            if not wait:
                self._empty_at[hashed] = at + level + self._part
        return wait / _SECOND

    def forgive(self, key: str) -> None:
        """Forget the tries of `key`."""
        with self._lock:
            self._empty_at.pop(_hashed(key), None)

    def take(self, key: str, now: float) -> Flow[float]:
        """`count`, also by what other processes count where they share a store."""
        yield from ()
        return self.count(key, now)

    def pardon(self, key: str, now: float) -> Flow[None]:
        """`forgive`, there too."""
        yield from ()
        self.forgive(key)

    def _level_of(self, hashed: bytes, now: int) -> int:
        return self._level(self._empty_at.get(hashed, self._floor), now)

    def _level(self, empty_at: int, now: int) -> int:
        """How full a bucket is, as the time it takes to drain."""
        level = empty_at - now
        # Requests come a little out of order. Fuller than twice is no bucket of ours: the clock
        # was set back, which must not close the gate for long.
        return level if 0 < level <= 2 * self._brim else 0

    def _wait(self, level: int) -> int:
        late = level + self._part - self._brim
        return late if late > 1 else 0  # one microsecond may be what two roundings made

    def _make_room(self, now: int) -> None:
        levels = {
            key: level for key, at in self._empty_at.items() if (level := self._level(at, now))
        }
        keep = self._entries * 3 // 4
        floor = sorted(levels.values(), reverse=True)[keep] if len(levels) > keep else 0
        self._floor = now + floor
        self._empty_at = {key: now + level for key, level in levels.items() if level > floor}


def _hashed(key: str) -> bytes:
    """Neither names nor addresses stay in memory, and a long key takes no more room."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:16]


def _whole(seconds: float) -> int:
    return round(seconds * _SECOND)
