"""`{prefix}/sessions`: a visitor sees their sessions, and ends this one or all."""

import json
from dataclasses import replace
from typing import Any

import pytest

from cognito_gate._delivery import log_line
from cognito_gate.events import SignedOut
from tests.flows.conftest import MakeStage
from tests.flows.stage import SESSION, START, Stage, incoming, until
from tests.parts.html import Page
from tests.world import faults
from tests.world.browser import FETCH, NAVIGATION, Browser, Reply
from tests.world.pool import APP, DOMAIN

ADMIN = "aws.cognito.signin.user.admin"
PATH = "/auth/sessions"
OTHER, SSO = "tkn" + "a1" * 12 + "b", "sso" + "s" * 25
POST = {**NAVIGATION, "sec-fetch-site": "same-origin", "origin": APP}
BY_SCRIPT = {**FETCH, "origin": APP}


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage(
        refresh_flow_enabled=True, bearer=True, scopes=("openid", ADMIN), list_sessions=True
    )


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return stage.signed_in()


def answers(content: object, status: int = 200) -> faults.Fault:
    return faults.reply(status, json.dumps(content).encode(), content_type="application/json")


def told(stage: Stage) -> list[tuple[str, bool]]:
    return [(event.sub, event.everywhere) for event in stage.events if isinstance(event, SignedOut)]


def as_json(reply: Reply) -> Any:
    assert reply.value("content-type") == "application/json"
    return json.loads(reply.body)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page(stage: Stage, browser: Browser, language: str) -> None:
    stage.pool.listed = [
        {"DeviceType": "Firefox <3", "LastActiveDate": START, "SessionType": "TOKEN"},
        {"DeviceType": "this one", "IsCurrentSession": True},
    ]
    shown = browser.go(PATH, headers={"accept-language": language})
    text = shown.body.decode()
    assert shown.status == 200
    assert Page(text).one("h1").text == {"en": "Your sessions", "de": "Ihre Sitzungen"}[language]
    assert "Firefox &lt;3" in text
    assert "this one" not in text
    assert "2027-01-15 08:00 UTC" in text
    assert "2027-01-16 08:00 UTC" in text
    assert "gate.sessions" not in text
    policy = shown.value("content-security-policy")
    assert f"form-action 'self' {DOMAIN};" in policy


def test_the_same_for_programs(stage: Stage, browser: Browser) -> None:
    stage.pool.listed = [{"DeviceType": "Firefox", "LastActiveDate": 5.5, "CreateDate": "soon"}]
    assert as_json(browser.fetch(PATH)) == {
        "this": {"since": START, "until": START + 86_400, "idle_seconds": 0},
        "others": [{"id": None, "type": "", "created_at": 0, "active_at": 5, "device": "Firefox"}],
        "others_unknown": None,
        "can_end_everywhere": True,
    }


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (answers({"__type": "OperationNotEnabledException"}, 400), "unsupported"),
        (answers({"__type": "a#NotAuthorizedException"}, 400), "refused"),
        (answers({"__type": "TooManyRequestsException"}, 400), "unavailable"),
        (answers({"Sessions": 1}), "unavailable"),
        (answers([]), "unavailable"),
        (answers({}, 500), "unavailable"),
    ],
)
def test_what_is_not_known_is_said(
    stage: Stage, browser: Browser, answer: faults.Fault, why: str
) -> None:
    stage.pool.faults["api"] = answer
    shown = as_json(browser.fetch(PATH))
    assert (shown["others"], shown["others_unknown"]) == (None, why)
    assert "Other devices" in browser.go(PATH).body.decode()


def test_other_devices_are_not_asked_for_by_default(make_stage: MakeStage) -> None:
    stage = make_stage(idle_seconds=600)
    browser = stage.signed_in()
    shown = as_json(browser.fetch(PATH))
    assert shown["others_unknown"] == "off"
    assert shown["this"]["until"] == START + 3600
    assert shown["can_end_everywhere"] is False
    text = browser.go(PATH).body.decode()
    assert "does not list other devices" in text
    assert "10 minutes" in text
    assert "may not reach all" in text
    assert stage.pool.named("api") == []


def test_whoever_is_not_signed_in(stage: Stage) -> None:
    browser = stage.browser()
    assert browser.fetch(PATH).status == 401
    assert browser.sign_in(stage.pool, PATH).location == PATH
    assert browser.go(PATH).status == 200


def test_a_bearer_token(stage: Stage) -> None:
    bearer = {"authorization": f"Bearer {stage.pool.access_token(scope=ADMIN)}"}
    assert as_json(stage.browser().fetch(PATH, headers=bearer))["this"]["until"] == START + 3600
    ended = stage.browser().send_form(PATH, b"action=everywhere", bearer)
    assert as_json(ended)["signed_out"] == "everywhere"
    assert stage.browser().fetch("/", headers=bearer).status == 401
    assert told(stage) == [("sub-of-ada", True)]


