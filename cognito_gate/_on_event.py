"""An operator's `on_event`: called beside the requests, whatever it does. Nothing of it fails or
holds up a request.

Knows plain functions and async ones. Must not know what an event says.
"""

import inspect
import logging
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any, Protocol, TypeAlias

from ._background import Background
from .events import Event

Start: TypeAlias = Callable[[Coroutine[Any, Any, object], str], object]
"""Runs a coroutine beside the requests; told what it is for."""
log = logging.getLogger("cognito_gate")


class Tasks(Protocol):
    """An event loop's tasks: `start` is for its own thread, and makes a `starter` for others."""

    def start(self, call: Coroutine[Any, Any, object], event: str) -> None: ...

    def starter(self) -> Start: ...


class Hook:
    """Calls a function with one event after the other, in a thread of its own and in the context of
    its request; an async one on the event loop, as the tasks have it. With `waits` the request
    waits for a plain one.

    Raises:
        TypeError: it is no function, or an async one that nobody could run.
    """

    def __init__(
        self, on_event: Callable[[Event], object], tasks: Tasks | None, *, waits: bool
    ) -> None:
        if not callable(on_event):
            raise TypeError("on_event takes a function of one event")
        # The function itself, or the method of an object.
        called = (on_event, type(on_event).__call__)
        is_async = any(map(inspect.iscoroutinefunction, called))
        if tasks is None and is_async:
            raise TypeError(
                "on_event takes a plain function under WSGI, and no async one: there is no event "
                "loop to run it"
            )
        self._on_event = on_event
        self._tasks = tasks
        self._at_once = waits or is_async  # calling an async one does nothing of what it does
        self._events: Background[tuple[Context, Event, Start | None]] = Background(self._in_context)
        self._full = False

    def tell(self, event: Event) -> None:
        """Have it called. Raises nothing."""
        tasks = self._tasks
        if self._at_once:
            self._call(event, tasks.start if tasks else None)
            return
        taken = self._events.put((copy_context(), event, tasks.starter() if tasks else None))
        if not taken and not self._full:  # once, until it keeps up again
            name = type(event).__name__
            log.error("on_event does not keep up: %s and others are not told", name)
        self._full = not taken

    @property
    def is_waiting(self) -> bool:
        """Whether there are events that it was not called with yet."""
        return self._events.left > 0

    def finish(self) -> None:
        """Wait until it was called with all events, some seconds at most."""
        left = self._events.finish()
        if left:
            log.error("on_event is left with %d events: it takes too long", left)

    def _in_context(self, item: tuple[Context, Event, Start | None]) -> None:
        context, event, start = item
        context.run(self._call, event, start)

    def _call(self, event: Event, start: Start | None) -> None:
        try:
            result = self._on_event(event)
            if inspect.iscoroutine(result):
                _start(result, start, event)
        except Exception:
            log.exception("on_event failed at %s", type(event).__name__)


def _start(result: Coroutine[Any, Any, object], start: Start | None, event: Event) -> None:
    try:
        if start is None:
            raise TypeError("it returned a coroutine, which nobody awaits")
        start(result, type(event).__name__)
    except Exception:  # the event loop has ended, or there is none
        result.close()
        raise
