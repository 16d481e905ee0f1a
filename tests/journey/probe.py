"""The app that is protected: it tells what it sees, streams, counts uploads, and echoes."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from cognito_gate import Identity

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

KEY = "cognito_gate.identity"


def described(identity: Identity | None, **seen: str) -> bytes:
    """What the app answers with: who is there, what was asked for, and in which process."""
    who: dict[str, Any] = {"username": None}
    if identity is not None:
        names = ("username", "sub", "email", "groups", "scopes", "expires_at")
        who = {name: getattr(identity, name) for name in names}
    return json.dumps({**who, **seen, "pid": os.getpid()}).encode()


class Probe:
    """An ASGI app. `gone` is set when a client leaves `/stream` before its end."""

    def __init__(self) -> None:
        self.gone = Event()
        self.released = Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await _echo(scope, receive, send)
        elif scope["path"] == "/stream":
            await self._stream(receive, send)
        elif scope["path"] == "/count":
            await _answer(send, json.dumps({"bytes": await _count(receive)}).encode())
        else:
            if scope["path"] == "/release":
                self.released.set()
            await _answer(send, _seen(scope))

    async def _stream(self, receive: Receive, send: Send) -> None:
        """The second half goes out after another request has asked for it."""
        await _start(send, b"text/plain")
        await send({"type": "http.response.body", "body": b"first\n", "more_body": True})
        left = asyncio.ensure_future(_until_gone(receive))
        released = asyncio.ensure_future(asyncio.to_thread(self.released.wait, 30))
        await asyncio.wait({left, released}, return_when=asyncio.FIRST_COMPLETED)
        if left.done():
            self.gone.set()
            self.released.set()
            await released
            return
        left.cancel()
        await send({"type": "http.response.body", "body": b"second\n"})


app = Probe()


def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The same for WSGI."""
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    body = described(environ[KEY], method=environ["REQUEST_METHOD"], path=path, query=query)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]


def _seen(scope: Scope) -> bytes:
    return described(
        scope[KEY],
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        target=(scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1"),
    )


async def _start(send: Send, kind: bytes) -> None:
    headers = [(b"content-type", kind), (b"cache-control", b"max-age=60")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _answer(send: Send, body: bytes) -> None:
    await _start(send, b"application/json")
    await send({"type": "http.response.body", "body": body})


async def _count(receive: Receive) -> int:
    count, more = 0, True
    while more:
        message = await receive()
        count += len(message.get("body", b""))
        more = message.get("more_body", False)
    return count


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    identity = scope[KEY]
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": str(identity and identity.username)})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


async def _lifespan(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})
