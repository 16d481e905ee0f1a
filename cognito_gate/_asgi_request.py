"""What the gate is told of a request, read from an ASGI scope and its messages.

Knows the scope and where AWS Lambda says otherwise. Must not know what is decided.
"""

import asyncio
from urllib.parse import quote

from starlette.types import Receive, Scope

from . import _lambda_event
from ._gate.messages import FORM_SECONDS, MAX_FORM_BYTES, Incoming


def whole_path(event: _lambda_event.Event, path: str, mount: str) -> tuple[str, str]:
    """The whole path, and the part of it where the app is mounted. In a scope, the mount is a part
    of the path, but not with a framework that is told the stage as its root path."""
    whole, stage = _lambda_event.place(event, path, "")
    return whole, mount if mount.startswith(stage) else stage + mount


def read_request(scope: Scope, now: float) -> Incoming:
    """The request of a scope that came at `now` (Unix time), without its body."""
    path, mount = scope["path"], scope.get("root_path", "")
    client = (scope.get("client") or ("", 0))[0]
    target = scope.get("raw_path")
    event = scope.get(_lambda_event.MANGUM)
    if event is not None:
        path, mount = whole_path(event, path, mount)
        client, target = _lambda_event.client(event), None
    return Incoming(
        scope["type"],
        scope.get("method", "GET"),
        path,
        target or quote(path, errors="replace").encode(),
        scope.get("query_string", b""),
        scope["headers"],
        now,
        mount,
        client,
    )


async def form_in_time(receive: Receive) -> bytes | None:
    """The body of a form; None when it did not come in time."""
    try:
        async with asyncio.timeout(FORM_SECONDS):
            return await _form(receive)
    except TimeoutError:
        return None


async def _form(receive: Receive) -> bytes:
    """The body of a form for the gate itself, as far as one may be long; empty when it was cut off:
    half a form could set half a password."""
    body, more = b"", True
    while more and len(body) <= MAX_FORM_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
