"""What each event loop has of its own: connections and locks serve the loop that made them.

Knows event loops; must not know what they are given.
"""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class ByLoop(Generic[T]):
    """A value for each event loop. Some servers run one after another, each for one request."""

    def __init__(self) -> None:
        self._values: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, make: Callable[[], T]) -> T:
        """The running loop's value, made by `make` at the first time."""
        loop = asyncio.get_running_loop()
        value = self._values.get(loop)
        if value is None:
            self._forget_closed()
            value = self._values[loop] = make()
        return value

    def pop(self) -> T | None:
        """The running loop's value, if it has one; it is forgotten."""
        return self._values.pop(asyncio.get_running_loop(), None)

    def _forget_closed(self) -> None:
        """Connections hold their loop, so that it never ends by itself: neither would they."""
        for reference in self._values.keyrefs():
            loop = reference()
            if loop is not None and loop.is_closed():
                self._values.pop(loop, None)
