"""Renewing a session: when it is due, what is asked and kept, and its absolute life."""

import json
from dataclasses import replace
from typing import Literal

import pytest

from cognito_gate._gate.cookie_kinds import Seals
from cognito_gate._gate.effects import HttpAnswer, HttpCall
from cognito_gate._gate.flows.refresh import MAX_STEPS
from cognito_gate._gate.messages import Pass
from cognito_gate.events import RefreshFailed
from tests.flows.conftest import MakeStage
from tests.flows.stage import (
    ACCESS,
    DUE,
    ID,
    REFRESH,
    SESSION,
    START,
    Stage,
    asked,
    end,
    incoming,
    play,
    reply,
    spent,
    until,
)
from tests.world.browser import NAVIGATION, Browser


@pytest.fixture
def stage(lasting: Stage) -> Stage:
    return lasting


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return stage.signed_in()


@pytest.mark.parametrize(
    ("passed", "due"), [(0, False), (DUE - 61, False), (DUE, True), (3599, True), (3600, True)]
)
def test_when_it_is_due(stage: Stage, browser: Browser, passed: int, due: bool) -> None:
    before = dict(browser.jar)
    stage.now += passed
    shown = browser.go("/")
    assert shown.identity.username == "ada"
    assert spent(stage) == due
    assert set(shown.stored) == (SESSION if due else set())
    assert (browser.jar != before) == due


@pytest.mark.parametrize("before", [0, 600])
def test_the_window_is_a_setting(make_stage: MakeStage, before: int) -> None:
    stage = make_stage(refresh_flow_enabled=True, refresh_before_seconds=before)
    browser = stage.signed_in()
    stage.now += 3600 - 2 * before - 1  # each session has a moment of its own from then on
    assert browser.go("/").stored == []
    stage.now += before + 1
    assert ACCESS in browser.go("/").stored


def test_sessions_that_began_together_are_refreshed_one_after_another(stage: Stage) -> None:
    browsers = []
    for number in range(20):
        stage.pool.access["origin_jti"] = f"session-{number}"
        browsers.append(stage.signed_in())
    due: dict[int, int] = {}
    stage.now += DUE - 61
    for second in range(62):
        for number, browser in enumerate(browsers):
            if number not in due and browser.go("/").stored:
                due[number] = second
        stage.now += 1
    assert len(due) == 20
    assert len(set(due.values())) > 10


def test_the_id_token_counts_too(stage: Stage) -> None:
    stage.pool.id["exp"] = int(stage.now) + 300
    browser = stage.signed_in()
    stage.now += 240
    stage.pool.id.clear()
    assert ID in browser.go("/").stored


@pytest.mark.parametrize("left", [{REFRESH}, {REFRESH, ID}, {REFRESH, ACCESS}])
def test_with_cookies_missing(stage: Stage, browser: Browser, left: set[str]) -> None:
    browser.jar = {name: browser.jar[name] for name in left}
    shown = browser.go("/")
    assert shown.identity.username == "ada"
    if ACCESS not in left:
        assert spent(stage) == 1
        assert set(browser.jar) == SESSION


@pytest.mark.parametrize("kept", ["x", "a.b.c", ""])
def test_a_dead_access_cookie_is_replaced(stage: Stage, browser: Browser, kept: str) -> None:
    browser.jar[ACCESS] = kept
    assert browser.go("/").identity.username == "ada"
    assert spent(stage) == 1


def test_disabled_it_never_happens(make_stage: MakeStage) -> None:
    enabled = make_stage(refresh_flow_enabled=True)
    browser = enabled.signed_in()
    disabled = make_stage()
    disabled.now += 3600
    browser.site = disabled
    assert browser.go("/").status == 303
    assert not disabled.pool.calls


def test_the_request_to_cognito(stage: Stage, browser: Browser) -> None:
    stage.now += 3600
    (token,) = stage.pool.refreshes
    browser.go("/")
    call = stage.pool.named("token")[-1]
    assert call.form == {"grant_type": "refresh_token", "refresh_token": token}
    assert call.request.headers["authorization"].startswith("Basic ")


def test_of_a_public_client(make_stage: MakeStage) -> None:
    stage = make_stage(refresh_flow_enabled=True, user_pool_client_secret="")
    stage.pool.secret = ""
    browser = stage.signed_in()
    stage.now += 3600
    assert browser.go("/").status == 200
    call = stage.pool.named("token")[-1]
    assert call.form["client_id"] == "1example23456789"
    assert "authorization" not in call.request.headers


@pytest.mark.parametrize("rotation", [True, False])
def test_ten_hours_of_renewals(stage: Stage, browser: Browser, rotation: bool) -> None:
    stage.pool.rotation = rotation
    for _ in range(10):
        stage.now += 3600
        assert browser.go("/").identity.username == "ada"
        assert browser.go("/").stored == []
    assert spent(stage) == 10
    assert len(stage.pool.refreshes) == 1


