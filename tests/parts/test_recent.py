"""What happened lately: until its time, within bounds."""

import pytest

from cognito_gate._gate.protocol.recent import Recent
from tests.parts.made import NOW


def recent(size: int = 3) -> Recent[str]:
    found: Recent[str] = Recent(size)
    found.put("a", "first", until=NOW + 60)
    return found


def test_it_counts_until_its_time() -> None:
    assert recent().get("a", NOW) == "first"
    assert recent().get("a", NOW + 59.9) == "first"
    assert recent().get("a", NOW + 60) is None


def test_what_never_happened() -> None:
    assert recent().get("b", NOW) is None
    assert recent().get("b", 0.5) is None


def test_a_later_value_takes_the_place_of_an_earlier_one() -> None:
    found = recent()
    found.put("a", "second", until=NOW + 10)
    assert found.get("a", NOW) == "second"
    assert found.get("a", NOW + 10) is None


def test_the_first_that_is_added_counts() -> None:
    found: Recent[str] = Recent(3)
    assert found.add("a", "first", NOW, until=NOW + 60) == "first"
    assert found.add("a", "second", NOW + 59, until=NOW + 600) == "first"
    assert found.get("a", NOW + 60) is None
    assert found.add("a", "third", NOW + 60, until=NOW + 120) == "third"
    assert found.get("a", NOW + 119) == "third"


@pytest.mark.parametrize("size", [1, 2, 50])
def test_the_oldest_makes_room(size: int) -> None:
    found: Recent[int] = Recent(size)
    assert not found.any()
    for number in range(size * 3):
        found.put(str(number), number, until=NOW + 60)
    kept = [number for number in range(size * 3) if found.get(str(number), NOW) is not None]
    assert kept == list(range(size * 2, size * 3))
    assert found.any() == size


def test_what_was_put_again_is_not_the_oldest() -> None:
    found = recent(2)
    found.put("b", "other", until=NOW + 60)
    found.put("a", "again", until=NOW + 60)
    found.put("c", "newest", until=NOW + 60)
    assert [found.get(key, NOW) for key in "abc"] == ["again", None, "newest"]
