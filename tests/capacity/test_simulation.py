"""The simulation against real gates before a fake pool: the same people on a clock that is moved,
and as many calls of the token endpoint."""

from dataclasses import replace

import pytest

from tests.capacity.simulation import (
    MORNING,
    VARIANTS,
    Model,
    Refresh,
    calls,
    capacities,
    capacity,
    refreshes,
    sign_ins,
    table,
)
from tests.flows.site import CoreSite
from tests.world.browser import NAVIGATION, Browser
from tests.world.pool import Pool

START = 1_800_000_000.0
# A real gate spreads the moments within `before_seconds` by itself: here they all are at the end.
MODEL = Model(
    token_seconds=600, workers=3, before_seconds=0, parallel=4, ramp_seconds=100, hours=0.7
)
USERS, SEED = 3, 7


class Fleet:
    """Workers before one pool, and a browser for each user. They share nothing but the clock."""

    def __init__(self, *, caches: bool) -> None:
        self.now, self.caches = START, caches
        self.pool = Pool(clock=lambda: self.now, lifetime=int(MODEL.token_seconds))
        settings = self.pool.settings(refresh_flow_enabled=True, refresh_before_seconds=0)
        self.workers = [
            CoreSite(settings, self.pool, clock=lambda: self.now) for _ in range(MODEL.workers)
        ]

    def sign_in(self, at: float) -> Browser:
        self.now = START + at
        browser = Browser(self.workers[0])
        browser.sign_in(self.pool)
        return browser

    def load_page(self, browser: Browser, refresh: Refresh) -> int:
        """Send the page's requests at once, with the cookies of before; how many calls they
        made."""
        self.now, before = START + refresh.at, len(self.pool.named("token"))
        request = browser.request("GET", "/", NAVIGATION)
        replies = []
        for number in refresh.workers:
            replies.append(self.workers[number].handle(request))
            if not self.caches:
                self.workers[number]._kept.clear()
        assert {reply.status for reply in replies} == {200}
        browser.keep(replies[-1])
        return len(self.pool.named("token")) - before


@pytest.mark.parametrize("cache", [True, False])
def test_the_same_people_before_real_gates(cache: bool) -> None:
    fleet, model = Fleet(caches=cache), replace(MODEL, cache=cache)
    began = sign_ins(model, USERS, SEED)
    browsers = {
        user: fleet.sign_in(began[user]) for user in sorted(range(USERS), key=began.__getitem__)
    }
    played = sorted(refreshes(model, USERS, SEED), key=lambda refresh: refresh.at)
    assert len(played) > USERS
    for refresh in played:
        made = fleet.load_page(browsers[refresh.user], refresh)
        assert made == calls(model, refresh)
        again = replace(refresh, at=refresh.at + 1)
        assert fleet.load_page(browsers[refresh.user], again) == 0


def test_what_helps() -> None:
    """More calls for each refresh carry fewer users; a store makes one for all workers."""
    model = replace(MORNING, hours=2.0)
    alone, process, shared = (
        capacity(replace(model, **changes), 300)
        for changes in ({"cache": False}, {}, {"shared": True})
    )
    assert alone.average < process.average < shared.average
    assert shared.average == pytest.approx(model.parallel * alone.average, rel=0.01)


def test_jitter_spreads_what_begins_at_once() -> None:
    at_once = replace(MORNING, ramp_seconds=1, gap_seconds=1, shared=True, hours=1.5)
    peaks = [capacity(replace(at_once, jitter=jitter), 300).peak for jitter in (False, True)]
    assert peaks[1] > 3 * peaks[0]


def test_the_table() -> None:
    lives = (300, 3_600)
    lines = table(capacities(MORNING, 2, lives, 10), 2, lives)
    assert len(lines) == 1 + len(VARIANTS)
    assert "5 min" in lines[0]
    assert "1 h" in lines[0]