def test_a_renewed_session_is_known_from_its_new_cookies_on(stage: Stage, browser: Browser) -> None:
    stage.now += 3600
    browser.go("/")
    calls = len(stage.pool.calls)
    assert browser.go("/").status == 200
    assert len(stage.pool.calls) == calls


@pytest.mark.parametrize("rotation", [True, False])
def test_the_ask_is_shared_and_remembered_under_the_old_token(
    stage: Stage, browser: Browser, rotation: bool
) -> None:
    """Two requests with the same old cookie are one call; what comes of it is the same."""
    stage.pool.rotation = rotation
    stage.now += 3600
    request = browser.request("GET", "/", NAVIGATION)
    first, second = stage.decide(request), stage.decide(request)
    asks = [until(flow, stage.pool, "/oauth2/token") for flow in (first, second)]
    assert asks[0].share == asks[1].share
    assert asks[0].share
    (token,) = stage.pool.refreshes
    assert token not in asks[0].share
    answer = stage.pool.answer(asks[0])
    assert asks[0].remember(answer) == 60
    for flow in (first, second):
        shown = reply(end(flow, answer))
        assert shown.identity.username == "ada"
        assert set(shown.stored) == SESSION


def test_other_tokens_are_other_calls(stage: Stage, browser: Browser) -> None:
    other = stage.signed_in()
    stage.now += 3600
    asks: list[HttpCall] = []
    for one in (browser, other):
        flow = stage.decide(one.request("GET", "/", NAVIGATION))
        asks.append(until(flow, stage.pool, "/oauth2/token"))
    assert asks[0].share != asks[1].share


# The absolute life


@pytest.mark.parametrize("rotation", [True, False])
def test_the_absolute_life_counts_from_sign_in(make_stage: MakeStage, rotation: bool) -> None:
    stage = make_stage(refresh_flow_enabled=True, refresh_cookie_age_seconds=7200)
    stage.pool.rotation = rotation
    browser = stage.signed_in()
    began = stage.now
    for passed in (3600, 5400, 7199):
        stage.now = began + passed
        for cookie in browser.go("/").cookies.values():
            assert int(cookie.attributes["max-age"]) <= 7200 - passed
        assert browser.go("/").status == 200
    stage.now = began + 7200
    shown = browser.go("/")  # the browser ignored Max-Age, and the access token is still good
    assert (shown.status, shown.app) == (303, None)
    assert set(shown.cleared) == SESSION


def test_it_cannot_be_stretched_by_an_older_cookie(stage: Stage, browser: Browser) -> None:
    stage.now += 86_400
    assert browser.go("/").status == 303
    assert spent(stage) == 0


@pytest.mark.parametrize("changes", [{}, {"refresh_cookie_encrypted": False}])
def test_a_signed_refresh_cookie_cannot_be_changed(
    make_stage: MakeStage, changes: dict[str, bool]
) -> None:
    stage = make_stage(refresh_flow_enabled=True, **changes)
    browser = stage.signed_in()
    value = browser.jar[REFRESH]
    for changed in (value[:-1], value[:12] + "AAAA" + value[16:], json.dumps({"token": "x"})):
        browser.jar = {REFRESH: changed}
        shown = browser.go("/")
        assert shown.status == 303
        assert REFRESH in shown.cleared
    assert spent(stage) == 0


def test_an_answer_of_another_kind_is_an_outage(stage: Stage, browser: Browser) -> None:
    stage.now += 3600
    flow = stage.decide(browser.request("GET", "/", NAVIGATION))
    until(flow, stage.pool, "/oauth2/token")
    assert reply(end(flow, HttpAnswer(204))).status == 503


def test_an_answer_older_than_a_cookie_may_be_is_not_used(make_stage: MakeStage) -> None:
    """One that could not be delivered is remembered for a day: what it makes would be over."""
    stage = make_stage(refresh_flow_enabled=True, cookie_age_seconds=1800)
    browser = stage.signed_in()
    stage.now += DUE + 1
    request = browser.request("GET", "/", NAVIGATION)
    early = stage.pool.answer(until(stage.decide(request), stage.pool, "token"))
    stage.now += 1801
    flow = stage.decide(request)
    until(flow, stage.pool, "token")
    asked_again = asked(flow.send(replace(early, remembered=True)))
    assert asked_again.fresh
    decision = end(flow, stage.pool.answer(asked_again))
    assert isinstance(decision, Pass)
    assert decision.until > stage.now


