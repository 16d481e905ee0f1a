"""A session that was ended from outside is dead at once: by cookie and bearer, cold and warm."""

from collections.abc import Callable
from typing import TypeAlias

import pytest

from cognito_gate._gate.context import Context
from tests.flows.conftest import MakeStage
from tests.flows.stage import ACCESS, ID, REFRESH, SESSION, Stage, end, reply, spent, until
from tests.world.browser import NAVIGATION, Browser

End: TypeAlias = Callable[[Stage], None]


def context(stage: Stage) -> Context:
    return stage.gate._context


def by_name(stage: Stage) -> None:
    context(stage).revocations.end("the-sign-in", until=stage.now + 600_000)


def by_user(stage: Stage) -> None:
    context(stage).revocations.end_all("sub-of-ada", stage.now, until=stage.now + 600_000)


ENDS = pytest.mark.parametrize("ends", [by_name, by_user])


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    stage = make_stage(refresh_flow_enabled=True, bearer=True)
    stage.pool.access["origin_jti"] = stage.pool.id["origin_jti"] = "the-sign-in"
    return stage


@ENDS
@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize(
    "kept", [SESSION, {ACCESS, ID}, {REFRESH}], ids=["all", "access", "refresh"]
)
def test_its_cookies_open_nothing(stage: Stage, ends: End, warm: bool, kept: set[str]) -> None:
    copied = {name: value for name, value in stage.signed_in().jar.items() if name in kept}
    other = Browser(stage, copied)
    if warm and kept != {REFRESH}:
        assert other.go("/").status == other.go("/").status == 200
    ends(stage)
    for _ in range(2):
        shown = other.go("/")
        assert (shown.status, shown.app) == (303, None)
    assert spent(stage) == 0


@ENDS
@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_its_bearer_token_opens_nothing(stage: Stage, ends: End, warm: bool) -> None:
    bearer = {"authorization": f"Bearer {stage.pool.access_token()}"}
    if warm:
        assert stage.browser().fetch("/", headers=bearer).status == 200
    ends(stage)
    for _ in range(2):
        assert stage.browser().fetch("/", headers=bearer).status == 401


def test_a_bearer_token_of_a_later_refresh_opens_nothing(stage: Stage) -> None:
    """Its client refreshed it at Cognito itself: the sign-in is as old as before."""
    began = int(stage.now)
    stage.now += 60
    by_user(stage)
    stage.now += 60
    later = stage.pool.access_token(auth_time=began)
    assert stage.browser().fetch("/", headers={"authorization": f"Bearer {later}"}).status == 401
    newer = stage.pool.access_token()
    assert stage.browser().fetch("/", headers={"authorization": f"Bearer {newer}"}).status == 200


@ENDS
def test_a_refresh_under_way_brings_it_not_back(stage: Stage, ends: End) -> None:
    browser = stage.signed_in()
    stage.now += 3600
    flow = stage.decide(browser.request("GET", "/", NAVIGATION))
    call = until(flow, stage.pool, "token")
    ends(stage)
    stage.now += 5
    shown = reply(end(flow, stage.pool.answer(call)))
    assert (shown.status, SESSION & set(shown.stored)) == (303, set())


def test_a_session_that_another_process_refreshed_is_as_old_as_before(stage: Stage) -> None:
    """Its access token is newer than the revocation, and its sign-in is not."""
    browser = stage.signed_in()
    stage.now += 3600
    assert browser.go("/").status == 200
    context(stage).revocations.end_all("sub-of-ada", stage.now - 60, until=stage.now + 600_000)
    assert browser.go("/").status == 303


def test_whoever_signs_in_later_is_let_in(stage: Stage) -> None:
    browser = stage.signed_in()
    by_user(stage)
    assert browser.go("/").status == 303
    stage.now += 1
    stage.pool.access["origin_jti"] = stage.pool.id["origin_jti"] = "another-sign-in"
    assert browser.sign_in(stage.pool).status == 303
    assert browser.go("/").identity.username == "ada"


@pytest.mark.parametrize("refresh", [True, False], ids=["refresh", "no refresh"])
def test_also_within_the_same_second(make_stage: MakeStage, refresh: bool) -> None:
    """Cognito's own session goes on, and may sign them in again at once."""
    stage = make_stage(refresh_flow_enabled=refresh, bearer=True)
    stage.pool.access["origin_jti"] = stage.pool.id["origin_jti"] = "the-sign-in"
    old = stage.signed_in()
    stage.pool.access["origin_jti"] = stage.pool.id["origin_jti"] = "another-sign-in"
    stage.now += 0.5
    by_user(stage)
    stage.now += 0.1
    browser = stage.browser()
    assert browser.sign_in(stage.pool).status == 303
    for quick in (True, False):
        stage.quick = quick
        assert browser.go("/").status == 200
        assert old.go("/").status == 303
    bearer = {"authorization": f"Bearer {browser.jar[ACCESS]}"}
    assert stage.browser().fetch("/", headers=bearer).status == 200


def test_others_are_let_in(stage: Stage) -> None:
    browser = stage.signed_in()
    context(stage).revocations.end_all("sub-of-eve", stage.now, until=stage.now + 600)
    context(stage).revocations.end("the-sign-in-of-eve", until=stage.now + 600)
    assert browser.go("/").status == 200


def test_a_sign_in_that_was_ended_before_it_is_complete_is_no_circle(stage: Stage) -> None:
    by_user(stage)
    done = stage.browser().sign_in(stage.pool)
    assert done.status == 400
    assert not SESSION & set(done.stored)
