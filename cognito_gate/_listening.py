"""Runs an async `on_event` beside the requests on their event loop: bounded, awaited at the end.

Knows tasks and time-outs; must not know what an event says.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

MAX_TASKS = 1000  # under way at the same time; what comes on top is not told
FINISH_SECONDS = 5.0  # that the end of a server waits for them
log = logging.getLogger("cognito_gate")


class Listening:
    """The calls of one async `on_event` that are under way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._full = False

    def start(self, call: Coroutine[Any, Any, object], event: str) -> None:
        """Run a call on the running loop. Raises nothing that the call raises."""
        if len(self._tasks) >= MAX_TASKS:
            call.close()
            if not self._full:  # once, until it keeps up again
                log.error("on_event does not keep up: %s and others are not told", event)
            self._full = True
            return
        self._full = False
        task = asyncio.get_running_loop().create_task(self._run(call, event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def starter(self) -> Callable[[Coroutine[Any, Any, object], str], object]:
        """`start`, to be called by another thread, on the loop that runs here."""
        loop = asyncio.get_running_loop()
        return lambda call, event: loop.call_soon_threadsafe(self.start, call, event)

    async def finish(self) -> None:
        """Wait for the calls that are under way on this loop; end those that take too long."""
        loop, own = asyncio.get_running_loop(), asyncio.current_task()
        mine = [task for task in self._tasks if task.get_loop() is loop and task is not own]
        if not mine:
            return
        _, late = await asyncio.wait(mine, timeout=FINISH_SECONDS)
        for task in late:
            task.cancel()
        if late:
            log.error("on_event was ended at %d events: it takes too long", len(late))
            await asyncio.wait(late, timeout=1)

    async def _run(self, call: Coroutine[Any, Any, object], event: str) -> None:
        try:
            await call
        except Exception:
            log.exception("on_event failed at %s", event)
