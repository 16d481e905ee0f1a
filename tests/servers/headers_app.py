"""Answers with as many bytes of Set-Cookie lines as the query asks for; under WSGI and ASGI.

Knows nothing of the gate.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

NAME = "c"
MAX_VALUE = 3_900


def cookies(size: int) -> list[str]:
    """Values of `size` bytes in all, each as the gate sets one."""
    sizes = [MAX_VALUE] * (size // MAX_VALUE) + [size % MAX_VALUE]
    attributes = "Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax"
    return [f"__Host-cognito_refresh_token.{n}={'x' * each}; {attributes}"
            for n, each in enumerate(sizes)]  # fmt: skip


def wsgi(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    lines = cookies(int(environ["QUERY_STRING"] or 0))
    start_response("200 OK", [("Content-Length", "2"), *(("Set-Cookie", line) for line in lines)])
    return [b"ok"]


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    lines = cookies(int(scope["query_string"] or 0))
    headers = [(b"content-length", b"2"), *((b"set-cookie", line.encode()) for line in lines)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})