@pytest.mark.parametrize("order", [1, -1], ids=["it comes first", "it comes last"])
def test_a_duplicate_that_does_not_open_does_not_matter(
    stage: Stage, browser: Browser, order: int
) -> None:
    """A subdomain, say, has set one of that name."""
    stage.now += 3600
    pairs = [f"{REFRESH}={value}" for value in ("planted", browser.jar[REFRESH])]
    shown = Browser(stage, raw=["; ".join(pairs[::order]).encode()]).go("/")
    assert shown.identity.username == "ada"
    assert set(shown.stored) == SESSION


@pytest.mark.parametrize(("passed", "urgent"), [(DUE, False), (3600, True)])
def test_a_session_that_lives_can_wait_for_its_refresh(
    stage: Stage, browser: Browser, passed: int, urgent: bool
) -> None:
    stage.now += passed
    decision = stage.decide(browser.request("GET", "/", NAVIGATION))
    assert until(decision, stage.pool, "/oauth2/token").urgent == urgent


@pytest.mark.parametrize(("kind", "delivers"), [("http", True), ("websocket", False)])
def test_only_a_response_brings_new_tokens_to_the_browser(
    stage: Stage, browser: Browser, kind: Literal["http", "websocket"], delivers: bool
) -> None:
    stage.now += 3600
    facts = incoming(browser.request("GET", "/ws", {}), stage.now)._replace(kind=kind)
    assert until(stage.gate.decide(facts), stage.pool, "/oauth2/token").delivers == delivers


def test_remembered_answers_that_lead_nowhere_are_an_outage(stage: Stage, browser: Browser) -> None:
    """Each may name another refresh token for ever: that ends, and keeps the session."""
    stage.now += 3600
    flow = stage.decide(browser.request("GET", "/", NAVIGATION))
    ask = until(flow, stage.pool, "/oauth2/token")
    stage.now -= 7200
    over = stage.pool.answer(ask)
    for number in range(MAX_STEPS):
        tokens = {**json.loads(over.body), "refresh_token": f"another-{number}"}
        answer = replace(over, body=json.dumps(tokens).encode(), remembered=True)
        if number < MAX_STEPS - 1:
            assert not asked(flow.send(answer)).fresh  # what is remembered of the next will do
    shown = reply(end(flow, answer))
    assert (shown.status, shown.cookies) == (503, {})


def take_other_version(stage: Stage, browser: Browser) -> str:
    """Give the browser a refresh cookie as a later version of this package may write it."""
    seal = Seals.of(stage.pool.settings(refresh_flow_enabled=True)).refresh
    record = json.loads(seal.open(browser.jar[REFRESH]))
    browser.jar[REFRESH] = later = seal.seal(json.dumps({**record, "v": 2}), stage.now)
    return later


def test_a_record_of_another_version_is_left_where_it_is(stage: Stage, browser: Browser) -> None:
    """While a fleet changes versions, each must leave the other's cookies alone."""
    later = take_other_version(stage, browser)
    shown = browser.go("/")
    assert (shown.identity.username, shown.cookies) == ("ada", {})
    stage.now += 3601
    assert browser.go("/").status == 303
    assert browser.jar[REFRESH] == later
    del browser.jar[ACCESS]
    assert browser.go("/").status == 303
    assert browser.jar[REFRESH] == later


def test_a_session_beside_such_a_record_ends_as_any_other(stage: Stage, browser: Browser) -> None:
    take_other_version(stage, browser)
    visitor = play(stage.decide(browser.request("GET", "/", NAVIGATION)), stage.pool)
    assert isinstance(visitor, Pass)
    assert visitor.until == START + 3600
    assert not stage.gate.signed_out(visitor, stage.now)
    browser.go("/auth/logout")
    assert stage.gate.signed_out(visitor, stage.now)


def test_without_its_id_token_it_is_nobodys(stage: Stage, browser: Browser) -> None:
    take_other_version(stage, browser)
    del browser.jar[ID]
    shown = browser.go("/")
    assert (shown.status, shown.app, shown.cleared) == (303, None, [])


@pytest.mark.parametrize("rotation", [False, True])
def test_new_tokens_that_fit_without_their_refresh_cookie_only(
    make_stage: MakeStage, rotation: bool
) -> None:
    """The session goes on as it is; a refresh token that replaced the old one is kept."""
    measured = make_stage(refresh_flow_enabled=True).signed_in()
    room = 4000 - sum(map(len, measured.jar.values()))
    stage = make_stage(refresh_flow_enabled=True, session_bytes=4000)
    stage.pool.access["custom:text"] = "x" * (room * 3 // 4 - 60)
    browser = stage.signed_in()
    stage.pool.rotation = rotation
    stage.pool.access["custom:text"] += "x" * 120
    stage.now += DUE + 1
    shown = browser.go("/")
    assert shown.identity.username == "ada"
    assert shown.stored == ([REFRESH] if rotation else [])
    assert isinstance(stage.events[-1], RefreshFailed)
    assert stage.events[-1].code == "session_too_large"
