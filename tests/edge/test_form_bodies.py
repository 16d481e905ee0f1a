"""The bodies of the gate's own forms: read whole or not at all, and nobody else's ever."""

import asyncio
import io
import itertools
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.types import Message, Receive, Scope, Send

from cognito_gate._gate.messages import FORM_SECONDS, MAX_FORM_BYTES
from tests.parts.html import Page
from tests.world.browser import NAVIGATION, ORIGIN, Browser, Reply, Request
from tests.world.pool import Pool
from tests.world.site import ASGISite, WSGISite

FORM = {
    **NAVIGATION,
    "origin": ORIGIN,
    "sec-fetch-site": "same-origin",
    "content-type": "application/x-www-form-urlencoded",
}
EMPTY = "Please fill in this field."  # the form was read, and lacks a name: Cognito is not asked


def form_of(browser: Browser, **changes: str) -> bytes:
    """The sign-in form as it stands, and what is typed."""
    page = Page(browser.go("/auth/sign-in").body.decode())
    return urlencode({**page.sent(page.one("form")), "password": "x", **changes}).encode()


def sent(browser: Browser, method: str = "POST", target: str = "/auth/sign-in") -> Request:
    return browser.request(method, target, FORM)


# ASGI


@pytest.fixture
def asgi(pool: Pool) -> Iterator[ASGISite]:
    site = ASGISite(pool.settings(login="custom"), pool)
    yield site
    site.close()


class Wire:
    """The server's side of one request: its messages, one after the other."""

    def __init__(self, *messages: Message) -> None:
        self.left = list(messages)
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        return self.left.pop(0)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    def through(self, site: ASGISite, request: Request, box: list[Any] | None = None) -> Reply:
        scope = site.scope(request, [] if box is None else box)
        site.runner.run(site.gate(scope, self.receive, self.send))
        start, *rest = self.sent
        body = b"".join(message.get("body", b"") for message in rest)
        return Reply(start["status"], [], body)


def chunks(body: bytes, *sizes: int) -> list[Message]:
    found: list[Message] = []
    for size in sizes:
        found.append({"type": "http.request", "body": body[:size], "more_body": True})
        body = body[size:]
    return [*found, {"type": "http.request", "body": body}]


@pytest.mark.parametrize("sizes", [(), (0,), (10,), (0, 1, 0, 2), (1,) * 60])
def test_a_body_in_any_number_of_messages(asgi: ASGISite, sizes: tuple[int, ...]) -> None:
    browser = Browser(asgi)
    wire = Wire(*chunks(form_of(browser), *sizes))
    reply = wire.through(asgi, sent(browser))
    assert (reply.status, EMPTY in reply.body.decode()) == (400, True)
    assert wire.left == []


def test_messages_without_a_body(asgi: ASGISite) -> None:
    browser = Browser(asgi)
    wire = Wire({"type": "http.request", "more_body": True}, *chunks(form_of(browser)))
    assert EMPTY in wire.through(asgi, sent(browser)).body.decode()


@pytest.mark.parametrize("cut", [0, 20, None])
def test_a_client_that_leaves_has_sent_nothing(asgi: ASGISite, pool: Pool, cut: int | None) -> None:
    """What came so far may be half a password; nobody is there to read the answer either."""
    browser = Browser(asgi)
    body = form_of(browser, username="ada@example.com")[:cut]
    more = {"type": "http.request", "body": body, "more_body": True}
    reply = Wire(more, {"type": "http.disconnect"}).through(asgi, sent(browser))
    assert (reply.status, pool.calls) == (403, [])
    assert Wire({"type": "http.disconnect"}).through(asgi, sent(browser)).status == 403


