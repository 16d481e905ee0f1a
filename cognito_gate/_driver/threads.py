"""The sender for threads: runs a flow and makes its calls, each in a thread of its own.

Knows threads and time-outs; must not know what a call means. `event_loop.py` is its twin.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, assert_never

from .._gate.effects import Compute, Flow, HttpAnswer, HttpCall
from .breaker import Breaker
from .calls import LEFT_ALONE, failed, repeats, runs_on, waited
from .loading import connections
from .shared_calls import SharedCalls

if TYPE_CHECKING:
    import httpx

    from .connections import Connections

MAX_CALLS = 32  # at the same time, of one sender
MAX_WAITING = 3
"""How many threads wait for as long as a refresh may take; more wait a moment only, so that threads
are left for requests that need no Cognito. The answer is kept for the next request."""
MOMENT_SECONDS, STRAINED_SECONDS = 2.0, 0.5  # the second where Cognito was slow just now
T = TypeVar("T")


def run(flow: Flow[T], sender: "Sender") -> T:
    """Run a flow to its result, sending what it asks for."""
    try:
        need = next(flow)
        while True:
            match need:
                case HttpCall():
                    need = flow.send(sender.answer(need))
                case Compute():
                    need = flow.send(need.done())
                case _:
                    assert_never(need)
    except StopIteration as stop:
        result: T = stop.value
        return result


class Sender:
    """Makes calls for threads, each in a thread of its own: only so can waiting have an end,
    whatever a server sends and however slowly."""

    def __init__(self, client: "httpx.Client | None" = None) -> None:
        self._client = client
        self._connections: Connections | None = None
        self._lock = threading.Lock()
        self._waiting = 0
        self._free = threading.BoundedSemaphore(MAX_CALLS)
        self._ends: dict[object, float] = {}
        self._calls = SharedCalls()
        self._breaker = Breaker()

    def answer(self, ask: HttpCall) -> HttpAnswer:
        """The answer to an `HttpCall`. Never raises for what the network does."""
        if ask.ends:
            self._calls.forget(ask.ends)
        if not ask.share:
            return self._alone(ask)
        remembered = self._calls.recall(ask)
        if remembered is not None:
            return remembered
        if self._breaker.refuses(ask.place):
            return failed(ask, LEFT_ALONE)
        future, leads = self._calls.join(ask)
        if leads:
            self._start(ask, lambda answer: self._calls.finish(ask, future, answer))
        return self._wait(ask, future, leads=leads)

    def close(self) -> None:
        """Close the connections that were opened here; a later call opens others."""
        if self._connections is not None:
            self._connections.close()

    def _alone(self, ask: HttpCall) -> HttpAnswer:
        if self._breaker.refuses(ask.place):
            return failed(ask, LEFT_ALONE)
        future: Future[HttpAnswer] = Future()
        self._start(ask, future.set_result)
        return self._wait(ask, future, leads=True)

    def _start(self, ask: HttpCall, done: Callable[[HttpAnswer], object]) -> None:
        if not self._free.acquire(blocking=False):
            done(failed(ask, "too many calls are under way"))
            return
        self._end_the_endless()
        # A daemon: a server that hangs must not keep the process from ending.
        thread = threading.Thread(target=self._run, args=(runs_on(ask), done), daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no thread is to be had
            self._free.release()
            done(failed(ask, str(error)))

    def _run(self, ask: HttpCall, done: Callable[[HttpAnswer], object]) -> None:
        answer = HttpAnswer(0, failure="the call was ended")
        this, begun = object(), time.monotonic()
        self._ends[this] = begun + 2 * ask.timeout + 1
        try:
            answer = self._send(ask)
            self._breaker.note(ask, answer, time.monotonic() - begun)
        finally:
            del self._ends[this]
            self._free.release()
            done(answer)

    def _end_the_endless(self) -> None:
        """A server that drips its headers holds a call's thread beyond any time-out of httpx's:
        closing the connections under it ends it."""
        if any(time.monotonic() > end for end in list(self._ends.values())):
            self.close()

    def _wait(self, ask: HttpCall, future: "Future[HttpAnswer]", *, leads: bool) -> HttpAnswer:
        with self._patience(ask) as seconds:
            try:
                return future.result(seconds)
            except TimeoutError:
                answer = waited(ask)
        self._calls.leave(ask, future)
        if leads and ask.share and seconds >= ask.timeout:
            self._breaker.note(ask, answer)
        return answer

    @contextmanager
    def _patience(self, ask: HttpCall) -> Iterator[float]:
        with self._lock:
            self._waiting += 1
            few = self._waiting <= MAX_WAITING
        try:
            moment = STRAINED_SECONDS if self._breaker.strained(ask.place) else MOMENT_SECONDS
            yield ask.timeout if few or ask.patient else min(moment, ask.timeout)
        finally:
            with self._lock:
                self._waiting -= 1

    def _send(self, ask: HttpCall) -> HttpAnswer:
        connected = self._connected()
        answer = connected.send(ask)
        return connected.send(ask) if repeats(ask, answer) else answer

    def _connected(self) -> "Connections":
        if self._connections is None:
            loaded = connections(self._client)
            with self._lock:
                self._connections = self._connections or loaded  # another thread may be faster
        return self._connections
