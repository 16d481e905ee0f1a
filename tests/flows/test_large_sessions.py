"""Sessions that have no room in cookies are in the store, and come back when they have."""

import pytest

from tests.flows.fleet import SESSION_ID, Fleet
from tests.flows.stage import DUE, SESSION
from tests.world.browser import Browser

LARGE = {"cognito:groups": [f"group-{number:030}" for number in range(120)]}


@pytest.fixture
def fleet() -> Fleet:
    return Fleet({"store_for": "large", "session_bytes": 6_000})


def grow(fleet: Fleet, *, large: bool) -> None:
    fleet.pool.access.pop("cognito:groups", None)
    fleet.pool.id.pop("cognito:groups", None)
    fleet.pool.access.update(LARGE if large else {})
    fleet.pool.id.update(LARGE if large else {})


def groups(fleet: Fleet, browser: Browser) -> int:
    return len(browser.go("/").identity.groups)


def test_what_fits_stays_in_cookies(fleet: Fleet) -> None:
    browser = fleet[0].signed_in()
    assert set(browser.jar) == SESSION
    assert fleet.questions() == []


def test_what_does_not_fit_is_in_the_store(fleet: Fleet) -> None:
    grow(fleet, large=True)
    browser = fleet[0].signed_in()
    assert set(browser.jar) == {SESSION_ID}
    assert groups(fleet, browser) == 120
    assert groups(fleet, fleet.at(1, browser)) == 120
    fleet.questions()
    assert groups(fleet, browser) == 120
    assert fleet.questions() == []


def test_a_session_moves_when_it_is_refreshed(fleet: Fleet) -> None:
    browser = fleet[0].signed_in()
    for large in (True, True, False, False):
        grow(fleet, large=large)
        fleet.now += DUE + 1
        assert groups(fleet, browser) == (120 if large else 0)
        assert set(browser.jar) == ({SESSION_ID} if large else SESSION)
        assert len(fleet.store.of("session:")) == int(large)
        assert groups(fleet, fleet.at(1, browser)) == (120 if large else 0)


def test_a_sign_in_leaves_nothing_of_the_older_one(fleet: Fleet) -> None:
    browser = fleet[0].browser()
    for large in (False, True, True, False):
        grow(fleet, large=large)
        browser.go(fleet.pool.sign_in(browser.go("/auth/login").location))
        assert set(browser.jar) == ({SESSION_ID} if large else SESSION)
        assert len(fleet.store.of("session:")) == int(large)


@pytest.mark.parametrize("large", [True, False])
def test_a_sign_out_clears_both(fleet: Fleet, *, large: bool) -> None:
    grow(fleet, large=large)
    browser = fleet[0].signed_in()
    reply = browser.go("/auth/logout")
    assert {SESSION_ID, *SESSION} <= set(reply.cleared)
    assert fleet.store.of("session:") == []


@pytest.mark.parametrize("large", [True, False])
def test_what_is_over_is_dropped_where_it_is(fleet: Fleet, *, large: bool) -> None:
    grow(fleet, large=large)
    browser = fleet[0].signed_in()
    fleet.pool.refreshes.clear()
    fleet.now += 4000
    assert browser.fetch("/").status == 401
    fleet.now += 60
    assert browser.fetch("/").status == 401
    assert browser.jar == {}
    assert fleet.store.of("session:") == []


def test_a_refresh_whose_tokens_cannot_be_verified_yet_keeps_its_token(fleet: Fleet) -> None:
    grow(fleet, large=True)
    fleet.pool.rotation = True
    browser = fleet[0].signed_in()
    fleet.now += DUE + 1
    published = fleet.pool.published
    fleet.pool.roll_keys("2")
    after, fleet.pool.published = fleet.pool.published, published
    assert browser.go("/").status == 200  # by the session that there is
    fleet.pool.published = after
    fleet.now += 600
    assert browser.go("/").status == 200
    assert set(browser.jar) == {SESSION_ID}


def test_a_refresh_token_that_is_not_kept_any_more(fleet: Fleet) -> None:
    browser = fleet[0].signed_in()
    grow(fleet, large=True)
    other = fleet[0].signed_in()
    without = fleet.start({"refresh_flow_enabled": False})
    for one in (browser, other):
        assert Browser(without, one.jar).go("/").status == 200
