"""Serving apps on free loopback ports from threads. Whoever starts a server ends it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import uvicorn
from starlette.types import ASGIApp

from cognito_gate.local.server import PromptServer

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


def listen(port: int = 0) -> socket.socket:
    """A listener on a free port: the port is known, and taken, before the app is made."""
    listener = socket.create_server(("127.0.0.1", port), backlog=256)
    # asyncio would do it, but not for a listener of ours; without it each answer waits 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def port_of(listener: socket.socket) -> int:
    """The port of a listener."""
    port: int = listener.getsockname()[1]
    return port


@contextmanager
def serving(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """Serve an ASGI app with uvicorn until the block ends."""
    ready = threading.Event()
    server = _Server(app, ready.set)
    thread = threading.Thread(target=server.run_until_told, args=(listener, ready), daemon=True)
    thread.start()
    try:
        ready.wait()
        assert server.started, "the app did not start"
        yield
    finally:
        server.stop()
        thread.join()
        listener.close()


class _Server(PromptServer):
    """uvicorn that says when it is ready."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[], None]) -> None:
        # h11 and websockets by name: what else is installed must not decide what is tested.
        config = uvicorn.Config(
            app,
            http="h11",
            ws="websockets-sansio",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=2,
        )
        super().__init__(config)
        self._on_ready = on_ready

    def run_until_told(self, listener: socket.socket, ready: threading.Event) -> None:
        """The thread's work; whoever waits is woken even when the start fails."""
        try:
            asyncio.run(self.serve([listener]))
        finally:
            ready.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()


@contextmanager
def serving_wsgi(app: WSGIApplication, listener: socket.socket) -> Iterator[None]:
    """Serve a WSGI app with the standard library's server until the block ends."""
    server = _WSGIServer(listener)
    server.set_app(app)
    # The listener is open already: nobody is refused, however late the thread begins.
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _WSGIServer(ThreadingMixIn, WSGIServer):
    daemon_threads = False  # `server_close` then waits for requests under way

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener.getsockname(), _Quiet, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_name, self.server_port = "localhost", port_of(listener)
        self.setup_environ()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass
