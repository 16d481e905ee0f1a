"""What the WSGI servers of this suite serve: the same as `asgi_app`, for WSGI."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cognito_gate import WSGIGate
from tests.journey.probe import wsgi
from tests.servers.release import wait_for_release

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def _app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    match environ["PATH_INFO"]:
        case "/stream":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return _stream()
        case "/count":
            return _told(start_response, bytes=_count(environ))
        case "/open/conventions":
            names = ("REMOTE_USER", "AUTH_TYPE")
            return _told(start_response, **{name: environ.get(name) for name in names})
        case _:
            return wsgi(environ, start_response)


def _told(start_response: StartResponse, **facts: object) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(facts).encode()]


def _stream() -> Iterator[bytes]:
    yield b"first\n"
    wait_for_release()
    yield b"second\n"


def _count(environ: WSGIEnvironment) -> int:
    """The bytes of the request's body, however the client framed it."""
    body = environ["wsgi.input"]
    return sum(len(piece) for piece in iter(lambda: body.read(65_536), b""))


app = WSGIGate(_app)
