"""What a store is to the senders, and what all stores have in common.

An answer may be late, wrong or an exception: `store_calls.py` deals with that for all of them. Must
not know what keys and values mean.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from ..._gate.effects import Item, StoreAnswer, StoreCall

Hear: TypeAlias = Callable[[bytes], None]
"""Is given each published message, in a thread of the store's. Quick, and raises nothing."""
Missed: TypeAlias = Callable[[], None]
"""Is called when messages may have been missed, in that same thread: before the first one, and
after an outage. What was copied from the store may be out of date then."""

MAX_OWNED = 10_000
"""The items that `list` gives at most: those that end last."""


class StoreUnusable(Exception):
    """A store cannot work as it is. The text says what to do, for the log."""


class Store(Protocol):
    """A store. How long an item is kept follows from the clock of who saves it: `ends_at` less the
    time of its process. An item without time left is not kept, and ends whatever its key had.

    Everything here may raise; safe under threads. Nothing is open before the first question, and
    each process has a store of its own: none is used after a fork.
    """

    @property
    def name(self) -> str:
        """What logs and metrics call it."""

    @property
    def needs_threads(self) -> bool:
        """Whether event loops have to ask it in threads, too."""

    def answer(self, call: StoreCall) -> StoreAnswer:
        """The answer, in a thread that may wait. A `failure` in it is the fault of the call, and
        an exception that of the store."""

    async def answer_async(self, call: StoreCall) -> StoreAnswer:
        """The answer, on the running event loop; not of a store that needs threads."""

    def listen(self, hear: Hear, missed: Missed) -> None:
        """Hear all that is published from now on, in a daemon thread, until `close`. A store that
        publishes nothing calls neither."""

    def close(self) -> None:
        """Close what threads have opened, and end listening."""

    async def aclose(self) -> None:
        """Close what the running event loop has opened."""


class InThreads:
    """What a store has that can be asked in threads only."""

    needs_threads = True

    async def answer_async(self, call: StoreCall) -> StoreAnswer:
        """Not possible."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Nothing is an event loop's own."""


def item_of(call: StoreCall) -> Item:
    """The item of a call that has one."""
    if call.item is None:
        raise ValueError(f"{call.operation} without an item")
    return call.item
