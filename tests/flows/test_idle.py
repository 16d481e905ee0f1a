"""A session that nobody used for long is over, on the short way and in full."""

from typing import Any

import pytest

from cognito_gate._gate.messages import Pass
from cognito_gate.events import Refreshed, SessionEnded
from tests.flows.conftest import MakeStage
from tests.flows.stage import DUE, REFRESH, SESSION, Stage, incoming, play, reply, spent
from tests.world.browser import NAVIGATION, Browser

IDLE = "__Host-cognito_idle"
SECONDS = 600
PART = SECONDS // 10


@pytest.fixture(params=[True, False], ids=["refresh", "no refresh"])
def stage(make_stage: MakeStage, request: pytest.FixtureRequest) -> Stage:
    return make_stage(refresh_flow_enabled=request.param, idle_seconds=SECONDS)


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return stage.signed_in()


def cached(stage: Stage, browser: Browser) -> Pass | None:
    return stage.cached(incoming(browser.request("GET", "/", NAVIGATION), stage.now))


def ends(stage: Stage) -> list[str]:
    return [event.cause for event in stage.events if isinstance(event, SessionEnded)]


def test_without_the_setting_there_is_no_cookie(make_stage: MakeStage) -> None:
    stage = make_stage(refresh_flow_enabled=True)
    browser = stage.signed_in()
    assert IDLE not in browser.jar
    stage.now += SECONDS + 1
    assert browser.go("/").status == 200


@pytest.mark.parametrize("quick", [True, False], ids=["short way", "in full"])
def test_a_session_that_was_not_used(stage: Stage, browser: Browser, quick: bool) -> None:
    stage.quick = quick
    copied = dict(browser.jar)
    stage.now += SECONDS
    shown = browser.go("/")
    assert (shown.status, shown.app) == (303, None)
    assert SESSION & set(copied) <= set(shown.cleared)
    assert IDLE in shown.cleared
    assert ends(stage) == ["idle"]
    assert len(stage.pool.named("revoke")) == (REFRESH in copied)
    assert Browser(stage, copied).go("/").status == 303
    assert ends(stage) == ["idle"]


@pytest.mark.parametrize("quick", [True, False], ids=["short way", "in full"])
def test_one_that_is_still_remembered_as_verified(make_stage: MakeStage, quick: bool) -> None:
    stage = make_stage(refresh_flow_enabled=True, idle_seconds=60)
    stage.quick = quick
    browser = stage.signed_in()
    stage.now += 59
    assert browser.go("/").status == 200
    stage.now += 60
    assert browser.go("/").status == 303
    assert ends(stage) == ["idle"]


def test_what_was_ended_stays_ended(stage: Stage, browser: Browser) -> None:
    """Another process has seen the session used meanwhile; its refresh token is revoked all the
    same, so that nothing of it may go on."""
    old = dict(browser.jar)
    stage.now += SECONDS - 1
    assert browser.go("/").stored == [IDLE]
    other = Stage(stage.changes)
    other.now = stage.now + 1
    other.pool.signer, other.pool.published = stage.pool.signer, stage.pool.published
    assert Browser(other, dict(browser.jar)).go("/auth/me").status == 200
    another = Stage(stage.changes)
    another.now = other.now
    assert Browser(another, old).go("/").status == 303
    assert Browser(another, dict(browser.jar)).go("/").status == 303


def test_a_moment_before_that_it_lives(stage: Stage, browser: Browser) -> None:
    stage.now += SECONDS - 1
    assert browser.go("/").status == 200
    stage.now += SECONDS - 1
    assert browser.go("/").status == 200


def test_it_is_ended_and_not_refreshed(make_stage: MakeStage) -> None:
    stage = make_stage(refresh_flow_enabled=True, idle_seconds=SECONDS)
    browser = stage.signed_in()
    stage.now += 3600
    assert browser.go("/").status == 303
    assert spent(stage) == 0
    assert not [event for event in stage.events if isinstance(event, Refreshed)]


