"""The sender for threads: runs a flow and makes its calls, each in a thread of its own.

Knows threads and time-outs; must not know what a call means. `event_loop.py` is for asyncio.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, assert_never

from .._gate.effects import (
    Compute,
    Flow,
    HttpAnswer,
    HttpCall,
    ReadForm,
    StoreAnswer,
    StoreCall,
    Wait,
)
from .breaker import Breaker
from .calls import (
    LEFT_ALONE,
    Observe,
    failed,
    may_repeat,
    timed_out,
    unobserved,
    with_longer_timeout,
)
from .loading import connections
from .shared_calls import SharedCalls
from .store_calls import NO_STORE, StoreCalls

if TYPE_CHECKING:
    import httpx

    from .connections import Connections

MAX_CALLS = 32  # at the same time, of one sender
MAX_WAITING = 3
"""How many threads may wait for the full time of a refresh. Further ones wait briefly, so that
threads are left for requests that need no call; the answer is kept for the next request."""
SHORT_WAIT_SECONDS, STRAINED_WAIT_SECONDS = 2.0, 0.5  # the second where Cognito was slow just now
T = TypeVar("T")


def no_form() -> bytes | None:
    """For flows of no request."""
    return None


def run(flow: Flow[T], sender: "Sender", read_form: Callable[[], bytes | None] = no_form) -> T:
    """Run a flow to its result, carrying out the effects that it yields. `read_form` reads the body
    of its request."""
    try:
        effect = next(flow)
        while True:
            match effect:
                case HttpCall():
                    effect = flow.send(sender.answer(effect))
                case Compute():
                    effect = flow.send(effect.done())
                case StoreCall():
                    effect = flow.send(sender.ask_store(effect))
                case Wait():
                    time.sleep(effect.seconds)
                    effect = flow.send(None)
                case ReadForm():
                    effect = flow.send(read_form())
                case _:
                    assert_never(effect)
    except StopIteration as stop:
        result: T = stop.value
        return result


class Sender:
    """Makes calls for threads, each in a separate thread: only then can waiting end in time,
    whatever a server sends and however slowly."""

    def __init__(
        self,
        client: "httpx.Client | None" = None,
        observe: Observe = unobserved,
        store: StoreCalls | None = None,
    ) -> None:
        self._client = client
        self._store = store
        self._observe = observe
        self._connections: Connections | None = None
        self._lock = threading.Lock()
        self._waiting = 0
        self._free = threading.BoundedSemaphore(MAX_CALLS)
        self._ends: dict[object, float] = {}
        self._calls = SharedCalls()
        self._breaker = Breaker()

    def answer(self, call: HttpCall) -> HttpAnswer:
        """The answer to an `HttpCall`. Never raises for what the network does."""
        if call.ends:
            self._calls.forget(call.ends)
        if not call.share:
            return self._answer_unshared(call)
        remembered = self._calls.recall(call)
        if remembered is not None:
            return remembered
        if self._breaker.refuses(call.place):
            return failed(call, LEFT_ALONE)
        future, leads = self._calls.join(call)
        if leads:
            self._start(call, lambda answer: self._calls.finish(call, future, answer))
        return self._wait(call, future, leads=leads)

    def ask_store(self, call: StoreCall) -> StoreAnswer:
        """The answer of the shared store. Never raises for what the store does."""
        return self._store.answer(call) if self._store else NO_STORE

    def close(self) -> None:
        """Close the connections that were opened here, and the store; a later call opens others."""
        self._close_connections()
        if self._store is not None:
            self._store.close()

    def _answer_unshared(self, call: HttpCall) -> HttpAnswer:
        if self._breaker.refuses(call.place):
            return failed(call, LEFT_ALONE)
        future: Future[HttpAnswer] = Future()
        self._start(call, future.set_result)
        return self._wait(call, future, leads=True)

    def _start(self, call: HttpCall, done: Callable[[HttpAnswer], object]) -> None:
        if not self._free.acquire(blocking=False):
            done(failed(call, "too many calls are under way"))
            return
        self._close_if_overdue()
        # A daemon thread: a server that hangs must not keep the process from ending.
        thread = threading.Thread(
            target=self._run, args=(with_longer_timeout(call), done), daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:  # the system gives no more threads
            self._free.release()
            done(failed(call, str(error)))

    def _run(self, call: HttpCall, done: Callable[[HttpAnswer], object]) -> None:
        answer = HttpAnswer(0, failure="the call was ended")
        key, started = object(), time.monotonic()
        self._ends[key] = started + 2 * call.timeout + 1
        try:
            answer = self._send(call)
            seconds = time.monotonic() - started
            self._breaker.note(call, answer, seconds)
            self._observe(call, answer, seconds)
        finally:
            del self._ends[key]
            self._free.release()
            done(answer)

    def _close_if_overdue(self) -> None:
        """End calls that are overdue by closing all connections: a server that sends its headers
        byte by byte keeps a thread beyond any time-out of httpx."""
        if any(time.monotonic() > end for end in list(self._ends.values())):
            self._close_connections()

    def _close_connections(self) -> None:
        if self._connections is not None:
            self._connections.close()

    def _wait(self, call: HttpCall, future: "Future[HttpAnswer]", *, leads: bool) -> HttpAnswer:
        with self._waiting_time(call) as seconds:
            try:
                answer = future.result(seconds)
                return answer if leads else replace(answer, shared=True)
            except TimeoutError:
                answer = timed_out(call)
        self._calls.leave(call, future)
        if leads and call.share and seconds >= call.timeout:
            self._breaker.note(call, answer)
        return answer

    @contextmanager
    def _waiting_time(self, call: HttpCall) -> Iterator[float]:
        with self._lock:
            self._waiting += 1
            few = self._waiting <= MAX_WAITING
        try:
            moment = (
                STRAINED_WAIT_SECONDS if self._breaker.strained(call.place) else SHORT_WAIT_SECONDS
            )
            yield call.timeout if few or call.patient else min(moment, call.timeout)
        finally:
            with self._lock:
                self._waiting -= 1

    def _send(self, call: HttpCall) -> HttpAnswer:
        open_connections = self._open_connections()
        answer = open_connections.send(call)
        return open_connections.send(call) if may_repeat(call, answer) else answer

    def _open_connections(self) -> "Connections":
        if self._connections is None:
            loaded = connections(self._client)
            with self._lock:
                self._connections = self._connections or loaded  # another thread may be faster
        return self._connections
