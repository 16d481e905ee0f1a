"""A store in Redis 6 or newer, or in Valkey; of a cluster, the node that has this app's keys.

The only module that imports redis-py, whose types change from version to version: connections for
threads and for each event loop, and a thread that listens. Must not know what keys and values mean.
"""

import ssl
import threading
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import MovedError, ReadOnlyError
from redis.retry import Retry

from ..._gate.effects import StoreAnswer, StoreCall
from ...settings.stores import RedisAddress
from ..loops import ByLoop
from .interface import Hear, Missed, StoreUnusable
from .redis_scripts import Layout

MAX_CONNECTIONS = 16  # of an event loop; threads are not more, either
LOOK_SECONDS = 0.5  # that a listener waits for a message, before it looks whether it should end
SILENT_SECONDS = 5.0  # after which it asks whether the server is still there
LOST_SECONDS = 15.0  # after which it connects again: the server has not said anything
PAUSE_SECONDS = 1.0  # before it connects again where that failed
MAX_NODES = 3  # of a cluster that are asked one question, each of which names the next
Node: TypeAlias = tuple[str, int]
# A connection that the server has closed meanwhile is replaced at once, and so is one to a server
# that is a replica now: its name leads to another. A server that is slow is not asked twice: nobody
# would wait for it.
_REPEATED = (redis.ConnectionError, ReadOnlyError)


class RedisStore:
    """One app's part of a server. `name` is that part's."""

    name = "redis"
    needs_threads = False

    def __init__(
        self,
        address: RedisAddress,
        timeout: float,
        name: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._address, self._timeout, self._clock = address, timeout, clock
        self._layout = Layout(name)
        self._lock = threading.Lock()
        self._home = self._node = (address.host, address.port)
        self._clients: dict[Node, Any] = {}
        self._loops_clients: ByLoop[dict[Node, Any]] = ByLoop()
        self._closed = threading.Event()

    def answer(self, call: StoreCall) -> StoreAnswer:
        """The answer. Raises redis.RedisError, or StoreUnusable."""
        for _ in range(MAX_NODES):
            node = self._node
            try:
                return self._ask(self._open_client(node), call)
            except redis.RedisError as error:
                self._follow(error, node)
        raise redis.exceptions.ClusterError("its nodes send a question from one to another")

    async def answer_async(self, call: StoreCall) -> StoreAnswer:
        """The answer. Raises redis.RedisError, or StoreUnusable."""
        for _ in range(MAX_NODES):
            node = self._node
            try:
                return await self._ask_async(self._open_loops_client(node), call)
            except redis.RedisError as error:
                self._follow(error, node)
        raise redis.exceptions.ClusterError("its nodes send a question from one to another")

    def _ask(self, client: Any, call: StoreCall) -> StoreAnswer:
        steps = self._layout.steps(call, self._clock())
        command = next(steps)
        try:
            while True:
                command = steps.send(client.execute_command(*command))
        except StopIteration as stop:
            answer: StoreAnswer = stop.value
            return answer

    async def _ask_async(self, client: Any, call: StoreCall) -> StoreAnswer:
        steps = self._layout.steps(call, self._clock())
        command = next(steps)
        try:
            while True:
                command = steps.send(await client.execute_command(*command))
        except StopIteration as stop:
            answer: StoreAnswer = stop.value
            return answer

    def _follow(self, error: redis.RedisError, node: Node) -> None:
        """Note which node of a cluster is to be asked: all keys have one hash tag, so that it is
        the same one for all of them. Raises what sends nobody elsewhere."""
        if isinstance(error, MovedError):
            self._node = (error.host or node[0], error.port)
            return
        if not isinstance(error, redis.ResponseError):
            self._node = self._home  # which may know who has taken that node's place
        raise _explained(error, node) from error

    def listen(self, hear: Hear, missed: Missed) -> None:
        """Listen to the channel of this app, and connect again whenever that is lost."""
        threading.Thread(
            target=self._listen, args=(hear, missed), name="cognito-gate-store", daemon=True
        ).start()

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            for client in self._clients.values():
                client.connection_pool.disconnect()

    async def aclose(self) -> None:
        for client in (self._loops_clients.pop() or {}).values():
            await client.connection_pool.disconnect()

    def _open_client(self, node: Node) -> Any:
        with self._lock:
            if node not in self._clients:
                self._clients[node] = redis.Redis(**self._options(node))
            return self._clients[node]

    def _open_loops_client(self, node: Node) -> Any:
        clients = self._loops_clients.get(dict)
        if node not in clients:
            pool = _loops_pool(self._options(node), self._timeout)
            clients[node] = redis.asyncio.Redis(connection_pool=pool)
        return clients[node]

    def _options(self, node: Node) -> dict[str, Any]:
        address = self._address
        return {
            **(_tls(address) if address.tls else {}),
            "host": node[0],
            "port": node[1],
            "db": address.database,
            "username": address.user or None,
            "password": address.password or None,
            "socket_timeout": self._timeout,
            "socket_connect_timeout": self._timeout,
            "socket_keepalive": True,
            "protocol": 2,
            "retry": Retry(NoBackoff(), 1, supported_errors=_REPEATED),
            "retry_on_error": list(_REPEATED),
        }

    def _listen(self, hear: Hear, missed: Missed) -> None:
        while not self._closed.is_set():
            try:
                client: Any = redis.Redis(**self._options(self._home))
                with client.pubsub() as channel:
                    self._hear(channel, hear, missed)
            except (redis.RedisError, OSError):
                self._closed.wait(PAUSE_SECONDS)

    def _hear(self, channel: Any, hear: Hear, missed: Missed) -> None:
        """Hear until the store is closed. Raises redis.RedisError when the connection is lost."""
        channel.subscribe(self._layout.channel)
        heard = asked = time.monotonic()
        while not self._closed.is_set():
            message = channel.get_message(timeout=LOOK_SECONDS)
            now = time.monotonic()
            if message is not None:
                heard = now
                if message["type"] == "message":
                    hear(message["data"])
                elif message["type"] == "subscribe":  # redis-py does it again after an outage
                    missed()
            elif now - heard > LOST_SECONDS:
                raise redis.ConnectionError("the server says nothing any more")
            elif now - max(heard, asked) > SILENT_SECONDS:
                asked = now
                channel.ping()


def _tls(address: RedisAddress) -> dict[str, Any]:
    """Said, since redis-py's defaults have changed: its version 5 did not compare the host with
    the certificate."""
    ca = {"ssl_ca_certs": str(address.ca)} if address.ca else {}
    return {"ssl": True, "ssl_cert_reqs": "required", "ssl_check_hostname": True, **ca}


def _explained(error: Exception, node: Node) -> Exception:
    """The error, or what to do about a certificate that is not trusted."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return error
    return StoreUnusable(
        f"the certificate of {node[0]} is refused ({cause.verify_message}): name the host that it "
        "is for in COGNITO_GATE_STORE, or who signed it, as ?ca=FILE"
    )


def _loops_pool(options: dict[str, Any], timeout: float) -> Any:
    """Connections of one event loop. Who finds all of them in use waits for one."""
    tls = options.pop("ssl", False)
    kind = redis.asyncio.SSLConnection if tls else redis.asyncio.Connection
    retry = AsyncRetry(NoBackoff(), 1, supported_errors=_REPEATED)
    return redis.asyncio.BlockingConnectionPool(
        MAX_CONNECTIONS, timeout, connection_class=kind, **{**options, "retry": retry}
    )
