"""An app behind the gate as a Lambda function, by an adapter that others wrote.

Knows how each adapter is told to take a path away; nothing of what the gate decides.
"""

import asyncio
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import httpx
import pytest
import serverless_wsgi
from apig_wsgi import make_lambda_handler
from mangum import Mangum
from starlette.types import Receive, Scope, Send

from cognito_gate import ASGIGate, Settings, WSGIGate, events
from tests.aws_lambda.events import Event, Shape
from tests.world.browser import Reply, Request, Seen
from tests.world.faults import Fault

IDENTITY = "cognito_gate.identity"
COOKIE = ("Set-Cookie", "app=1; Path=/; Secure; HttpOnly; SameSite=Lax")


class LambdaSite:
    """Answers requests by calling a handler with events. `seen` is what the app saw last."""

    def __init__(self, adapter: str, shape: Shape, settings: Settings, pool: Fault) -> None:
        self.shape = shape
        self.seen: list[Seen] = []
        self.events: list[events.Event] = []
        # As Lambda has it: nothing runs on there once a request is answered.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_LAMBDA_FUNCTION_NAME", "app")
            self._call, self.close = ADAPTERS[adapter](self, shape, settings, pool)

    def handle(self, request: Request) -> Reply:
        self.seen.clear()
        reply = self.shape.response(self._call(self.shape.event(request)))
        return replace(reply, app=self.seen[0] if self.seen else None)


Call = Callable[[Event], Event]
Made = tuple[Call, Callable[[], None]]


def _mangum(
    site: LambdaSite,
    shape: Shape,
    settings: Settings,
    pool: Fault,
    lifespan: Literal["auto", "off"],
) -> Made:
    """With a lifespan, each call has a start and an end of the app, and an event loop of its own;
    without one, all share a loop."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for word in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{word}.complete"})
            return
        site.seen.append(Seen(scope[IDENTITY], dict(scope)))
        headers = [(name.lower().encode(), value.encode()) for name, value in (COOKIE,)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"hello from the app"})

    client = httpx.AsyncClient(transport=httpx.MockTransport(pool))
    gate = ASGIGate(app, settings, client, site.events.append)
    loops: list[asyncio.AbstractEventLoop] = []

    def renew() -> None:
        for loop in loops:
            loop.close()
        loops[:] = [asyncio.new_event_loop()]
        asyncio.set_event_loop(loops[0])

    renew()
    handler = Mangum(gate, lifespan, api_gateway_base_path=shape.strip)

    def call(event: Event) -> Event:
        if lifespan == "auto":
            renew()
        return handler(event, _context())

    def close() -> None:
        loops[0].close()
        asyncio.set_event_loop(None)

    return call, close


def _wsgi(site: LambdaSite, settings: Settings, pool: Fault) -> WSGIGate:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        site.seen.append(Seen(environ[IDENTITY], dict(environ)))
        start_response("200 OK", [("Content-Type", "text/plain"), COOKIE])
        return [b"hello from the app"]

    client = httpx.Client(transport=httpx.MockTransport(pool))
    return WSGIGate(app, settings, client, site.events.append)


def _apig_wsgi(site: LambdaSite, shape: Shape, settings: Settings, pool: Fault) -> Made:
    gate = _wsgi(site, settings, pool)
    handler = make_lambda_handler(gate)
    return lambda event: handler(event, _context()), gate.close


def _serverless_wsgi(site: LambdaSite, shape: Shape, settings: Settings, pool: Fault) -> Made:
    gate = _wsgi(site, settings, pool)

    def call(event: Event) -> Event:
        if shape.strip:
            os.environ["API_GATEWAY_BASE_PATH"] = shape.strip[1:]
        try:
            result: Event = serverless_wsgi.handle_request(gate, event, _context())
            return result
        finally:
            os.environ.pop("API_GATEWAY_BASE_PATH", None)

    return call, gate.close


def _context() -> Any:
    return object()


ADAPTERS: dict[str, Callable[[LambdaSite, Shape, Settings, Fault], Made]] = {
    "mangum": partial(_mangum, lifespan="off"),
    "mangum, lifespan": partial(_mangum, lifespan="auto"),
    "apig-wsgi": _apig_wsgi,
    "serverless-wsgi": _serverless_wsgi,
}