def test_a_refreshed_session_goes_on(make_stage: MakeStage) -> None:
    stage = make_stage(refresh_flow_enabled=True, idle_seconds=SECONDS)
    browser = stage.signed_in()
    for _ in range(DUE // 500 + 2):
        stage.now += 500
        assert browser.go("/").status == 200
    assert spent(stage) == 1


def test_its_absolute_life_stays(make_stage: MakeStage) -> None:
    stage = make_stage(
        refresh_flow_enabled=True, idle_seconds=SECONDS, refresh_cookie_age_seconds=1000
    )
    browser = stage.signed_in()
    stage.now += 500
    assert browser.go("/").status == 200
    stage.now += 500
    assert browser.go("/").status == 303


def test_the_cookie_is_rewritten_rarely(stage: Stage, browser: Browser) -> None:
    stage.now += PART
    assert browser.go("/").cookies == {}
    stage.now += 1
    shown = browser.go("/")
    assert shown.stored == [IDLE]
    assert shown.cookies[IDLE].attributes["max-age"] == str(SECONDS)
    assert browser.go("/").cookies == {}


def test_the_short_way_leads_until_it_is_due(stage: Stage, browser: Browser) -> None:
    assert cached(stage, browser) is not None
    stage.now += PART - 1
    assert cached(stage, browser) is not None
    stage.now += 1
    assert cached(stage, browser) is None


def test_neither_does_the_short_way_lead_without_it(stage: Stage, browser: Browser) -> None:
    del browser.jar[IDLE]
    assert cached(stage, browser) is None


@pytest.mark.parametrize("quick", [True, False], ids=["short way", "in full"])
@pytest.mark.parametrize("value", [None, "spoilt"])
def test_without_the_cookie_it_is_over(stage: Stage, quick: bool, value: str | None) -> None:
    """Also for sessions of before the setting was turned on: one sign-in, and all is well."""
    stage.quick = quick
    browser = stage.signed_in()
    copied = {name: text for name, text in browser.jar.items() if name != IDLE}
    fresh = Stage({**stage.changes}, quick=quick)
    fresh.pool.roll_keys("")
    fresh.pool.signer, fresh.pool.published = stage.pool.signer, stage.pool.published
    other = Browser(fresh, copied | ({IDLE: value} if value else {}))
    assert other.go("/").status == 303
    assert ends(fresh) == ["idle"]


@pytest.mark.parametrize("quick", [True, False], ids=["short way", "in full"])
def test_the_cookie_of_another_session_does_not_count(
    stage: Stage, browser: Browser, quick: bool
) -> None:
    stage.quick = quick
    copied = dict(browser.jar)
    stage.now += SECONDS
    stage.pool.sub = "sub-of-eve"
    other = stage.signed_in()
    thief = Browser(stage, {**copied, IDLE: other.jar[IDLE]})
    assert thief.go("/").status == 303
    assert other.go("/").status == 200


def test_nor_where_both_sessions_are_known(stage: Stage, browser: Browser) -> None:
    """The short way compares them, too."""
    other = stage.signed_in()
    mixed = Browser(stage, {**browser.jar, IDLE: other.jar[IDLE]})
    assert other.go("/").status == browser.go("/").status == 200
    assert cached(stage, other) is not None
    assert cached(stage, mixed) is None


def test_requests_that_come_at_once(stage: Stage, browser: Browser) -> None:
    """The second was sent before the answer to the first was there, and came after the time."""
    stage.now += SECONDS - 1
    late = browser.request("GET", "/", NAVIGATION)
    assert browser.go("/").stored == [IDLE]
    stage.now += 2
    shown = stage.handle(late)
    assert (shown.status, shown.stored) == (200, [IDLE])
    assert ends(stage) == []


def facts(stage: Stage, browser: Browser) -> Any:
    seen = incoming(browser.request("GET", "/ws", {}), stage.now)
    return seen._replace(kind="websocket")


def test_an_open_websocket_is_no_use(stage: Stage, browser: Browser) -> None:
    opened = play(stage.gate.decide(facts(stage, browser)), stage.pool)
    assert isinstance(opened, Pass)
    assert opened.identity is not None
    assert opened.until == stage.now + SECONDS
    stage.now += SECONDS
    later = stage.gate.later(facts(stage, browser), opened, stage.now)
    shown = reply(play(stage.gate.decide(later), stage.pool))
    assert (shown.status, shown.cleared) == (403, [])
    assert stage.pool.named("revoke") == []
    assert browser.go("/").status == 303
    assert ends(stage) == ["idle"]


def test_with_other_requests_it_stays_open(stage: Stage, browser: Browser) -> None:
    seen = facts(stage, browser)
    opened = play(stage.gate.decide(seen), stage.pool)
    assert isinstance(opened, Pass)
    stage.now += SECONDS - 1
    assert browser.go("/").status == 200
    stage.now += 1
    latest = play(stage.gate.decide(stage.gate.later(seen, opened, stage.now)), stage.pool)
    assert isinstance(latest, Pass)
    assert latest.identity is not None
    assert latest.until == stage.now + SECONDS - 1


def test_a_bearer_token_has_no_idle_time(make_stage: MakeStage) -> None:
    stage = make_stage(bearer=True, idle_seconds=SECONDS)
    bearer = {"authorization": f"Bearer {stage.pool.access_token()}"}
    for _ in range(2):
        assert stage.browser().fetch("/", headers=bearer).status == 200
        stage.now += SECONDS


def test_a_sign_out_clears_it(browser: Browser) -> None:
    assert IDLE in browser.go("/auth/logout").cleared


def test_a_revocation_that_fails_keeps_nobody_signed_in(make_stage: MakeStage) -> None:
    stage = make_stage(refresh_flow_enabled=True, idle_seconds=SECONDS)
    browser = stage.signed_in()
    copied = dict(browser.jar)
    stage.pool.secret = "another"  # so that Cognito refuses the revocation
    stage.now += SECONDS
    assert browser.go("/").status == 303
    assert Browser(stage, copied).go("/").status == 303
