"""What one process keeps of the store, and what each place of sessions has nothing to do for."""

import pytest

from cognito_gate._gate.effects import at_once
from cognito_gate._gate.protocol.cookies import RequestCookies
from cognito_gate._gate.sessions.interface import Listed, Sessions, Stored
from cognito_gate._gate.sessions.local_copies import LocalCopies
from cognito_gate._gate.shared_revocations import SharedRevocations
from cognito_gate._gate.store import load
from cognito_gate._gate.store_messages import Messages
from tests.flows.fleet import Fleet
from tests.flows.stage import START
from tests.world.pool import Pool


def test_copies_take_bounded_room() -> None:
    copies = LocalCopies(4, 5.0)
    for number in range(9):
        copies.put(f"key-{number}", b"value", ("a",), START, until=START + 99)
    kept = [number for number in range(9) if copies.get(f"key-{number}", START)]
    assert kept == [6, 7, 8]
    assert copies.get("key-8", START + 4.9)
    assert not copies.get("key-8", START + 5)
    assert not copies.get("key-8", START - 2)  # the clock was set back
    copies.put("short", b"value", ("a",), START, until=START + 1)
    assert not copies.get("short", START + 1)


def test_a_gate_that_remembers_nothing_keeps_no_copies() -> None:
    copies = LocalCopies(0, 5.0)
    copies.put("key", b"value", ("a",), START, until=START + 99)
    assert not copies.get("key", START)


def test_what_could_not_be_told_takes_bounded_room() -> None:
    revocations = SharedRevocations(3, Messages(Pool(clock=lambda: START).settings()), 5.0)
    for number in range(5):
        revocations.end(f"session-{number}", until=START + 99)
    revocations.end("", until=START + 99)
    assert [notice.key for notice in revocations._unshared] == [
        "session-2",
        "session-3",
        "session-4",
    ]


@pytest.mark.parametrize("place", ["sessions", "large", "refresh"])
def test_what_a_place_need_not_do_asks_nothing(place: str) -> None:
    sessions: Sessions = Fleet({"store_for": place}, 1)[0].gate._context.sessions
    assert at_once(sessions.drop_refresh(RequestCookies([]))) == ()
    if place != "sessions":
        assert at_once(sessions.listed("a-sub")) is None
        at_once(sessions.end(Listed("id", "name", "", 0, 0, 0), START))


def test_what_is_stored_is_not_shown() -> None:
    assert repr(Stored(["secret"], ["secret"])) == "Stored()"


def test_what_a_store_is_asked_needs_a_driver() -> None:
    with pytest.raises(RuntimeError, match="without StoreCall"):
        at_once(load("key"))
