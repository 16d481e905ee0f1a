"""Verified sessions: found by their exact values, for a while, within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.protocol.session_cache import MAX_SECONDS, SessionCache
from tests.parts.made import NOW

VALUES = (b"access", b"id", b"refresh")


def known(size: int = 4) -> SessionCache[str]:
    found: SessionCache[str] = SessionCache(size)
    found.put(VALUES, "ada", now=NOW, until=NOW + 60)
    return found


def test_found_until_its_end() -> None:
    assert known().get(VALUES, NOW) == "ada"
    assert known().get(VALUES, NOW + 59.9) == "ada"
    assert known().get(VALUES, NOW + 60) is None


def test_five_minutes_at_most() -> None:
    found: SessionCache[str] = SessionCache(4)
    found.put(VALUES, "ada", now=NOW, until=NOW + 86_400)
    assert found.get(VALUES, NOW + MAX_SECONDS - 1) == "ada"
    assert found.get(VALUES, NOW + MAX_SECONDS) is None


def test_an_endless_token_is_no_exception() -> None:
    found: SessionCache[str] = SessionCache(4)
    found.put(VALUES, "ada", now=NOW, until=10**400)
    assert found.get(VALUES, NOW + MAX_SECONDS) is None


def test_a_clock_set_back() -> None:
    for behind in (0.5, 1):
        assert known().get(VALUES, NOW - behind) == "ada"
    for behind in (1.5, 2):
        assert known().get(VALUES, NOW - behind) is None


@pytest.mark.parametrize("until", [NOW, NOW - 1])
def test_what_has_ended_is_not_remembered(until: float) -> None:
    found: SessionCache[str] = SessionCache(4)
    found.put(VALUES, "ada", now=NOW, until=until)
    assert found.get(VALUES, NOW - 0.5) is None


@pytest.mark.parametrize(
    "values",
    [
        (b"other", b"id", b"refresh"),
        (b"access", b"other", b"refresh"),
        (b"access", b"id", b"other"),
        (b"access", b"", b"refresh"),
        (b"access", b"id", b""),
        (b"id", b"access", b"refresh"),
        (b"id", b"", b""),
        (b"refresh", b"", b""),
        (b"", b"id", b"refresh"),
        (b"", b"", b""),
        (b"access ", b"id", b"refresh"),
        (b"ACCESS", b"id", b"refresh"),
    ],
)
def test_other_values_are_not_known(values: tuple[bytes, bytes, bytes]) -> None:
    found = known()
    assert found.get(values, NOW) is None
    assert found.get(VALUES, NOW) == "ada"


def test_a_later_result_takes_the_place_of_an_earlier_one() -> None:
    found = known()
    found.put((b"access", b"id2", b"refresh"), "ada again", now=NOW, until=NOW + 60)
    assert found.get((b"access", b"id2", b"refresh"), NOW) == "ada again"
    assert found.get(VALUES, NOW) is None


def test_a_size_of_nothing_remembers_nothing() -> None:
    assert known(0).get(VALUES, NOW) is None


def test_one_in_use_is_kept_while_others_come_and_go() -> None:
    found = known(8)
    for number in range(1000):
        assert found.get(VALUES, NOW) == "ada"
        found.put((b"%d" % number, b"", b""), "other", now=NOW, until=NOW + 60)
    assert found.get((b"0", b"", b""), NOW) is None


@pytest.mark.parametrize("size", [1, 2, 3, 8, 100])
def test_memory_is_bounded(size: int) -> None:
    found: SessionCache[int] = SessionCache(size)
    values = [(b"%d" % number, b"", b"") for number in range(size * 5)]
    for number, value in enumerate(values):
        found.put(value, number, now=NOW, until=NOW + 60)
    kept = [number for number, value in enumerate(values) if found.get(value, NOW) is not None]
    assert len(values) - 1 in kept
    assert len(kept) <= size + 1


@pytest.mark.parametrize("size", [2, 6, 100])
def test_all_places_are_used(size: int) -> None:
    found: SessionCache[int] = SessionCache(size)
    values = [(b"%d" % number, b"", b"") for number in range(size)]
    for number, value in enumerate(values):
        found.put(value, number, now=NOW, until=NOW + 60)
    entries = [found.entry(value, NOW) for value in reversed(values[size // 2 :])]
    assert None not in entries
    assert found.get(values[0], NOW) == 0


@given(
    st.lists(
        st.tuples(st.tuples(*[st.sampled_from([b"", b"a", b"b", b"c", b"d"])] * 3), st.booleans())
    )
)
def test_what_is_found_is_what_was_put(
    steps: list[tuple[tuple[bytes, bytes, bytes], bool]],
) -> None:
    found: SessionCache[tuple[bytes, bytes, bytes]] = SessionCache(3)
    for values, puts in steps:
        if puts:
            found.put(values, values, now=NOW, until=NOW + 60)
        assert found.get(values, NOW) in (None, values)