def test_no_more_is_taken_than_a_form_may_have(asgi: ASGISite) -> None:
    browser = Browser(asgi)
    endless = [{"type": "http.request", "body": b"x" * 5_000, "more_body": True}] * 9
    wire = Wire(*endless)
    assert wire.through(asgi, sent(browser)).status == 413
    assert len(wire.left) == 9 - (MAX_FORM_BYTES // 5_000 + 1)


@pytest.mark.parametrize(
    ("method", "target", "changes"),
    [
        ("POST", "/upload", {}),
        ("POST", "/auth/sign-in/", {}),
        ("POST", "/auth/sign-in", {"login": "hosted"}),
        ("PUT", "/upload", {}),
    ],
)
def test_the_apps_bodies_are_the_apps(
    pool: Pool, method: str, target: str, changes: dict[str, Any]
) -> None:
    read: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        read.extend([await receive(), await receive()])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    usual = {"login": "custom", "public_paths": ("/*",)}
    site = ASGISite(pool.settings(**{**usual, **changes}), pool, app=app)
    wire = Wire(*chunks(b"a=1", 1))
    assert wire.through(site, sent(Browser(site), method, target)).status == 200
    assert read == chunks(b"a=1", 1)
    site.close()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_no_body_is_waited_for_but_a_forms(asgi: ASGISite, method: str) -> None:
    assert Wire().through(asgi, sent(Browser(asgi), method)).status in (200, 405)


def test_a_body_that_does_not_come_in_time(
    asgi: ASGISite, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first half is there and the rest never comes."""
    monkeypatch.setattr("cognito_gate._asgi_request.FORM_SECONDS", 0.01)
    browser = Browser(asgi)
    body = form_of(browser, username="ada@example.com")
    wire = Slow({"type": "http.request", "body": body, "more_body": True})
    reply = wire.through(asgi, sent(browser))
    assert (reply.status, "took too long" in reply.body.decode()) == (408, True)
    assert pool.calls == []


class Slow(Wire):
    """A client that sends no more, and stays."""

    async def receive(self) -> Message:
        if not self.left:
            await asyncio.Event().wait()
        return await super().receive()


@pytest.mark.parametrize(
    "client", [None, "absent", ["192.0.2.1", 5], ("", 0), ("/run/app.sock", None)]
)
def test_a_client_of_any_kind(asgi: ASGISite, client: object) -> None:
    browser = Browser(asgi)
    wire = Wire(*chunks(form_of(browser)))
    scope = {**asgi.scope(sent(browser), []), "client": client}
    if client == "absent":
        del scope["client"]
    asgi.runner.run(asgi.gate(scope, wire.receive, wire.send))
    assert wire.sent[0]["status"] == 400


# WSGI


class Stream(io.RawIOBase):
    """A body as a server gives it: it notes how much was asked for."""

    def __init__(self, body: bytes) -> None:
        self.body, self.asked = body, list[int]()

    def read(self, size: int = -1) -> bytes:
        self.asked.append(size)
        found, self.body = self.body[:size], self.body[size:]
        return found


@pytest.fixture
def wsgi(pool: Pool) -> WSGISite:
    return WSGISite(pool.settings(login="custom"), pool)


def through(site: WSGISite, request: Request, stream: Stream, **more: object) -> Reply:
    """The gate without `wsgiref.validate`, which knows only well-formed servers."""
    environ = {**site.environ(request, []), "wsgi.input": stream, **more}
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *rest: object) -> Any:
        started.append((status, headers))

    answer = site.gate(environ, start_response)
    body = b"".join(answer)
    getattr(answer, "close", list)()
    return Reply(int(started[-1][0].split()[0]), started[-1][1], body)


def test_a_body_with_its_length(wsgi: WSGISite) -> None:
    browser = Browser(wsgi)
    body = form_of(browser)
    stream = Stream(body + b"&next=%2Fanother-request")
    reply = through(wsgi, sent(browser), stream, CONTENT_LENGTH=str(len(body)))
    assert EMPTY in reply.body.decode()
    assert sum(stream.asked) == len(body)


@pytest.mark.parametrize(
    "length",
    [
        None,
        "9" * 5_000,
        "",
        "0",
        "-5",
        "+5",
        " 5",
        "5 ",
        "5,5",
        "0x10",
        "1e3",
        "five",
        "\u0665",
        "\xb2",
        "1_0",
    ],
)
def test_a_length_that_tells_nothing(wsgi: WSGISite, length: str | None) -> None:
    """To read on without one would be to wait for a client that has sent all it has."""
    browser = Browser(wsgi)
    stream = Stream(form_of(browser))
    more = {} if length is None else {"CONTENT_LENGTH": length}
    assert through(wsgi, sent(browser), stream, **more).status == 403
    assert set(stream.asked) <= {0}


@pytest.mark.parametrize("ends", [True, False])
def test_a_body_that_drips_in(
    wsgi: WSGISite, pool: Pool, monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    """A byte a second would hold a worker for as long as the form is: the last ones count."""
    clock = itertools.count(1_000_000.0)
    monkeypatch.setattr("cognito_gate.wsgi.time.monotonic", lambda: next(clock))
    browser = Browser(wsgi)
    body = form_of(browser, username="ada@example.com")
    stream = Stream(body)
    length: dict[str, object] = {"CONTENT_LENGTH": str(len(body))}
    more = {"wsgi.input_terminated": True} if ends else length
    reply = through(wsgi, sent(browser), stream, **more)
    assert (reply.status, "took too long" in reply.body.decode()) == (408, True)
    assert sum(stream.asked) == FORM_SECONDS + 1
    assert pool.calls == []


@pytest.mark.parametrize("length", ["16385", "99999999999"])
def test_no_more_is_read_than_a_form_may_have(wsgi: WSGISite, length: str) -> None:
    browser = Browser(wsgi)
    stream = Stream(form_of(browser) + b"&x=" + b"x" * 20_000)
    assert through(wsgi, sent(browser), stream, CONTENT_LENGTH=length).status == 413
    assert sum(stream.asked) == MAX_FORM_BYTES + 1


@pytest.mark.parametrize("length", [{}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "0"}])
def test_a_chunked_body_where_the_server_ends_it(wsgi: WSGISite, length: dict[str, str]) -> None:
    browser = Browser(wsgi)
    stream = Stream(form_of(browser))
    more: dict[str, object] = {"wsgi.input_terminated": True, **length}
    assert EMPTY in through(wsgi, sent(browser), stream, **more).body.decode()
    stream = Stream(form_of(browser) + b"&x=" + b"x" * 20_000)
    assert through(wsgi, sent(browser), stream, **more).status == 413


@pytest.mark.parametrize("missing", [1, 40])
def test_a_body_that_ends_too_soon(wsgi: WSGISite, pool: Pool, missing: int) -> None:
    browser = Browser(wsgi)
    body = form_of(browser, username="ada@example.com")
    stream = Stream(body)
    length = str(len(body) + missing)
    assert through(wsgi, sent(browser), stream, CONTENT_LENGTH=length).status == 403
    assert pool.calls == []


@pytest.mark.parametrize(
    ("method", "target", "changes"),
    [
        ("POST", "/upload", {}),
        ("POST", "/auth/sign-in/", {}),
        ("POST", "/auth/sign-in", {"login": "hosted"}),
        ("PUT", "/upload", {}),
    ],
)
def test_the_apps_bodies_stay_unread(
    pool: Pool, method: str, target: str, changes: dict[str, Any]
) -> None:
    usual = {"login": "custom", "public_paths": ("/*",)}
    site = WSGISite(pool.settings(**{**usual, **changes}), pool)
    stream = Stream(b"a=1")
    assert through(site, sent(Browser(site), method, target), stream, CONTENT_LENGTH="3").status
    assert stream.asked == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_nothing_is_read_but_a_form(wsgi: WSGISite, method: str) -> None:
    stream = Stream(b"a=1")
    through(wsgi, sent(Browser(wsgi), method), stream, CONTENT_LENGTH="3")
    assert stream.asked == []


@pytest.mark.parametrize("change", [{"REMOTE_ADDR": ""}, {"REMOTE_ADDR": "unix:"}])
def test_a_remote_address_of_any_kind(wsgi: WSGISite, change: dict[str, object]) -> None:
    browser = Browser(wsgi)
    body = form_of(browser)
    reply = through(wsgi, sent(browser), Stream(body), CONTENT_LENGTH=str(len(body)), **change)
    assert reply.status == 400
