"""The latest requests to the demo, as they came in from the browser and what went back.

Stands before the gate, so that it sees what the gate answers itself. Changes nothing, and keeps
full values in memory only: shorten.py is between them and every page.
"""

import time
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MAX_EXCHANGES = 60
_SILENT = ("/live", "/favicon.ico")  # the page that asks by itself would push out all others


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of a browser and the response. `cookies` are the names that it sent."""

    at: float
    method: str
    path: str
    query: str = field(repr=False)
    cookies: tuple[str, ...]
    status: int
    location: str = field(default="", repr=False)
    set_cookies: tuple[str, ...] = field(default=(), repr=False)

    def parameter(self, name: str) -> str:
        """A parameter of the request's query; empty if it is not there."""
        return _parameter(self.query, name)

    def sends_on(self, name: str) -> str:
        """A parameter of the address that the response redirects to."""
        return _parameter(urlsplit(self.location).query, name)


class Trace:
    """The latest exchanges; `noting` puts an app behind it."""

    def __init__(self) -> None:
        self._latest: deque[Exchange] = deque(maxlen=_MAX_EXCHANGES)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """A snapshot, oldest first."""
        return tuple(self._latest)

    def noting(self, app: ASGIApp) -> ASGIApp:
        """The app, with its requests noted."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self._latest.append(_exchange(scope, message))
                await send(message)

            shown = scope["type"] == "http" and scope["path"] not in _SILENT
            await app(scope, receive, noted if shown else send)

        return traced


def _exchange(scope: Scope, start: Message) -> Exchange:
    sent, answer = Headers(scope=scope), Headers(raw=list(start.get("headers", ())))
    pairs = "; ".join(sent.getlist("cookie")).split(";")
    return Exchange(
        at=time.time(),
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        cookies=tuple(pair.partition("=")[0].strip() for pair in pairs if "=" in pair),
        status=start["status"],
        location=answer.get("location", ""),
        set_cookies=tuple(answer.getlist("set-cookie")),
    )


def _parameter(query: str, name: str) -> str:
    return parse_qs(query).get(name, [""])[0]
