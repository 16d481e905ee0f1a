"""Renewing and revoking over the JSON API: a session ends only where Cognito says so."""

import json
from typing import Any

import pytest

from cognito_gate._gate.effects import HttpAnswer
from cognito_gate._sign_in import cognito_api
from cognito_gate.errors import CognitoUnavailable, GrantRefused


def said(record: Any, status: int = 400) -> HttpAnswer:
    return HttpAnswer(status, body=json.dumps(record).encode())


@pytest.mark.parametrize(
    "exception",
    ["NotAuthorized", "RefreshTokenReuse", "UserNotFound", "UserLambdaValidation"],
)
def test_a_session_that_is_over(exception: str) -> None:
    answer = said({"__type": f"{exception}Exception", "message": "Invalid Refresh Token."})
    with pytest.raises(GrantRefused, match=exception) as caught:
        cognito_api.read_refreshed(answer)
    assert caught.value.error == "invalid_grant"


def test_a_wrong_client_secret_ends_no_session() -> None:
    message = "Unable to verify secret hash for client 1example23456789"
    with pytest.raises(GrantRefused, match="CLIENT_SECRET") as caught:
        cognito_api.read_refreshed(said({"__type": "NotAuthorizedException", "message": message}))
    assert caught.value.error == "invalid_client"
    with pytest.raises(GrantRefused) as caught:
        cognito_api.read_refreshed(said({"__type": "UserNotFoundException", "message": message}))
    assert caught.value.error == "invalid_grant"


@pytest.mark.parametrize(
    "answer",
    [
        said({"__type": "TooManyRequestsException"}),
        said({"__type": "InvalidParameterException"}),
        said({"__type": "InternalErrorException"}, 500),
        HttpAnswer(403, body=b"<html>"),
        HttpAnswer(0, failure="ReadError"),
    ],
    ids=str,
)
def test_a_session_that_may_go_on(answer: HttpAnswer) -> None:
    with pytest.raises(CognitoUnavailable, match="GetTokensFromRefreshToken"):
        cognito_api.read_refreshed(answer)


def test_a_revocation() -> None:
    assert (
        cognito_api.read_revoked(HttpAnswer(200)) == cognito_api.read_revoked(said({}, 200)) == ""
    )
    why = cognito_api.read_revoked(
        said({"__type": "UnsupportedTokenTypeException", "message": "t"})
    )
    assert why == "Cognito refuses RevokeToken: UnsupportedTokenTypeException"
    assert cognito_api.read_revoked(HttpAnswer(0, failure="ReadTimeout")).endswith("ReadTimeout")
