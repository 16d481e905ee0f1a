"""Serving on a loopback port from a thread."""

import asyncio
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import uvicorn

from cognito_gate.local import Fault, LocalCognito, LocalConfigError
from cognito_gate.local.server import PromptServer, bind, serving
from tests.servers.process import PATIENCE
from tests.signing_keys import with_ready_keys


@pytest.fixture
def cognito() -> LocalCognito:
    return with_ready_keys(LocalCognito(callback_urls=("http://localhost:8000/callback",)))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_served_until_the_block_ends(cognito: LocalCognito, host: str) -> None:
    threads = threading.active_count()
    with cognito.serve(host=host) as origin:
        assert origin == cognito.origin
        assert origin.startswith(f"http://{host}:")
        document = httpx.get(f"{cognito.issuer}/.well-known/openid-configuration").json()
        assert document["issuer"] == cognito.issuer
    assert threading.active_count() == threads
    with pytest.raises(httpx.ConnectError):
        httpx.get(origin)
    with pytest.raises(LocalConfigError, match="not being served"):
        _ = cognito.origin


def test_the_port_is_free_afterwards(cognito: LocalCognito) -> None:
    with cognito.serve() as origin:
        assert httpx.get(f"{origin}/error").status_code == 400
    port = httpx.URL(origin).port
    assert port
    with cognito.serve(port=port) as again:
        assert again == origin
        assert httpx.get(f"{origin}/error").status_code == 400


def test_the_port_is_free_after_an_error(cognito: LocalCognito) -> None:
    with pytest.raises(KeyError), cognito.serve() as origin:
        raise KeyError(origin)
    listener, _ = bind("127.0.0.1", httpx.URL(origin).port or 0)
    listener.close()


def test_it_ends_after_the_answers_that_are_under_way() -> None:
    async def end() -> bool:
        server = PromptServer(uvicorn.Config("no:app"))
        answer = asyncio.create_task(asyncio.sleep(0))
        server.server_state.tasks.add(answer)
        answer.add_done_callback(server.server_state.tasks.discard)
        await server._all_answered()
        return answer.done()

    assert asyncio.run(end())


def test_an_open_connection_does_not_keep_it_alive(cognito: LocalCognito) -> None:
    with httpx.Client() as client:
        with cognito.serve() as origin:
            client.get(f"{origin}/error")
        with pytest.raises(httpx.TransportError):
            client.get(f"{origin}/error")


def test_a_slow_answer_does_not_keep_it_alive(cognito: LocalCognito) -> None:
    cognito.fail("error", Fault("slow", seconds=600))
    with cognito.serve() as origin:
        port = httpx.URL(origin).port or 0
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET /error HTTP/1.1\r\nHost: localhost\r\n\r\n")
            # Its arrival is waited for, and not a time: a busy machine takes longer than any.
            deadline = time.monotonic() + PATIENCE
            while not cognito.calls["error"]:
                assert time.monotonic() < deadline
                time.sleep(0.005)  # the pause of a poll


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.0.2.1", "example.com", "::"])
def test_other_machines_are_never_served(cognito: LocalCognito, host: str) -> None:
    with pytest.raises(LocalConfigError, match="loopback hosts only"), cognito.serve(host=host):
        pass


def test_a_taken_port_is_named(cognito: LocalCognito) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalConfigError, match=f"port {port}"), cognito.serve(port=port):
            pass


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_named(cognito: LocalCognito, port: int) -> None:
    with pytest.raises(LocalConfigError, match=f"port {port}"), cognito.serve(port=port):
        pass


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_ipv6_origins_have_brackets() -> None:
    try:
        listener, origin = bind("::1", 0)
    except LocalConfigError:
        pytest.skip("this machine has no IPv6 loopback")
    with listener:
        assert origin == f"http://[::1]:{listener.getsockname()[1]}"


def test_a_server_that_cannot_start_says_so() -> None:
    async def nothing(*_: object) -> None: ...

    closed, _ = bind("127.0.0.1", 0)
    closed.close()
    with (
        pytest.raises(LocalConfigError, match="did not start"),
        serving(nothing, closed),
    ):
        pass


def test_two_pools_side_by_side(cognito: LocalCognito) -> None:
    other = LocalCognito()
    with cognito.serve() as first, other.serve() as second:
        assert first != second
        httpx.get(f"{second}/error")
    assert (cognito.calls["error"], other.calls["error"]) == (0, 1)


def test_of_many_parallel_refreshes_rotation_lets_one_through(cognito: LocalCognito) -> None:
    cognito.switch(rotation=True)
    client = cognito.client
    with cognito.serve() as origin:
        token = cognito.tokens_for("ada")["refresh_token"]
        form = {"grant_type": "refresh_token", "refresh_token": token}

        def refresh(_: int) -> int:
            auth = (client.client_id, client.secret or "")
            return httpx.post(f"{origin}/oauth2/token", data=form, auth=auth).status_code

        with ThreadPoolExecutor(8) as threads:
            statuses = list(threads.map(refresh, range(16)))
    assert sorted(statuses) == [200] + [400] * 15
