"""What passes through the gate: streams, uploads, WebSockets, methods."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.journey.stage import REFRESH, Stage, staged
from tests.journey.visitor import Visitor, set_cookies

OPEN = {"COGNITO_GATE_PUBLIC_PATHS": "/open/*"}


@pytest.fixture(scope="module")
def shared() -> Iterator[Stage]:
    """A stage for tests that leave nothing behind."""
    with staged(OPEN) as made:
        yield made


@pytest.fixture
def member(shared: Stage) -> Iterator[Visitor]:
    """A browser in front of `shared`, signed in."""
    with shared.visitor() as made:
        made.sign_in()
        yield made


@pytest.fixture
def signed_in(visitor: Visitor) -> Visitor:
    visitor.sign_in()
    return visitor


@contextmanager
def socket(stage: Stage, cookies: dict[str, str], **headers: str) -> Iterator[ClientConnection]:
    """A WebSocket as a page of this browser would open it."""
    url = stage.origin.replace("http:", "ws:") + "/ws"
    sent = dict(headers)
    if cookies:
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    with connect(url, additional_headers=sent, proxy=None) as made:
        yield made


def refused(stage: Stage, cookies: dict[str, str], **headers: str) -> tuple[int, bytes]:
    """How an upgrade is refused."""
    with pytest.raises(InvalidStatus) as caught, socket(stage, cookies, **headers):
        pass
    answer = caught.value.response
    assert "set-cookie" not in answer.headers
    return answer.status_code, bytes(answer.body)


# Streams and uploads


def test_a_stream_is_not_held_back(signed_in: Visitor) -> None:
    with signed_in.app.stream("GET", "/stream") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "first"
        assert signed_in.ask("/release").status_code == 200  # only now may the rest come
        assert next(lines) == "second"


def test_a_stream_with_new_cookies_is_not_held_back() -> None:
    with staged(REFRESH) as stage, stage.visitor() as visitor:
        visitor.sign_in()
        visitor.hold(stage.cookies("ada", age=1))
        with visitor.app.stream("GET", "/stream") as answer:
            assert "cognito_access_token" in set_cookies(answer)
            lines = answer.iter_lines()
            assert next(lines) == "first"
            visitor.ask("/release")
            assert next(lines) == "second"


def test_the_app_hears_of_a_client_that_left(stage: Stage, signed_in: Visitor) -> None:
    with signed_in.app.stream("GET", "/stream") as answer:
        assert next(answer.iter_lines()) == "first"
    assert stage.probe.gone.wait(30)


def test_an_upload_in_many_pieces_arrives_whole(member: Visitor) -> None:
    pieces = (b"x" * 65_536 for _ in range(64))
    assert member.app.post("/count", content=pieces).json() == {"bytes": 64 * 65_536}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "PURGE"])
def test_every_method_needs_a_session_and_passes_with_one(
    shared: Stage, member: Visitor, method: str
) -> None:
    with shared.visitor() as stranger:
        answer = stranger.app.request(method, "/x")
        assert answer.status_code == 401
        assert (answer.content == b"") == (method == "HEAD")
    answer = member.app.request(method, "/x")
    assert answer.status_code == 200
    assert method == "HEAD" or answer.json()["method"] == method


def test_one_connection_serves_all_kinds_of_answers(member: Visitor) -> None:
    held = member.session
    for _ in range(3):
        member.app.cookies.clear()
        answer = member.app.post("/count", content=b"y" * 200_000)
        assert answer.status_code == 401
        member.hold(held)
        answer = member.app.post("/count", content=b"y" * 200_000)
        assert answer.json() == {"bytes": 200_000}


def test_requests_in_one_packet_are_answered_in_turn(shared: Stage, member: Visitor) -> None:
    """Each by its own cookies: HTTP/1.1 allows pipelining (RFC 9112 section 9.3.2)."""
    url = httpx.URL(shared.origin)
    cookies = "; ".join(f"{name}={value}" for name, value in member.session.items())
    head = f"GET /x HTTP/1.1\r\nHost: {url.netloc.decode()}\r\nAccept: application/json\r\n"
    known, unknown = f"{head}Cookie: {cookies}\r\n\r\n", f"{head}\r\n"
    last = f"{head}Connection: close\r\n\r\n"
    with create_connection((url.host, url.port or 80)) as connection:
        connection.sendall((unknown + known + last).encode())
        with connection.makefile("rb") as replies:
            assert re.findall(rb"HTTP/1.1 ([0-9]+)", replies.read()) == [b"401", b"200", b"401"]


def test_expect_100_continue_is_answered_once(shared: Stage) -> None:
    with shared.visitor() as stranger:
        answer = stranger.app.post("/count", content=b"z", headers={"Expect": "100-continue"})
    assert answer.status_code == 401


# What the visitor sends is not what the app sees


@pytest.mark.parametrize("edge", ["asgi", "wsgi"])
def test_an_identity_cannot_be_brought_along(edge: str) -> None:
    headers = {"Remote-User": "ada", "X-Remote-User": "ada", "Cognito_gate.identity": "ada"}
    with staged(OPEN, edge=edge) as opened, opened.visitor() as visitor:
        assert visitor.ask("/open/door", headers=headers).json()["username"] is None


@pytest.mark.parametrize(
    "target",
    ["/open/../x", "/open/%2e%2e/x", "/open//x", "/open/a;b", "/OPEN/x", "/openx", "/open"],
)
def test_only_plain_paths_are_public(shared: Stage, target: str) -> None:
    with shared.visitor() as visitor:
        answer = visitor.ask("/", extensions={"target": target.encode()})
        assert (answer.status_code, visitor.ask("/open/x").status_code) == (303, 200)


def test_foreign_cookies_sign_nobody_out(member: Visitor) -> None:
    odd = 'a="b; c={"json": [1, 2]}; =x; ;;; cognito=; b@d=\\"; last'
    ours = "; ".join(f"{name}={value}" for name, value in member.session.items())
    for cookie in (f"{odd}; {ours}", f"{ours}; {odd}", f"cognito_access_token=stale; {ours}"):
        member.app.cookies.clear()
        assert member.ask("/", headers={"Cookie": cookie}).json()["username"] == "ada"


@pytest.mark.parametrize(
    "value", ["", "x", "a.b.c", "ey" * 3000, "%00%ff", '"quoted"', "a" * 30_000]
)
def test_broken_cookies_are_nobody_and_cleared(shared: Stage, value: str) -> None:
    cookie = f"cognito_access_token={value}; cognito_id_token={value}"
    with shared.visitor() as visitor:
        answer = visitor.ask("/", headers={"Cookie": cookie})
    assert answer.is_redirect
    assert "Max-Age=0" in set_cookies(answer)["cognito_access_token"]


# WebSockets


def test_a_websocket_knows_its_user(stage: Stage, signed_in: Visitor) -> None:
    with socket(stage, signed_in.session, Origin=stage.origin) as opened:
        assert opened.recv() == "ada"
        opened.send("hello")
        assert opened.recv() == "hello"
    with socket(stage, signed_in.session) as opened:  # no browser, hence no Origin
        assert opened.recv() == "ada"


def test_a_websocket_without_a_session_is_refused_before_it_is_accepted(stage: Stage) -> None:
    status, body = refused(stage, {}, Origin=stage.origin)
    assert status in (401, 403)
    assert json.loads(body)["error"] == "login_required"
    assert stage.cognito.calls["authorize"] == 0


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost", "https://{}"]
)
def test_a_websocket_of_another_site_is_refused(
    shared: Stage, member: Visitor, origin: str
) -> None:
    origin = origin.format(httpx.URL(shared.origin).netloc.decode())
    assert refused(shared, member.session, Origin=origin)[0] == 403


def test_a_websocket_renews_the_session_when_it_is_accepted() -> None:
    with staged(REFRESH) as stage, stage.visitor() as visitor:
        stage.cognito.switch(rotation=True)
        visitor.sign_in()
        cookies = visitor.session | stage.cookies("ada", age=1)
        with socket(stage, cookies, Origin=stage.origin) as opened:
            assert opened.recv() == "ada"
            assert opened.response is not None
            names = {
                line.partition("=")[0] for line in opened.response.headers.get_all("set-cookie")
            }
        assert {"cognito_access_token", "cognito_id_token", "cognito_refresh_token"} <= names
