"""A shared store in memory, for several gates at once: it can be down, hang, and be written to by
somebody who should not."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cognito_gate._gate.effects import Item, StoreAnswer, StoreCall

DOWN = "the store refuses the connection"


@dataclass
class MemoryStore:
    """Items by key, counters, and who listens. `clock` gives Unix time; with a `failure` it answers
    nothing; `publishes`: messages reach the listeners. `asked` are the questions so far, and
    `before` is called with each."""

    clock: Callable[[], float]
    publishes: bool = True
    failure: str = ""
    items: dict[str, Item] = field(default_factory=dict)
    counts: dict[str, tuple[int, float]] = field(default_factory=dict)
    listeners: list[Callable[[bytes], None]] = field(default_factory=list)
    asked: list[StoreCall] = field(default_factory=list)
    before: Callable[[StoreCall], None] = lambda call: None

    def answer(self, call: StoreCall) -> StoreAnswer:
        self.asked.append(call)
        self.before(call)
        if self.failure:
            return StoreAnswer(self.failure)
        answer: StoreAnswer = getattr(self, f"_{call.operation}")(call)
        return answer

    @property
    def down(self) -> bool:
        return self.failure != ""

    @down.setter
    def down(self, down: bool) -> None:
        self.failure = DOWN if down else ""

    def operations(self, *but: str) -> list[str]:
        """The questions so far, but those of some kinds; and forget them."""
        asked: list[str] = [call.operation for call in self.asked if call.operation not in but]
        self.asked.clear()
        return asked

    def of(self, prefix: str) -> list[Item]:
        """The items whose key begins so."""
        return [item for key, item in self.items.items() if key.startswith(prefix)]

    def overwrite(self, key: str, value: bytes) -> None:
        """What somebody with access to the store may do."""
        self.items[key] = replace(self.items[key], value=value)

    def _live(self, key: str) -> Item | None:
        item = self.items.get(key)
        return item if item is not None and self.clock() < item.ends_at else None

    def _load(self, call: StoreCall) -> StoreAnswer:
        return StoreAnswer(item=self._live(call.key))

    def _save(self, call: StoreCall) -> StoreAnswer:
        assert call.item is not None
        self.items[call.key] = call.item
        return StoreAnswer(done=True)

    def _create(self, call: StoreCall) -> StoreAnswer:
        there = self._live(call.key)
        return self._save(call) if there is None else StoreAnswer(item=there)

    def _replace(self, call: StoreCall) -> StoreAnswer:
        there = self._live(call.key)
        same = there is not None and there.value == call.before
        return self._save(call) if same else StoreAnswer()

    def _delete(self, call: StoreCall) -> StoreAnswer:
        there = self._live(call.key)
        if there is not None and call.before in (None, there.value):
            del self.items[call.key]
            return StoreAnswer(done=True)
        return StoreAnswer(done=self.counts.pop(call.key, None) is not None)

    def _count(self, call: StoreCall) -> StoreAnswer:
        number, until = self.counts.get(call.key, (0, call.ends_at))
        if until <= self.clock():
            number, until = 0, call.ends_at
        self.counts[call.key] = number + 1, until
        return StoreAnswer(count=number + 1)

    def _list(self, call: StoreCall) -> StoreAnswer:
        items = [item for key, item in self.items.items() if self._live(key)]
        return StoreAnswer(items=tuple(item for item in items if item.owner == call.key))

    def _publish(self, call: StoreCall) -> StoreAnswer:
        for hear in self.listeners if self.publishes else ():
            hear(call.message)
        return StoreAnswer(done=True)
