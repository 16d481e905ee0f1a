"""A sign-out is final in its process: nothing of the session opens or returns afterwards."""

import json

import pytest

from cognito_gate._gate.messages import Pass
from tests.flows.conftest import MakeStage
from tests.flows.stage import (
    ACCESS,
    DUE,
    ID,
    REFRESH,
    SESSION,
    START,
    Stage,
    end,
    play,
    reply,
    spent,
    until,
)
from tests.world import faults
from tests.world.browser import NAVIGATION, Browser


@pytest.fixture(params=[True, False], ids=["origin_jti", "no origin_jti"])
def stage(lasting: Stage, request: pytest.FixtureRequest) -> Stage:
    """Pools that cannot revoke tokens name no origin_jti."""
    if request.param:
        lasting.pool.access["origin_jti"] = lasting.pool.id["origin_jti"] = "the-sign-in"
    return lasting


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return stage.signed_in()


def sign_out(browser: Browser) -> None:
    assert browser.go("/auth/logout").status == 303
    assert not SESSION & set(browser.jar)


def test_copied_cookies_open_nothing(stage: Stage, browser: Browser) -> None:
    copied = dict(browser.jar)
    sign_out(browser)
    for kept in (SESSION, {ACCESS, ID}, {REFRESH}):
        thief = Browser(stage, {name: copied[name] for name in kept})
        for _ in range(2):
            shown = thief.go("/")
            assert (shown.status, shown.app) == (303, None)
            assert not SESSION & (set(shown.cleared) | set(shown.stored))
    assert spent(stage) == 0


def test_a_warm_session_is_asked_too(stage: Stage, browser: Browser) -> None:
    request = browser.request("GET", "/", NAVIGATION)
    assert stage.handle(request).status == 200
    assert stage.gate.cached("/", request.headers, stage.now, "GET", "") is not None
    sign_out(browser)
    assert stage.gate.cached("/", request.headers, stage.now, "GET", "") is None
    assert stage.handle(request).status == 303


def test_a_single_sign_out_is_enough_to_ask(make_stage: MakeStage) -> None:
    """Without refresh cookies a sign-out leaves one name behind."""
    stage = make_stage()
    browser = stage.signed_in()
    request = browser.request("GET", "/", NAVIGATION)
    assert stage.handle(request).status == 200
    sign_out(browser)
    assert stage.gate.cached("/", request.headers, stage.now, "GET", "") is None


def test_an_older_refresh_cookie_opens_nothing(stage: Stage, browser: Browser) -> None:
    """Its answer may still be remembered: no call to Cognito would tell."""
    old = browser.jar[REFRESH]
    stage.pool.rotation = True
    stage.now += 3600
    browser.go("/")
    sign_out(browser)
    assert Browser(stage, {REFRESH: old}).go("/").status == 303
    assert spent(stage) == 1


def test_what_is_remembered_for_the_session_is_forgotten(stage: Stage, browser: Browser) -> None:
    stage.now += 3600
    refreshing = until(stage.decide(browser.request("GET", "/", NAVIGATION)), stage.pool, "token")
    revoking = until(
        stage.decide(browser.request("GET", "/auth/logout", NAVIGATION)), stage.pool, "revoke"
    )
    assert revoking.ends == refreshing.session != ""


def test_a_refresh_under_way_opens_nothing(stage: Stage, browser: Browser) -> None:
    stage.now += 3600
    flow = stage.decide(browser.request("GET", "/", NAVIGATION))
    answer = stage.pool.answer(until(flow, stage.pool, "/oauth2/token"))
    sign_out(browser)
    shown = reply(end(flow, answer))
    assert (shown.status, shown.app) == (303, None)
    assert not SESSION & set(shown.stored)


def test_a_slow_response_brings_no_cookies_back(stage: Stage, browser: Browser) -> None:
    """Another tab's request was refreshed, and its app still works on the answer."""
    stage.now += DUE
    flow = stage.decide(browser.request("GET", "/", NAVIGATION))
    slow = end(flow, stage.pool.answer(until(flow, stage.pool, "/oauth2/token")))
    assert isinstance(slow, Pass)
    assert slow.headers
    assert not stage.gate.signed_out(slow, stage.now)
    sign_out(browser)
    assert stage.gate.signed_out(slow, stage.now)


