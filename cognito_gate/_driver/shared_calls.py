"""The calls that several requests share: those under way, and answers that are given again.

Knows keys, times and waiting; must not know what is called or how. The lock guards dict operations
only.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from .._gate.effects import HttpAnswer, HttpCall

MAX_REMEMBERED = 1024
RUN_ON = 4
"""How many times as long as its askers wait a call may take whose answer must not be lost: it may
hold a refresh token that is the only good one from then on."""
UNDELIVERED_SECONDS = 86_400.0
MAX_UNDELIVERED = 8192
"""How long an answer that reached no browser is kept for the next one who asks, and how many."""


def limit(ask: HttpCall) -> float:
    """How long a call may take, in seconds. A GET that takes too long is simply made anew."""
    return ask.timeout * (RUN_ON if ask.share and ask.method == "POST" else 1)


@dataclass(slots=True)
class _Call:
    """A call under way, or its answer. `waiting` counts those who can hand the answer on."""

    until: float
    session: str = ""
    waiting: int = 0
    remember: float = 0.0
    undelivered: bool = False
    forgotten: bool = False
    future: Future[HttpAnswer] = field(default_factory=Future)


class SharedCalls:
    """The shared calls of one sender. Safe under threads and under several event loops."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._running: dict[str, _Call] = {}
        self._answered: dict[str, _Call] = {}

    def recall(self, ask: HttpCall) -> HttpAnswer | None:
        """The answer to an earlier call of this key, where it is still given again."""
        with self._lock:
            call = self._remembered(ask)
        return replace(call.future.result(0), remembered=True) if call else None

    def join(self, ask: HttpCall) -> tuple[Future[HttpAnswer], bool]:
        """The call that is under way, and whether the caller has to make it. Whoever stops waiting
        for it says so (`leave`)."""
        with self._lock:
            call = self._remembered(ask)
            if call is not None:
                return call.future, False
            now = self._clock()
            call = self._running.get(ask.share)
            leads = call is None or now >= call.until
            if call is None or leads:
                # A call whose event loop was torn down never ends: nobody waits for it for ever.
                call = self._running[ask.share] = _Call(now + 2 * limit(ask) + 1, ask.session)
                call.future.set_running_or_notify_cancel()  # no waiter that leaves can cancel it
            call.waiting += ask.delivers
            return call.future, leads

    def leave(self, ask: HttpCall, future: Future[HttpAnswer]) -> None:
        """Wait no longer."""
        with self._lock:
            call = self._running.get(ask.share)
            if call is not None and call.future is future:
                call.waiting -= ask.delivers

    def finish(self, ask: HttpCall, future: Future[HttpAnswer], answer: HttpAnswer) -> None:
        """End the call and hand its answer to all who wait."""
        keep = ask.remember(answer)
        with self._lock:
            call = self._running.get(ask.share)
            if call is not None and call.future is future:
                del self._running[ask.share]
                if keep > 0 and not call.forgotten:
                    self._keep(ask.share, call, keep)
        future.set_result(answer)

    def forget(self, session: str) -> None:
        """Give no answer of that session again, nor keep one that is yet to come."""
        with self._lock:
            for key in [key for key, call in self._answered.items() if call.session == session]:
                del self._answered[key]
            for call in self._running.values():
                call.forgotten = call.forgotten or call.session == session

    def _remembered(self, ask: HttpCall) -> _Call | None:
        call = self._answered.get(ask.share)
        if call is None or ask.fresh or self._clock() >= call.until:
            return None
        if call.undelivered and ask.delivers:
            call.undelivered, call.until = False, self._clock() + call.remember
        return call

    def _keep(self, key: str, call: _Call, seconds: float) -> None:
        call.remember, call.undelivered = seconds, call.waiting <= 0
        if call.undelivered:
            seconds = max(seconds, UNDELIVERED_SECONDS)
        call.until = self._clock() + seconds
        self._answered.pop(key, None)  # so that the newest stands last
        self._answered[key] = call
        self._make_room()

    def _make_room(self) -> None:
        now = self._clock()
        ended = [key for key, call in self._answered.items() if now >= call.until]
        for key in ended:
            del self._answered[key]
        delivered = [key for key, call in self._answered.items() if not call.undelivered]
        for key in delivered[: max(0, len(delivered) - MAX_REMEMBERED)]:
            del self._answered[key]
        if len(self._answered) - len(delivered) > MAX_UNDELIVERED:
            del self._answered[next(key for key, c in self._answered.items() if c.undelivered)]
