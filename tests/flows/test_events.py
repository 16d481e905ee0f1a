"""What the gate says of its decisions: the fields that an operator needs, and no secret."""

import json
from dataclasses import asdict, replace

import pytest

from cognito_gate import events
from cognito_gate._delivery import log_line
from cognito_gate._gate.messages import Pass
from cognito_gate.events import (
    BearerRejected,
    Event,
    Refreshed,
    RefreshFailed,
    Refused,
    SessionEnded,
    SignedIn,
    SignedOut,
    SignInFailed,
)
from tests.flows.stage import DUE, REFRESH, Stage, end, until
from tests.world import faults
from tests.world.browser import NAVIGATION, Browser


@pytest.fixture
def stage() -> Stage:
    stage = Stage({"refresh_flow_enabled": True, "bearer": True, "public_paths": ("/open",)})
    stage.pool.access["origin_jti"] = stage.pool.id["origin_jti"] = "the-sign-in"
    return stage


@pytest.fixture
def browser(stage: Stage) -> Browser:
    browser = stage.signed_in()
    stage.events.clear()
    return browser


def only(stage: Stage, kind: type[Event]) -> Event:
    """The one event there is, which has a line of its own in the log."""
    [event] = stage.events
    assert type(event) is kind
    assert kind.__name__ not in log_line(event)
    return event


def test_signed_in(stage: Stage) -> None:
    stage.signed_in()
    event = only(stage, SignedIn)
    assert event == SignedIn(event.request, stage.pool.sub, "ada", "the-sign-in", "cognito")
    assert (event.request.at, event.request.path) == (stage.now, "/auth/callback")
    assert (event.request.kind, event.request.method) == ("http", "GET")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("error=access_denied&state=x", 400, "login_failed"),
        ("code=x&code=y&state=x", 400, "bad_request"),
        ("code=x&state=again.x", 400, "cookies"),
    ],
)
def test_a_sign_in_that_failed(stage: Stage, query: str, status: int, code: str) -> None:
    assert stage.browser().go(f"/auth/callback?{query}").status == status
    event = only(stage, SignInFailed)
    assert isinstance(event, SignInFailed)
    assert (event.status, event.code) == (status, code)
    assert event.request.path == "/auth/callback"  # without its query, which may hold a code


def test_refreshed(stage: Stage, browser: Browser) -> None:
    stage.now += DUE + 1
    browser.go("/")
    event = only(stage, Refreshed)
    assert event == Refreshed(event.request, stage.pool.sub, "the-sign-in")


@pytest.mark.parametrize(("shared", "remembered"), [(True, False), (False, True)])
def test_a_refresh_that_another_request_made_is_told_there(
    stage: Stage, browser: Browser, shared: bool, remembered: bool
) -> None:
    stage.now += DUE + 1
    flow = stage.decide(browser.request("GET", "/", NAVIGATION))
    call = until(flow, stage.pool, "token")
    answer = replace(stage.pool.answer(call), shared=shared, remembered=remembered)
    decision = end(flow, answer)
    assert isinstance(decision, Pass)
    assert decision.identity is not None
    assert decision.events == ()


@pytest.mark.parametrize(("seconds", "goes_on"), [(DUE + 1, True), (3601, False)])
def test_not_refreshed(stage: Stage, browser: Browser, seconds: int, goes_on: bool) -> None:
    stage.pool.faults["token"] = faults.reply(500)
    stage.now += seconds
    browser.go("/")
    event = stage.events[0]
    assert isinstance(event, RefreshFailed)
    assert (event.sub, event.session) == (stage.pool.sub, "the-sign-in")
    assert (event.code, event.goes_on) == ("unavailable", goes_on)
    rest = [type(event) for event in stage.events[1:]]
    assert rest == ([] if goes_on else [Refused])


def test_a_session_that_cognito_ended(stage: Stage, browser: Browser) -> None:
    stage.pool.refreshes.clear()
    stage.now += 3601
    browser.go("/")
    event = only(stage, SessionEnded)
    assert event == SessionEnded(event.request, "refused", stage.pool.sub, "the-sign-in")


def test_a_session_whose_life_is_over(stage: Stage, browser: Browser) -> None:
    stage.now += 30 * 86_400
    browser.go("/")
    event = only(stage, SessionEnded)
    assert event == SessionEnded(event.request, "lifetime", stage.pool.sub, "the-sign-in")


@pytest.mark.parametrize(("seconds", "cause"), [(3601, "expired"), (0, "invalid")])
def test_a_session_without_a_refresh(seconds: int, cause: str) -> None:
    stage = Stage({"refresh_flow_enabled": False})
    browser = stage.signed_in()
    stage.events.clear()
    stage.now += seconds
    if cause == "invalid":
        browser.jar = dict.fromkeys(browser.jar, "x.y.z")
    browser.go("/")
    event = only(stage, SessionEnded)
    assert event == SessionEnded(event.request, cause)  # type: ignore[arg-type]


