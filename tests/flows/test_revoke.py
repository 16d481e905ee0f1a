"""`{prefix}/revoke`: an operator's tool ends sessions by a signed request, and nobody else does."""

import hmac
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cognito_gate._delivery import log_line
from cognito_gate.events import Refused, SessionsRevoked
from tests.flows.conftest import MakeStage
from tests.flows.stage import START, Stage
from tests.world.browser import NAVIGATION, Browser, Reply

KEY = "a-key-of-the-operators-with-32-characters"
PATH = "/auth/revoke"
AT = int(START)
ORDER: dict[str, Any] = {"sub": "sub-of-ada", "at": AT, "id": "a-request"}


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    stage = make_stage(refresh_flow_enabled=True, bearer=True, revoke_key=KEY)
    stage.pool.access["origin_jti"] = stage.pool.id["origin_jti"] = "the-sign-in"
    return stage


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return stage.signed_in()


def signature(body: bytes, at: int | str = AT, key: str = KEY) -> str:
    text = f"{at}.".encode() + body
    return f"t={at},v1={hmac.digest(key.encode(), text, 'sha256').hex()}"


def send(stage: Stage, body: object, signed: str | None = None, **headers: str) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"x-cognito-gate-signature": signature(raw) if signed is None else signed, **headers}
    return stage.browser().send_form(PATH, raw, headers)


def test_all_sessions_of_a_user(stage: Stage, browser: Browser) -> None:
    bearer = {"authorization": f"Bearer {stage.pool.access_token()}"}
    assert browser.go("/").status == stage.browser().fetch("/", headers=bearer).status == 200
    done = send(stage, ORDER)
    assert (done.status, done.body) == (204, b"")
    assert {name for name, _ in done.headers} == {"cache-control", "x-request-id"}
    assert browser.go("/").status == 303
    assert stage.browser().fetch("/", headers=bearer).status == 401
    events = [event for event in stage.events if isinstance(event, SessionsRevoked)]
    assert [(one.sub, one.session, one.before, one.revocation) for one in events] == [
        ("sub-of-ada", "", AT, "a-request")
    ]
    assert "by an operator: those of sub-of-ada (request a-request)" in log_line(events[0])


def test_one_session(stage: Stage, browser: Browser) -> None:
    stage.pool.access["origin_jti"] = stage.pool.id["origin_jti"] = "another-sign-in"
    other = stage.signed_in()
    assert send(stage, {"origin_jti": "the-sign-in", "at": AT, "id": "1"}).status == 204
    assert (browser.go("/").status, other.go("/").status) == (303, 200)


def test_what_began_later_goes_on(stage: Stage, browser: Browser) -> None:
    assert send(stage, {**ORDER, "before": AT - 1}).status == 204
    assert browser.go("/").status == 200
    assert send(stage, {**ORDER, "before": AT, "id": "2"}).status == 204
    assert browser.go("/").status == 303


def test_others_go_on(stage: Stage, browser: Browser) -> None:
    assert send(stage, {**ORDER, "sub": "sub-of-eve"}).status == 204
    assert browser.go("/").status == 200


@pytest.mark.parametrize("late", [-300, 300])
def test_the_clocks_may_differ(stage: Stage, late: int) -> None:
    stage.now += late
    assert send(stage, ORDER).status == 204


