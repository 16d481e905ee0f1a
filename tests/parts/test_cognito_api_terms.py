"""On which terms the calls of the JSON API are made: secrets, addresses, sharing, time, size."""

import hashlib
import hmac
import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.effects import HttpAnswer, HttpCall
from cognito_gate._gate.protocol import oauth
from cognito_gate._sign_in import cognito_api
from tests.parts.made import CLIENT, settings

CUSTOM = {"COGNITO_GATE_LOGIN": "custom", "COGNITO_GATE_USER_CONTEXT": "true"}
SECRET = "abcdef01234567890"
CONFIDENTIAL = settings(**CUSTOM, AWS_COGNITO_USER_POOL_CLIENT_SECRET=SECRET)
PUBLIC = settings(**CUSTOM, AWS_COGNITO_USER_POOL_CLIENT_SECRET="")
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


def body(ask: HttpCall) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask.body)
    return found


# The secret hash


def test_the_secret_hash_as_openssl_makes_it() -> None:
    # printf testuser1example23456789 | openssl dgst -sha256 -hmac "$SECRET" -binary | base64
    sent = body(cognito_api.forgot_password(CONFIDENTIAL, "testuser", ""))["SecretHash"]
    assert sent == "tZPN5+oaD3osJ8aYZLkwjfVtQdhpclzf952JSNj7lFo="


@given(TEXT)
def test_the_hash_is_of_the_very_name_that_is_sent(username: str) -> None:
    mac = hmac.new(SECRET.encode(), (username + CLIENT).encode("utf-8"), hashlib.sha256)
    expected = b64encode(mac.digest()).decode()
    answered = body(
        cognito_api.respond(CONFIDENTIAL, "PASSWORD", username, "", {"SECRET_HASH": "x"}, "")
    )
    begun = body(cognito_api.initiate_choice(CONFIDENTIAL, username, ""))
    for said in (answered["ChallengeResponses"], begun["AuthParameters"]):
        assert (said["USERNAME"], said["SECRET_HASH"]) == (username, expected)


@given(username=TEXT, password=TEXT)
def test_names_and_passwords_are_sent_as_they_are(username: str, password: str) -> None:
    ask = cognito_api.sign_up(PUBLIC, username, password, {"name": username}, "")
    sent = body(ask)
    assert (sent["Username"], sent["Password"]) == (username, password)
    assert sent["UserAttributes"] == [{"Name": "name", "Value": username}]
    assert ask.body.isascii()


# The visitor's address


