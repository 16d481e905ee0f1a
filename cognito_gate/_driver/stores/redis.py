"""A store in Redis 6 or newer, or in Valkey.

The only module that imports redis-py, whose types change from version to version: connections for
threads and for each event loop, and a thread that listens. Must not know what keys and values mean.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from ..._gate.effects import StoreAnswer, StoreCall
from ...settings.stores import RedisAddress
from .interface import Hear, Missed
from .redis_scripts import Layout

MAX_CONNECTIONS = 16  # of an event loop; threads are not more, either
LOOK_SECONDS = 0.5  # that a listener waits for a message, before it looks whether it should end
SILENT_SECONDS = 5.0  # after which it asks whether the server is still there
LOST_SECONDS = 15.0  # after which it connects again: the server has not said anything
PAUSE_SECONDS = 1.0  # before it connects again where that failed
# A connection that the server has closed meanwhile is replaced at once. A server that is slow is
# not asked twice: nobody would wait for it.
_REPEATED = (redis.ConnectionError,)


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
        self._client: Any = None
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Any]
        self._clients = WeakKeyDictionary()
        self._closed = threading.Event()

    def answer(self, call: StoreCall) -> StoreAnswer:
        """The answer. Raises redis.RedisError."""
        client = self._open_client()
        steps = self._layout.steps(call, self._clock())
        command = next(steps)
        try:
            while True:
                command = steps.send(client.execute_command(*command))
        except StopIteration as stop:
            answer: StoreAnswer = stop.value
            return answer

    async def answer_async(self, call: StoreCall) -> StoreAnswer:
        """The answer. Raises redis.RedisError."""
        client = self._open_loops_client()
        steps = self._layout.steps(call, self._clock())
        command = next(steps)
        try:
            while True:
                command = steps.send(await client.execute_command(*command))
        except StopIteration as stop:
            answer: StoreAnswer = stop.value
            return answer

    def listen(self, hear: Hear, missed: Missed) -> None:
        """Listen to the channel of this app, and connect again whenever that is lost."""
        threading.Thread(
            target=self._listen, args=(hear, missed), name="cognito-gate-store", daemon=True
        ).start()

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            if self._client is not None:
                self._client.connection_pool.disconnect()

    async def aclose(self) -> None:
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.connection_pool.disconnect()

    def _open_client(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = redis.Redis(**self._options(), retry=_retry())
            return self._client

    def _open_loops_client(self) -> Any:
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            pool = _loops_pool(self._options(), self._timeout)
            client = self._clients[loop] = redis.asyncio.Redis(connection_pool=pool)
        return client

    def _options(self) -> dict[str, Any]:
        address = self._address
        tls = {"ssl": True} if address.tls else {}
        return {
            **tls,
            "host": address.host,
            "port": address.port,
            "db": address.database,
            "username": address.user or None,
            "password": address.password or None,
            "socket_timeout": self._timeout,
            "socket_connect_timeout": self._timeout,
            "socket_keepalive": True,
            "protocol": 2,
        }

    def _listen(self, hear: Hear, missed: Missed) -> None:
        while not self._closed.is_set():
            try:
                client: Any = redis.Redis(**self._options(), retry=_retry())
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


def _retry() -> Retry:
    return Retry(NoBackoff(), 1, supported_errors=_REPEATED)


def _loops_pool(options: dict[str, Any], timeout: float) -> Any:
    """Connections of one event loop. Who finds all of them in use waits for one."""
    tls = options.pop("ssl", False)
    kind = redis.asyncio.SSLConnection if tls else redis.asyncio.Connection
    return redis.asyncio.BlockingConnectionPool(
        MAX_CONNECTIONS,
        timeout,
        connection_class=kind,
        retry=AsyncRetry(NoBackoff(), 1, supported_errors=_REPEATED),
        **options,
    )
