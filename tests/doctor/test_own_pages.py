"""The doctor in front of our own sign-in pages: the API's own refusals, one fact changed each."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate.local import Fault
from tests.doctor.aws import Cognito, fixing, says, wrong
from tests.doctor.aws import found as found_at_aws
from tests.doctor.stage import CLIENT_SECRET, diagnose, healthy, pool

OWN = {"COGNITO_GATE_LOGIN": "custom"}
ALL = ("ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH")
FLOWS = {
    "srp": "ALLOW_USER_SRP_AUTH",
    "password": "ALLOW_USER_PASSWORD_AUTH",
    "choice": "ALLOW_USER_AUTH",
}


def test_cognitos_own_login_has_no_such_line() -> None:
    with pool() as cognito:
        assert "sign-in-flow" not in diagnose(healthy(cognito)).states


@pytest.mark.parametrize("secret", [CLIENT_SECRET, None], ids=["confidential", "public"])
@pytest.mark.parametrize("flow", FLOWS)
def test_healthy(flow: str, secret: str | None) -> None:
    with pool(auth_flows=ALL, secret=secret) as cognito:
        environ = healthy(cognito, **OWN, COGNITO_GATE_SIGN_IN_FLOW=flow)
        found = diagnose(environ)
        bare = diagnose({**environ, "AWS_COGNITO_DOMAIN": ""})
    for one in (found, bare):
        assert one.codes("wrong", "warning") == set(), one.text
        assert one.finding("sign-in-flow")["state"] == "ok"
        assert FLOWS[flow] in one.finding("sign-in-flow")["found"]


@pytest.mark.parametrize("existence", [True, False])
def test_no_such_user_is_as_it_should_be(existence: bool) -> None:
    with pool(auth_flows=ALL, prevent_user_existence_errors=existence) as cognito:
        assert diagnose(healthy(cognito, **OWN)).finding("sign-in-flow")["state"] == "ok"


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_that_is_not_allowed(flow: str) -> None:
    others = tuple(name for name in ALL if name != FLOWS[flow])
    with pool(auth_flows=others) as cognito:
        found = diagnose(healthy(cognito, **OWN, COGNITO_GATE_SIGN_IN_FLOW=flow))
    assert found.codes("wrong") == {"sign-in-flow"}
    line = found.finding("sign-in-flow")
    assert f"lacks {FLOWS[flow]}" in line["found"]
    assert FLOWS[flow] in line["fix"]["what"]


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_that_is_not_allowed_at_aws(flow: str) -> None:
    refusal = says(
        400, __type="InvalidParameterException", message="Auth flow not enabled for this client"
    )
    lines = found_at_aws(Cognito(**{"": refusal}), OWN, COGNITO_GATE_SIGN_IN_FLOW=flow)
    assert wrong(lines) == {"sign-in-flow"}
    assert f"--arg value {FLOWS[flow]}" in fixing(lines, "sign-in-flow")


def test_a_client_that_the_local_cognito_does_not_know() -> None:
    with pool(auth_flows=ALL) as cognito:
        environ = healthy(cognito, **OWN, AWS_COGNITO_USER_POOL_CLIENT_ID="nobody")
        line = diagnose({**environ, "AWS_COGNITO_DOMAIN": ""}).finding("sign-in-flow")
    assert line["state"] == "wrong"
    assert line["fix"]["setting"] == "AWS_COGNITO_USER_POOL_CLIENT_ID=doctorsclient"


@pytest.mark.parametrize("ours", ["w" * 40, None], ids=["wrong", "missing"])
def test_a_secret_where_no_login_domain_can_be_asked(ours: str | None) -> None:
    with pool(auth_flows=ALL) as cognito:
        environ = healthy(cognito, **OWN, AWS_COGNITO_USER_POOL_CLIENT_SECRET=ours)
        found = diagnose({**environ, "AWS_COGNITO_DOMAIN": ""})
    assert found.codes("wrong") == {"client-secret"}, found.text


def test_an_unknown_client_where_no_login_domain_can_be_asked() -> None:
    with pool(auth_flows=ALL) as cognito:
        environ = healthy(cognito, **OWN, AWS_COGNITO_USER_POOL_CLIENT_ID="nobodysclient")
        found = diagnose({**environ, "AWS_COGNITO_DOMAIN": ""})
    assert found.codes("wrong") == {"sign-in-flow"}
    assert "does not know the app client" in found.finding("sign-in-flow")["found"]


def refused(error: str, description: str) -> dict[str, Any]:
    """The line when Cognito refuses like this."""
    with pool(auth_flows=ALL) as cognito:
        cognito.fail("InitiateAuth", Fault("api_error", error=error, description=description))
        environ = healthy(cognito, **OWN, COGNITO_GATE_USER_CONTEXT="true")
        found = diagnose(environ).finding("sign-in-flow")
    return found


def test_a_visitors_address_that_is_not_taken() -> None:
    message = "Cannot use IP Address passed into UserContextData"
    found = refused("InvalidParameterException", message)
    assert found["state"] == "wrong"
    assert "COGNITO_GATE_USER_CONTEXT" in found["found"]


def test_what_tells_nothing() -> None:
    found = refused("TooManyRequestsException", "Rate exceeded")
    assert found["state"] == "unknown"
    assert "TooManyRequests" in found["found"]


def test_an_api_that_does_not_answer() -> None:
    with pool(auth_flows=ALL) as cognito:
        cognito.fail("InitiateAuth", Fault("status", status=500))
        found = diagnose(healthy(cognito, **OWN)).finding("sign-in-flow")
    assert found["state"] == "unknown"


def test_settings_that_have_to_be_right_first() -> None:
    with pool(auth_flows=ALL) as cognito:
        environ = healthy(cognito, **OWN, AWS_COGNITO_USER_POOL_CLIENT_ID="no such thing")
        found = diagnose(environ)
    assert found.finding("sign-in-flow")["state"] == "unknown"
