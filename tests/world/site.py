"""An app behind either edge, with a fake Cognito as its only network.

The ASGI side runs on one event loop; the WSGI side goes through `wsgiref.validate` on both sides.
"""

import asyncio
import io
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.validate import validator

import httpx
from starlette.types import Message, Receive, Scope, Send

from cognito_gate import ASGIGate, Settings, WSGIGate
from cognito_gate._delivery import OnEvent
from tests.parts.sends import Counted
from tests.world.browser import Raw, Reply, Request, Seen
from tests.world.faults import Fault

IDENTITY = "cognito_gate.identity"
BOX = "tests.box"
"""Where a request carries the list into which the inner app puts what it saw."""


class Site:
    """An app behind a gate. `status`, `headers` and `body` are what the inner app answers."""

    status: int = 200
    headers: list[tuple[str, str]]
    body: bytes = b"hello from the app"

    def __init__(self, settings: Settings | None, pool: Fault, mount: str = "") -> None:
        self.headers = [("content-type", "text/plain")]
        self.pool = pool
        self.mount = mount
        self.held: Any = None

    def handle(self, request: Request) -> Reply:
        raise NotImplementedError

    def together(self, requests: list[Request]) -> list[Reply]:
        """All at once; calls to Cognito are held until every request is under way."""
        raise NotImplementedError

    def close(self) -> None:
        """End what this side runs on."""


def _parts(request: Request) -> tuple[bytes, bytes]:
    path, _, query = request.target.encode("latin-1").partition(b"?")
    return path, query


class ASGISite(Site):
    """`app` replaces the inner app."""

    def __init__(
        self,
        settings: Settings | None,
        pool: Fault,
        mount: str = "",
        app: Any = None,
        on_event: OnEvent | None = None,
    ) -> None:
        super().__init__(settings, pool, mount)
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._call))
        self.gate = ASGIGate(app or self._app, settings, client, on_event)
        self.runner = asyncio.Runner()

    def handle(self, request: Request) -> Reply:
        return self.runner.run(self.one(request))

    def together(self, requests: list[Request]) -> list[Reply]:
        return self.runner.run(self._all(requests))

    def close(self) -> None:
        self.runner.close()

    async def one(self, request: Request) -> Reply:
        box: list[Seen] = []
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.gate(self.scope(request, box), receive, send)
        start, *rest = sent
        headers = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
        body = b"".join(message.get("body", b"") for message in rest)
        return Reply(start["status"], headers, body, box[0] if box else None)

    def scope(self, request: Request, box: list[Seen]) -> dict[str, Any]:
        """An HTTP scope as uvicorn makes it."""
        raw, query = _parts(request)
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "https",
            "path": unquote_to_bytes(raw).decode("utf-8", "replace"),
            "raw_path": raw,
            "query_string": query,
            "root_path": self.mount,
            "headers": request.headers,
            "client": (request.client, 50000),
            "server": ("127.0.0.1", 8000),
            BOX: box,
        }

    async def _all(self, requests: list[Request]) -> list[Reply]:
        self.held = asyncio.Event()
        tasks = [asyncio.ensure_future(self.one(request)) for request in requests]
        for _ in range(20):  # turns of the loop: every request comes to wait for the held call
            await asyncio.sleep(0)
        self.held.set()
        return await asyncio.gather(*tasks)

    async def _call(self, request: httpx.Request) -> httpx.Response:
        if self.held is not None:
            await self.held.wait()
        return self.pool(request)

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[BOX].append(Seen(scope[IDENTITY], dict(scope)))
        headers = [(name.encode(), value.encode()) for name, value in self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class WSGISite(Site):
    """`app` replaces the inner app."""

    def __init__(
        self,
        settings: Settings | None,
        pool: Fault,
        mount: str = "",
        app: Any = None,
        on_event: OnEvent | None = None,
    ) -> None:
        super().__init__(settings, pool, mount)
        client = httpx.Client(transport=httpx.MockTransport(self._call))
        self.gate = WSGIGate(validator(app or self._app), settings, client, on_event)
        self.validated = validator(self.gate)

    def handle(self, request: Request) -> Reply:
        box: list[Seen] = []
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            started.append((status, headers))
            return lambda data: None

        chunks = self.validated(self.environ(request, box), start_response)
        try:
            body = b"".join(chunks)
        finally:
            chunks.close()  # type: ignore[attr-defined]  # the validator's always has one
        status, headers = started[-1]
        return Reply(int(status.split()[0]), headers, body, box[0] if box else None)

    def together(self, requests: list[Request]) -> list[Reply]:
        self.held = threading.Event()
        self.gate._sender._calls = shared = Counted(len(requests))
        with ThreadPoolExecutor(len(requests)) as threads:
            replies = [threads.submit(self.handle, request) for request in requests]
            assert shared.all_joined.wait(30)
            self.held.set()
            return [reply.result(30) for reply in replies]

    def environ(self, request: Request, box: list[Seen]) -> dict[str, Any]:
        """An environ as gunicorn makes it."""
        raw, query = _parts(request)
        mount = self.mount.encode().decode("latin-1")
        path = unquote_to_bytes(raw).decode("latin-1").removeprefix(mount)
        return {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": mount,
            "PATH_INFO": path,
            "QUERY_STRING": query.decode("latin-1"),
            "RAW_URI": request.target,
            "REMOTE_ADDR": request.client,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            BOX: box,
            **({"CONTENT_LENGTH": str(len(request.body))} if request.body else {}),
            **_meta(request.headers),
        }

    def _call(self, request: httpx.Request) -> httpx.Response:
        if self.held is not None:
            assert self.held.wait(30)
        return self.pool(request)

    def _app(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ[BOX].append(Seen(environ[IDENTITY], dict(environ)))
        start_response(f"{self.status} as told", list(self.headers))
        return [self.body]


def _meta(headers: Raw) -> dict[str, str]:
    """Headers as CGI variables; lines of one name are joined as servers do."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        text = value.decode("latin-1")
        between = "; " if key == "HTTP_COOKIE" else ","
        found[key] = f"{found[key]}{between}{text}" if key in found else text
    return found
