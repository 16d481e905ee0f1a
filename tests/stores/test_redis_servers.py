"""Redis as services run it: with TLS, users and several nodes, and on its bad days."""

from __future__ import annotations

import asyncio
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import quote

import pytest
import redis

from cognito_gate._driver.store_calls import StoreCalls
from cognito_gate._driver.stores.redis import RedisStore
from cognito_gate._gate.effects import Item, StoreAnswer, StoreCall
from cognito_gate.settings.stores import RedisAddress, parse_store
from tests.journey.serving import port_of
from tests.servers.process import free_port
from tests.stores.certificates import make_certificates
from tests.stores.servers import redis_like

PATIENCE = 10.0
LOAD = StoreCall("load", "key")
SAVE = StoreCall("save", "key", Item("key", b"value", 2e10))
Ask = Callable[[StoreCall], StoreAnswer]


def store_at(url: str) -> StoreCalls:
    address = parse_store(url)
    assert isinstance(address, RedisAddress)
    return StoreCalls(partial(RedisStore, address, PATIENCE, "test"), PATIENCE)


@contextmanager
def asked(url: str, way: str) -> Iterator[Ask]:
    """Ask the store at this address, by threads or on an event loop, until the block ends."""
    calls = store_at(url)
    with asyncio.Runner() as runner:
        yield calls.answer if way == "threads" else lambda c: runner.run(calls.answer_async(c))
        runner.run(calls.aclose())


WAYS = pytest.mark.parametrize("way", ["threads", "loop"])


# TLS


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The port of a server with TLS, and who has signed its certificate."""
    folder = tmp_path_factory.mktemp("tls")
    ca, port = make_certificates(folder), free_port()
    files = ("--tls-cert-file", str(folder / "server.pem"), "--tls-key-file")
    options = (*files, str(folder / "server.key"), "--tls-auth-clients", "no")
    with redis_like("redis-server", free_port(), *options, "--tls-port", str(port)):
        yield port, ca


@WAYS
def test_a_certificate_that_is_trusted(tls: tuple[int, Path], way: str) -> None:
    port, ca = tls
    with asked(f"rediss://127.0.0.1:{port}?ca={ca}", way) as ask:
        assert ask(SAVE).done
        assert ask(LOAD).item == SAVE.item


@WAYS
@pytest.mark.parametrize(
    ("host", "with_ca", "told"),
    [("127.0.0.1", False, "get local issuer certificate"), ("localhost", True, "mismatch")],
)
def test_one_that_is_not(
    tls: tuple[int, Path], way: str, host: str, with_ca: bool, told: str
) -> None:
    port, ca = tls
    with asked(f"rediss://{host}:{port}{f'?ca={ca}' if with_ca else ''}", way) as ask:
        failure = ask(LOAD).failure
    assert told in failure
    assert failure.endswith(
        "name the host that it is for in COGNITO_GATE_STORE, or who signed it, as ?ca=FILE"
    )


# Users: those of the documentation, with characters that must be encoded

RIGHTS = "-@all +@read +@write +@pubsub +@connection +eval ~cognito-gate:* &cognito-gate:*"
USER, SECRET = "app@shop/1", "p@ss:w/rd?%#é"


def test_a_user_with_few_rights() -> None:
    user = ("--user", USER, "on", f">{SECRET}", *RIGHTS.split(), "--user", "default", "off")
    url = f"{quote(USER, safe='')}:{quote(SECRET, safe='')}@127.0.0.1"
    heard: SimpleQueue[bytes] = SimpleQueue()
    missed: SimpleQueue[None] = SimpleQueue()
    with redis_like("redis-server", 0, *user) as port:
        calls = store_at(f"redis://{url}:{port}/1")
        calls.listen(heard.put, lambda: missed.put(None))
        item = Item("key", b"value", time.time() + 60, "me")
        assert calls.answer(StoreCall("save", "key", item)).done
        assert calls.answer(StoreCall("create", "key", item)).item == item
        assert calls.answer(StoreCall("replace", "key", item, b"value")).done
        assert calls.answer(StoreCall("list", "me")).items == (item,)
        assert calls.answer(StoreCall("count", "n", ends_at=item.ends_at)).count == 1
        missed.get(timeout=PATIENCE)
        assert calls.answer(StoreCall("publish", message=b"hello")).done
        assert heard.get(timeout=PATIENCE) == b"hello"
        assert calls.answer(StoreCall("delete", "key")).done
        calls.close()


# A cluster


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The ports of two nodes, of which the second has all keys."""
    with ExitStack() as stack:
        ports = []
        for _ in range(2):
            folder = str(tmp_path_factory.mktemp("node"))
            bus = str(free_port())
            options = ("--cluster-enabled", "yes", "--cluster-port", bus, "--dir", folder)
            ports.append(stack.enter_context(redis_like("redis-server", 0, *options)))
        nodes: list[Any] = [redis.Redis(port=port) for port in ports]
        nodes[1].execute_command("CLUSTER ADDSLOTSRANGE 0 16383")
        nodes[0].execute_command("CLUSTER MEET", "127.0.0.1", ports[1], bus)
        for node in nodes:
            deadline = time.monotonic() + PATIENCE
            while node.execute_command("CLUSTER INFO")["cluster_state"] != "ok":
                assert time.monotonic() < deadline
                time.sleep(0.05)  # the pause of a poll
            node.close()
        yield ports[0], ports[1]


