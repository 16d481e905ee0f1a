"""A rate limiter of all processes that share a store, on top of that of each.

Knows keys as hashes only. Must not know what is attempted.
"""

import logging

from .._gate import store
from .._gate.effects import Flow
from .._gate.store_keys import StoreKeys
from .rate_limiter import RateLimiter

log = logging.getLogger("cognito_gate")


class SharedRateLimiter(RateLimiter):
    """`most` tries of a key in `seconds`, in all processes together. What one process refuses by
    itself is not asked of the store, and while the store is down each process counts alone.

    The store counts in windows that begin at whole multiples of `seconds`: as with one process, no
    key gets 2 * `most` tries in any `seconds`. `name` tells this limiter's keys from others'.
    """

    def __init__(self, name: str, most: int, seconds: float, entries: int, keys: StoreKeys) -> None:
        super().__init__(most, seconds, entries)
        self._name, self._most, self._seconds, self._keys = name, most, seconds, keys

    def take(self, key: str, now: float) -> Flow[float]:
        wait = self.count(key, now)
        if wait:
            return wait
        window, ends_at = self._window(key, now)
        try:
            tries = yield from store.count(window, ends_at)
        except store.StoreFailed as error:
            log.warning("tries are counted by this process alone: %s", error)
            return 0.0
        return ends_at - now if tries > self._most else 0.0

    def pardon(self, key: str, now: float) -> Flow[None]:
        self.forgive(key)
        try:
            yield from store.delete(self._window(key, now)[0])
        except store.StoreFailed as error:
            log.info("other processes still count a person's earlier tries: %s", error)

    def _window(self, key: str, now: float) -> tuple[str, float]:
        """The key of the count that a try now adds to, and when that ends (Unix time)."""
        number = now // self._seconds
        return self._keys.keyed("tries", f"{self._name} {number} {key}"), (
            number + 1
        ) * self._seconds
