"""A shared store in memory, for tests that need no server and no file."""

from collections.abc import Callable

from cognito_gate._gate.effects import Item, StoreAnswer, StoreCall


class Shelf:
    """Answers the questions to a store; with `failure` set, it answers none."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.items: dict[str, Item] = {}
        self.failure = ""

    def answer(self, call: StoreCall) -> StoreAnswer:
        if self.failure:
            return StoreAnswer(self.failure)
        if call.operation == "list":
            live = [item for item in self.items.values() if item.ends_at > self._clock()]
            return StoreAnswer(items=tuple(item for item in live if item.owner == call.key))
        there = self.items.get(call.key)
        if there is not None and there.ends_at <= self._clock():
            there = None
        if call.operation == "load":
            return StoreAnswer(item=there)
        if call.operation == "create" and there is not None:
            return StoreAnswer(item=there)
        if call.operation == "replace" and (there is None or there.value != call.before):
            return StoreAnswer()
        assert call.item is not None
        self.items[call.key] = call.item
        return StoreAnswer(done=True)
