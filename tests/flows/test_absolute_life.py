"""The age of a session's cookies is enforced here, not only by browsers that drop them."""

import pytest

from cognito_gate._gate.messages import Pass
from tests.flows.conftest import MakeStage
from tests.flows.stage import ACCESS, ID, REFRESH, SESSION, START, Stage, play, spent
from tests.world.browser import NAVIGATION, Browser

SEALED = pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "plain"])


@pytest.fixture
def copied(make_stage: MakeStage, sealed: bool) -> Browser:
    """Somebody who copied the access and ID cookies of a session of half an hour."""
    stage = make_stage(cookie_encrypted=sealed, cookie_age_seconds=1800, refresh_flow_enabled=True)
    jar = stage.signed_in().jar
    return Browser(stage, {name: jar[name] for name in (ACCESS, ID)})


def stage_of(browser: Browser) -> Stage:
    assert isinstance(browser.site, Stage)
    return browser.site


@SEALED
@pytest.mark.parametrize("quick", [True, False], ids=["warm", "cold"])
def test_a_copied_access_cookie_ends_with_its_age(copied: Browser, quick: bool) -> None:
    stage = stage_of(copied)
    stage.quick = quick
    stage.now += 1799
    assert copied.go("/").status == 200
    stage.now += 1
    shown = copied.go("/")
    assert (shown.status, shown.app) == (303, None)
    assert not shown.cleared  # a browser drops it by itself; a newer one may be there by now


@SEALED
def test_the_session_goes_on_by_its_refresh_cookie(make_stage: MakeStage, sealed: bool) -> None:
    stage = make_stage(cookie_encrypted=sealed, cookie_age_seconds=1800, refresh_flow_enabled=True)
    browser = stage.signed_in()
    stage.now += 1800
    assert set(browser.go("/").stored) == SESSION
    assert spent(stage) == 1
    assert browser.go("/").stored == []


def test_a_sealed_cookie_ends_with_the_session(make_stage: MakeStage) -> None:
    """The last access cookie of a session is given for what is left of its absolute life."""
    stage = make_stage(
        cookie_encrypted=True, refresh_flow_enabled=True, refresh_cookie_age_seconds=4000
    )
    browser = stage.signed_in()
    stage.now += 3600
    browser.go("/")
    del browser.jar[REFRESH]
    stage.now += 399
    assert browser.go("/").status == 200
    stage.now += 1
    assert browser.go("/").status == 303


@SEALED
@pytest.mark.parametrize("quick", [True, False], ids=["warm", "cold"])
def test_the_leeway_lengthens_a_session(make_stage: MakeStage, sealed: bool, quick: bool) -> None:
    stage = make_stage(cookie_encrypted=sealed, expiration_leeway=30)
    browser = stage.signed_in()
    stage.quick = quick
    visitor = play(stage.decide(browser.request("GET", "/", NAVIGATION)), stage.pool)
    assert isinstance(visitor, Pass)
    assert visitor.until == START + 3630
    stage.now = visitor.until - 1
    assert browser.go("/").status == 200
    stage.now += 1
    assert browser.go("/").status == 303


def test_a_sealed_cookie_of_before_this_rule_still_opens(make_stage: MakeStage) -> None:
    stage = make_stage(cookie_encrypted=True)
    browser = stage.signed_in()
    seal = stage.gate._context.seals.access
    token = seal.open(browser.jar[ACCESS]).partition(":")[2]
    browser.jar[ACCESS] = seal.seal(token, stage.now)
    assert browser.go("/").status == 200
