"""An app of any framework behind the real gate, asked in this process; the pool is a local one.

Knows cookies of a session and what servers send; nothing of any framework.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, TypeAlias

import httpx
from starlette.types import ASGIApp, Message, Scope

from cognito_gate import ASGIGate, Settings, WSGIGate
from cognito_gate.local import LocalCognito

ORIGIN = "http://localhost:8000"
PEOPLE = {"accept": "text/html"}  # as browsers ask, and programs do not
OPEN = "/open"

# Who gets what at the endpoints that each framework's test offers below OPEN.
TABLE = [
    ("/who", {"ada": 200, "bob": 200, "eve": 200, None: 401}),
    ("/admin", {"ada": 200, "bob": 403, "eve": 200, None: 401}),
    ("/both", {"ada": 403, "bob": 403, "eve": 200, None: 401}),
    ("/any", {"ada": 200, "bob": 403, "eve": 200, None: 401}),
    ("/maybe", {"ada": 200, "bob": 200, "eve": 200, None: 200}),
]
SCOPES = [
    ("/read", {"ada": 200, None: 401}),
    ("/write", {"ada": 403, None: 401}),
]
Row: TypeAlias = tuple[str, str | None, int]


def rows(table: Iterable[tuple[str, dict[str | None, int]]]) -> list[Row]:
    """A row for each path and visitor."""
    return [(OPEN + path, who, status) for path, found in table for who, status in found.items()]


class Site:
    """What both kinds of app have in common: settings, and visitors who are signed in."""

    def __init__(self, cognito: LocalCognito, changes: dict[str, Any]) -> None:
        environ = {
            **cognito.environment(),
            "SECRET_KEY": "a-secret-of-the-tests-that-all-may-know",
            "COGNITO_GATE_PUBLIC_PATHS": f"{OPEN}/*, /health",
            "COGNITO_GATE_BEARER": "true",
            **changes,
        }
        self.cognito = cognito
        self.settings = Settings.from_env(environ, env_file=None)

    def tokens(self, username: str) -> dict[str, Any]:
        return self.cognito.tokens_for(username)

    def cookies(self, username: str | None) -> dict[str, str]:
        if username is None:
            return {}
        tokens = self.tokens(username)
        return {f"cognito_{use}_token": tokens[f"{use}_token"] for use in ("access", "id")}

    def get(
        self, path: str, username: str | None = None, /, method: str = "GET", **options: Any
    ) -> httpx.Response:
        """One request of a visitor; `cookies` are sent beside those of the session."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class ASGISite(Site):
    """An ASGI app on one event loop."""

    def __init__(self, app: ASGIApp, cognito: LocalCognito, changes: dict[str, Any]) -> None:
        super().__init__(cognito, changes)
        self.calls = httpx.AsyncClient(trust_env=False)
        self.gate = ASGIGate(app, self.settings, self.calls)
        self.runner = asyncio.Runner()

    def get(
        self, path: str, username: str | None = None, /, method: str = "GET", **options: Any
    ) -> httpx.Response:
        cookies = {**self.cookies(username), **options.pop("cookies", {})}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.gate)
            async with httpx.AsyncClient(
                transport=transport, base_url=ORIGIN, cookies=cookies, headers=PEOPLE
            ) as client:
                return await client.request(method, path, **options)

        return self.runner.run(ask())

    def connect(self, path: str, username: str | None = None, *says: str) -> list[Message]:
        """Open a WebSocket, say something, and leave: what the server is told to send."""
        line = "; ".join(f"{name}={value}" for name, value in self.cookies(username).items())
        scope: Scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"localhost:8000"), (b"cookie", line.encode())],
            "client": ("192.0.2.1", 50000),
            "server": ("127.0.0.1", 8000),
            "subprotocols": [],
        }
        texts: list[Message] = [{"type": "websocket.receive", "text": text} for text in says]
        heard: list[Message] = [
            {"type": "websocket.connect"},
            *texts,
            {"type": "websocket.disconnect", "code": 1000},
        ]
        return self.runner.run(_run(self.gate, scope, heard))

    def close(self) -> None:
        self.runner.run(self.calls.aclose())
        self.runner.close()


class WSGISite(Site):
    """A WSGI app."""

    def __init__(self, app: Any, cognito: LocalCognito, changes: dict[str, Any]) -> None:
        super().__init__(cognito, changes)
        self.calls = httpx.Client(trust_env=False)
        self.gate = WSGIGate(app, self.settings, self.calls)

    def get(
        self, path: str, username: str | None = None, /, method: str = "GET", **options: Any
    ) -> httpx.Response:
        cookies = {**self.cookies(username), **options.pop("cookies", {})}
        transport = httpx.WSGITransport(self.gate)
        with httpx.Client(
            transport=transport, base_url=ORIGIN, cookies=cookies, headers=PEOPLE
        ) as client:
            return client.request(method, path, **options)

    def close(self) -> None:
        self.calls.close()


async def _run(app: ASGIApp, scope: Scope, heard: list[Message]) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return heard.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent
