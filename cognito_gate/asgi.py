"""The ASGI edge: scope -> facts; decision -> ASGI messages.

Knows ASGI and Starlette's user conventions; nothing of OAuth, tokens or cookies. Streaming,
trailers, extensions and disconnects of the app go through untouched.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import _lambda_event, _lifespan
from ._app_headers import AppHeaders, Raw
from ._asgi_request import form_in_time, read_request, whole_path
from ._asgi_scope import IDENTITY, inner_scope, load_user_and_auth
from ._delivery import Delivery, OnEvent
from ._driver.event_loop import AsyncSender, no_form, run_async
from ._driver.loading import fleet_calls
from ._driver.stores.opening import store_of
from ._gate.gate import Gate
from ._gate.messages import Decision, Incoming, Pass, Respond, caches
from ._listening import Listening
from ._metrics_extra import metrics_of
from ._preflight import asgi_answer as preflight_answer
from ._websocket import SESSION_ENDED, EndableWebSocket, close_code, refusal
from .errors import SettingsError
from .events import Event
from .identity import DISABLED, REQUEST_ID
from .settings import ASGI_SESSION_BYTES, Settings

if TYPE_CHECKING:
    import httpx

    from ._starlette_user import UserAndAuth

LOOK_SECONDS = 10.0  # between looks at whether a WebSocket's session was signed out, at most
MIN_LOOK_SECONDS = 1.0  # the same, at least, whatever a look brings
_STARTS = {"http.response.start", "websocket.accept", "websocket.http.response.start"}
_OURS = (IDENTITY, DISABLED, REQUEST_ID, "user", "auth")  # in a scope
log = logging.getLogger("cognito_gate")


class ASGIGate:
    """Put Amazon Cognito in front of any ASGI app.

    Args:
        app: the app to protect.
        settings: where not from the environment (see `Settings.from_env`).
        client: an httpx client for all calls to Cognito; yours to close.
        on_event: a function that is given each `Event`, beside the requests: in a thread of its
            own, one event after the other, or, if it is async, as a task on their event loop. What
            it raises is logged.

    Raises:
        SettingsError: the settings are wrong; all problems at once.

    Example::

        app = ASGIGate(app)
        starlette_app.add_middleware(ASGIGate)
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings | None = None,
        client: "httpx.AsyncClient | None" = None,
        on_event: OnEvent | None = None,
    ) -> None:
        self._listening = Listening()
        self.app = app
        self._gate: Gate | None = None
        self._error: SettingsError | None = None
        try:
            settings = settings or Settings.from_env()
            metrics = metrics_of(settings)
            store = store_of(settings, metrics.asked)
            self._delivery = Delivery.of(settings, on_event, self._listening, metrics)
        except SettingsError as error:
            if not _lifespan.in_lifespan():
                raise
            # As `add_middleware(ASGIGate)` does it. Servers take an error for an app without a
            # lifespan and serve on; what stops them is the lifespan's own word for it.
            self._error = error
            return
        if not settings.disabled:
            self._gate = Gate(settings, session_bytes=ASGI_SESSION_BYTES, scrape=metrics.scrape)
            metrics.watch(self._gate)
            if store is not None and self._gate.shared is not None:
                store.listen(self._gate.shared.hear, self._gate.shared.missed)
        self._ids = self._gate.request_ids if self._gate and settings.request_id_header else None
        self._ends = settings.websocket_close
        self._headers = AppHeaders(settings.headers)
        self._sender = AsyncSender(client, metrics.called, store, fleet_calls(settings))
        self._user_and_auth: UserAndAuth | None = None
        if settings.disabled:
            log.warning("AWS_COGNITO_DISABLED is set: every request passes without a sign-in")

    async def aclose(self) -> None:
        """Wait, some seconds at most, for what `on_event` is about, close the connections to
        Cognito that the gate opened itself on this event loop, and the audit log. The end of the
        server's lifespan does it, too."""
        if self._delivery.is_waiting:  # not on the event loop, which others need
            await asyncio.to_thread(self._delivery.close)
        else:
            self._delivery.close()
        await self._listening.finish()
        await self._sender.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if self._error is not None:
            await _lifespan.fail(self._error, scope, receive, send)
        elif kind == "http" or kind == "websocket":
            if not isinstance(scope["headers"], list):  # any iterable may stand there, once
                scope = {**scope, "headers": list(scope["headers"])}
            cached = self._cached(scope) if kind == "http" else None
            decision = cached or await self._decide(scope, receive)
            if isinstance(decision, Respond):
                await _respond(decision, scope, receive, send)
                return
            request_id = decision.request_id or None
            if self._ids is not None and request_id is None:
                request_id = self._ids.of(scope["headers"])
            off = self._gate is None
            users = self._user_and_auth or await self._load_user_and_auth()
            inner = inner_scope(scope, decision, self._headers, request_id, users, off=off)
            gate = self._gate
            if gate is not None and decision.headers:
                send = _with_cookies(gate, decision, send)
            if decision.preflight:
                send = preflight_answer(send)
            if kind == "http" or not self._ends or decision.identity is None or gate is None:
                await self.app(inner, receive, send)
            else:
                socket = EndableWebSocket(receive, send)
                watch = self._watch(gate, socket, read_request(scope, time.time()), decision)
                await self._open(inner, socket, watch)
        elif kind == "lifespan":
            await self._lifespan(scope, receive, send)
        else:
            # An app might believe whatever identity such a scope brings along.
            raise RuntimeError(
                f"cognito-gate cannot protect the ASGI protocol {kind!r}, and refuses it; "
                "it takes http, websocket and lifespan"
            )

    def _cached(self, scope: Scope) -> Pass | None:
        gate = self._gate
        if gate is None:
            return None
        path, mount = scope["path"], scope.get("root_path", "")
        if _lambda_event.MANGUM in scope:
            path, mount = whole_path(scope[_lambda_event.MANGUM], path, mount)
        return gate.cached(path, scope["headers"], time.time(), scope["method"], mount)

    async def _decide(self, scope: Scope, receive: Receive) -> Decision:
        if self._gate is None:
            return Pass(None)
        incoming, read_form = read_request(scope, time.time()), partial(form_in_time, receive)
        if self._gate.takes_form(incoming):
            body = await read_form()
            incoming = incoming._replace(body=body or b"", late=body is None)
        ahead = _lambda_event.MANGUM not in scope
        return await self._run(self._gate, incoming, read_form, ahead=ahead)

    async def _run(
        self,
        gate: Gate,
        incoming: Incoming,
        read_form: Callable[[], Awaitable[bytes | None]] = no_form,
        *,
        ahead: bool = True,
    ) -> Decision:
        events: list[Event] = []
        flow = gate.decide(incoming, events)
        try:
            return await run_async(flow, self._sender, read_form, ahead=ahead)
        finally:
            self._delivery.deliver(events)  # those of a request that was cancelled, too

    async def _open(
        self, scope: Scope, socket: EndableWebSocket, watch: Coroutine[Any, Any, None]
    ) -> None:
        """Call the app on a WebSocket, for as long as the session lasts."""
        watching = asyncio.create_task(watch)
        try:
            await self.app(scope, socket.receive, socket.send)
        finally:
            watching.cancel()

    async def _watch(
        self, gate: Gate, socket: EndableWebSocket, incoming: Incoming, decision: Pass
    ) -> None:
        """End a WebSocket with its session: signed out, or over, or not to be refreshed when its
        access token ends. And with the permission to have it: a rule's `max_auth_age` may pass, or
        a refresh bring another token."""
        now, pause, code = time.time(), 0.05, SESSION_ENDED
        try:
            while not gate.signed_out(decision, now):
                await asyncio.sleep(max(pause, min(decision.until - now, LOOK_SECONDS)))
                now = time.time()
                if gate.shared is not None:  # no request may come that learns what others ended
                    await run_async(gate.shared.revocations.catch_up(now), self._sender)
                if now >= decision.until:
                    incoming = gate.later(incoming, decision, now)
                    latest = await self._run(gate, incoming)
                    if isinstance(latest, Respond):
                        code = close_code(latest.status, latest.close_code)
                        break
                    if latest.identity is None:
                        break
                    decision, pause = latest, MIN_LOOK_SECONDS
        except Exception:
            log.exception("an unexpected error; the WebSocket is closed")  # fail closed
        await socket.end(code)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope.keys().isdisjoint(_OURS):
            scope = {name: value for name, value in scope.items() if name not in _OURS}
        await _lifespan.run(self.app, scope, receive, send, self._load, self.aclose)

    async def _load(self) -> None:
        """Load at the server's start what a first request would wait for. Where a server has no
        lifespan, or this fails, that request loads it; the app's own start goes on meanwhile."""
        if self._gate is not None:
            await self._sender.load()
        await self._load_user_and_auth()

    async def _load_user_and_auth(self) -> "UserAndAuth":
        self._user_and_auth = await asyncio.to_thread(load_user_and_auth)
        return self._user_and_auth