@WAYS
def test_the_node_that_has_our_keys(cluster: tuple[int, int], way: str) -> None:
    with asked(f"redis://127.0.0.1:{cluster[0]}", way) as ask:
        item = Item("key", b"value", time.time() + 60, "me")
        assert ask(StoreCall("save", "key", item)) == StoreAnswer(done=True)
        assert ask(StoreCall("list", "me")).items == (item,)


def test_news_of_all_nodes(cluster: tuple[int, int]) -> None:
    heard: SimpleQueue[bytes] = SimpleQueue()
    missed: SimpleQueue[None] = SimpleQueue()
    listening = store_at(f"redis://127.0.0.1:{cluster[0]}")
    listening.listen(heard.put, lambda: missed.put(None))
    assert not listening.answer(LOAD).failure
    missed.get(timeout=PATIENCE)
    telling = store_at(f"redis://127.0.0.1:{cluster[1]}")
    assert telling.answer(StoreCall("publish", message=b"hello")).done
    assert heard.get(timeout=PATIENCE) == b"hello"
    listening.close()
    telling.close()


# What a server says instead of an answer


class Scripted(socketserver.StreamRequestHandler):
    """A server that says `replies` to questions, in turn, and then finds nothing."""

    replies: SimpleQueue[str]
    connections: SimpleQueue[None]

    def handle(self) -> None:
        self.connections.put(None)
        while line := self.rfile.readline():
            command = [self._argument() for _ in range(int(line[1:]))]
            self.wfile.write(self._reply(command[0]).encode() + b"\r\n")

    def _argument(self) -> bytes:
        length = int(self.rfile.readline()[1:])
        return self.rfile.read(length + 2)[:-2]

    def _reply(self, command: bytes) -> str:
        if command != b"HMGET":
            return "+OK"
        if self.replies.empty():
            return "*3\r\n$-1\r\n$-1\r\n$-1"
        return self.replies.get().replace("{port}", str(self.connection.getsockname()[1]))


@contextmanager
def saying(*replies: str) -> Iterator[tuple[int, SimpleQueue[None]]]:
    """Its port, and its connections."""

    class Server(Scripted):
        replies: SimpleQueue[str] = SimpleQueue()
        connections: SimpleQueue[None] = SimpleQueue()

    for reply in replies:
        Server.replies.put(reply)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield port_of(listening.socket), Server.connections
        finally:
            listening.shutdown()
            thread.join()


@WAYS
@pytest.mark.parametrize(
    "reply",
    [
        "-NOAUTH Authentication required.",
        "-NOPERM this user has no permissions to run the 'hmget' command",
        "-OOM command not allowed when used memory > 'maxmemory'.",
        "-LOADING Redis is loading the dataset in memory",
        "-MASTERDOWN Link with MASTER is down",
        "-CLUSTERDOWN The cluster is down",
        "-TRYAGAIN Multiple keys request during rehashing of slot",
        "-ASK 1 127.0.0.1:1",
        "-ERR unknown command 'hmget'",
    ],
    ids=lambda reply: reply[1:].split()[0],
)
def test_an_error_is_an_outage(reply: str, way: str) -> None:
    with saying(reply, reply) as (port, _), asked(f"redis://127.0.0.1:{port}", way) as ask:
        answer = ask(LOAD)
    assert answer.failure
    assert answer.item is None


@WAYS
def test_a_server_that_has_become_a_replica(way: str) -> None:
    """Its name leads to another one by now, which a new connection reaches."""
    replica = "-READONLY You can't write against a read only replica."
    with saying(replica) as (port, connections), asked(f"redis://127.0.0.1:{port}", way) as ask:
        assert ask(LOAD) == StoreAnswer()
        assert connections.qsize() == 2


@WAYS
def test_a_node_that_has_gone(way: str) -> None:
    """Whoever is named in the settings is asked again."""
    moved = f"-MOVED 1 127.0.0.1:{free_port()}"
    with saying(moved) as (port, _), asked(f"redis://127.0.0.1:{port}", way) as ask:
        assert "onnect" in ask(LOAD).failure
        assert ask(LOAD) == StoreAnswer()


@WAYS
def test_nodes_that_go_round_in_circles(way: str) -> None:
    here = "-MOVED 1 :{port}"  # without a host: at the same one
    with saying(here, here, here) as (port, _), asked(f"redis://127.0.0.1:{port}", way) as ask:
        assert "from one to another" in ask(LOAD).failure
        assert ask(LOAD) == StoreAnswer()


NEW = Item("key", b"new", 2e10)
WRITES = [
    StoreCall("save", "key", NEW),
    StoreCall("replace", "key", NEW, b"value"),
    StoreCall("create", "another", Item("another", b"new", 2e10)),
    StoreCall("count", "n", ends_at=2e10),
]


@WAYS
def test_a_server_without_memory(way: str) -> None:
    """What is there can be read and deleted; nothing is half-written."""
    with (
        redis_like("redis-server", 0) as port,
        redis.Redis(port=port) as direct,
        asked(f"redis://127.0.0.1:{port}", way) as ask,
    ):
        assert ask(SAVE).done
        direct.config_set("maxmemory", "1")
        for call in WRITES:
            assert "OutOfMemory" in ask(call).failure
        assert ask(LOAD).item == SAVE.item
        assert ask(StoreCall("delete", "key")).done
