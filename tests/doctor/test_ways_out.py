"""The sign-out URL, the client secret and revocation."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.effects import HttpAnswer, HttpCall
from cognito_gate.doctor.client_secret import NO_CODE, read_error
from tests.doctor.aws import (
    ANY,
    CLIENT,
    ENVIRON,
    LOGIN,
    SIGNED_OUT,
    Cognito,
    error_page,
    found,
    page,
    says,
    to,
    wrong,
)

SECRET = "AWS_COGNITO_USER_POOL_CLIENT_SECRET"
REFRESH = {"AWS_COGNITO_REFRESH_FLOW_ENABLED": "true"}
LOST = HttpAnswer(0, failure="timeout")


def form(ask: HttpCall) -> str:
    return ask.body.decode()


def credentials(ask: HttpCall) -> str:
    """What the Basic header says."""
    given = dict(ask.headers).get("authorization", "")
    return base64.b64decode(given.removeprefix("Basic ")).decode()


# Sign-out URL


@pytest.mark.parametrize(
    "answer",
    [
        error_page("Required String parameter 'redirect_uri' is not present"),
        error_page("Required parameters missing"),
        to(f"{LOGIN}/login?client_id={CLIENT}"),
        page(400),
        says(400, error="invalid_request", error_description="logout_uri is not allowed"),
    ],
)
def test_a_sign_out_url_that_is_not_registered(answer: HttpAnswer) -> None:
    lines = found(Cognito(logout=answer))
    assert wrong(lines) == {"sign-out-url"}
    fix = lines["sign-out-url"].fix
    assert fix is not None
    assert fix.console.endswith("Edit > Allowed sign-out URLs")
    assert ".LogoutURLs = ((.LogoutURLs // []) + [$value] | unique)" in fix.command


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page(403), "a firewall"),
        (page(503), "HTTP 503"),
        (LOST, "does not answer in time"),
        (to("https://elsewhere.example/"), "leads elsewhere: https://elsewhere.example/"),
        (page(200), "leads elsewhere: HTTP 200"),
    ],
)
def test_a_sign_out_of_which_nobody_can_tell(answer: HttpAnswer, why: str) -> None:
    lines = found(Cognito(logout=answer))
    assert wrong(lines) == set()
    assert why in lines["sign-out-url"].found


@pytest.mark.parametrize("ours", ["https://app.example.com", "https://app.example.com/"])
def test_an_empty_path_is_a_slash(ours: str) -> None:
    lines = found(Cognito(logout=to("https://app.example.com/")), AWS_COGNITO_LOGOUT_URL=ours)
    assert lines["sign-out-url"].state == "ok"


def test_the_sign_out_that_is_asked_for() -> None:
    cognito = Cognito()
    found(cognito)
    [ask] = [ask for ask in cognito.asked if "/logout" in ask.url]
    assert ask.url.endswith(f"?client_id={CLIENT}&logout_uri={quote(SIGNED_OUT, safe='')}")


# Client secret


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("error", ["invalid_grant", "unauthorized_client", "invalid_scope"])
def test_a_secret_that_is_taken(status: int, error: str) -> None:
    lines = found(Cognito(token=says(status, error=error)))
    assert lines["client-secret"].state == "ok"
    assert wrong(lines) == set()


@pytest.mark.parametrize("status", [400, 401])
def test_a_secret_that_is_wrong(status: int) -> None:
    lines = found(Cognito(token=says(status, error="invalid_client")))
    assert wrong(lines) == {"client-secret"}
    assert "is not this app client's secret" in lines["client-secret"].found
    assert lines["revocation"].state == "unknown"


def test_a_secret_that_is_missing() -> None:
    lines = found(Cognito(token=says(400, error="invalid_client")), {SECRET: None})
    assert wrong(lines) == {"client-secret"}
    assert "is not set" in lines["client-secret"].found


def test_a_secret_of_a_public_client() -> None:
    def public(ask: HttpCall) -> HttpAnswer:
        error = "invalid_client" if "authorization" in dict(ask.headers) else "invalid_grant"
        return says(400, error=error)

    lines = found(Cognito(token=public))
    assert wrong(lines) == {"client-secret"}
    assert "the app client is public" in lines["client-secret"].found


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page(503), "HTTP 503"),
        (LOST, "does not answer in time"),
        (page(400), "the token endpoint answers HTTP 400"),
        (says(400, error="invalid_request"), "HTTP 400 invalid_request"),
        (says(200, access_token="x", token_type="Bearer"), "HTTP 200"),
        (to("https://elsewhere.example/"), "HTTP 302"),
    ],
)
def test_a_token_endpoint_of_which_nobody_can_tell(answer: HttpAnswer, why: str) -> None:
    lines = found(Cognito(token=answer))
    assert wrong(lines) == set()
    assert lines["client-secret"].state == "unknown"
    assert why in lines["client-secret"].found


def test_a_firewall_before_the_token_endpoint_alone() -> None:
    lines = found(Cognito(token=page(403)))
    assert wrong(lines) == {"firewall"}
    assert "token endpoint, where each sign-in ends, answers HTTP 403" in lines["firewall"].found
    assert {lines[code].state for code in ("client-secret", "revocation")} == {"unknown"}


def test_what_is_asked_spends_nothing() -> None:
    cognito = Cognito(token=says(400, error="invalid_client"))
    found(cognito)
    first, second = [ask for ask in cognito.asked if ask.url.endswith("/token")]
    assert f"code={NO_CODE}" in form(first)
    assert credentials(first) == f"{CLIENT}:{ENVIRON[SECRET]}"
    assert "authorization" not in dict(second.headers)
    assert f"client_id={CLIENT}" in form(second)


# Revocation


@pytest.mark.parametrize("answer", [HttpAnswer(200), says(400, error="unsupported_token_type")])
def test_revocation_that_is_on(answer: HttpAnswer) -> None:
    assert found(Cognito(revoke=answer))["revocation"].state == "ok"


@pytest.mark.parametrize(("changes", "state"), [({}, "warning"), (REFRESH, "wrong")])
def test_revocation_that_is_off(changes: dict[str, str], state: str) -> None:
    lines = found(Cognito(revoke=says(400, error="invalid_request")), changes)
    assert lines["revocation"].state == state
    fix = lines["revocation"].fix
    assert fix is not None
    assert ".EnableTokenRevocation = true" in fix.command


@pytest.mark.parametrize(
    "answer", [page(403), page(500), LOST, page(400), says(401, error="invalid_client")]
)
def test_revocation_of_which_nobody_can_tell(answer: HttpAnswer) -> None:
    lines = found(Cognito(revoke=answer))
    assert wrong(lines) == set()
    assert lines["revocation"].state == "unknown"


@ANY
@given(st.binary(max_size=200), st.integers(0, 599))
def test_any_answer_can_be_read(body: bytes, status: int) -> None:
    assert read_error(HttpAnswer(status, body=body)).isprintable()


@ANY
@given(st.sampled_from(["authorize", "logout", "token", "revoke", "login"]),
       st.binary(max_size=200), st.integers(200, 599), st.text(max_size=60))  # fmt: skip
def test_hostile_answers_end_in_lines(name: str, body: bytes, status: int, location: str) -> None:
    answer = HttpAnswer(status, (("location", location), ("date", location)), body)
    lines = found(Cognito(**{name: answer}))
    assert {finding.state for finding in lines.values()} <= {"ok", "wrong", "warning", "unknown"}
