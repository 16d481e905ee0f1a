"""Threads that do what may make its caller wait, so that the caller can stop waiting in time.

Daemon threads, unlike those of concurrent.futures: a server that hangs must not keep the process
from ending. Must not know what is done.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


class Workers:
    """Up to `most` threads, begun as they are needed and kept until `close`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._threads = 0

    def do(self, work: Callable[[], T]) -> "Future[T]":
        """Have it done; it is left out where its future is cancelled before its turn.

        Raises:
            RuntimeError: the system gives no thread.
        """
        future: Future[T] = Future()

        def turn() -> None:
            if future.set_running_or_notify_cancel():
                _settle(future, work)

        self._have_a_thread()
        self._queue.put(turn)
        return future

    def close(self) -> None:
        """End the threads, each when it has done what it does."""
        with self._lock:
            for _ in range(self._threads):
                self._queue.put(None)
            self._threads = 0

    def _have_a_thread(self) -> None:
        if self._idle.acquire(blocking=False):
            return
        with self._lock:
            if self._threads < self._most:
                threading.Thread(target=self._work, daemon=True).start()
                self._threads += 1

    def _work(self) -> None:
        while (turn := self._queue.get()) is not None:
            turn()
            del turn  # what it holds must not live until the next turn
            self._idle.release()


def _settle(future: "Future[T]", work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
        future.set_exception(error)