BODY = json.dumps(ORDER).encode()
WRONG: dict[str, tuple[object, str | None]] = {
    "no signature": (ORDER, ""),
    "another key": (ORDER, signature(BODY, key=KEY + "x")),
    "another body": (ORDER, signature(BODY + b" ")),
    "another time": (ORDER, signature(BODY).replace(f"t={AT}", f"t={AT - 1}")),
    "another time in the body": (ORDER, signature(BODY, AT - 1)),
    "upper case": (ORDER, signature(BODY).upper()),
    "cut off": (ORDER, signature(BODY)[:-1]),
    "a time that is no number": (ORDER, signature(BODY, "now")),
    "a huge time": (ORDER, signature(BODY, "9" * 13)),
    "too long": (b" " * 4096 + BODY, None),
    "not JSON": (b"sub=a", None),
    "not UTF-8": (b"\xff", None),
    "nested": (b"[" * 4000, None),
    "a list": ([ORDER], None),
    "nobody": ({"at": AT, "id": "1"}, None),
    "a user as a session": ({"origin_jti": "sub sub-of-ada", "at": AT, "id": "1"}, None),
    "both": ({**ORDER, "origin_jti": "the-sign-in"}, None),
    "no id": ({"sub": "sub-of-ada", "at": AT}, None),
    "an empty id": ({**ORDER, "id": ""}, None),
    "a long id": ({**ORDER, "id": "x" * 201}, None),
    "an id of two lines": ({**ORDER, "id": "a\nb"}, None),
    "an empty sub": ({**ORDER, "sub": ""}, None),
    "a sub that is no text": ({**ORDER, "sub": ["sub-of-ada"]}, None),
    "no time": ({"sub": "sub-of-ada", "id": "1"}, None),
    "a time that is no integer": ({**ORDER, "at": float(AT)}, None),
    "true for a time": ({**ORDER, "before": True}, None),
    "before to come": ({**ORDER, "before": AT + 1}, None),
    "before of old": ({**ORDER, "before": 0}, None),
    "before with a session": ({"origin_jti": "a", "before": AT, "at": AT, "id": "1"}, None),
    "an unknown member": ({**ORDER, "Sub": "sub-of-ada"}, None),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_ends_nothing(stage: Stage, browser: Browser, case: str) -> None:
    body, signed = WRONG[case]
    refused = send(stage, body, signed, **NAVIGATION)
    assert (refused.status, json.loads(refused.body)) == (401, {"error": "revocation_refused"})
    assert refused.value("www-authenticate") == "Signature"
    assert browser.go("/").status == 200
    reasons = [event.reason for event in stage.events if isinstance(event, Refused)]
    assert len(reasons) == 1
    assert KEY not in reasons[0]
    assert send(stage, ORDER).status == 204, "its id was not spent"


@pytest.mark.parametrize("late", [-301, 301])
def test_an_old_request(stage: Stage, late: int) -> None:
    stage.now += late
    browser = stage.signed_in()
    assert send(stage, ORDER).status == 401
    assert browser.go("/").status == 200


def test_a_request_counts_once(stage: Stage) -> None:
    """Whoever has listened cannot send it again, nor one more with its id."""
    stage.now -= 300
    assert send(stage, ORDER).status == 204
    stage.now += 600
    assert send(stage, ORDER).status == 401
    assert send(stage, {**ORDER, "sub": "sub-of-eve"}).status == 401
    assert send(stage, {**ORDER, "id": "another"}).status == 204


def test_two_signatures_are_none(stage: Stage, browser: Browser) -> None:
    header = (b"x-cognito-gate-signature", signature(BODY).encode())
    request = browser.request("POST", PATH, {})
    twice = [*request.headers, header, header]
    assert stage.handle(type(request)("POST", PATH, twice, BODY)).status == 401


def test_another_method(stage: Stage) -> None:
    for method in ("GET", "PUT", "DELETE"):
        refused = stage.browser().send(method, PATH, {"accept": "*/*"})
        assert (refused.status, refused.value("allow")) == (405, "POST")


def test_without_a_key_there_is_no_such_route(make_stage: MakeStage) -> None:
    stage = make_stage()
    assert send(stage, BODY, signature(BODY, key="")).status == 401
    browser = stage.signed_in()
    assert browser.fetch(PATH, method="POST").app is not None, "the app's own path"


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200), st.text(st.characters(codec="latin-1"), max_size=100))
def test_hostile_requests_are_no_errors(body: bytes, signed: str) -> None:
    assert send(HOSTILE, body, signed).status == 401
    assert send(HOSTILE, body).status == 401


HOSTILE = Stage({"revoke_key": KEY})
