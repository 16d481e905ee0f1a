"""Serving an app on a loopback port from a thread of its own.

Knows sockets, threads and uvicorn; nothing of Cognito.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

try:
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol
except ModuleNotFoundError as error:
    missing = f"the local Cognito needs {error.name}: pip install 'cognito-gate[local]'"
    raise ModuleNotFoundError(missing, name=error.name) from error

from .checks import LocalConfigError, is_loopback, require
from .faults import RESET_EXTENSION


def bind(host: str, port: int) -> tuple[socket.socket, str]:
    """A listening socket and its origin, which the app needs before it starts."""
    require(is_loopback(host), f"the local Cognito serves loopback hosts only, not {host!r}")
    require(0 <= port <= 65535, f"port {port} is not between 0 and 65535")
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
        # asyncio sets it only where the protocol number says TCP, which such a socket leaves open.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as exc:
        raise LocalConfigError(f"cannot listen on {host} port {port}: {exc}") from exc
    printed_host = f"[{host}]" if family == socket.AF_INET6 else host
    return listener, f"http://{printed_host}:{listener.getsockname()[1]}"


@contextmanager
def serving(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """Serve until the block ends; the port is free afterwards."""
    ready = threading.Event()
    server = _Server(app, ready.set)
    thread = threading.Thread(target=server.run_until_stopped, args=(listener,), daemon=True)
    thread.start()
    try:
        ready.wait()
        if server.failure is not None:
            raise LocalConfigError("the local Cognito did not start") from server.failure
        yield
    finally:
        server.stop()
        thread.join()
        listener.close()


class PromptServer(uvicorn.Server):
    """A uvicorn server that ends when it is told: uvicorn itself looks every tenth of a second, and
    then waits for another. Tests start and end a server each."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)

    def stop(self) -> None:
        """End the server, from another thread; one that has not started or has ended stays so."""
        self.should_exit = True
        if self.started:
            with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended by itself
                self._loop.call_soon_threadsafe(self._stopped.set)

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # which renews the `Date` of the answers
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._all_answered(), self.config.timeout_graceful_shutdown)
        await self.lifespan.shutdown()

    async def _all_answered(self) -> None:
        # uvicorn has no event that says so.
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
            await asyncio.sleep(0.001)


class _Server(PromptServer):
    """The local Cognito's: it reports when it is ready, and it can reset a connection."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                self._with_reset,
                interface="asgi3",
                http=_QuietProtocol,
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                log_level=None,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._app = app
        self._on_ready = on_ready
        self.failure: BaseException | None = None

    def run_until_stopped(self, listener: socket.socket) -> None:
        """Run the server in its thread; signals readiness also when the start fails."""
        try:
            asyncio.run(self.serve([listener]))
        except (OSError, SystemExit) as exc:
            self.failure = exc
        finally:
            self._on_ready()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def _with_reset(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[RESET_EXTENSION] = partial(self._reset, scope["client"])
        await self._app(scope, receive, send)

    def _reset(self, client: tuple[str, int]) -> None:
        for connection in tuple(self.server_state.connections):
            if isinstance(connection, _QuietProtocol) and connection.client == client:
                connection.transport.abort()


class _QuietProtocol(H11Protocol):
    """Without access log: the gate's own server may share uvicorn's loggers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False
