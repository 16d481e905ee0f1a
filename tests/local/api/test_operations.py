"""The wire: targets, bodies, errors."""

from typing import Any

import pytest

from cognito_gate.local.api.shapes import SHAPES
from cognito_gate.local.model import ENDPOINTS, OPERATIONS
from tests.local.api.desk import NEW, TARGET, Desk, refused


def test_each_operation_has_a_shape_and_is_an_endpoint() -> None:
    assert SHAPES.keys() == set(OPERATIONS) <= set(ENDPOINTS)
    assert list(OPERATIONS) == sorted(OPERATIONS)


@pytest.mark.parametrize(
    "target", [TARGET + "ListUsers", "InitiateAuth", "Other.InitiateAuth", TARGET, "", None]
)
def test_targets_that_are_none(desk: Desk, target: str | None) -> None:
    headers = {} if target is None else {"X-Amz-Target": target}
    response = desk.http.post("/", headers=headers, json={})
    assert response.status_code == 400
    assert response.json() == {"__type": "UnknownOperationException"}
    assert response.headers["x-amzn-errortype"] == "UnknownOperationException:"
    assert desk.cognito.calls == {"UnknownOperation": 1}


def test_operations_are_counted_and_recorded(desk: Desk) -> None:
    desk.by_password()
    assert desk.cognito.calls == {"InitiateAuth": 1}
    recorded = desk.cognito.requests[-1]
    assert recorded.endpoint == "InitiateAuth"
    assert recorded.document["AuthFlow"] == "USER_PASSWORD_AUTH"


def test_answers_carry_a_request_id(desk: Desk) -> None:
    response = desk.post_api("SignUp", json={})
    assert response.headers["x-amz-cognito-request-id"]


@pytest.mark.parametrize("method", ["PUT", "HEAD"])
def test_other_methods(desk: Desk, method: str) -> None:
    assert desk.http.request(method, "/").status_code == 405


def test_browsers_may_call(desk: Desk) -> None:
    asked = desk.http.options("/")
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "x-amz-target" in asked.headers["access-control-allow-headers"]
    answered = desk.post_api("SignUp", json={})
    assert answered.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff",
        b'{"ClientId": "\\ud800"}',
        b"[" * 60_000,
        b"x" * (64 * 1024 + 1),
        b"null",
        b"[]",
        b"1",
        b"NaN",
        b'"x"',
        b'{"ClientId": 1}',
        b'{"ClientId": true}',
        b'{"ClientId": 1.5}',
        b'{"ClientId": {}}',
        b'{"AuthParameters": []}',
        b'{"AuthParameters": {"USERNAME": null}}',
        b'{"AuthParameters": {"USERNAME": 1}}',
        b'{"UserContextData": "x"}',
    ],
)
def test_bodies_that_cannot_be_read(desk: Desk, content: bytes) -> None:
    response = desk.post_api("InitiateAuth", content=content)
    assert (response.status_code, response.json()["__type"]) == (400, "SerializationException")


def test_the_texts_of_aws_for_the_wrong_type(desk: Desk) -> None:
    with refused("SerializationException: NUMBER_VALUE can not be converted to String"):
        desk.call("SignUp", ClientId=1)
    with refused("SerializationException: STRING_VALUE can not be converted to Boolean"):
        desk.about("ConfirmSignUp", "eve", ConfirmationCode="1", ForceAliasCreation="true")


def test_an_empty_body_is_an_empty_object(desk: Desk) -> None:
    with refused("2 validation errors detected: Value null at 'clientId' failed"):
        desk.call("InitiateAuth")
    response = desk.post_api("GetUser", content=b"")
    assert response.json()["message"] == (
        "1 validation error detected: Value null at 'accessToken' failed to satisfy constraint: "
        "Member must not be null"
    )


def test_a_value_that_no_user_could_have_is_a_refusal(desk: Desk) -> None:
    with refused("InvalidParameterException: password must be"):
        desk.sign_up(Password=NEW + "\u00a0")


def test_what_nobody_listens_for_is_ignored(desk: Desk) -> None:
    members: dict[str, Any] = {
        "Extra": 1,
        "UserContextData": {"IpAddress": "192.0.2.1"},
        "ClientMetadata": {},
    }
    assert desk.sign_up(**members)
