"""The way from a gate to a local Cognito: every call is noted, and may meet a fault on the way.

Knows HTTP, ASGI and the JSON API's envelope; nothing of the gate. No socket is needed: the pool's
app never waits for anything but its request, so that it can be run to its answer at once.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx
from starlette.types import ASGIApp, Message

from cognito_gate._gate.effects import HttpAnswer, HttpCall
from tests.world.calls import answered
from tests.world.faults import Fault, reply


@dataclass(frozen=True)
class Call:
    """One call the gate made. `name` is the API's operation, or the path."""

    name: str
    request: httpx.Request
    response: httpx.Response | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What was asked: the API's members, or a form's fields."""
        if self.request.headers.get("content-type", "").startswith("application/x-amz-json"):
            found: dict[str, Any] = json.loads(self.request.content)
            return found
        return dict(parse_qsl(self.request.content.decode()))

    @property
    def got(self) -> dict[str, Any]:
        """What was answered; empty when that was no JSON object."""
        try:
            found = json.loads(self.response.content if self.response else b"")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


class AtOnce(httpx.BaseTransport):
    """An app behind a synchronous httpx client, on whatever thread or loop that may be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": request.url.path,
            "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }
        body, sent = request.read(), list[Message]()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        _run(self._app(scope, receive, send))
        start, *rest = sent
        content = b"".join(message.get("body", b"") for message in rest)
        return httpx.Response(start["status"], headers=start["headers"], content=content)


def _run(coroutine: Any) -> None:
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("the pool's app waits for something")


@dataclass
class Cloud:
    """A callable for `httpx.MockTransport`. A fault stands for each answer of its name."""

    http: httpx.Client
    faults: dict[str, Fault] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    past: list[Call] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.headers.get("x-amz-target", "").rpartition(".")[2] or request.url.path
        at = len(self.calls)
        self.calls.append(Call(name, request))
        fault = self.faults.get(name)
        response = fault(request) if fault else self.onward(request)
        response.read()
        self.calls[at] = Call(name, request, response)
        # A fresh stream, as from a socket.
        body = httpx.ByteStream(response.content)
        return httpx.Response(response.status_code, headers=response.headers, stream=body)

    def answer(self, ask: HttpCall) -> HttpAnswer:
        """The same for a flow that is played by hand."""
        return answered(self, ask)

    def named(self, name: str) -> list[Call]:
        """The calls of one operation."""
        return [call for call in self.calls if call.name == name]

    def forget(self) -> None:
        """Begin the list of calls anew."""
        self.past += self.calls
        self.calls.clear()

    @property
    def names(self) -> list[str]:
        """The operations of the API that were called, in order."""
        return [call.name for call in self.calls if not call.name.startswith("/")]

    def onward(self, request: httpx.Request) -> httpx.Response:
        """What the pool itself answers."""
        headers = [pair for pair in request.headers.raw if pair[0].lower() != b"host"]
        return self.http.request(
            request.method, request.url, headers=headers, content=request.content
        )


def refuses(exception: str, message: str = "", status: int = 400) -> Fault:
    """An exception of the JSON API."""
    body = json.dumps({"__type": exception, "message": message}).encode()
    return reply(status, body, content_type="application/x-amz-json-1.1")


def answers(**members: Any) -> Fault:
    """A good answer of the JSON API."""
    return reply(200, json.dumps(members).encode(), content_type="application/x-amz-json-1.1")
