"""The senders, one call at a time: what is sent, what counts as an answer, what as a failure."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from types import SimpleNamespace

import httpx
import pytest

from cognito_gate._driver import connections
from cognito_gate._driver.connections import CONNECT_SECONDS, USER_AGENT
from cognito_gate._driver.event_loop import AsyncSender, run_async
from cognito_gate._driver.threads import Sender, run
from cognito_gate._gate.effects import Flow, HttpAnswer, HttpCall, read_form, wait
from cognito_gate._gate.store import StoreFailed, load
from cognito_gate.errors import TokenRefused
from tests.parts.sends import Handler, reply, send_async, send_sync

URL = "https://cognito.example/oauth2/token"
GET = HttpCall("GET", URL)
POST = HttpCall("POST", URL, (("content-type", "text/plain"),), b"body")
Send = Callable[[Handler, HttpCall], HttpAnswer]


BOTH = pytest.mark.parametrize("send", [send_sync, send_async], ids=["sync", "async"])
SHARED = pytest.mark.parametrize("share", ["", "a call"], ids=["alone", "shared"])


# Flows


def adding() -> Flow[int]:
    first: HttpAnswer = yield GET
    second: HttpAnswer = yield POST
    return first.status + second.status


def counting(request: httpx.Request) -> httpx.Response:
    return reply(200 if request.method == "GET" else 400)


def play_sync(flow: Flow[int]) -> int:
    with httpx.Client(transport=httpx.MockTransport(counting)) as client:
        return run(flow, Sender(client))


def play_async(flow: Flow[int]) -> int:
    async def main() -> int:
        async with httpx.AsyncClient(transport=httpx.MockTransport(counting)) as client:
            return await run_async(flow, AsyncSender(client))

    return asyncio.run(main())


PLAYS = pytest.mark.parametrize("play", [play_sync, play_async], ids=["sync", "async"])


@PLAYS
def test_a_flow_is_given_its_answers_in_turn(play: Callable[[Flow[int]], int]) -> None:
    assert play(adding()) == 600


@PLAYS
def test_a_flow_that_asks_nothing(play: Callable[[Flow[int]], int]) -> None:
    def flow() -> Flow[int]:
        yield from ()
        return 7

    assert play(flow()) == 7


@PLAYS
def test_a_flow_that_waits_and_asks_a_store_that_is_not_there(
    play: Callable[[Flow[int]], int],
) -> None:
    def flow() -> Flow[int]:
        yield from wait(0.001)
        with pytest.raises(StoreFailed, match="no store"):
            yield from load("key")
        return 7

    assert play(flow()) == 7


@PLAYS
def test_a_flow_of_no_request_finds_no_form(play: Callable[[Flow[int]], int]) -> None:
    def flow() -> Flow[int]:
        return 0 if (yield from read_form()) is None else 1

    assert play(flow()) == 0


@PLAYS
def test_what_a_flow_raises_goes_through(play: Callable[[Flow[int]], int]) -> None:
    def flow() -> Flow[int]:
        yield GET
        raise TokenRefused("no")

    with pytest.raises(TokenRefused, match="no"):
        play(flow())


# One call


@BOTH
@SHARED
def test_a_good_answer(send: Send, share: str) -> None:
    ask = HttpCall("GET", URL, share=share)
    answer = send(lambda request: reply(200, b"body", X_A="1"), ask)
    assert (answer.status, answer.body, answer.failure) == (200, b"body", "")
    assert answer.header("x-a") == "1"


@BOTH
def test_an_answer_that_a_clients_own_transport_has_read_already(send: Send) -> None:
    # What anyone writes who passes a client with a transport of their own.
    answer = send(lambda request: httpx.Response(200, json={"a": 1}), GET)
    assert (answer.status, answer.body.replace(b" ", b"")) == (200, b'{"a":1}')


@BOTH
@SHARED
@pytest.mark.parametrize(("size", "status"), [(0, 200), (1000, 200), (1001, 0), (9000, 0)])
def test_a_limit_of_an_answer_read_already(send: Send, share: str, size: int, status: int) -> None:
    ask = HttpCall("GET", URL, limit=1000, share=share)
    answer = send(lambda request: httpx.Response(200, content=b"x" * size), ask)
    assert (answer.status, answer.body) == (status, b"x" * size if status else b"")
    assert ("too large" in answer.failure) == (status == 0)


@BOTH
def test_every_status_is_an_answer(send: Send) -> None:
    for status in (201, 204, 301, 304, 400, 401, 403, 404, 429, 500, 503):
        assert send(partial(_replying, status), GET).status == status


def _replying(status: int, request: httpx.Request) -> httpx.Response:
    return reply(status)


@BOTH
def test_what_is_sent(send: Send) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return reply()

    send(handler, POST)
    send(handler, GET)
    post, get = seen
    assert (post.method, str(post.url), post.content) == ("POST", URL, b"body")
    assert post.headers["content-type"] == "text/plain"
    assert post.headers["content-length"] == "4"
    assert (get.method, get.content) == ("GET", b"")
    assert "content-length" not in get.headers
    for request in seen:
        assert request.headers.get_list("user-agent") == [USER_AGENT]
        assert request.headers.get_list("accept-encoding") == ["identity"]
        assert "cookie" not in request.headers
    assert USER_AGENT.startswith("cognito-gate/")


@BOTH
@pytest.mark.parametrize("seconds", [0.5, 5.0])
def test_time_limits(send: Send, seconds: float) -> None:
    seen: list[dict[str, float]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return reply()

    send(handler, HttpCall("GET", URL, timeout=seconds))
    assert seen[0]["read"] == seconds
    assert seen[0]["connect"] == min(CONNECT_SECONDS, seconds)


@BOTH
@pytest.mark.parametrize(
    ("location", "ask"),
    [
        ("https://evil.example/", GET),
        ("https://evil.example/", POST),
        *((location, GET) for location in ("/else", "http://[", "https://a:b/", "")),
    ],
)
def test_redirects_are_not_followed(send: Send, location: str, ask: HttpCall) -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return reply(302, location=location)

    assert send(handler, ask).status in (302, 0)
    assert seen == [URL]


@BOTH
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip", "x-unknown"])
def test_a_compressed_body_is_refused(send: Send, coding: str) -> None:
    answer = send(lambda request: reply(200, b"\x1f\x8b", content_encoding=coding), GET)
    assert (answer.status, answer.body) == (0, b"")
    assert "compressed" in answer.failure


@BOTH
def test_a_body_that_says_it_is_not_compressed(send: Send) -> None:
    assert send(lambda request: reply(content_encoding="identity"), GET).status == 200


# Limits


class Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body without end, which counts what was read of it."""

    def __init__(self) -> None:
        self.read = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        while self.read < 1_000_000:
            self.read += 100
            yield b"x" * 100

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


@BOTH
def test_a_body_without_end(send: Send) -> None:
    body = Endless()
    answer = send(
        lambda request: httpx.Response(200, stream=body), HttpCall("GET", URL, limit=1000)
    )
    assert (answer.status, answer.failure) == (0, "a body that is too large")
    assert body.read == 1100
    assert body.closed


def test_a_body_that_drips_for_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """httpx limits each read alone. An event loop's sender is limited as a whole by asyncio."""
    moments = itertools.chain([0.0, 0.0], itertools.repeat(100.0))
    clock = SimpleNamespace(monotonic=lambda: next(moments))
    monkeypatch.setattr(connections, "time", clock)
    body = Endless()
    answer = send_sync(
        lambda request: httpx.Response(200, stream=body), HttpCall("GET", URL, timeout=1)
    )
    assert (answer.status, answer.failure, body.read) == (0, "TimeoutError", 100)
    assert body.closed


@BOTH
def test_the_largest_body(send: Send) -> None:
    ask = HttpCall("GET", URL, limit=1000)
    assert send(lambda request: reply(200, b"x" * 1000), ask).body == b"x" * 1000
    assert send(lambda request: reply(200, b"x" * 1001), ask).status == 0
