"""Throttle beside a simple model, with room for all keys and without; and in a flood."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cognito_gate._sign_in.rate_limiter import RateLimiter
from tests.parts.made import NOW

WINDOW = 60


class Model:
    """Buckets by the book: none is ever dropped, each is filled anew from all its tries.

    Levels are in seconds that it takes to drain: a try fills by `part` of them.
    """

    def __init__(self, most: int) -> None:
        self.part = WINDOW // most
        self.tries: dict[str, list[int]] = {}

    def level(self, key: str, now: int) -> int:
        level, last = 0, 0
        for at in self.tries.get(key, []):
            level, last = max(0, level - (at - last)) + self.part, at
        return max(0, level - (now - last))

    def wait(self, key: str, now: int) -> float:
        return max(0, self.level(key, now) + self.part - WINDOW)

    def count(self, key: str, now: int) -> None:
        self.tries.setdefault(key, []).append(now)


MOST = st.sampled_from([1, 2, 3, 5, 12])
KEYS = st.sampled_from([f"key {number}" for number in range(12)])


class Roomy(RuleBasedStateMachine):
    """Fewer live keys than three quarters of the entries: exactly as the model has it."""

    entries, live = 8, 6

    @initialize(most=MOST)
    def begin(self, most: int) -> None:
        self.now = int(NOW)
        self.model, self.throttle = Model(most), RateLimiter(most, WINDOW, self.entries)

    @rule(seconds=st.integers(0, 30) | st.sampled_from([WINDOW, 86_400]))
    def time_goes_by(self, seconds: int) -> None:
        self.now += seconds

    @rule(key=KEYS)
    def ask(self, key: str) -> None:
        assert self.throttle.wait(key, self.now) == self.model.wait(key, self.now)

    @rule(key=KEYS)
    def count(self, key: str) -> None:
        live = [name for name in self.model.tries if self.model.level(name, self.now)]
        if key not in live and len(live) >= self.live:
            return
        wait = self.throttle.count(key, self.now)
        assert wait == self.model.wait(key, self.now)
        if not wait:
            self.model.count(key, self.now)

    @rule(key=KEYS)
    def forgive(self, key: str) -> None:
        self.throttle.forgive(key)
        self.model.tries.pop(key, None)

    @invariant()
    def bounded(self) -> None:
        assert len(self.throttle) <= self.entries


class Crowded(Roomy):
    """More keys than entries: nobody ever gets a try that the model would not give, and what
    newcomers are held to is within the documented bound."""

    entries, live = 4, 100

    @rule(key=KEYS)
    def ask(self, key: str) -> None:
        assert self.throttle.wait(key, self.now) >= self.model.wait(key, self.now)

    @rule(key=KEYS)
    def count(self, key: str) -> None:
        wait = self.throttle.count(key, self.now)
        assert wait >= self.model.wait(key, self.now)
        if not wait:
            self.model.count(key, self.now)
            self.all_tries.append(self.now)

    @initialize()
    def begin_counting(self) -> None:
        self.all_tries: list[int] = []

    @invariant()
    def newcomers(self) -> None:
        lately = sum(at > self.now - WINDOW for at in self.all_tries)
        floor = lately / (self.entries * 3 // 4) * self.model.part
        bound = max(0.0, floor + self.model.part - WINDOW)
        assert self.throttle.wait("a newcomer", self.now) <= bound + 1e-5


TestRoomy = Roomy.TestCase
TestCrowded = Crowded.TestCase


MOST_TRIES, ENTRIES, FLOOD = 10, 5_000, 100_000
KEEP = ENTRIES * 3 // 4


def test_a_flood_of_keys() -> None:
    """Neither the flooder's own counter nor his victim's goes back, and memory stays bounded."""
    made = RateLimiter(MOST_TRIES, 300, ENTRIES)
    for key in ("victim", "flooder"):
        assert [made.count(key, NOW) for _ in range(MOST_TRIES)] == [0.0] * MOST_TRIES
    assert [made.count("nearly", NOW) for _ in range(MOST_TRIES - 1)] == [0.0] * (MOST_TRIES - 1)
    through = 0
    for number in range(FLOOD):
        now = NOW + number * 25 / FLOOD  # a part drains in 30 seconds
        through += made.count(f"made up {number}", now) == 0.0
        assert len(made) <= ENTRIES
        if number % (FLOOD // 40) == 0:
            for key in ("victim", "flooder"):
                assert made.count(key, now) >= NOW + 30 - now - 0.001
            # Below the bound newcomers do not notice.
            assert made.wait("a newcomer", now) == 0.0 or through > (MOST_TRIES - 1) * KEEP
    # One try was left, and one there is at most.
    assert sum(made.count("nearly", NOW + 25) == 0.0 for _ in range(MOST_TRIES)) <= 1
    # The price: by then newcomers wait. It is paid back as soon as the flood ends.
    assert through < FLOOD
    assert 0 < made.count("a newcomer", NOW + 25) <= 300
    assert made.count("a newcomer", NOW + 25 + 60) == 0.0
    assert made.count("victim", NOW + 25 + 300) == 0.0
