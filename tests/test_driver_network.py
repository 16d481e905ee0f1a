"""The senders over real sockets: their own clients, slow and silent servers, cookies."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from cognito_gate._driver.event_loop import AsyncSender
from cognito_gate._driver.threads import Sender
from cognito_gate._gate.effects import HttpAnswer, HttpCall

PATIENT = 30
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n"
Talk = Callable[[socket.socket, threading.Event], None]
Send = Callable[[list[HttpCall]], list[HttpAnswer]]


def send_sync(asks: list[HttpCall]) -> list[HttpAnswer]:
    sender = Sender()
    try:
        return [sender.answer(ask) for ask in asks]
    finally:
        sender.close()


def send_async(asks: list[HttpCall]) -> list[HttpAnswer]:
    async def main() -> list[HttpAnswer]:
        sender = AsyncSender()
        try:
            return [await sender.answer(ask) for ask in asks]
        finally:
            await sender.aclose()

    return asyncio.run(main())


BOTH = pytest.mark.parametrize("send", [send_sync, send_async], ids=["sync", "async"])


@contextmanager
def serving(talk: Talk) -> Iterator[tuple[str, list[bytes]]]:
    """A server that talks as it is told; its address and the heads of the requests it got."""
    seen: list[bytes] = []
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(PATIENT)
                head = b""
                while b"\r\n\r\n" not in head and (more := connection.recv(65_536)):
                    head += more
                if head:
                    seen.append(head)
                    try:
                        talk(connection, stop)
                    except OSError:
                        continue  # the client had enough

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", seen
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(PATIENT)
    assert not thread.is_alive()


def answering(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(HEAD + b"Set-Cookie: session=of-one-visitor; Path=/\r\n\r\nok")


@BOTH
def test_a_client_of_its_own(send: Send) -> None:
    with serving(answering) as (url, seen):
        answers = send(
            [
                HttpCall("GET", url),
                HttpCall("POST", url, body=b"x"),
                HttpCall("GET", url, share="s"),
            ]
        )
    assert [(one.status, one.body) for one in answers] == [(200, b"ok")] * 3
    assert len(seen) == 3


@BOTH
def test_cookies_of_one_call_do_not_ride_along_in_another(send: Send) -> None:
    with serving(answering) as (url, seen):
        answers = send([HttpCall("GET", url)] * 3)
    assert answers[0].header("set-cookie").startswith("session=")
    for head in seen:
        assert b"cookie" not in head.lower()
        assert b"of-one-visitor" not in head


def dripping_body(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(HEAD.replace(b"Length: 2", b"Length: 100000") + b"\r\n")
    while not stop.wait(0.02):
        connection.sendall(b"x")


def dripping_head(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not stop.wait(0.02):
        connection.sendall(b"X-Drip: x\r\n")


def silent(connection: socket.socket, stop: threading.Event) -> None:
    stop.wait(PATIENT)


def hanging_up(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(HEAD)


def babbling(connection: socket.socket, stop: threading.Event) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")


@BOTH
@pytest.mark.parametrize("talk", [dripping_body, dripping_head, silent])
def test_a_server_that_takes_too_long(send: Send, talk: Talk) -> None:
    with serving(talk) as (url, seen):
        (answer,) = send([HttpCall("GET", url, timeout=0.2)])
    assert answer.status == 0
    assert answer.failure in ("TimeoutError", "ReadTimeout")
    assert len(seen) <= 1  # it is not asked again


def test_a_thread_that_a_server_drips_on_is_ended() -> None:
    """Else such a server would hold all the threads that calls are made in, and for good."""
    sender = Sender()
    with serving(dripping_head) as (url, _):
        assert sender.answer(HttpCall("GET", url, timeout=0.05)).failure == "TimeoutError"
        assert len(sender._ends) == 1
        sender._ends = dict.fromkeys(sender._ends, 0.0)  # as if its time had long been over
        assert sender.answer(HttpCall("GET", "http://127.0.0.1:1/", timeout=0.05)).status == 0
        deadline = threading.Event()
        while sender._ends:
            assert not deadline.wait(0.01)
    sender.close()


@BOTH
@pytest.mark.parametrize("talk", [hanging_up, babbling])
def test_a_server_that_breaks_off(send: Send, talk: Talk) -> None:
    with serving(talk) as (url, seen):
        (answer,) = send([HttpCall("GET", url)])
    assert (answer.status, answer.failure) == (0, "RemoteProtocolError")
    assert len(seen) == 1


@BOTH
def test_nobody_listens(send: Send) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for ask in (
        HttpCall("GET", f"http://127.0.0.1:{port}/"),
        HttpCall("POST", f"http://127.0.0.1:{port}/"),
    ):
        (answer,) = send([ask])
        assert (answer.status, answer.failure) == (0, "ConnectError")


def test_a_sender_may_be_closed_and_used_again() -> None:
    with serving(answering) as (url, _):
        sender = Sender()
        sender.close()
        for _ in range(2):
            assert sender.answer(HttpCall("GET", url)).status == 200
            sender.close()
            sender.close()


def test_each_loop_has_its_own_connections() -> None:
    sender = AsyncSender()

    async def main(url: str) -> int:
        status = (await sender.answer(HttpCall("GET", url))).status
        await sender.aclose()
        await sender.aclose()
        return status

    with serving(answering) as (url, _):
        assert [asyncio.run(main(url)) for _ in range(3)] == [200] * 3
    assert sender._connections is not None
    assert not sender._connections._clients


def test_closing_leaves_a_client_that_was_passed_in() -> None:
    with serving(answering) as (url, _):
        with httpx.Client() as client:
            Sender(client).close()
            assert Sender(client).answer(HttpCall("GET", url)).status == 200
        assert client.is_closed
