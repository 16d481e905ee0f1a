"""What the gate asks of a store that several processes share: one function for each operation.

Knows keys, values and times. Must not know which store it is (`_driver`), nor what the values say:
whoever saves one has encrypted it, and has made its key unguessable where that matters.
"""

from .effects import Flow, Item, StoreAnswer, StoreCall


class StoreFailed(Exception):
    """The store did not answer, or not in time. Its text is for the log."""


def load(key: str) -> Flow[Item | None]:
    """The item of this key, unless it has ended. Raises StoreFailed, as all of these do."""
    return (yield from _ask(StoreCall("load", key))).item


def save(item: Item) -> Flow[None]:
    """Keep an item, in place of whatever its key had."""
    yield from _ask(StoreCall("save", item.key, item))


def create(item: Item) -> Flow[Item | None]:
    """Keep an item if its key has none that still counts: None. Otherwise the one there is."""
    answer = yield from _ask(StoreCall("create", item.key, item))
    if answer.done:
        return None
    if answer.item is None:  # None would say that it was kept
        raise StoreFailed("the store says neither that it kept the item nor which one there is")
    return answer.item


def replace(item: Item, before: bytes) -> Flow[bool]:
    """Keep an item if its key has the value `before`. True when it was kept."""
    return (yield from _ask(StoreCall("replace", item.key, item, before))).done


def delete(key: str, before: bytes | None = None) -> Flow[bool]:
    """Forget the item of this key; with `before`, only while it has this value. True when there was
    one."""
    return (yield from _ask(StoreCall("delete", key, before=before))).done


def count(key: str, ends_at: float) -> Flow[int]:
    """Add one to a number that begins at 0 and is forgotten at `ends_at`, as its first caller
    said. The new number."""
    return (yield from _ask(StoreCall("count", key, ends_at=ends_at))).count


def owned(owner: str) -> Flow[tuple[Item, ...]]:
    """The items of one owner that have not ended."""
    return (yield from _ask(StoreCall("list", owner))).items


def publish(message: bytes) -> Flow[None]:
    """Tell all processes that listen, this one too. Who begins to listen later is not told: what
    they must know is kept as an item as well."""
    yield from _ask(StoreCall("publish", message=message))


def _ask(call: StoreCall) -> Flow[StoreAnswer]:
    answer: StoreAnswer = yield call
    if answer.failure:
        raise StoreFailed(answer.failure)
    return answer
