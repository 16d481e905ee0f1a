"""`POST /_local/controls`: the front page's forms, and who may send them."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from cognito_gate.local import Switches
from cognito_gate.local.model import ENDPOINTS
from tests.local.stage import ORIGIN, Stage

SAME_ORIGIN = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


def post(stage: Stage, headers: Any = SAME_ORIGIN, **form: str) -> httpx.Response:
    return stage.http.post("/_local/controls", data=form, headers=headers)


def saved(**changes: str) -> dict[str, str]:
    """The form of all switches as a browser sends it: a box that is not ticked is absent."""
    usual = {
        name: "on" if value is True else str(value)
        for name, value in ((name, getattr(Switches(), name)) for name in Switches.__slots__)
        if value is not False
    }
    return {"do": "switches", **usual, **changes}


def jwks(stage: Stage) -> httpx.Response:
    return stage.http.get(f"/{stage.cognito.pool_id}/.well-known/jwks.json")


def kids(stage: Stage) -> set[str]:
    return {key["kid"] for key in jwks(stage).json()["keys"]}


def test_the_switches_are_saved(stage: Stage) -> None:
    form = saved(access_seconds="5", rotation="on", clock_skew="-30", mfa="on")
    del form["sign_up"]
    response = post(stage, **form)
    assert response.status_code == 303
    assert response.headers["location"] == "/?done=switches#switches"
    assert stage.cognito.switches == Switches(
        access_seconds=5, rotation=True, clock_skew=-30, mfa="on", sign_up=False
    )


def test_saving_what_is_there_changes_nothing(stage: Stage) -> None:
    assert post(stage, **saved()).status_code == 303
    assert stage.cognito.switches == Switches()


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        (saved(access_seconds="soon"), "access_seconds must be a whole number"),
        (saved(access_seconds="-1"), "access_seconds must not be negative"),
        (saved(access_seconds="9" * 5000), "access_seconds must be a whole number"),
        (saved(mfa="maybe"), "mfa"),
        ({"do": "switches", "mfa": "on"}, "access_seconds must be a whole number"),
        ({"do": "dance"}, "unknown"),
        ({"x": "1"}, "unknown"),
        ({}, "cannot be read"),
        ({"do": "fault", "endpoint": "nowhere", "kind": "slow"}, "endpoint"),
        ({"do": "fault", "endpoint": "token", "kind": "odd"}, "odd"),
        ({"do": "fault", "endpoint": "token", "kind": "slow", "seconds": "long"}, "seconds"),
        ({"do": "fault", "endpoint": "token", "kind": "slow", "seconds": "nan"}, "seconds"),
        ({"do": "fault", "endpoint": "token", "kind": "status", "status": "200"}, "status"),
        ({"do": "fault", "endpoint": "token", "kind": "slow", "times": "0"}, "times"),
        ({"do": "fault", "endpoint": "token", "kind": "api_error"}, "exception"),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(
    stage: Stage, form: dict[str, str], complaint: str
) -> None:
    response = post(stage, **form)
    assert response.status_code == 400
    [alert] = re.findall(r'role="alert">(.*?)</p>', response.text)
    assert complaint in alert
    assert stage.cognito.switches == Switches()
    assert jwks(stage).status_code == 200


def test_cognito_goes_down_and_comes_back(stage: Stage) -> None:
    response = post(stage, do="down")
    assert response.headers["location"] == "/?done=fault#switches"
    assert jwks(stage).status_code == 503
    assert stage.login_page().status_code == 503
    assert post(stage, do="heal").status_code == 303
    assert jwks(stage).status_code == 200


@pytest.mark.parametrize(
    ("preset", "kind"),
    [("down", "status"), ("slow", "slow"), ("reset", "reset"), ("limited", "status")],
)
def test_the_ready_made_faults_are_everywhere(stage: Stage, preset: str, kind: str) -> None:
    assert post(stage, do=preset).status_code == 303
    faults = stage.cognito._pool.traffic.faults
    assert set(faults) == set(ENDPOINTS)
    assert {armed.fault.kind for armed in faults.values()} == {kind}


def test_one_fault_at_one_endpoint(stage: Stage) -> None:
    form = {"endpoint": "jwks", "kind": "status", "status": "429", "seconds": "", "times": "2"}
    assert post(stage, do="fault", **form).status_code == 303
    assert [jwks(stage).status_code for _ in range(3)] == [429, 429, 200]


def test_one_fault_everywhere(stage: Stage) -> None:
    post(stage, do="fault", endpoint="", kind="garbage", times="1")
    assert set(stage.cognito._pool.traffic.faults) == set(ENDPOINTS)
    assert jwks(stage).content.startswith(b"\x00")


@pytest.mark.parametrize(
    ("kind", "error", "plays", "stays"),
    [
        ("api_error", "TooManyRequestsException", "GetUser", "token"),
        ("oauth_error", "invalid_grant", "token", "GetUser"),
    ],
)
def test_an_error_everywhere_is_where_it_can_be(
    stage: Stage, kind: str, error: str, plays: str, stays: str
) -> None:
    assert post(stage, do="fault", endpoint="", kind=kind, error=error).status_code == 303
    assert plays in stage.cognito._pool.traffic.faults
    assert stays not in stage.cognito._pool.traffic.faults


def test_an_error_of_the_json_api(stage: Stage) -> None:
    form = {"endpoint": "GetUser", "kind": "api_error", "error": "TooManyRequestsException"}
    assert post(stage, do="fault", **form).status_code == 303
    assert set(stage.cognito._pool.traffic.faults) == {"GetUser"}


def test_keys_are_rotated(stage: Stage) -> None:
    first = kids(stage)
    assert post(stage, do="rotate-keep").headers["location"] == "/?done=keys#switches"
    second = kids(stage)
    post(stage, do="rotate")
    assert first < second
    assert not kids(stage) & second


@pytest.mark.parametrize("done", ["switches", "fault", "heal", "keys"])
def test_the_page_says_what_was_done(stage: Stage, done: str) -> None:
    assert 'role="status"' in stage.http.get("/", params={"done": done}).text


@pytest.mark.parametrize("done", ["", "nothing", "<b>"])
def test_and_nothing_else(stage: Stage, done: str) -> None:
    page = stage.http.get("/", params={"done": done})
    assert page.status_code == 200
    assert 'role="status"' not in page.text


# Who may send them

REFUSED: dict[str, dict[str, str | None]] = {
    "of another site": {"Sec-Fetch-Site": "cross-site"},
    "of another port of this machine": {"Sec-Fetch-Site": "same-site"},
    "of the address bar": {"Sec-Fetch-Site": "none"},
    "from another origin": {"Origin": "https://evil.example"},
    "from the app's origin": {"Origin": "http://127.0.0.1:8000"},
    "from another name of this machine": {"Origin": "http://localhost:4000"},
    "from nowhere": {"Origin": "null"},
    "from no URL": {"Origin": "http://["},
    "of nobody": {"Origin": None, "Sec-Fetch-Site": None},
    "by a name that was rebound": {"Host": "evil.example", "Origin": "http://evil.example"},
    "of two origins": {"Origin": f"{ORIGIN}, {ORIGIN}"},
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_form_of_others_is_refused(stage: Stage, case: str) -> None:
    headers: dict[str, str | None] = {**SAME_ORIGIN, **REFUSED[case]}
    sent = {name: value for name, value in headers.items() if value is not None}
    assert post(stage, sent, do="down").status_code == 403
    assert jwks(stage).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        SAME_ORIGIN,
        {"Origin": ORIGIN},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost:4000", "Host": "localhost:4000"},
        {"Origin": "http://[::1]:4000", "Host": "[::1]:4000"},
    ],
)
def test_its_own_forms_are_taken(stage: Stage, headers: dict[str, str]) -> None:
    assert post(stage, headers, do="down").status_code == 303


@pytest.mark.parametrize("media_type", ["text/plain", "application/json", ""])
def test_only_forms_are_taken(stage: Stage, media_type: str) -> None:
    response = stage.http.post(
        "/_local/controls", content=b"do=down", headers={**SAME_ORIGIN, "Content-Type": media_type}
    )
    assert response.status_code == 400
    assert jwks(stage).status_code == 200
