"""What each operation means, the same for all stores; on threads and on event loops."""

import time
from collections.abc import Callable
from queue import SimpleQueue

from cognito_gate._gate import store
from cognito_gate._gate.effects import Item
from tests.stores.conftest import Asked, Kind

PATIENCE = 10.0


def item(key: str = "key", value: bytes = b"value", left: float = 60, owner: str = "") -> Item:
    return Item(key, value, time.time() + left, owner)


ANY = [
    b"",
    b"\0\xff\r\n",
    bytes(range(256)) * 500,
]


def test_what_is_saved_is_loaded(asked: Asked) -> None:
    assert asked.run(store.load("key")) is None
    for value in ANY:
        saved = item(value=value, owner="somebody: é")
        asked.run(store.save(saved))
        assert asked.run(store.load("key")) == saved
    assert asked.run(store.load("another key")) is None


def test_only_one_creates(asked: Asked) -> None:
    first = item()
    assert asked.run(store.create(first)) is None
    assert asked.run(store.create(item(value=b"another"))) == first
    assert asked.run(store.load("key")) == first
    assert asked.run(store.delete("key"))
    assert asked.run(store.create(item(value=b"another"))) is None


def test_replacing_needs_the_value_before(asked: Asked) -> None:
    assert not asked.run(store.replace(item(), b"value"))
    assert not asked.run(store.replace(item(), b""))
    asked.run(store.save(item()))
    second = item(value=b"second", left=90)
    assert not asked.run(store.replace(second, b"value "))
    assert asked.run(store.replace(second, b"value"))
    assert asked.run(store.load("key")) == second


def test_deleting_with_the_value_before_or_without(asked: Asked) -> None:
    assert not asked.run(store.delete("key"))
    asked.run(store.save(item()))
    assert not asked.run(store.delete("key", b"another"))
    assert not asked.run(store.delete("key", b""))
    assert asked.run(store.delete("key", b"value"))
    assert not asked.run(store.delete("key", b"value"))
    assert asked.run(store.load("key")) is None


def test_counting(asked: Asked) -> None:
    ends_at = time.time() + 60
    counted = [asked.run(store.count(key, ends_at)) for key in ("a", "a", "b", "a")]
    assert counted == [1, 2, 1, 3]
    assert asked.run(store.load("a")) is None  # numbers and items do not meet


def test_an_owners_items(asked: Asked) -> None:
    mine = [item(f"mine-{number}", left=60 + number, owner="me") for number in range(3)]
    for one in (*mine, item("yours", owner="you"), item("nobody's")):
        asked.run(store.save(one))
    asked.run(store.delete("mine-1"))
    assert set(asked.run(store.owned("me"))) == {mine[0], mine[2]}
    asked.run(store.save(item("mine-2", owner="you")))
    assert [one.key for one in asked.run(store.owned("me"))] == ["mine-0"]
    assert {one.key for one in asked.run(store.owned("you"))} == {"yours", "mine-2"}
    assert asked.run(store.owned("")) == asked.run(store.owned("nobody")) == ()


def test_created_and_replaced_items_are_listed_too(asked: Asked) -> None:
    created = item("created", owner="me")
    assert asked.run(store.create(created)) is None
    asked.run(store.create(item("created", owner="you")))
    assert asked.run(store.owned("me")) == (created,)
    assert asked.run(store.owned("you")) == ()
    replaced = item("created", b"new", owner="you")
    assert asked.run(store.replace(replaced, b"value"))
    assert asked.run(store.owned("me")) == ()
    assert asked.run(store.owned("you")) == (replaced,)


def test_what_has_ended_is_not_there(asked: Asked) -> None:
    for save in (store.save, store.create):
        asked.run(save(item(left=-1, owner="me")))
        assert asked.run(store.load("key")) is None
        assert not asked.run(store.delete("key"))
        assert not asked.run(store.replace(item(), b"value"))
        assert asked.run(store.owned("me")) == ()
    asked.run(store.save(item()))
    assert asked.run(store.replace(item(left=-1), b"value"))
    assert asked.run(store.create(item(value=b"new"))) is None
    assert asked.run(store.count("n", time.time() - 1)) == 1
    assert asked.run(store.count("n", time.time() + 60)) == 1
    assert asked.run(store.count("n", time.time() - 1)) == 2  # the first said when it ends
    assert asked.run(store.count("n", time.time() + 60)) == 3


def test_time_goes_by(asked: Asked) -> None:
    ends_at = time.time() + 0.3
    asked.run(store.save(Item("key", b"value", ends_at)))
    assert asked.run(store.count("n", ends_at)) == 1
    _until(lambda: asked.run(store.load("key")) is None)
    assert time.time() >= ends_at - 0.01  # Redis counts milliseconds
    _until(lambda: asked.run(store.count("n", time.time() + 60)) == 1)
    assert asked.run(store.create(item(value=b"new"))) is None


def _until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)  # the pause of a poll


def test_messages_reach_all_who_listen(asked: Asked, kind: Kind) -> None:
    heard: SimpleQueue[bytes] = SimpleQueue()
    missed: SimpleQueue[None] = SimpleQueue()
    asked.calls.listen(heard.put, lambda: missed.put(None))
    asked.run(store.publish(b"nobody listens yet"))
    if kind.name == "dynamodb":
        return
    missed.get(timeout=PATIENCE)
    asked.run(store.publish(b"one"))
    asked.run(store.publish(b"\0\xfftwo"))
    messages = {heard.get(timeout=PATIENCE), heard.get(timeout=PATIENCE)}
    assert messages - {b"nobody listens yet"} <= {b"one", b"\0\xfftwo"}
