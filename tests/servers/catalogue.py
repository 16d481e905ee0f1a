"""The servers: how each is started, and in what they differ from one another.

Everything said here about a server is asserted by a test, so that a change is noticed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ASGI, WSGI = "tests.servers.asgi_app:app", "tests.servers.wsgi_app:app"


@dataclass(frozen=True)
class Server:
    """One server with one way to run it."""

    name: str
    distribution: str
    arguments: Callable[[int], tuple[str, ...]]
    edge: str
    mount: Callable[[str], tuple[str, ...]]
    """Options (or `NAME=value` for the environment) that put the app below a path."""
    strips: bool = False
    """Mounted, it expects a proxy in front that has taken the path away."""
    raw_path: bool = True
    """It tells the path as it was on the wire, so `%2F` survives a sign-in."""
    denies: bool = False
    """`websocket.http.response`: a refused WebSocket gets the gate's own answer."""
    accept_headers: bool = False
    """Headers of `websocket.accept` reach the browser, new cookies among them."""

    def command(self, port: int, *more: str) -> list[str]:
        """The command line. Options come first, since daphne and gunicorn end with the app."""
        program = Path(sys.executable).with_name(self.arguments(port)[0])
        app = ASGI if self.edge == "asgi" else WSGI
        return [str(program), *more, *self.arguments(port)[1:], app]


def _option(name: str) -> Callable[[str], tuple[str, ...]]:
    return lambda path: (f"{name}={path}",)


SERVERS = (
    Server(
        "uvicorn",
        "uvicorn",
        lambda port: ("uvicorn", "--host", "127.0.0.1", "--port", str(port)),
        "asgi",
        mount=_option("--root-path"),
        strips=True,
        denies=True,
        accept_headers=True,
    ),
    Server(
        "hypercorn",
        "hypercorn",
        lambda port: ("hypercorn", "--bind", f"127.0.0.1:{port}"),
        "asgi",
        mount=_option("--root-path"),
        denies=True,
        accept_headers=True,
    ),
    Server(
        "granian",
        "granian",
        lambda port: ("granian", "--interface=asgi", "--host=127.0.0.1", f"--port={port}"),
        "asgi",
        mount=_option("--url-path-prefix"),
        denies=True,
        accept_headers=False,
    ),
    Server(
        "daphne",
        "daphne",
        lambda port: ("daphne", "--bind", "127.0.0.1", "--port", str(port)),
        "asgi",
        mount=_option("--root-path"),
        denies=False,
        accept_headers=False,
    ),
    Server(
        "gunicorn-sync",
        "gunicorn",
        lambda port: ("gunicorn", f"--bind=127.0.0.1:{port}", "--worker-class=sync"),
        "wsgi",
        mount=_option("SCRIPT_NAME"),
    ),
    Server(
        "gunicorn-gthread",
        "gunicorn",
        lambda port: ("gunicorn", f"--bind=127.0.0.1:{port}", "--threads=4"),
        "wsgi",
        mount=_option("SCRIPT_NAME"),
    ),
    Server(
        "waitress",
        "waitress",
        lambda port: ("waitress-serve", "--host=127.0.0.1", f"--port={port}"),
        "wsgi",
        mount=_option("--url-prefix"),
    ),
    Server(
        "granian-wsgi",
        "granian",
        lambda port: ("granian", "--interface=wsgi", "--host=127.0.0.1", f"--port={port}"),
        "wsgi",
        mount=_option("--url-path-prefix"),
        raw_path=False,
    ),
)