@pytest.mark.parametrize("refreshes", [True, False])
@pytest.mark.parametrize("garbage", [True, False])
def test_the_end_of_a_session_is_told_once(refreshes: bool, garbage: bool) -> None:
    """Nothing is cleared on a public path: the same cookies come with each request."""
    stage = Stage({"refresh_flow_enabled": refreshes, "public_paths": ("/open",)})
    browser = stage.signed_in()
    if garbage:
        browser.jar = dict.fromkeys(browser.jar, "x.y.z")
    stage.events.clear()
    stage.pool.refreshes.clear()
    stage.now += 3601
    for _ in range(3):
        assert browser.go("/open").app is not None
        stage.now += 60
    assert isinstance(only(stage, SessionEnded), SessionEnded)
    later = stage.signed_in()
    stage.events.clear()
    stage.pool.refreshes.clear()
    stage.now += 3601
    later.go("/open")
    assert isinstance(only(stage, SessionEnded), SessionEnded), "another session has its own end"


@pytest.mark.parametrize("answers", [True, False])
def test_signed_out(stage: Stage, browser: Browser, answers: bool) -> None:
    if not answers:
        stage.pool.faults["revoke"] = faults.reply(500)
    browser.go("/auth/logout")
    event = only(stage, SignedOut)
    assert event == SignedOut(event.request, stage.pool.sub, "the-sign-in", revoked=answers)


def test_signed_out_when_the_access_token_is_gone(stage: Stage, browser: Browser) -> None:
    browser.jar = {REFRESH: browser.jar[REFRESH]}
    browser.go("/auth/logout")
    event = only(stage, SignedOut)
    assert event == SignedOut(event.request, stage.pool.sub, "the-sign-in", revoked=True)


def test_a_sign_out_of_nobody(stage: Stage) -> None:
    stage.browser().go("/auth/logout")
    event = only(stage, SignedOut)
    assert event == SignedOut(event.request, "", "", revoked=False)


def test_refused(stage: Stage) -> None:
    stage.browser().go("/auth/me", method="POST")
    event = only(stage, Refused)
    assert event == Refused(
        event.request, 405, "method_not_allowed", "this address accepts GET, HEAD only"
    )


def test_a_program_without_a_session_is_refused(stage: Stage) -> None:
    stage.browser().fetch("/a")
    event = only(stage, Refused)
    assert isinstance(event, Refused)
    assert (event.status, event.code) == (401, "login_required")


def test_a_person_who_is_sent_to_sign_in_is_no_event(stage: Stage) -> None:
    stage.browser().go("/a")
    assert stage.events == []


@pytest.mark.parametrize("path", ["/a", "/open"])
def test_a_bearer_token_that_does_not_hold(stage: Stage, path: str) -> None:
    token = stage.pool.access_token(client_id="another")
    stage.browser().fetch(path, headers={"authorization": f"Bearer {token}"})
    event = only(stage, BearerRejected)
    assert event == BearerRejected(event.request, "the token is of another app client")


def test_no_event_holds_a_secret(stage: Stage) -> None:
    browser = stage.signed_in()
    secrets = {*browser.jar.values(), *stage.pool.refreshes}
    secrets |= {stage.pool.access_token(), *stage.pool.codes}
    stage.now += DUE + 1
    browser.go("/?token=in-the-query")
    browser.go("/auth/logout")
    stage.browser().fetch("/a", headers={"authorization": f"Bearer {stage.pool.access_token()}"})
    told = json.dumps([asdict(event) for event in stage.events]) + repr(stage.events)
    assert len(stage.events) > 2
    assert not [secret for secret in secrets | {"in-the-query"} if secret and secret in told]


def test_a_log_line_stays_one_line(stage: Stage) -> None:
    stage.browser().go("/auth/me", method="POST")
    request = stage.events[0].request
    forged = Refused(request, 403, "code", "a reason\nERROR forged\x1b[31m")
    line = log_line(forged)
    assert line.isprintable()
    assert "\\n" in line


def test_the_events_of_sign_in_pages_stand_beside_the_others() -> None:
    assert events.WrongCode.__name__ in dir(events)
    with pytest.raises(AttributeError, match="nothing"):
        _ = events.nothing


def test_a_kind_of_event_that_the_log_has_no_words_for_is_named(stage: Stage) -> None:
    class Custom(Event):
        pass

    stage.browser().go("/auth/me", method="POST")
    assert log_line(Custom(stage.events[0].request)).startswith("Custom (POST '/auth/me'")
