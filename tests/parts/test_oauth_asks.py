"""What is sent to Cognito: addresses with PKCE, client authentication, and the terms of calls."""

import hashlib
from base64 import b64decode, urlsafe_b64encode
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from cognito_gate._gate.effects import HttpAnswer, HttpCall
from cognito_gate._gate.protocol import oauth
from cognito_gate._gate.records import LoginAttempt
from tests.parts.made import CLIENT, ENVIRON, settings

ATTEMPT = LoginAttempt("a-state", "a-nonce", "v" * 43, "/a", 1_800_000_000)
SECRET = ENVIRON["AWS_COGNITO_USER_POOL_CLIENT_SECRET"]
WITH_SECRET = settings()
PUBLIC = settings(AWS_COGNITO_USER_POOL_CLIENT_SECRET="")
ORIGIN = "https://my-app.auth.eu-west-1.amazoncognito.com"


def query(url: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def form(ask: HttpCall) -> dict[str, str]:
    return query(f"?{ask.body.decode('ascii')}")


def test_the_authorize_address() -> None:
    url = oauth.authorize_url(WITH_SECRET, ATTEMPT, {})
    challenge = urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    assert url.partition("?")[0] == f"{ORIGIN}/oauth2/authorize"
    assert query(url) == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": "https://app.example/auth/callback",
        "state": "a-state",
        "nonce": "a-nonce",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    assert "#" not in url
    assert "v" * 43 not in url
    assert SECRET not in url


def test_pkce_for_public_clients_too() -> None:
    assert query(oauth.authorize_url(PUBLIC, ATTEMPT, {})) == query(
        oauth.authorize_url(WITH_SECRET, ATTEMPT, {})
    )


def test_scopes_only_when_set() -> None:
    some = settings(AWS_COGNITO_SCOPES="openid,email https://api.example/read")
    found = query(oauth.authorize_url(some, ATTEMPT, {}))
    assert found["scope"] == "openid email https://api.example/read"
    assert "scope" not in query(oauth.authorize_url(settings(), ATTEMPT, {}))


def test_the_redirect_address_is_exact() -> None:
    url = "http://localhost:8000/Auth/call-back/"
    local = settings(AWS_COGNITO_REDIRECT_URL=url, AWS_COGNITO_LOGOUT_URL="http://localhost:8000/")
    assert query(oauth.authorize_url(local, ATTEMPT, {}))["redirect_uri"] == url
    assert (
        form(oauth.code_exchange(local, "c", replace(ATTEMPT, verifier="v")))["redirect_uri"] == url
    )


def test_what_a_link_passes_on() -> None:
    extra = {name: f"a&b=c #{name}é" for name in oauth.PASSED_ON}
    url = oauth.authorize_url(WITH_SECRET, ATTEMPT, extra)
    found = query(url)
    assert extra.items() <= found.items()
    assert url.isascii()
    assert "#" not in url
    assert found["state"] == "a-state"


def test_the_logout_address() -> None:
    found = settings(AWS_COGNITO_LOGOUT_URL="https://app.example/bye?a=b&c=d")
    url = oauth.logout_url(found)
    assert url.partition("?")[0] == f"{ORIGIN}/logout"
    assert query(url) == {"client_id": CLIENT, "logout_uri": "https://app.example/bye?a=b&c=d"}


def test_the_exchange_of_a_code() -> None:
    ask = oauth.code_exchange(WITH_SECRET, "the code+/=", ATTEMPT)
    assert (ask.method, ask.url, ask.timeout) == ("POST", f"{ORIGIN}/oauth2/token", 5.0)
    assert form(ask) == {
        "grant_type": "authorization_code",
        "code": "the code+/=",
        "redirect_uri": "https://app.example/auth/callback",
        "code_verifier": "v" * 43,
    }
    headers = dict(ask.headers)
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["accept"] == "application/json"
    assert (ask.repeats, ask.patient) == ("", True)  # a code is good for one try


def test_an_exchange_is_shared_by_the_very_same_sign_in_only() -> None:
    """Whoever has the code alone gets nobody else's tokens."""
    ask = oauth.code_exchange(WITH_SECRET, "one", ATTEMPT)
    assert ask.share == oauth.code_exchange(WITH_SECRET, "one", ATTEMPT).share
    elsewhere = settings(AWS_COGNITO_REDIRECT_URL="https://app.example/other/callback")
    others = [
        oauth.code_exchange(WITH_SECRET, "two", ATTEMPT),
        oauth.code_exchange(WITH_SECRET, "one", replace(ATTEMPT, verifier="another")),
        oauth.code_exchange(WITH_SECRET, "one", replace(ATTEMPT, state="another")),
        oauth.code_exchange(elsewhere, "one", ATTEMPT),
        oauth.refresh_call(WITH_SECRET, "one"),
    ]
    assert ask.share not in {other.share for other in others}
    assert not any(secret in ask.share for secret in ("one", ATTEMPT.verifier, ATTEMPT.state))


def test_a_refresh() -> None:
    ask = oauth.refresh_call(WITH_SECRET, "a.refresh+token/=")
    assert (ask.method, ask.url) == ("POST", f"{ORIGIN}/oauth2/token")
    assert form(ask) == {"grant_type": "refresh_token", "refresh_token": "a.refresh+token/="}
    assert ask.share == oauth.refresh_call(WITH_SECRET, "a.refresh+token/=").share
    assert ask.share != oauth.refresh_call(WITH_SECRET, "another").share
    assert (ask.repeats, ask.patient, ask.fleet) == ("broken", False, True)


TOKEN_ASKS = pytest.mark.parametrize("kind", ["code", "refresh"])


@TOKEN_ASKS
@pytest.mark.parametrize(
    ("life", "seconds"),
    [("3600", 60), ("120", 60), ("20", 10), ("1", 0.5), ("0", 30), ("-1", 30), ('"x"', 30)],
)
def test_tokens_are_given_again_for_a_fraction_of_their_life(
    kind: str, life: str, seconds: float
) -> None:
    body = b'{"access_token":"a","token_type":"Bearer","expires_in":%s}' % life.encode()
    assert ASKS[kind](WITH_SECRET).remember(HttpAnswer(200, body=body)) == seconds


@TOKEN_ASKS
@pytest.mark.parametrize(
    "answer",
    [
        HttpAnswer(200, body=b"<html>"),
        HttpAnswer(200, body=b"{}"),
        HttpAnswer(400, body=b'{"error":"invalid_grant"}'),
        HttpAnswer(500),
        HttpAnswer(0, failure="ReadError"),
    ],
    ids=repr,
)
def test_what_holds_no_tokens_is_not_given_again(kind: str, answer: HttpAnswer) -> None:
    assert ASKS[kind](WITH_SECRET).remember(answer) == 0


def test_a_revocation() -> None:
    ask = oauth.revoke_call(WITH_SECRET, "a.refresh+token/=")
    assert (ask.method, ask.url) == ("POST", f"{ORIGIN}/oauth2/revoke")
    assert form(ask) == {"token": "a.refresh+token/="}
    assert (ask.timeout, ask.share) == (oauth.REVOKE_SECONDS, "")
    quick = settings(COGNITO_GATE_HTTP_TIMEOUT_SECONDS="0.5")
    assert oauth.revoke_call(quick, "t").timeout == 0.5


def test_the_signing_keys() -> None:
    ask = oauth.jwks_call(WITH_SECRET)
    assert (ask.method, ask.body, ask.remember(HttpAnswer(200))) == ("GET", b"", 0.0)
    assert ask.url == WITH_SECRET.jwks_url
    assert ask.share
    assert ask.limit == 262_144
    assert (ask.timeout, ask.repeats) == (5.0, "unconnected")
    assert dict(ask.headers) == {"accept": "application/json"}
    quick = settings(COGNITO_GATE_HTTP_TIMEOUT_SECONDS="0.5")
    assert oauth.jwks_call(quick).timeout == 0.5


ASKS = {
    "code": lambda found: oauth.code_exchange(found, "a-code", ATTEMPT),
    "refresh": lambda found: oauth.refresh_call(found, "a-token"),
    "revoke": lambda found: oauth.revoke_call(found, "a-token"),
}


@pytest.mark.parametrize("kind", ASKS)
def test_a_client_with_a_secret(kind: str) -> None:
    ask = ASKS[kind](WITH_SECRET)
    scheme, _, sent = dict(ask.headers)["authorization"].partition(" ")
    assert scheme == "Basic"
    # Cognito takes the plain concatenation, whatever RFC 6749 section 2.3.1 says of encoding.
    assert b64decode(sent, validate=True).decode() == f"{CLIENT}:{SECRET}"
    assert "client_id" not in form(ask)
    assert "client_secret" not in form(ask)


@pytest.mark.parametrize("kind", ASKS)
def test_a_public_client(kind: str) -> None:
    ask = ASKS[kind](PUBLIC)
    assert "authorization" not in dict(ask.headers)
    assert form(ask)["client_id"] == CLIENT
    assert parse_qs(ask.body.decode())["client_id"] == [CLIENT]
    assert "client_secret" not in form(ask)


@pytest.mark.parametrize("kind", ASKS)
def test_the_same_body_but_for_the_client(kind: str) -> None:
    with_secret, public = form(ASKS[kind](WITH_SECRET)), form(ASKS[kind](PUBLIC))
    assert public == {**with_secret, "client_id": CLIENT}


@pytest.mark.parametrize("kind", ASKS)
def test_no_secret_is_shown(kind: str) -> None:
    ask = ASKS[kind](WITH_SECRET)
    basic = dict(ask.headers)["authorization"].partition(" ")[2]
    for secret in ("a-code", "a-token", "v" * 43, SECRET, basic):
        assert secret not in repr(ask)
        assert secret not in ask.share
        assert secret not in ask.url


def test_what_another_server_says_is_made_fit_for_the_log() -> None:
    assert oauth.printable("a b~\n\t\x7f\x1b[0m\u00e4\u2028c") == "a b~[0mc"
    assert oauth.printable("x" * 201) == "x" * 200
