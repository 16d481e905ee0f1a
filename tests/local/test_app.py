"""What is the same for every endpoint: request ids, limits, and what is recorded."""

import asyncio
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message

from tests.local.stage import Stage


@pytest.mark.parametrize(
    "path",
    [
        "/oauth2/authorize",
        "/login",
        "/logout",
        "/error",
        "/oauth2/token",
        "/oauth2/userInfo",
        "/oauth2/revoke",
        "/_local/state",
        "/nowhere",
    ],
)
def test_every_answer_has_a_fresh_request_id(stage: Stage, path: str) -> None:
    ids = [stage.http.get(path).headers["x-amz-cognito-request-id"] for _ in range(2)]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    "path", ["/oauth2/userinfo", "/oauth2/token/", "/index", "/.well-known/jwks.json"]
)
def test_paths_are_exact(stage: Stage, path: str) -> None:
    assert stage.http.post(path).status_code == 404


def test_requests_are_recorded_as_they_came(stage: Stage) -> None:
    stage.refresh("the-token")
    request = stage.cognito.requests[-1]
    assert (request.endpoint, request.method) == ("token", "POST")
    assert request.params == {"grant_type": "refresh_token", "refresh_token": "the-token"}
    assert request.headers["user-agent"].startswith("python-httpx/")
    assert request.headers["authorization"].startswith("Basic ")


def test_what_is_not_cognito_is_not_counted(stage: Stage) -> None:
    stage.http.get("/_local/state")
    stage.http.get("/nowhere")
    assert not stage.cognito.calls


def test_split_headers_are_joined(stage: Stage) -> None:
    stage.http.get("/error", headers=[("Cookie", "a=1"), ("Cookie", "b=2"), ("X", "1"), ("X", "2")])
    headers = stage.cognito.requests[-1].headers
    assert headers["cookie"] == "a=1; b=2"
    assert headers["x"] == "1, 2"


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/revoke", "/login", "/_local/switches"])
def test_a_body_over_64_kib_is_refused(stage: Stage, path: str) -> None:
    response = stage.http.post(path, content=b"x" * (64 * 1024 + 1))
    assert response.status_code == 400
    assert response.json() == {"error": "invalid_request"}


def raw(stage: Stage, path: str, query: bytes, *received: Message) -> int:
    """The status of a request that no client library would send; POST if it has a body."""
    messages, sent = [*received, {"type": "http.request"}], list[Message]()

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST" if received else "GET",
        "path": path,
        "query_string": query,
        "headers": [(b"host", b"[bad"), (b"content-type", b"application/x-www-form-urlencoded")],
    }
    asyncio.run(stage.app(scope, receive, send))
    status: int = sent[0]["status"]
    return status


@pytest.mark.parametrize("query", [b"\xff\xfe=\x00", b"client_id=\xc3", b"%", b"&&&", b"=;="])
def test_hostile_bytes_are_no_server_error(stage: Stage, query: bytes) -> None:
    assert raw(stage, "/oauth2/authorize", query) == 302


def test_a_client_that_leaves_in_mid_body_is_no_server_error(stage: Stage) -> None:
    half = {"type": "http.request", "body": b"grant", "more_body": True}
    assert raw(stage, "/oauth2/token", b"", half, {"type": "http.disconnect"}) == 400


QUERY_NAMES = (
    *("client_id", "redirect_uri", "response_type", "state", "scope", "prompt", "max_age"),
    *("nonce", "code_challenge", "code_challenge_method", "resource", "logout_uri", "login_hint"),
)
FORM_NAMES = ("grant_type", "code", "refresh_token", "client_secret", "token", "username", "_csrf")
NAMES = st.sampled_from(QUERY_NAMES + FORM_NAMES)
PAIRS = st.dictionaries(NAMES, st.text() | st.binary(max_size=8), max_size=6)
PLAYED = Stage()


@settings(max_examples=20, deadline=None)
@given(pairs=PAIRS, tail=st.binary(max_size=8), asked=st.booleans())
@pytest.mark.parametrize("path", ["/oauth2/authorize", "/login", "/logout", "/error"])
def test_no_query_is_a_server_error(
    path: str, pairs: dict[str, str | bytes], tail: bytes, asked: bool
) -> None:
    values = {**(PLAYED.asking() if asked else {}), **pairs}
    query = urlencode(values, errors="surrogatepass").encode() + tail
    assert raw(PLAYED, path, query) < 500


@settings(max_examples=20, deadline=None)
@given(pairs=PAIRS, tail=st.binary(max_size=8))
@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/revoke", "/login"])
@pytest.mark.parametrize("grant", ["", "authorization_code", "refresh_token"])
def test_no_form_is_a_server_error(
    path: str, grant: str, pairs: dict[str, str | bytes], tail: bytes
) -> None:
    client = {"client_id": PLAYED.cognito.client.client_id, "grant_type": grant}
    body = urlencode({**client, **pairs}, errors="surrogatepass").encode() + tail
    query = urlencode(PLAYED.asking()).encode()
    assert raw(PLAYED, path, query, {"type": "http.request", "body": body}) < 500
