"""Any sequence of questions: a store answers as a dictionary with times would."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cognito_gate._gate.effects import Item, StoreAnswer, StoreCall
from tests.stores.conftest import Kind

NOW = 2e9  # later than any server's clock: Redis keeps time by itself, and for longer than a test
KEYS, OWNERS, VALUES = ("a", "b"), ("", "me", "you"), (b"", b"one", b"two")
ENDS = (-1.0, 50.0, 100.0)  # seconds from now


@dataclass
class Model:
    """A dictionary with times."""

    items: dict[str, Item] = field(default_factory=dict)
    counts: dict[str, tuple[int, float]] = field(default_factory=dict)

    def answer(self, call: StoreCall, now: float) -> StoreAnswer:
        there = self.items.get(call.item.key if call.item else call.key)
        there = there if there and there.ends_at > now else None
        match call.operation:
            case "load":
                return StoreAnswer(item=there)
            case "create" if there:
                return StoreAnswer(item=there)
            case "replace" if not there or there.value != call.before:
                return StoreAnswer()
            case "delete":
                done = there is not None and call.before in (None, there.value)
                if done:
                    del self.items[call.key]
                return StoreAnswer(done=done)
            case "count":
                number, ends_at = self.counts.get(call.key, (0, 0.0))
                number, ends_at = (number, ends_at) if ends_at > now else (0, call.ends_at)
                self.counts[call.key] = number + 1, ends_at
                return StoreAnswer(done=True, count=number + 1)
            case "list":
                mine = [item for item in self.items.values() if item.owner == call.key]
                return StoreAnswer(items=tuple(item for item in mine if item.ends_at > now))
            case _:
                assert call.item is not None
                self.items[call.item.key] = call.item
                return StoreAnswer(done=True)


def calls() -> st.SearchStrategy[tuple[str, str, bytes, float, str, bytes | None]]:
    """What is asked, for which key, with which value, seconds left, owner and value before."""
    operations = ("load", "save", "create", "replace", "delete", "count", "list", "later")
    before = st.sampled_from((None, *VALUES))
    some = map(st.sampled_from, (operations, KEYS, VALUES, ENDS, OWNERS))
    return st.tuples(*some, before)


def call_of(asked: tuple[Any, ...], now: float) -> StoreCall:
    operation, key, value, left, owner, before = asked
    ends_at = now + left
    match operation:
        case "save" | "create" | "replace":
            if operation == "replace":
                before = before or b""
            return StoreCall(operation, key, Item(key, value, ends_at, owner), before)
        case "list":
            return StoreCall("list", owner or "me")
        case "count":
            return StoreCall("count", key, ends_at=ends_at)
        case _:
            return StoreCall(operation, key, before=before)


def test_any_questions(kind: Kind) -> None:
    moves = kind.name in ("sqlite", "dynamodb")  # the others' time goes by itself

    @settings(
        max_examples=8 if kind.name == "dynamodb" else 50,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @given(st.lists(calls(), max_size=20))
    def holds(asked: list[tuple[Any, ...]]) -> None:
        now = [NOW]
        store, model = kind.open(kind.fresh(), lambda: now[0]), Model()
        try:
            for one in asked:
                if one[0] == "later":
                    now[0] += 60 if moves else 0
                    continue
                call = call_of(one, now[0])
                answer, right = store.answer(call), model.answer(call, now[0])
                assert sorted(answer.items, key=repr) == sorted(right.items, key=repr)
                assert (answer.done, answer.item, answer.count, answer.failure) == (
                    right.done,
                    right.item,
                    right.count,
                    "",
                ), call
        finally:
            store.close()

    holds()
