"""Calls that fail: one answer that says why, and one more try where that is safe."""

from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest

from cognito_gate._gate.effects import HttpAnswer, HttpCall
from tests.parts.sends import Handler, reply, send_async, send_sync

URL = "https://cognito.example/oauth2/token"
GET = HttpCall("GET", URL)
POST = HttpCall("POST", URL, (("content-type", "text/plain"),), b"body")
Send = Callable[[Handler, HttpCall], HttpAnswer]

BOTH = pytest.mark.parametrize("send", [send_sync, send_async], ids=["sync", "async"])


def failing(error: Exception, times: int = 9) -> tuple[Handler, list[str]]:
    calls: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        if len(calls) <= times:
            raise error
        return reply()

    return handler, calls


CONNECTING = [httpx.ConnectError("no"), httpx.ConnectTimeout("no")]
OTHERS = [
    httpx.ReadTimeout("no"),
    httpx.WriteTimeout("no"),
    httpx.PoolTimeout("no"),
    httpx.ReadError("no"),
    httpx.RemoteProtocolError("no"),
    httpx.ProxyError("no"),
    httpx.UnsupportedProtocol("no"),
    TimeoutError("no"),
]


@BOTH
@pytest.mark.parametrize("error", CONNECTING, ids=repr)
@pytest.mark.parametrize("share", ["", "a call"], ids=["alone", "shared"])
def test_a_get_that_cannot_connect_is_tried_twice(send: Send, error: Exception, share: str) -> None:
    handler, calls = failing(error)
    answer = send(handler, HttpCall("GET", URL, share=share, repeats="unconnected"))
    assert (answer.status, answer.failure) == (0, type(error).__name__)
    assert calls == ["GET", "GET"]
    handler, calls = failing(error, times=1)
    assert send(handler, HttpCall("GET", URL, share=share, repeats="unconnected")).status == 200
    assert calls == ["GET", "GET"]


@BOTH
@pytest.mark.parametrize("error", CONNECTING, ids=repr)
def test_a_post_is_never_tried_twice(send: Send, error: Exception) -> None:
    handler, calls = failing(error)
    answer = send(handler, POST)
    assert (answer.status, answer.failure) == (0, type(error).__name__)
    assert calls == ["POST"]


@BOTH
@pytest.mark.parametrize(
    "error", [httpx.ReadError("no"), httpx.RemoteProtocolError("no")], ids=repr
)
def test_an_answer_that_broke_off_is_asked_for_again_where_that_is_safe(
    send: Send, error: Exception
) -> None:
    """Pools with rotation take the old refresh token once more, for a short while."""
    handler, calls = failing(error, times=1)
    assert send(handler, HttpCall("POST", URL, share="refresh", repeats="broken")).status == 200
    assert calls == ["POST", "POST"]


@BOTH
@pytest.mark.parametrize("error", OTHERS, ids=repr)
@pytest.mark.parametrize("ask", [GET, POST], ids=["GET", "POST"])
def test_other_failures_are_not_tried_again(send: Send, error: Exception, ask: HttpCall) -> None:
    handler, calls = failing(error)
    answer = send(handler, ask)
    assert (answer.status, answer.failure) == (0, type(error).__name__)
    assert len(calls) == 1


@BOTH
@pytest.mark.parametrize(
    "ask", [GET, POST, HttpCall("GET", URL, share="s")], ids=["GET", "POST", "shared"]
)
def test_what_nobody_expects_is_logged_and_a_failure(
    send: Send, ask: HttpCall, caplog: pytest.LogCaptureFixture
) -> None:
    handler, calls = failing(ZeroDivisionError("no"))
    answer = send(handler, ask)
    assert (answer.status, answer.failure) == (0, "ZeroDivisionError")
    assert len(calls) == 1
    assert "an unexpected error" in caplog.text


class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body whose connection breaks."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"some"
        raise httpx.ReadError("reset")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


@BOTH
def test_a_connection_that_breaks_in_the_body(send: Send) -> None:
    answer = send(lambda request: httpx.Response(200, stream=Broken()), GET)
    assert (answer.status, answer.body, answer.failure) == (0, b"", "ReadError")


@BOTH
def test_a_failure_tells_no_secret(send: Send, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    handler, _ = failing(httpx.ReadError("no"))
    ask = HttpCall("POST", URL, (("authorization", "Basic secret"),), b"secret")
    assert "secret" not in repr(send(handler, ask))
    assert "ReadError" in caplog.text
    assert "secret" not in caplog.text
