"""A queue that a thread of its own works off, so that no request waits for what is done there:
bounded, in order, begun anew after a fork, and worked off before the process ends.

Must not know what is done.
"""

import atexit
import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")

MAX_WAITING = 4096
IDLE_SECONDS = 5.0  # that the thread waits for more before it ends
# That who puts an item waits for it. Most take microseconds: a function that appends to a list has
# done so when the visitor has the answer. Where it was in vain, nobody waits for a second.
MOMENT_SECONDS = 0.02
NO_MOMENT_SECONDS = 1.0
FINISH_SECONDS = 5.0  # that the end of a gate or of the process waits for what is left
log = logging.getLogger("cognito_gate")


class Background(Generic[T]):
    """Calls `do` with one item after the other. What `do` raises is logged.

    The thread begins with an item and ends when there was none for some seconds. It is a daemon:
    `do` may wait for ever, and the process must end all the same.
    """

    def __init__(
        self,
        do: Callable[[T], object],
        most: int = MAX_WAITING,
        forked: Callable[[], object] = lambda: None,
    ) -> None:
        """`most` items may wait. `forked` is called in a child process, where others' locks may
        be those of threads that are not there."""
        self._do = do
        self._most = most
        self._forked = forked
        self._begin()
        _QUEUES.add(self)

    def begin_anew(self) -> None:
        """In a child process, which has neither its parent's thread nor its work to do."""
        self._begin()
        self._forked()

    def _begin(self) -> None:
        # Reentrant: a signal handler, or a destructor, may put something while its thread does.
        self._changed = threading.Condition(threading.RLock())
        self._waiting: deque[T] = deque()
        self._busy = 0
        self._in_vain = False
        self._no_moment_until = 0.0
        self._thread: threading.Thread | None = None

    def put(self, item: T) -> bool:
        """Have an item done, and wait a moment for it; False where as many are waiting already as
        may. It is done at once where the system gives no thread, as at the end of a process."""
        with self._changed:
            if len(self._waiting) >= self._most:
                return False
            if self._thread is not None or self._starts():
                self._waiting.append(item)
                self._changed.notify_all()
                self._wait_a_moment()
                return True
        self._do_one(item)
        return True

    def _wait_a_moment(self) -> None:
        if threading.current_thread() is self._thread or time.monotonic() < self._no_moment_until:
            return
        if not self._changed.wait_for(lambda: not self.left, MOMENT_SECONDS):
            self._no_moment_until = time.monotonic() + NO_MOMENT_SECONDS

    def finish(self, seconds: float | None = None) -> int:
        """Wait until all is done, so many seconds at most (`FINISH_SECONDS`), and say how many
        items are not. Does not wait where `do` itself asks, nor again where that was in vain and
        nothing was done since: a server may say more than once that it ends."""
        with self._changed:
            if not self._in_vain and threading.current_thread() is not self._thread:
                limit = FINISH_SECONDS if seconds is None else seconds
                self._in_vain = not self._changed.wait_for(lambda: not self.left, limit)
            return self.left

    @property
    def left(self) -> int:
        """How many items are not done yet."""
        return len(self._waiting) + self._busy

    def _starts(self) -> bool:
        thread = threading.Thread(target=self._work, name="cognito-gate", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return False
        self._thread = thread
        _finish_with_child()
        return True

    def _work(self) -> None:
        while taken := self._take():
            self._do_one(*taken)
            with self._changed:
                self._busy, self._in_vain = 0, False
                self._changed.notify_all()

    def _do_one(self, item: T) -> None:
        try:
            self._do(item)
        except BaseException:  # SystemExit would end this thread without a word
            log.exception("an unexpected error beside the requests")

    def _take(self) -> tuple[T] | tuple[()]:
        """The next item, when there is one; empty when the thread is to end."""
        with self._changed:
            if self._changed.wait_for(lambda: self._waiting, IDLE_SECONDS):
                self._busy = 1
                return (self._waiting.popleft(),)
            self._thread = None
            return ()


_FINALIZED: set[int] = set()
"""The processes, each in its own memory, that finish what is left at their end."""
_QUEUES: "WeakSet[Background[Any]]" = WeakSet()


def finish_all() -> None:
    """At the end of the process: servers for WSGI do not tell a gate that it is over."""
    deadline = time.monotonic() + FINISH_SECONDS
    left = sum(queue.finish(max(0.0, deadline - time.monotonic())) for queue in list(_QUEUES))
    if left:
        log.error("the process ends, and %d events were not told: that takes too long", left)


def _finish_with_child() -> None:
    """A process of multiprocessing's ends without the functions of atexit, but not without its own
    finalizers, which Granian's workers run. Who has not loaded it is no such process."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None and os.getpid() not in _FINALIZED:
        _FINALIZED.add(os.getpid())
        util.Finalize(None, finish_all, exitpriority=0)


def _after_fork() -> None:
    for queue in list(_QUEUES):
        queue.begin_anew()


atexit.register(finish_all)
# Windows has no fork.
getattr(os, "register_at_fork", lambda **_: None)(after_in_child=_after_fork)
