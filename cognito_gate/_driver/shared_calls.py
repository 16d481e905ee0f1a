"""The calls that several requests share: running ones, and answers that are used again.

Knows keys, times and waiting; must not know what is called or how. The lock guards dict operations
only.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from .._gate.effects import HttpAnswer, HttpCall

MAX_REMEMBERED = 1024
RUN_ON = 4
"""A call whose answer must not be lost may take this many times as long as the requests wait: its
answer may contain a refresh token that is the only valid one from then on."""
UNDELIVERED_SECONDS = 86_400.0
MAX_UNDELIVERED = 8192
"""How long an answer that reached no browser is kept for the next request, and how many are."""


def time_limit(http_call: HttpCall) -> float:
    """How long a call may take, in seconds. A GET that takes too long is simply repeated."""
    return http_call.timeout * (RUN_ON if http_call.share and http_call.method == "POST" else 1)


@dataclass(slots=True)
class _Call:
    """A running call, or its answer. `waiting` counts the requests that can deliver the answer."""

    until: float
    session: str = ""
    waiting: int = 0
    remember: float = 0.0
    undelivered: bool = False
    forgotten: bool = False
    future: Future[HttpAnswer] = field(default_factory=Future)


class Waiting(NamedTuple):
    """The requests of this process that wait for a call: whether one of them can deliver the answer
    to its browser, and what gives them the answer before the end of the flow."""

    awaited: Callable[[], bool]
    give: Callable[[HttpAnswer], object]


class SharedCalls:
    """The shared calls of one sender. Safe under threads and under several event loops."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._running: dict[str, _Call] = {}
        self._answered: dict[str, _Call] = {}

    def recall(self, http_call: HttpCall) -> HttpAnswer | None:
        """The answer to an earlier call with this key, while it may be used again."""
        with self._lock:
            call = self._remembered(http_call)
        return replace(call.future.result(0), remembered=True) if call else None

    def join(self, http_call: HttpCall) -> tuple[Future[HttpAnswer], bool]:
        """The running call's future, and whether the caller has to make the call. Callers that stop
        waiting must call `leave`."""
        with self._lock:
            call = self._remembered(http_call)
            if call is not None:
                return call.future, False
            now = self._clock()
            call = self._running.get(http_call.share)
            leads = call is None or now >= call.until
            if call is None or leads:
                # A call whose event loop was closed never ends, so that a new one replaces it.
                call = self._running[http_call.share] = _Call(
                    now + 2 * time_limit(http_call) + 1, http_call.session
                )
                call.future.set_running_or_notify_cancel()  # no waiter that leaves can cancel it
            call.waiting += http_call.delivers
            return call.future, leads

    def leave(self, http_call: HttpCall, future: Future[HttpAnswer]) -> None:
        """Stop waiting for a call."""
        with self._lock:
            call = self._running.get(http_call.share)
            if call is not None and call.future is future:
                call.waiting -= http_call.delivers

    def awaited(self, http_call: HttpCall) -> bool:
        """True while a request that can deliver the answer waits for the running call."""
        with self._lock:
            call = self._running.get(http_call.share)
            return call is not None and call.waiting > 0

    def finish(
        self,
        http_call: HttpCall,
        future: Future[HttpAnswer],
        answer: HttpAnswer,
        most: float = float("inf"),
    ) -> None:
        """End the call, if it has not ended, and give its answer to all who wait. It is given again
        for `most` seconds, at most."""
        if future.done():
            return
        keep = min(http_call.remember(answer), most)
        with self._lock:
            call = self._running.get(http_call.share)
            if call is not None and call.future is future:
                del self._running[http_call.share]
                if keep > 0 and not call.forgotten:
                    self._keep(http_call.share, call, keep)
        future.set_result(answer)

    def forget(self, session: str) -> None:
        """Drop the answers of that session, and those of its running calls when they come."""
        with self._lock:
            for key in [key for key, call in self._answered.items() if call.session == session]:
                del self._answered[key]
            for call in self._running.values():
                call.forgotten = call.forgotten or call.session == session

    def _remembered(self, http_call: HttpCall) -> _Call | None:
        call = self._answered.get(http_call.share)
        if call is None or http_call.fresh or self._clock() >= call.until:
            return None
        if call.undelivered and http_call.delivers:
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
