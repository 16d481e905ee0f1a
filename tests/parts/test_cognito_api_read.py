"""Refusals and failures of the JSON API: as botocore names them, and nothing else gets out."""

import json
from typing import Any

import botocore.session
import pytest
from botocore.parsers import create_parser
from hypothesis import example, given
from hypothesis import strategies as st

from cognito_gate._gate.effects import HttpAnswer
from cognito_gate._sign_in import cognito_api
from cognito_gate.errors import ApiRefused, CognitoUnavailable

API = botocore.session.get_session().get_service_model("cognito-idp")
REFUSED = {"__type": "NotAuthorizedException", "message": "Incorrect username or password."}


def refused(record: Any, status: int = 400, *headers: tuple[str, str]) -> HttpAnswer:
    return HttpAnswer(status, headers, json.dumps(record).encode())


def refusal(answer: HttpAnswer) -> ApiRefused:
    with pytest.raises(ApiRefused) as caught:
        cognito_api.read("SignUp", answer)
    return caught.value


def test_a_good_answer() -> None:
    assert cognito_api.read("SignUp", refused({"UserSub": "a"}, 200)) == {"UserSub": "a"}
    assert cognito_api.read("SignUp", HttpAnswer(200, body=b"{}")) == {}
    assert cognito_api.read("SignUp", HttpAnswer(200)) == {}


def test_a_refusal() -> None:
    error = refusal(refused(REFUSED))
    assert (error.operation, error.exception) == ("SignUp", "NotAuthorizedException")
    assert error.message == "Incorrect username or password."
    assert str(error) == "Cognito refuses SignUp: NotAuthorizedException"


def test_what_a_visitor_typed_is_not_told() -> None:
    error = refusal(
        refused({"__type": "InvalidParameterException", "message": "Value 'hunter2' at"})
    )
    assert error.message == "Value 'hunter2' at"
    assert "hunter2" not in str(error) + repr(error)


NAMES = [
    "CodeMismatchException",
    "CodeMismatchException:",
    "CodeMismatchException:http://internal.amazon.com/coral/",
    "com.amazonaws.cognito#CodeMismatchException",
    "a#b#CodeMismatchException",
    "com.amazonaws.cognito#CodeMismatchException:http://internal#x",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_in_the_body(name: str) -> None:
    answer = refused({"__type": name})
    assert refusal(answer).exception == "CodeMismatchException" == theirs(answer)["Code"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b'{"__type":null}', b'{"__type":""}'])
def test_the_name_in_a_header(name: str, body: bytes) -> None:
    answer = HttpAnswer(400, (("x-amzn-errortype", name),), body)
    assert refusal(answer).exception == "CodeMismatchException"


def test_the_body_goes_before_the_header() -> None:
    answer = refused(REFUSED, 400, ("x-amzn-errortype", "LimitExceededException"))
    assert refusal(answer).exception == "NotAuthorizedException"


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"message": "a"}, "a"),
        ({"Message": "a"}, "a"),
        ({"message": "a", "Message": "b"}, "a"),
        ({}, ""),
    ],
)
def test_the_message(record: dict[str, str], message: str) -> None:
    answer = refused({"__type": "AException", **record})
    assert refusal(answer).message == message == theirs(answer)["Message"]


@pytest.mark.parametrize("message", [None, 1, ["a"], {"a": "b"}, True])
def test_a_message_that_is_none(message: Any) -> None:
    assert refusal(refused({"__type": "AException", "message": message})).message == ""


def theirs(answer: HttpAnswer) -> dict[str, str]:
    """What botocore makes of the same answer."""
    shape = API.operation_model("SignUp").output_shape
    raw = {"body": answer.body, "headers": dict(answer.headers), "status_code": answer.status}
    found: dict[str, str] = create_parser("json").parse(raw, shape)["Error"]
    return found


@pytest.mark.parametrize("body", [b"<html>Request blocked", b"", b"[]", b'{"message":"Forbidden"}'])
def test_a_firewall(body: bytes) -> None:
    assert refusal(HttpAnswer(403, body=body)).exception == "ForbiddenException"
    with pytest.raises(CognitoUnavailable):
        cognito_api.read("SignUp", HttpAnswer(404, body=body))


UNAVAILABLE: dict[str, HttpAnswer] = {
    "nobody there": HttpAnswer(0, failure="ConnectError"),
    "an internal error": refused({"__type": "InternalErrorException"}, 500),
    "overload": refused({}, 503, ("x-amzn-errortype", "ServiceUnavailable")),
    "a gateway's page": HttpAnswer(502, body=b"<html>"),
    "a page": HttpAnswer(200, body=b"<html>"),
    "a list": HttpAnswer(200, body=b"[]"),
    "a text": HttpAnswer(200, body=b'"a"'),
    "null": HttpAnswer(200, body=b"null"),
    "two documents": HttpAnswer(200, body=b"{}{}"),
    "another encoding": HttpAnswer(200, body='{"é":1}'.encode("latin-1")),
    "no content": HttpAnswer(204),
    "a redirect": HttpAnswer(302, (("location", "https://example.com"),)),
    "a refusal without a name": refused({"message": "no"}),
    "a name of another type": refused({"__type": ["NotAuthorizedException"]}),
    "an empty name": refused({"__type": ":NotAuthorizedException"}),
    "a name of two lines": refused({"__type": "NotAuthorized\nException"}),
    "a name with blanks": refused({"__type": "Not Authorized"}),
    "a name without end": refused({"__type": "A" * 101}),
    "too many requests, without a name": HttpAnswer(429, body=b"slow down"),
}


@pytest.mark.parametrize("name", UNAVAILABLE)
def test_nothing_usable(name: str) -> None:
    with pytest.raises(CognitoUnavailable, match="Cognito's SignUp: ") as caught:
        cognito_api.read("SignUp", UNAVAILABLE[name])
    assert "\n" not in str(caught.value)


def test_what_was_found() -> None:
    def said(answer: HttpAnswer) -> str:
        with pytest.raises(CognitoUnavailable) as caught:
            cognito_api.read("SignUp", answer)
        return str(caught.value)

    assert said(HttpAnswer(0, failure="ReadTimeout")) == "Cognito's SignUp: ReadTimeout"
    assert said(HttpAnswer(502)) == "Cognito's SignUp: an unusable answer, HTTP 502"
    known = (("x-amzn-requestid", "0a1b-2C"),)
    assert said(HttpAnswer(502, known)).endswith("HTTP 502 (request id 0a1b-2C)")
    assert said(HttpAnswer(502, (("x-amzn-requestid", "a\r\nb"),))).endswith("HTTP 502")


@given(status=st.sampled_from([0, 200, 204, 400, 403, 429, 500]), body=st.binary(max_size=40))
@example(status=200, body=b"[" * 5000)
@example(status=400, body=b'{"__type":{}}')
def test_any_bytes(status: int, body: bytes) -> None:
    answer = HttpAnswer(status, body=body)
    try:
        found: object = cognito_api.read("SignUp", answer)
    except (ApiRefused, CognitoUnavailable) as error:
        found = error
    if isinstance(found, ApiRefused):
        assert 400 <= status < 500
        assert found.exception.isalpha()
    elif isinstance(found, dict):
        assert status == 200
