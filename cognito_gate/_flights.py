"""The calls that several requests share: those under way, and good answers of the last minute.

Knows keys, times and waiting; must not know what is called or how. The lock guards dict operations
only.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from ._messages import Answer, Ask

MOST_REMEMBERED = 1024


def patience(ask: Ask) -> float:
    """How long to wait for a call that another makes, in seconds: it, and its retry."""
    return 2 * ask.timeout + 1


class Flights:
    """The shared calls: those under way, and good answers of the last minute.

    Safe under threads and under several event loops; the lock guards dict operations only.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._flying: dict[str, tuple[float, Future[Answer]]] = {}
        self._landed: dict[str, tuple[float, Future[Answer]]] = {}

    def join(self, ask: Ask) -> tuple[Future[Answer], bool]:
        """The call for this `Ask`, and whether the caller has to make it."""
        with self._lock:
            now = self._clock()
            for calls in (self._landed, self._flying):
                until, flight = calls.get(ask.share, (0.0, None))
                if flight is not None and now < until:
                    return flight, False
            flight = Future()
            flight.set_running_or_notify_cancel()  # so that a waiter that leaves cannot cancel it
            # A call whose event loop was torn down never lands: nobody waits for it for ever.
            self._flying[ask.share] = (now + patience(ask), flight)
            return flight, True

    def land(self, ask: Ask, flight: Future[Answer], answer: Answer) -> None:
        """End the call and hand its answer to all who wait."""
        keep = ask.remember and ask.good(answer)
        with self._lock:
            if self._flying.get(ask.share, (0.0, None))[1] is flight:
                del self._flying[ask.share]
            if keep:
                self._landed.pop(ask.share, None)  # so that the newest stands last
                self._landed[ask.share] = (self._clock() + ask.remember, flight)
                self._drop_old()
        flight.set_result(answer)

    def _drop_old(self) -> None:
        now = self._clock()
        while self._landed:
            key, (until, _) = next(iter(self._landed.items()))
            if now < until and len(self._landed) <= MOST_REMEMBERED:
                return
            del self._landed[key]
