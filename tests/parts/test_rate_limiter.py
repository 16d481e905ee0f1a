"""Throttle: so many tries and no more, whoever else tries, however many they are."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._sign_in.rate_limiter import RateLimiter
from tests.parts.made import NOW

WINDOW = 60


def throttle(most: int = 3, seconds: float = WINDOW, entries: int = 100) -> RateLimiter:
    return RateLimiter(most, seconds, entries)


def used_up(most: int = 3) -> RateLimiter:
    made = throttle(most)
    assert [made.count("ada", NOW) for _ in range(most)] == [0.0] * most
    return made


def test_so_many_at_once() -> None:
    made = throttle()
    for _ in range(3):
        assert made.wait("ada", NOW) == 0.0
        assert made.count("ada", NOW) == 0.0
    assert made.wait("ada", NOW) == 20.0
    assert made.count("ada", NOW) == 20.0


def test_one_more_after_a_part_of_the_time() -> None:
    made = used_up()
    assert made.wait("ada", NOW + 19.5) == 0.5
    assert made.count("ada", NOW + 20) == 0.0
    assert made.count("ada", NOW + 20) == 20.0
    assert made.count("ada", NOW + 40) == 0.0


def test_all_of_them_after_the_whole_time() -> None:
    made = used_up()
    assert [made.count("ada", NOW + 60) for _ in range(4)] == [0.0, 0.0, 0.0, 20.0]


def test_a_refused_try_does_not_count() -> None:
    made = used_up()
    for tenth in range(200):
        assert made.count("ada", NOW + tenth / 10) > 0
    assert made.count("ada", NOW + 20) == 0.0


def test_only_one() -> None:
    made = used_up(1)
    assert made.wait("ada", NOW) == 60.0
    assert made.wait("ada", NOW + 59.99) == pytest.approx(0.01, abs=1e-5)
    assert made.wait("ada", NOW + 60) == 0.0


def test_looking_does_not_count() -> None:
    made = throttle(1)
    assert {made.wait("ada", NOW) for _ in range(10)} == {0.0}
    assert len(made) == 0


@pytest.mark.parametrize("other", ["Ada", "ada ", "", "ad", "ada\0", "\ud800", "ä" * 10_000])
def test_keys_stand_apart(other: str) -> None:
    made = used_up()
    assert made.wait(other, NOW) == 0.0
    assert made.count(other, NOW) == 0.0
    made.forgive(other)
    assert made.wait("ada", NOW) == 20.0


def test_forgiving() -> None:
    made = used_up()
    made.forgive("ada")
    assert [made.count("ada", NOW) for _ in range(4)] == [0.0, 0.0, 0.0, 20.0]
    made.forgive("nobody")


def test_no_name_stays_in_memory() -> None:
    made = throttle()
    made.count("ada@example.com", NOW)
    assert "example" not in f"{vars(made)} {made!r}"
    assert {len(key) for key in made._empty_at} == {16}


def test_requests_out_of_order() -> None:
    made = used_up()
    assert made.count("ada", NOW - 0.25) == 20.25
    assert made.count("ada", NOW) == 20.0


def test_a_clock_set_back() -> None:
    made = used_up()
    assert made.wait("ada", NOW - 60) == 80.0
    assert made.wait("ada", NOW - 86_400) == 0.0
    assert [made.count("ada", NOW - 86_400) for _ in range(4)] == [0.0, 0.0, 0.0, 20.0]


def test_a_clock_set_back_when_there_is_no_room() -> None:
    made = RateLimiter(3, WINDOW, 4)
    for name in "abcdefgh":
        made.count(name, NOW)
    before = NOW - 86_400
    for name in "ijk":
        assert [made.count(name, before) for _ in range(4)] == [0.0, 0.0, 0.0, 20.0]
    assert len(made) == 3


@given(
    most=st.integers(1, 1000),
    seconds=st.floats(0.001, 100_000),
    steps=st.lists(st.floats(0, 1000), max_size=30),
)
def test_after_the_wait_the_next_try_goes_on(most: int, seconds: float, steps: list[float]) -> None:
    made, now = throttle(most, seconds), NOW
    for step in steps:
        now += step
        wait = made.wait("ada", now)
        assert wait <= seconds / most + 0.001
        now += wait
        assert made.count("ada", now) == 0.0


@given(most=st.integers(1, 20), steps=st.lists(st.integers(0, WINDOW // 4), max_size=200))
def test_never_twice_as_many_in_the_time(most: int, steps: list[int]) -> None:
    made, now, counted = throttle(most), NOW, []
    for step in steps:
        now += step
        if made.count("ada", now) == 0.0:
            counted.append(now)
    for start in counted:
        assert sum(start <= at < start + WINDOW for at in counted) < 2 * most


def test_parts_that_do_not_come_out_even() -> None:
    """A third of a second is rounded up: rounded down, a sixth try would just get in."""
    made = throttle(3, 1)
    through = [made.count("ada", NOW + at) for at in (0, 0, 0, 0.34, 0.67, 0.9999995)]
    assert [wait == 0.0 for wait in through] == [True] * 5 + [False]


def test_a_quarter_makes_room() -> None:
    """Not a single one: then every new key of a flood would have to look for it."""
    made = throttle(entries=8)
    sizes = []
    for second in range(12):
        made.count(f"key {second}", NOW + second)
        sizes.append(len(made))
    assert sizes == [1, 2, 3, 4, 5, 6, 7, 8, 7, 8, 7, 8]


class Hesitant(RateLimiter):
    """Lets other threads go first between looking at a counter and changing it."""

    def _wait(self, level: int) -> int:
        time.sleep(0)
        return super()._wait(level)


def test_threads_get_no_more_than_one_would() -> None:
    made, start = Hesitant(50, 300, 100), threading.Barrier(8)
    through: list[float] = []

    def guess() -> None:
        start.wait()
        through.extend(made.count("ada", NOW) for _ in range(20))

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(through) == 160
    assert through.count(0.0) == 50


def test_threads_that_make_room() -> None:
    made, trouble, start = RateLimiter(3, WINDOW, 16), [], threading.Barrier(4)

    def guess(who: int) -> None:
        start.wait()
        try:
            for number in range(2000):
                made.count(f"{who} {number}", NOW)
                made.forgive(f"{who} {number - 1}")
                made.wait(f"{who}", NOW)
        except RuntimeError as error:  # such as a dict that changes while it is walked through
            trouble.append(error)

    threads = [threading.Thread(target=guess, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not trouble
    assert len(made) <= 16