@pytest.mark.parametrize(
    ("client", "sent"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_an_address(client: str, sent: str) -> None:
    assert body(cognito_api.resend_code(CONFIDENTIAL, "ada", client))["UserContextData"] == {
        "IpAddress": sent
    }


@pytest.mark.parametrize("client", ["", "testclient", "unix:", "192.0.2.7:443", "192.0.2", " "])
def test_no_address(client: str) -> None:
    assert "UserContextData" not in body(cognito_api.resend_code(CONFIDENTIAL, "ada", client))


def test_clients_that_were_not_set_up_for_it_may_not_send_it() -> None:
    found = replace(CONFIDENTIAL, user_context=False)
    assert "UserContextData" not in body(cognito_api.resend_code(found, "ada", "192.0.2.7"))


def test_public_clients_may_not_send_it() -> None:
    assert "UserContextData" not in body(cognito_api.resend_code(PUBLIC, "ada", "192.0.2.7"))


# Sessions of Cognito's


def test_no_session_where_there_is_none() -> None:
    assert "Session" not in body(
        cognito_api.respond(PUBLIC, "PASSWORD_VERIFIER", "ada", "", {}, "")
    )
    assert "Session" not in body(cognito_api.confirm_sign_up(PUBLIC, "ada", "123456", "", ""))


# Renewing and revoking


def test_a_refresh_is_shared_as_that_of_the_token_endpoint() -> None:
    ours, theirs = cognito_api.refresh(PUBLIC, "a-token"), oauth.refresh_call(PUBLIC, "a-token")
    assert (ours.share, ours.repeats) == (theirs.share, theirs.repeats)
    assert (ours.fleet, theirs.fleet) == (True, True)
    assert ours.share != cognito_api.refresh(PUBLIC, "another").share


def test_which_answers_to_a_refresh_are_worth_remembering() -> None:
    good = cognito_api.refresh(PUBLIC, "t").remember
    assert good(HttpAnswer(200, body=b'{"AuthenticationResult":{"AccessToken":"a"}}'))
    assert not good(HttpAnswer(200, body=b'{"AuthenticationResult":{}}'))
    assert not good(HttpAnswer(200, body=b"{}"))
    assert not good(HttpAnswer(400, body=b'{"__type":"RefreshTokenReuseException"}'))
    assert not good(HttpAnswer(400, body=b'{"__type":"TooManyRequestsException"}'))
    assert not good(HttpAnswer(500))
    assert not good(HttpAnswer(0, failure="ReadError"))


def test_a_revocation_does_not_keep_people_waiting() -> None:
    assert cognito_api.revoke(PUBLIC, "t").timeout == cognito_api.REVOKE_SECONDS == 2.0
    quick = settings(**CUSTOM, COGNITO_GATE_HTTP_TIMEOUT_SECONDS="0.5")
    assert cognito_api.revoke(quick, "t").timeout == 0.5


# Every call


ASKS = {
    "sign up": cognito_api.sign_up(CONFIDENTIAL, "ada", "Correct-Horse-1", {"email": "a@b"}, ""),
    "sign in": cognito_api.initiate_password(CONFIDENTIAL, "ada", "Correct-Horse-1", ""),
    "answer": cognito_api.respond(
        CONFIDENTIAL, "PASSWORD", "ada", "", {"PASSWORD": "Correct-Horse-1"}, ""
    ),
    "refresh": cognito_api.refresh(CONFIDENTIAL, "Correct-Horse-1"),
    "revoke": cognito_api.revoke(CONFIDENTIAL, "Correct-Horse-1"),
    "account": cognito_api.get_user(CONFIDENTIAL, "Correct-Horse-1"),
}


@pytest.mark.parametrize("name", ASKS)
def test_no_secret_is_shown(name: str) -> None:
    ask = ASKS[name]
    assert "Correct-Horse-1" in ask.body.decode()
    for secret in ("Correct-Horse-1", SECRET):
        assert secret not in repr(ask) + ask.share + ask.url


@pytest.mark.parametrize("name", ASKS)
def test_the_terms(name: str) -> None:
    ask = ASKS[name]
    assert (ask.method, ask.limit) == ("POST", 262_144)
    assert ask.url == CONFIDENTIAL.api_url
    if name != "refresh":
        assert (ask.share, ask.remember(HttpAnswer(200))) == ("", 0.0)
    if name != "revoke":
        assert ask.timeout == 5.0


def test_another_endpoint() -> None:
    local = settings(**CUSTOM, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER="http://localhost:9229")
    assert cognito_api.get_user(local, "t").url == "http://localhost:9229/"


@pytest.mark.parametrize(
    ("answer", "fails"),
    [
        (HttpAnswer(400, body=b'{"__type":"TooManyRequestsException"}'), True),
        (HttpAnswer(400, (("x-amzn-errortype", "TooManyRequestsException:x"),)), True),
        (HttpAnswer(500), True),
        (HttpAnswer(400, body=b'{"__type":"LimitExceededException"}'), False),
        # Messages repeat what a visitor typed, who must not keep others from signing in.
        (
            HttpAnswer(
                400,
                body=b'{"__type":"InvalidParameterException",'
                b"\"message\":\"Value 'TooManyRequestsException' at 'confirmationCode'\"}",
            ),
            False,
        ),
    ],
)
def test_what_makes_calls_pause(answer: HttpAnswer, fails: bool) -> None:
    assert cognito_api.forgot_password(PUBLIC, "ada", "").fails(answer) is fails