def test_a_bearer_token_ends_itself_alone(stage: Stage, browser: Browser) -> None:
    bearer = {"authorization": f"Bearer {stage.pool.access_token(scope=ADMIN)}"}
    assert as_json(stage.browser().send_form(PATH, b"action=this", bearer))["signed_out"] == "here"
    assert stage.browser().fetch("/", headers=bearer).status == 401
    assert browser.go("/").status == 200


def test_a_bearer_token_for_less_ends_not_all(stage: Stage, browser: Browser) -> None:
    bearer = {"authorization": f"Bearer {stage.pool.access_token(scope='orders/read')}"}
    refused = stage.browser().send_form(PATH, b"action=everywhere", bearer)
    challenge = f'Bearer error="insufficient_scope", scope="{ADMIN}"'
    assert (refused.status, refused.value("www-authenticate")) == (403, challenge)
    assert browser.go("/").status == 200
    assert stage.browser().fetch("/", headers=bearer).status == 200
    assert told(stage) == []


def test_this_one(stage: Stage, browser: Browser) -> None:
    other = stage.signed_in()
    copied = dict(browser.jar)
    ended = browser.send_form(PATH, b"action=this", POST)
    assert (ended.status, ended.location.startswith(f"{DOMAIN}/logout?")) == (303, True)
    assert not SESSION & set(browser.jar)
    assert Browser(stage, copied).go("/").status == 303
    assert other.go("/").status == 200
    assert told(stage) == [("sub-of-ada", False)]


def test_everywhere(stage: Stage, browser: Browser) -> None:
    other = stage.signed_in()
    assert other.go("/").status == 200
    copied = dict(browser.jar)
    ended = browser.send_form(PATH, b"action=everywhere", POST)
    assert (ended.status, ended.location.startswith(f"{DOMAIN}/logout?")) == (303, True)
    assert not SESSION & set(browser.jar)
    assert not stage.pool.refreshes
    assert other.go("/").status == Browser(stage, copied).go("/").status == 303
    assert told(stage) == [("sub-of-ada", True)]
    stage.now += 1
    assert browser.sign_in(stage.pool).status == 303
    assert browser.go("/").status == 200


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (answers({"__type": "NotAuthorizedException"}, 400), "refused"),
        (answers({"__type": "OperationNotEnabledException"}, 400), "unsupported"),
        (answers({}, 503), "unavailable"),
    ],
)
def test_what_cognito_did_not_end_is_said(
    stage: Stage, browser: Browser, answer: faults.Fault, why: str
) -> None:
    stage.pool.faults["api"] = answer
    other, script = stage.signed_in(), stage.signed_in()
    assert as_json(script.send_form(PATH, b"action=everywhere", BY_SCRIPT))["reason"] == why
    stage.now += 1
    page = stage.signed_in().send_form(PATH, b"action=everywhere", POST)
    assert page.status == 200
    assert "Signed out on this device" in page.body.decode()
    assert f"{DOMAIN}/logout?" in page.body.decode()
    assert set(page.cleared) >= SESSION
    assert other.go("/").status == browser.go("/").status == 303
    assert len(stage.pool.named("revoke")) == 2


def test_without_the_scope_cognito_is_not_asked(make_stage: MakeStage) -> None:
    stage = make_stage(refresh_flow_enabled=True)
    browser, other = stage.signed_in(), stage.signed_in()
    shown = as_json(browser.send_form(PATH, b"action=everywhere", BY_SCRIPT))
    assert (shown["signed_out"], shown["reason"]) == ("here", "refused")
    assert stage.pool.named("api") == []
    assert len(stage.pool.named("revoke")) == 1
    assert other.go("/").status == 303


def test_a_request_that_is_cancelled_has_ended_them_here(stage: Stage, browser: Browser) -> None:
    other = stage.signed_in()
    request = replace(browser.request("POST", PATH, POST), body=b"action=everywhere")
    facts = incoming(request, stage.now)._replace(body=request.body)
    flow = stage.gate.decide(facts, stage.events)
    until(flow, stage.pool, "amazonaws.com/")
    flow.close()
    assert told(stage) == [("sub-of-ada", True)]
    assert other.go("/").status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {**POST, "sec-fetch-site": "cross-site"},
        {**POST, "sec-fetch-site": "same-site"},  # of a sibling host
        {"origin": "https://evil.example"},
        {"referer": "https://evil.example/"},
    ],
)
def test_another_site_ends_nothing(stage: Stage, browser: Browser, headers: dict[str, str]) -> None:
    assert browser.send_form(PATH, b"action=everywhere", headers).status == 403
    assert browser.go("/").status == 200
    assert told(stage) == []


