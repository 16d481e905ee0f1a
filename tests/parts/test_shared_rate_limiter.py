"""The rate limiter of all processes that share a store."""

from typing import Any

import pytest

from cognito_gate._gate.effects import Flow, StoreCall
from cognito_gate._gate.store_keys import StoreKeys
from cognito_gate._sign_in.shared_rate_limiter import SharedRateLimiter
from tests.flows.stage import START
from tests.world.pool import Pool
from tests.world.store import MemoryStore

NOW = START + 50.0  # a window of 300 seconds began at START


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(lambda: NOW)


def limiter(name: str = "guesses") -> SharedRateLimiter:
    """That of one process."""
    return SharedRateLimiter(name, 3, 300, 100, StoreKeys(Pool(clock=lambda: NOW).settings()))


def asked(store: MemoryStore, flow: Flow[Any]) -> Any:
    """The result of a flow that asks nothing but the store."""
    try:
        effect = next(flow)
        while True:
            assert isinstance(effect, StoreCall)
            effect = flow.send(store.answer(effect))
    except StopIteration as stop:
        return stop.value


def test_processes_count_together(store: MemoryStore) -> None:
    one, two = limiter(), limiter()
    assert [asked(store, each.take("ada", NOW)) for each in (one, two, one)] == [0.0] * 3
    assert asked(store, two.take("ada", NOW)) == 250.0
    assert asked(store, two.take("ben", NOW)) == 0.0
    assert asked(store, limiter("messages").take("ada", NOW)) == 0.0
    assert asked(store, limiter().take("ada", NOW + 250)) == 0.0  # the next window


def test_what_one_process_refuses_is_not_asked(store: MemoryStore) -> None:
    one = limiter()
    for _ in range(3):
        asked(store, one.take("ada", NOW))
    store.operations()
    for _ in range(5):
        assert asked(store, one.take("ada", NOW)) > 0
    assert store.operations() == []


def test_each_counts_alone_while_the_store_is_down(store: MemoryStore) -> None:
    store.down = True
    one, two = limiter(), limiter()
    assert [asked(store, one.take("ada", NOW)) for _ in range(3)] == [0.0] * 3
    assert asked(store, one.take("ada", NOW)) > 0
    assert asked(store, two.take("ada", NOW)) == 0.0
    asked(store, one.pardon("ada", NOW))
    assert asked(store, one.take("ada", NOW)) == 0.0


def test_who_proved_who_they_are_may_try_again_everywhere(store: MemoryStore) -> None:
    one, two = limiter(), limiter()
    for _ in range(3):
        asked(store, one.take("ada", NOW))
    asked(store, one.pardon("ada", NOW))
    assert [asked(store, each.take("ada", NOW)) for each in (one, two)] == [0.0] * 2


def test_the_store_learns_no_names(store: MemoryStore) -> None:
    asked(store, limiter().take("ada@example.com", NOW))
    (key,) = store.counts
    assert "ada" not in key