def _with_cookies(gate: Gate, decision: Pass, send: Send) -> Send:
    """Send the cookies of a decision with the app's response, unless the visitor has signed out
    meanwhile."""

    async def with_cookies(message: Message) -> None:
        starts = message["type"] in _STARTS
        if starts and not gate.signed_out(decision, time.time()):
            message = _with_set_cookie(decision, message)
        await send(message)

    return with_cookies


def _with_set_cookie(decision: Pass, message: Message) -> Message:
    """The message that starts a response, with the decision's cookies; nobody may store it."""
    headers, extra = message.get("headers", ()), _raw(decision)
    if message["type"] == "http.response.start":
        headers = [pair for pair in headers if not caches(pair[0].decode("latin-1"))]
        extra = [*extra, (b"cache-control", b"no-store")]
    return {**message, "headers": [*headers, *extra]}


def _raw(decision: Pass | Respond) -> Raw:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in decision.headers]


async def _respond(decision: Respond, scope: Scope, receive: Receive, send: Send) -> None:
    kind = "http.response"
    if scope["type"] == "websocket":
        await receive()  # websocket.connect: nothing may be sent before it
        if "websocket.http.response" not in (scope.get("extensions") or {}):
            await send(refusal(decision.status, decision.close_code))
            return
        kind = "websocket.http.response"
    start = {"type": f"{kind}.start", "status": decision.status, "headers": _raw(decision)}
    await send(start)
    await send({"type": f"{kind}.body", "body": decision.body})