@pytest.mark.parametrize("body", [b"", b"action=", b"action=all", b"action=this&action=everywhere"])
def test_another_action(browser: Browser, body: bytes) -> None:
    assert browser.send_form(PATH, body, POST).status == 400
    assert browser.go("/").status == 200


def test_another_method(browser: Browser) -> None:
    refused = browser.send("DELETE", PATH, FETCH)
    assert (refused.status, refused.value("allow")) == (405, "GET, HEAD, POST")


def test_whose_session_is_over_already_is_led_out(stage: Stage) -> None:
    ended = stage.browser().send_form(PATH, b"action=everywhere", POST)
    assert ended.status == 303
    assert stage.pool.named("api") == []


def other(stage: Stage) -> bytes:
    """What ends a session on another device, of which Cognito tells."""
    stage.pool.listed = [
        {"SessionId": OTHER, "SessionType": "TOKEN", "DeviceType": "Phone", "OriginSessionId": SSO},
        {"SessionId": SSO, "SessionType": "SSO", "DeviceType": "Phone"},
        {
            "SessionId": "tkn-here",
            "IsCurrentSession": True,
            "OriginSessionId": SSO.replace("s", "t"),
        },
        {"SessionId": SSO.replace("s", "t"), "SessionType": "SSO", "DeviceType": "here"},
    ]
    return f"action={OTHER}".encode()


def revoked(stage: Stage) -> list[object]:
    return [json.loads(call.request.content).get("SessionId") for call in stage.pool.named("api")]


def test_another_one(stage: Stage, browser: Browser) -> None:
    """The sign-ins at Cognito that sessions came from are not listed: each ends with its own."""
    body = other(stage)
    [button] = Page(browser.go(PATH).body.decode()).every("button")[2:]
    assert (button.get("value"), button.text) == (OTHER, "Sign out Phone (last active -)")
    ended = browser.send_form(PATH, body, POST)
    assert (ended.status, ended.location) == (303, PATH)
    asked = json.loads(stage.pool.calls[-1].request.content)
    assert (asked["SessionId"], asked["RevokeAssociatedSessions"]) == (OTHER, "LINKED")
    assert browser.go("/").status == 200
    event = stage.events[-1]
    assert isinstance(event, SignedOut)
    assert (event.other, event.revoked, event.everywhere) == (OTHER, True, False)
    assert f"on another device ({OTHER})" in log_line(event)
    assert as_json(browser.send_form(PATH, body, BY_SCRIPT)) == {
        "signed_out": OTHER,
        "reason": None,
    }


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (answers({"__type": "OperationNotEnabledException"}, 400), "unsupported"),
        (answers({"__type": "NotAuthorizedException"}, 400), "refused"),
        (answers({}, 503), "unavailable"),
    ],
)
def test_another_one_that_cognito_did_not_end(
    stage: Stage, browser: Browser, fault: faults.Fault, why: str
) -> None:
    body = other(stage)
    stage.pool.faults["api"] = fault
    told_so = as_json(browser.send_form(PATH, body, BY_SCRIPT))
    assert told_so == {"signed_out": None, "reason": why}
    page = browser.send_form(PATH, body, POST)
    assert "The other device is still signed in" in page.body.decode()
    assert told(stage) == []


def test_another_one_needs_its_list_and_the_scope(make_stage: MakeStage, stage: Stage) -> None:
    body = other(stage)
    off = make_stage(scopes=("openid", ADMIN))
    assert off.signed_in().send_form(PATH, body, POST).status == 400
    without = make_stage(list_sessions=True, bearer=True)
    shown = as_json(without.signed_in().send_form(PATH, body, BY_SCRIPT))
    assert (shown["reason"], without.pool.named("api")) == ("refused", [])
    bearer = {"authorization": f"Bearer {without.pool.access_token(scope='orders/read')}"}
    assert without.browser().send_form(PATH, body, bearer).status == 403
    for wrong in (
        b"action=tkn1",
        b"action=" + b"tkn" + b"A" * 25,
        body + b"x",
        b"other" + body[6:],
    ):
        assert stage.signed_in().send_form(PATH, wrong, POST).status == 400
    assert revoked(stage) == []


def test_nobody_ends_another_one(stage: Stage) -> None:
    """A person signs in first, and looks again."""
    body = other(stage)
    assert stage.browser().send_form(PATH, body, BY_SCRIPT).status == 401
    assert stage.browser().send_form(PATH, body, POST).location == PATH
    assert revoked(stage) == []


def test_its_links_stay_here_whatever_the_mount(stage: Stage, browser: Browser) -> None:
    """Some servers take it from a header of the request."""
    asked = browser.request("GET", PATH, NAVIGATION)
    page = stage.handle(asked, mount="//evil.example")
    assert page.status == 200
    assert b"evil.example" not in page.body
