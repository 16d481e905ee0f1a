"""Reading Cognito's answers: any status, any body; two kinds of failure and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.effects import HttpAnswer
from cognito_gate._gate.protocol import oauth
from cognito_gate._gate.records import Tokens
from cognito_gate.errors import CallbackRefused, CognitoUnavailable, GrantRefused
from tests.parts.made import GONE, changed

GOOD: dict[str, Any] = {
    "access_token": "an-access-token",
    "id_token": "an-id-token",
    "refresh_token": "a-refresh-token",
    "token_type": "Bearer",
    "expires_in": 3600,
}


def answer(status: int, record: Any, *headers: tuple[str, str]) -> HttpAnswer:
    return HttpAnswer(status, headers, json.dumps(record).encode())


def good(**change: Any) -> HttpAnswer:
    return answer(200, changed(GOOD, change))


def test_a_good_answer() -> None:
    found = oauth.read_tokens(good())
    assert found == Tokens("an-access-token", "an-id-token", "a-refresh-token", 3600)


def test_the_time_at_the_server() -> None:
    date = "Sat, 21 Nov 2026 18:00:00 GMT"
    assert oauth.read_tokens(answer(200, GOOD, ("date", date))).date == date
    assert oauth.read_tokens(good()).date == ""


@pytest.mark.parametrize(
    ("change", "tokens"),
    [
        ({"id_token": GONE}, Tokens("an-access-token", "", "a-refresh-token", 3600)),
        ({"refresh_token": GONE}, Tokens("an-access-token", "an-id-token", "", 3600)),
        ({"id_token": None, "refresh_token": None}, Tokens("an-access-token", expires_in=3600)),
        ({"id_token": "", "refresh_token": ""}, Tokens("an-access-token", expires_in=3600)),
    ],
)
def test_what_may_be_absent(change: dict[str, Any], tokens: Tokens) -> None:
    assert oauth.read_tokens(good(**change)) == tokens


@pytest.mark.parametrize(
    "change",
    [
        {"token_type": "bearer"},
        {"token_type": "BEARER"},
        {"expires_in": "soon"},
        {"expires_in": GONE},
        {"new": [1]},
        {"access_token": "a" * 20_000},
    ],
)
def test_what_else_may_differ(change: dict[str, Any]) -> None:
    assert oauth.read_tokens(good(**change)).id == "an-id-token"


UNUSABLE: dict[str, dict[str, Any]] = {
    "no access token": {"access_token": GONE},
    "access token null": {"access_token": None},
    "access token empty": {"access_token": ""},
    "access token int": {"access_token": 1},
    "access token list": {"access_token": ["an-access-token"]},
    "access token dict": {"access_token": {"a": 1}},
    "access token true": {"access_token": True},
    "access token of two lines": {"access_token": "a\r\nset-cookie: b"},
    "access token with a tab": {"access_token": "a\tb"},
    "access token with DEL": {"access_token": "a\x7f"},
    "access token not of ASCII": {"access_token": "an-accéss-token"},
    "access token of half a character": {"access_token": "a\ud800"},
    "ID token with NUL": {"id_token": "a\x00"},
    "refresh token of two lines": {"refresh_token": "a\nb"},
    "refresh token not of ASCII": {"refresh_token": "a\u20ac"},
    "a number that is none": {"expires_in": float("nan")},
    "a number without end": {"new": [{"deep": float("inf")}]},
    "a number without end below": {"new": float("-inf")},
    "ID token int": {"id_token": 1},
    "ID token list": {"id_token": ["an-id-token"]},
    "refresh token int": {"refresh_token": 1},
    "refresh token dict": {"refresh_token": {"a": 1}},
    "no token type": {"token_type": GONE},
    "token type null": {"token_type": None},
    "token type other": {"token_type": "DPoP"},
    "token type list": {"token_type": ["Bearer"]},
}


@pytest.mark.parametrize("change", UNUSABLE.values(), ids=UNUSABLE)
def test_tokens_that_are_none(change: dict[str, Any]) -> None:
    with pytest.raises(CognitoUnavailable, match="without usable tokens"):
        oauth.read_tokens(good(**change))


@pytest.mark.parametrize("value", [0, False, [], {}, 0.0], ids=repr)
@pytest.mark.parametrize("name", ["id_token", "refresh_token"])
def test_an_empty_value_of_another_type_is_no_absence(name: str, value: Any) -> None:
    with pytest.raises(CognitoUnavailable, match="without usable tokens"):
        oauth.read_tokens(good(**{name: value}))


GARBAGE: dict[str, bytes] = {
    "empty": b"",
    "a portal's page": b"<html>Sign in to the Wi-Fi</html>",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"error"',
    "a number": b"1",
    "cut short": json.dumps(GOOD).encode()[:-1],
    "invalid UTF-8": b'{"access_token":"\xff"}',
    "UTF-16": json.dumps(GOOD).encode("utf-16"),
    "deep": b"[" * 100_000,
    "a number of 5000 digits": b'{"a":' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("status", [200, 400, 401, 403, 500])
def test_garbage(status: int, body: bytes) -> None:
    with pytest.raises(CognitoUnavailable):
        oauth.read_tokens(HttpAnswer(status, (), body))


@pytest.mark.parametrize("status", [100, 201, 204, 301, 302, 307, 403, 404, 405, 409, 429])
@pytest.mark.parametrize("record", [GOOD, {"error": "invalid_grant"}], ids=["tokens", "error"])
def test_other_statuses_are_outages(status: int, record: dict[str, Any]) -> None:
    with pytest.raises(CognitoUnavailable, match=f"token endpoint: HTTP {status}"):
        oauth.read_tokens(answer(status, record))


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_a_failing_endpoint_refuses_nothing(status: int) -> None:
    with pytest.raises(CognitoUnavailable, match=f"HTTP {status}"):
        oauth.read_tokens(answer(status, {"error": "invalid_grant"}))


def test_no_answer_at_all() -> None:
    with pytest.raises(CognitoUnavailable, match=r"token endpoint: ConnectTimeout$"):
        oauth.read_tokens(HttpAnswer(0, failure="ConnectTimeout"))
    # A body cannot make an answer of it.
    with pytest.raises(CognitoUnavailable, match="ReadError"):
        oauth.read_tokens(HttpAnswer(0, (), json.dumps(GOOD).encode(), "ReadError"))


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("invalid_grant", "says invalid_grant$"),
        ("invalid_client", "AWS_COGNITO_USER_POOL_CLIENT_SECRET"),
        ("unauthorized_client", "AWS_COGNITO_REDIRECT_URL"),
        ("invalid_scope", "AWS_COGNITO_SCOPES"),
        ("invalid_request", "authorization code grant"),
        ("something_new", "says something_new$"),
    ],
)
def test_a_refusal(status: int, error: str, hint: str) -> None:
    with pytest.raises(GrantRefused, match=hint) as refused:
        oauth.read_tokens(answer(status, {"error": error}))
    assert refused.value.error == error


@pytest.mark.parametrize("error", [None, 1, ["invalid_grant"], {"invalid_grant": 1}, GONE])
def test_an_error_that_is_no_text(error: Any) -> None:
    with pytest.raises(CognitoUnavailable, match="HTTP 400"):
        oauth.read_tokens(answer(400, changed({"x": 1}, {"error": error})))


def test_text_that_only_contains_an_error_is_another_error() -> None:
    with pytest.raises(GrantRefused) as refused:
        oauth.read_tokens(answer(400, {"error": "not invalid_grant"}))
    assert refused.value.error != "invalid_grant"


def test_what_is_shown_of_an_error_is_harmless() -> None:
    error = "<b>\r\nlog: forged\x1b[31m é" + "a" * 500
    record = {"error": error, "error_description": "a-secret-token"}
    forged = ("x-amz-cognito-request-id", "id-1\r\nforged: <b>" + "a" * 500)
    with pytest.raises(GrantRefused) as refused:
        oauth.read_tokens(answer(400, record, forged))
    text = str(refused.value)
    assert "a-secret-token" not in text
    assert not set(text) & set("\r\n\x1b")
    assert text.isascii()
    assert len(text) < 600
    assert "(request id id-1" in text


def test_the_request_id_is_told_in_outages() -> None:
    with pytest.raises(CognitoUnavailable, match=r"HTTP 500 \(request id 12-ab\)$"):
        oauth.read_tokens(answer(500, {}, ("x-amz-cognito-request-id", "12-ab")))


def test_no_token_is_shown() -> None:
    for change in UNUSABLE.values():
        with pytest.raises(CognitoUnavailable) as refused:
            oauth.read_tokens(good(**change))
        assert "an-" not in str(refused.value)
        assert "a-refresh" not in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@given(st.integers(0, 599), st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_answer(status: int, body: bytes) -> None:
    with pytest.raises((GrantRefused, CognitoUnavailable)):
        oauth.read_tokens(HttpAnswer(status, (), body))


@given(st.sampled_from([*sorted(GOOD), "error"]), JSON, st.sampled_from([200, 400, 401, 500]))
def test_any_value(name: str, value: Any, status: int) -> None:
    try:
        found = oauth.read_tokens(answer(status, {**GOOD, name: value}))
    except (GrantRefused, CognitoUnavailable):
        return
    assert status == 200
    assert all(isinstance(text, str) for text in (found.access, found.id, found.refresh))


def test_the_keys_body() -> None:
    assert oauth.read_keys(HttpAnswer(200, (), b"body")) == b"body"
    for status in (0, 204, 301, 304, 404, 429, 500):
        with pytest.raises(CognitoUnavailable, match="signing keys"):
            oauth.read_keys(HttpAnswer(status, (), b"body", "" if status else "ReadTimeout"))


def test_a_revocation_that_did_not_work() -> None:
    assert oauth.read_revoked(HttpAnswer(200)) == ""
    assert oauth.read_revoked(HttpAnswer(400)) == "Cognito's revocation endpoint: HTTP 400"
    assert "ReadTimeout" in oauth.read_revoked(HttpAnswer(0, failure="ReadTimeout"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "cancelled"),
        ("login_required", "no session"),
        ("server_error", "could not finish"),
        ("temporarily_unavailable", "could not finish"),
        ("unauthorized_client", "app client is not set up"),
        ("invalid_scope", "scopes"),
        ("", "did not complete"),
        ("<script>alert(1)</script>", "did not complete"),
        ("access_denied\r\nforged", "did not complete"),
    ],
)
def test_an_error_on_the_callback(error: str, words: str) -> None:
    found = oauth.read_provider_error(error)
    assert isinstance(found, CallbackRefused)
    assert words in str(found)
    assert "<" not in str(found)
    assert "forged" not in str(found)


@pytest.mark.parametrize("known", ["invalid_scope", "unauthorized_client"])
def test_an_error_that_only_the_description_names(known: str) -> None:
    plain = oauth.read_provider_error(known)
    assert str(oauth.read_provider_error("invalid_request", known)) == str(plain)
    other = oauth.read_provider_error("invalid_request", f"{known} and more")
    assert str(other) != str(plain)
