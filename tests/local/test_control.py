"""`/_local/*`: the switches over HTTP."""

import json
from typing import Any

import httpx
import pytest

from cognito_gate.local import Client, Switches, User
from tests.local.stage import CALLBACK, LOGOUT, Stage


def put(stage: Stage, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **headers}
    return stage.http.post("/_local/switches", content=content, headers=sent)


def kids(stage: Stage) -> set[str]:
    jwks = stage.http.get(f"/{stage.cognito.pool_id}/.well-known/jwks.json").json()
    return {key["kid"] for key in jwks["keys"]}


def test_switches_are_replaced(stage: Stage) -> None:
    response = put(stage, {"access_seconds": 5, "rotation": True})
    assert response.status_code == 200
    assert response.json()["switches"]["access_seconds"] == 5
    assert stage.cognito.switches == Switches(access_seconds=5, rotation=True)


def test_keys_are_rotated(stage: Stage) -> None:
    first = kids(stage)
    put(stage, {"rotate_keys": True, "keep_old": True})
    second = kids(stage)
    put(stage, {"rotate_keys": True})
    assert first < second
    assert not kids(stage) & second


def test_faults_are_armed_and_healed(stage: Stage) -> None:
    fail = {"endpoint": "jwks", "kind": "status", "status": 503, "times": 5}
    path = f"/{stage.cognito.pool_id}/.well-known/jwks.json"
    for heal in (True, "jwks"):
        assert put(stage, {"fail": fail}).status_code == 200
        assert stage.http.get(path).status_code == 503
        put(stage, {"heal": heal})
        assert stage.http.get(path).status_code == 200


def test_state_tells_calls_and_switches(stage: Stage) -> None:
    kids(stage)
    state = stage.http.get("/_local/state").json()
    assert state["calls"] == {"jwks": 1}
    assert state["switches"]["code_seconds"] == 300


def test_about_says_what_a_doctor_needs_and_no_secret() -> None:
    web = Client("web", "s3cret" * 8, callback_urls=(CALLBACK,), logout_urls=(LOGOUT,))
    stage = Stage(clients=(web, Client("other")), access_seconds=60)
    response = stage.http.get("/_local/about")
    assert response.json() == {
        "local_cognito": 1,
        "pool_id": stage.cognito.pool_id,
        "issuer": stage.cognito.issuer,
        "client_id": "web",
        "public": False,
        "callback_urls": [CALLBACK],
        "logout_urls": [LOGOUT],
        "sample_users": True,
        "rotation": False,
        "access_seconds": 60,
    }
    assert not stage.cognito.calls
    stage.cognito.put_user(User("eve", "Secret-Word-7"))
    assert stage.http.get("/_local/about").json()["sample_users"] is True
    own = Stage(users=(User("eve", "Secret-Word-7"),))
    assert own.http.get("/_local/about").json()["sample_users"] is False
    assert stage.http.get("/_local/about", headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 60_000, "not JSON"),
        ([], "JSON object"),
        ({"speed": 1}, "switch 'speed' is not one of"),
        ({"access_seconds": "5"}, "access_seconds"),
        ({"access_seconds": None}, "access_seconds"),
        ({"rotate_keys": 1}, "rotate_keys"),
        ({"keep_old": 1}, "keep_old"),
        ({"heal": 1}, "heal"),
        ({"heal": "tokens"}, "tokens"),
        ({"fail": "token"}, "fail must be an object"),
        ({"fail": {"kind": "status"}}, "endpoint None"),
        ({"fail": {"endpoint": ["token"], "kind": "status"}}, "endpoint"),
        ({"fail": {"endpoint": "token"}}, "kind is missing"),
        ({"fail": {"endpoint": "token", "kind": "odd"}}, "'odd'"),
        ({"fail": {"endpoint": "token", "kind": {}}}, "kind"),
        ({"fail": {"endpoint": "token", "kind": "status", "odd": 1}}, "'odd'"),
        ({"fail": {"endpoint": "token", "kind": "status", "times": 0}}, "times"),
        ({"fail": {"endpoint": "token", "kind": "status", "body": "\ud800"}}, "body"),
        ({"\ud800": 1}, "ud800"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(stage: Stage, body: Any, complaint: str) -> None:
    response = put(stage, body)
    assert response.status_code == 400
    assert complaint in response.json()["error"]
    assert stage.cognito.switches == Switches()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_page_of_another_origin_cannot_send_it(stage: Stage, content_type: str) -> None:
    response = put(stage, {"rotation": True}, **{"Content-Type": content_type})
    assert response.status_code == 400
    assert not stage.cognito.switches.rotation


@pytest.mark.parametrize("host", ["localhost:4000", "127.0.0.1", "[::1]:4000", "LOCALHOST"])
def test_loopback_host_names_may(stage: Stage, host: str) -> None:
    assert put(stage, {"rotation": True}, Host=host).status_code == 200
    assert stage.http.get("/_local/state", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "build-server", "local:4000"]
)
def test_other_host_names_may_not(stage: Stage, host: str) -> None:
    assert put(stage, {"rotation": True}, Host=host).status_code == 403
    assert stage.http.get("/_local/state", headers={"Host": host}).status_code == 403
    assert not stage.cognito.switches.rotation
