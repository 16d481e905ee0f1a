"""A renewal that Cognito refuses or does not answer: what ends the session, and what must not."""

import pytest

from tests.flows.stage import DUE, SESSION, Stage, spent
from tests.world import faults
from tests.world.browser import NAVIGATION, Browser


@pytest.fixture
def stage(lasting: Stage) -> Stage:
    return lasting


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return stage.signed_in()


def test_invalid_grant_ends_no_session_that_lives(stage: Stage, browser: Browser) -> None:
    """Another process may have spent the refresh token a moment ago, its cookies on their way."""
    before = dict(browser.jar)
    stage.now += DUE
    stage.pool.refreshes.clear()
    for _ in range(3):
        assert browser.go("/").identity.username == "ada"
        stage.now += 15
    assert browser.jar == before
    assert spent(stage) == 1  # a refused token is not sent again


def test_invalid_grant_ends_a_session_whose_access_token_is_dead(
    stage: Stage, browser: Browser
) -> None:
    stage.now += 3600
    stage.pool.refreshes.clear()
    first = browser.go("/")
    assert (first.status, first.app) == (303, None)
    assert not SESSION & set(first.cleared)  # a newer cookie may be there by now
    assert browser.fetch("/").status == 401
    stage.now += 10
    assert set(browser.go("/").cleared) >= SESSION  # it comes again: nobody replaced it
    assert spent(stage) == 1


def test_a_refused_token_in_one_request_harms_no_newer_cookie(
    stage: Stage, browser: Browser
) -> None:
    """Two requests with one old cookie: the one that is refused comes back last."""
    stage.pool.rotation = True
    other = Stage({"refresh_flow_enabled": True}, now=stage.now)  # another process
    other.pool = stage.pool
    stage.now += 3600
    other.now = stage.now
    late = browser.request("GET", "/", NAVIGATION)
    assert browser.go("/").identity.username == "ada"
    for _ in range(3):
        browser.keep(other.handle(late))
    assert browser.go("/").identity.username == "ada"


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client", "invalid_request"])
@pytest.mark.parametrize("alive", [True, False], ids=["alive", "dead"])
def test_a_wrong_set_up_keeps_the_session_and_is_loud(
    stage: Stage, browser: Browser, error: str, alive: bool, caplog: pytest.LogCaptureFixture
) -> None:
    before = dict(browser.jar)
    stage.now += DUE if alive else 3600
    stage.pool.faults["token"] = faults.refuses(error)
    shown = browser.go("/")
    assert shown.status == (200 if alive else 503)
    assert browser.jar == before
    assert error in next(record.message for record in caplog.records if record.levelname == "ERROR")
    stage.pool.faults.clear()
    stage.now += 5
    assert set(browser.go("/").stored) == SESSION


OUTAGES = faults.OUTAGES | faults.BAD_GRANTS


@pytest.mark.parametrize("name", OUTAGES)
def test_an_outage_is_not_noticed_while_the_access_token_lives(
    stage: Stage, browser: Browser, name: str
) -> None:
    before = dict(browser.jar)
    stage.now += DUE
    stage.pool.faults["token"] = OUTAGES[name]
    for _ in range(3):
        shown = browser.go("/")
        assert (shown.identity.username, shown.headers) == ("ada", [])
    assert spent(stage) == 1  # a breather after a failure
    assert browser.jar == before
    stage.pool.faults.clear()
    stage.now += 5
    assert set(browser.go("/").stored) == SESSION


@pytest.mark.parametrize("name", OUTAGES)
def test_an_outage_after_its_end_loses_nothing(stage: Stage, browser: Browser, name: str) -> None:
    before = dict(browser.jar)
    stage.now += 3600
    stage.pool.faults["token"] = OUTAGES[name]
    for shown in (browser.go("/"), browser.fetch("/"), browser.go("/", method="POST")):
        assert (shown.status, shown.app, shown.cookies) == (503, None, {})
        assert shown.value("retry-after") == "5"
    assert b'href="/page?x=1"' in browser.go("/page?x=1").body
    assert browser.jar == before
    stage.pool.faults.clear()
    assert browser.go("/").identity.username == "ada"


def test_a_failed_renewal_never_stretches_the_access_token(stage: Stage, browser: Browser) -> None:
    stage.pool.faults["token"] = faults.reply(500)
    stage.now += 3598
    assert browser.go("/").status == 200
    stage.now += 2
    assert browser.go("/").status == 503


def test_keys_unreachable_during_a_renewal(stage: Stage, browser: Browser) -> None:
    stage.now += 3600
    stage.pool.roll_keys("2")
    stage.pool.faults["jwks"] = faults.reply(500)
    shown = browser.go("/")
    assert (shown.status, shown.app) == (503, None)
    assert set(browser.jar) == SESSION
