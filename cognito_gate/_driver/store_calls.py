"""The questions of flows to the shared store: each is answered in time, or failed.

Knows time limits, threads and forks; must not know which store it is, nor what is kept there. Never
raises: whatever a store does is a `StoreAnswer` with the reason.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeAlias

from .._gate.effects import StoreAnswer, StoreCall
from .breaker import Breaker
from .calls import LEFT_ALONE
from .stores.interface import Hear, Missed, Store
from .workers import Workers

NO_STORE = StoreAnswer("there is no store")
MAX_THREADS = 16  # of a process, that wait for its store
ObserveStore: TypeAlias = Callable[[StoreCall, StoreAnswer, float], None]
"""Is told each question that the store was asked, the answer, and how many seconds it took. Raises
nothing."""
log = logging.getLogger("cognito_gate")


def unobserved(call: StoreCall, answer: StoreAnswer, seconds: float) -> None:
    """What observes the questions of a gate that nobody measures."""


def _nothing() -> None:
    """What is done where nobody must know that messages were missed."""


class _Opened:
    """A process's own: connections, threads and locks do not survive a fork."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.place = f"the store ({store.name})"
        self.workers = Workers(MAX_THREADS)
        self.breaker = Breaker()

    def close(self) -> None:
        self.store.close()
        self.workers.close()


class StoreCalls:
    """Asks one store, for threads and for event loops. Nothing is open until the first question of
    a process: a server may construct a gate and fork then."""

    def __init__(
        self, open_store: Callable[[], Store], timeout: float, observe: ObserveStore = unobserved
    ) -> None:
        self._open_store, self._timeout, self._observe = open_store, timeout, observe
        self._opened: dict[int, _Opened] = {}
        self._listeners: list[tuple[Hear, Missed]] = []

    def listen(self, hear: Hear, missed: Missed = _nothing) -> None:
        """Hear all that any process publishes, from this process's first question on. To be called
        before that. Both are called in a thread of the store's, and must be quick.

        Args:
            hear: is given each message, those of this process too.
            missed: is called when messages may have been missed: at the begin, and after an outage.
        """
        self._listeners.append((hear, missed))

    def answer(self, call: StoreCall) -> StoreAnswer:
        """The answer, for a thread."""
        opened = self._current()
        if opened.breaker.refuses(opened.place):
            return StoreAnswer(LEFT_ALONE)
        started = time.monotonic()
        try:
            answer = self._wait(opened.workers.do(lambda: opened.store.answer(call)))
        except Exception as error:  # noqa: BLE001 - whatever a store raises must fail no request
            answer = self._failed(opened, error)
        return self._noted(opened, call, answer, started)

    async def answer_async(self, call: StoreCall) -> StoreAnswer:
        """The answer, for the running event loop."""
        opened = self._current()
        if opened.breaker.refuses(opened.place):
            return StoreAnswer(LEFT_ALONE)
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout):
                if opened.store.needs_threads:
                    work = opened.workers.do(lambda: opened.store.answer(call))
                    answer = await asyncio.wrap_future(work)
                else:
                    answer = await opened.store.answer_async(call)
        except Exception as error:  # noqa: BLE001 - likewise
            answer = self._failed(opened, error)
        return self._noted(opened, call, answer, started)

    def close(self) -> None:
        """Close what this process has opened for its threads; a later question opens it again."""
        opened = self._opened.pop(os.getpid(), None)
        if opened is not None:
            opened.close()

    async def aclose(self) -> None:
        """Close that, and what the running event loop has opened."""
        opened = self._opened.pop(os.getpid(), None)
        if opened is not None:
            await opened.store.aclose()
            opened.close()

    def _current(self) -> _Opened:
        process = os.getpid()
        opened = self._opened.get(process)
        if opened is None:
            new = _Opened(self._open_store())
            opened = self._opened.setdefault(process, new)  # another thread may be faster
            if opened is new and self._listeners:
                new.store.listen(self._hear, self._missed)
        return opened

    def _wait(self, future: "Future[StoreAnswer]") -> StoreAnswer:
        try:
            return future.result(self._timeout)
        finally:
            future.cancel()  # one that waits for its turn still need not be asked

    def _failed(self, opened: _Opened, error: Exception) -> StoreAnswer:
        text = " ".join(str(error).split())[:300]
        failure = f"{type(error).__name__}: {text}" if text else type(error).__name__
        opened.breaker.note_failure(opened.place, failure)
        log.debug("%s: %s", opened.place, failure)
        return StoreAnswer(failure)

    def _noted(
        self, opened: _Opened, call: StoreCall, answer: StoreAnswer, started: float
    ) -> StoreAnswer:
        seconds = time.monotonic() - started
        if not answer.failure:
            opened.breaker.note_success(opened.place, seconds)
        self._observe(call, answer, seconds)
        return answer

    def _hear(self, message: bytes) -> None:
        for hear, _ in self._listeners:
            _safely(partial(hear, message))

    def _missed(self) -> None:
        for _, missed in self._listeners:
            _safely(missed)


def _safely(tell: Callable[[], None]) -> None:
    """Tell a listener; what it raises must not end the listening of all."""
    try:
        tell()
    except Exception:
        log.exception("a listener of the store failed")