def test_a_session_that_waits_for_its_refresh_ends_too(stage: Stage, browser: Browser) -> None:
    """Cognito could not be asked, and what still lives goes on: until the sign-out."""
    stage.now += DUE
    stage.pool.faults["token"] = faults.reply(500)
    request = browser.request("GET", "/", NAVIGATION)
    visitor = play(stage.decide(request), stage.pool)
    assert isinstance(visitor, Pass)
    assert visitor.until == START + 3600
    assert stage.gate.cached("/", request.headers, stage.now, "GET", "") is not None
    browser.jar = {REFRESH: browser.jar[REFRESH]}  # which is enough to end it by
    sign_out(browser)
    assert stage.gate.signed_out(visitor, stage.now)
    assert stage.gate.cached("/", request.headers, stage.now, "GET", "") is None


def test_a_refresh_cookie_of_before_this_rule_opens_nothing(stage: Stage, browser: Browser) -> None:
    """It does not name its session."""
    seal = stage.gate._context.seals.refresh
    record = json.loads(seal.open(browser.jar[REFRESH]))
    del record["session"]
    old = seal.seal(json.dumps(record), stage.now)
    browser.jar = {REFRESH: old}
    assert browser.go("/").status == 200
    stage.pool.faults["revoke"] = faults.reply(500)  # it stays good at Cognito
    sign_out(browser)
    assert Browser(stage, {REFRESH: old}).go("/").status == 303
    assert spent(stage) == 1


def test_a_session_beside_a_spoilt_refresh_cookie_can_be_ended(
    stage: Stage, browser: Browser
) -> None:
    """What it opens, a WebSocket say, has the name that a sign-out ends."""
    browser.jar[REFRESH] = "spoilt"
    flow = stage.decide(browser.request("GET", "/", NAVIGATION))
    with pytest.raises(StopIteration) as stopped:
        next(flow)
    decision = stopped.value.value
    assert isinstance(decision, Pass)
    assert decision.identity is not None
    assert any(decision.sessions)


def test_nor_is_another_token_of_that_sign_in(make_stage: MakeStage) -> None:
    """One that was never seen here before."""
    stage = make_stage(refresh_flow_enabled=True, bearer=True)
    stage.pool.access["origin_jti"] = stage.pool.id["origin_jti"] = "the-sign-in"
    browser = stage.signed_in()
    bearer = {"authorization": f"Bearer {stage.pool.access_token(jti='another')}"}
    sign_out(browser)
    assert Browser(stage).fetch("/", headers=bearer).status == 401


def test_its_access_token_is_no_bearer_token_either(make_stage: MakeStage) -> None:
    stage = make_stage(refresh_flow_enabled=True, bearer=True)
    browser = stage.signed_in()
    bearer = {"authorization": f"Bearer {browser.jar[ACCESS]}"}
    api = stage.browser()
    assert api.fetch("/", headers=bearer).status == 200
    sign_out(browser)
    for _ in range(2):
        assert api.fetch("/", headers=bearer).status == 401


def test_without_keys_the_refresh_cookie_is_ended_all_the_same(
    stage: Stage, browser: Browser
) -> None:
    """Nobody can say whose the access cookie is; what we sealed, we know."""
    copied = dict(browser.jar)
    fresh = Stage({"refresh_flow_enabled": True}, now=stage.now)
    fresh.pool = stage.pool
    stage.pool.faults["jwks"] = faults.reply(503)
    browser.site = fresh
    sign_out(browser)
    stage.pool.faults.clear()
    fresh.now += 5
    assert Browser(fresh, {REFRESH: copied[REFRESH]}).go("/").status == 303


def test_another_session_goes_on(stage: Stage, browser: Browser) -> None:
    stage.pool.access["origin_jti"] = stage.pool.id["origin_jti"] = "another-sign-in"
    other = stage.signed_in()
    sign_out(browser)
    assert other.go("/").identity.username == "ada"
    stage.now += 3600
    assert other.go("/").identity.username == "ada"


def test_without_its_refresh_cookie_the_session_ends_all_the_same(
    stage: Stage, browser: Browser
) -> None:
    copied = dict(browser.jar)
    del browser.jar[REFRESH]
    sign_out(browser)
    assert Browser(stage, {name: copied[name] for name in (ACCESS, ID)}).go("/").status == 303


def test_a_forged_access_cookie_ends_nobodys_session(stage: Stage, browser: Browser) -> None:
    forged = stage.pool.access_token()
    stage.pool.signer["access"] = "foreign"
    stage.pool.header["access"] = {"kid": "key-a"}
    forged = stage.pool.access_token(jti=None)
    Browser(stage, {ACCESS: forged}).go("/auth/logout")
    assert browser.go("/").identity.username == "ada"
