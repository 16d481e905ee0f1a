"""The recipe for Streamlit, before a small server of HTTP and WebSockets in Streamlit's place."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from cognito_gate import ASGIGate
from cognito_gate.local import LocalCognito, User
from examples.recipes import streamlit_proxy
from tests.integrations.conftest import OpenASGI
from tests.integrations.stage import ASGISite
from tests.journey.serving import listen, port_of, serving

USER = "x-cognito-username"


class Upstream:
    """What stands in Streamlit's place; notes the ends of its WebSockets."""

    def __init__(self) -> None:
        self.ends: list[int] = []
        self.asked = 0
        routes = [
            Route("/seen/{rest:path}", self.seen),
            Route("/echo", self.echo, methods=["PUT"]),
            WebSocketRoute("/stream", self.stream),
        ]
        self.app = Starlette(routes=routes)
        self.app.add_middleware(GZipMiddleware, minimum_size=1000)

    async def seen(self, request: Request) -> Response:
        self.asked += 1
        facts = {
            "path": request.url.path,
            "query": request.url.query,
            "user": request.headers.getlist(USER),
            "origin": request.headers.get("origin"),
            "x": request.headers.get("x-other"),
            "padding": "." * 2000,
        }
        answer = JSONResponse(facts, 202, {"x-from": "upstream"})
        answer.set_cookie("seen", "yes")
        return answer

    async def echo(self, request: Request) -> Response:
        return Response(await request.body(), media_type="application/x-bytes")

    async def stream(self, socket: WebSocket) -> None:
        await socket.accept(subprotocol=socket.scope["subprotocols"][0])
        await socket.send_bytes(socket.headers[USER].encode())
        async for message in socket.iter_bytes():
            if message == b"bye":
                await socket.close()
                return
            await socket.send_bytes(b"echo " + message)
        self.ends.append(1)


@pytest.fixture
def upstream(monkeypatch: pytest.MonkeyPatch) -> Iterator[Upstream]:
    """It is served where the recipe looks for Streamlit."""
    made, listener = Upstream(), listen()
    monkeypatch.setattr(streamlit_proxy, "SERVER", f"127.0.0.1:{port_of(listener)}")
    with serving(made.app, listener):
        yield made


@pytest.fixture
def site(asgi: OpenASGI, upstream: Upstream) -> ASGISite:
    return asgi(streamlit_proxy.app)


def test_it_says_who_is_there(site: ASGISite) -> None:
    answer = site.get("/seen/a b/%7E?q=1&q=%202", "ada", headers={"x-other": "kept"})
    assert answer.status_code == 202
    assert answer.headers["x-from"] == "upstream"
    assert answer.cookies["seen"] == "yes"
    seen = answer.json()
    assert (seen["path"], seen["query"]) == ("/seen/a b/~", "q=1&q=%202")
    assert (seen["user"], seen["x"]) == (["ada"], "kept")


@pytest.mark.parametrize("name", [USER, "X-Cognito-Username"])
def test_the_client_cannot_say_it(site: ASGISite, name: str) -> None:
    forged = [(name, "ada"), (name, "eve"), ("origin", "http://localhost:8000")]
    seen = site.get("/seen/", "bob", headers=forged).json()
    assert (seen["user"], seen["origin"]) == (["bob"], None)


def test_an_unusual_name_is_quoted(site: ASGISite, cognito: LocalCognito) -> None:
    cognito.put_user(User("zoë@example.com", "Some-Horse-10"))
    assert site.get("/seen/", "zoë@example.com").json()["user"] == ["zo%C3%AB@example.com"]


def test_bodies_pass_through(site: ASGISite) -> None:
    body = bytes(range(256)) * 100
    answer = site.get("/echo", "ada", method="PUT", content=body)
    assert answer.content == body
    assert answer.headers["content-type"] == "application/x-bytes"


def test_nobody_gets_to_it(site: ASGISite, upstream: Upstream) -> None:
    assert site.get("/seen/").headers["location"].startswith(site.cognito.origin)
    assert site.get("/seen/", method="POST").status_code == 401
    (refusal,) = site.connect("/stream")
    assert refusal["code"] == 4401
    assert not upstream.asked


# WebSockets, between real servers


@pytest.fixture
def address(site: ASGISite) -> Iterator[str]:
    listener = listen()
    gate = ASGIGate(streamlit_proxy.app, site.settings)
    with serving(gate, listener):
        yield f"ws://localhost:{port_of(listener)}/stream"


def opened(address: str, site: ASGISite, username: str | None) -> ClientConnection:
    line = "; ".join(f"{name}={value}" for name, value in site.cookies(username).items())
    protocols: Any = ["streamlit", "more"]
    headers = {"cookie": line, USER: "eve"}
    return connect(
        address, additional_headers=headers, subprotocols=protocols, max_size=None, proxy=None
    )


def test_a_websocket_goes_both_ways(address: str, site: ASGISite, upstream: Upstream) -> None:
    with opened(address, site, "ada") as socket:
        assert socket.subprotocol == "streamlit"
        assert socket.recv(30) == b"ada"
        large = b"." * (2**20 + 1)
        for message in (b"one", large):
            socket.send(message)
        assert socket.recv(30) == b"echo one"
        assert socket.recv(30) == b"echo " + large


def test_it_ends_when_the_server_ends_it(address: str, site: ASGISite, upstream: Upstream) -> None:
    with opened(address, site, "ada") as socket:
        assert socket.recv(30) == b"ada"
        socket.send(b"bye")
        with pytest.raises(ConnectionClosed):
            socket.recv(30)


def test_a_websocket_of_nobody_is_refused(address: str, site: ASGISite) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        opened(address, site, None)
    assert refusal.value.response.status_code == 403
