"""The ASGI edge: scope -> facts; decision -> ASGI messages.

Knows ASGI and Starlette's user conventions; nothing of OAuth, tokens or cookies. Streaming,
trailers, extensions and disconnects of the app go through untouched.
"""

import asyncio
import logging
import time
from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import quote

import httpx
from starlette.authentication import AuthCredentials, BaseUser, UnauthenticatedUser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ._driver import AsyncSender, run_async
from ._gate import Gate
from ._messages import FORM_SECONDS, LARGEST_FORM, Decision, Incoming, Pass, Respond, caches
from .identity import Identity, tells_identity
from .settings import Settings

IDENTITY = "cognito_gate.identity"
_SUSPECT = (b"r", b"x")  # how headers begin that `tells_identity` knows; most come before "r"
_Raw: TypeAlias = list[tuple[bytes, bytes]]
log = logging.getLogger("cognito_gate")


class CognitoUser(BaseUser):
    """Starlette's view of the visitor (`request.user`); `cognito` is the whole `Identity`."""

    __slots__ = ("cognito",)

    def __init__(self, cognito: Identity) -> None:
        self.cognito = cognito

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def display_name(self) -> str:
        return self.cognito.username or self.cognito.sub

    @property
    def identity(self) -> str:
        return self.cognito.sub


class ASGIGate:
    """Put Amazon Cognito in front of any ASGI app.

    Args:
        app: the app to protect.
        settings: where not from the environment (see `Settings.from_env`).
        client: an httpx client for all calls to Cognito; yours to close.

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
        client: httpx.AsyncClient | None = None,
    ) -> None:
        settings = settings or Settings.from_env()
        self.app = app
        self._gate = None if settings.disabled else Gate(settings)
        self._ends = settings.websocket_close
        self._sender = AsyncSender(client)
        if settings.disabled:
            log.warning("AWS_COGNITO_DISABLED is set: every request passes without a sign-in")

    async def aclose(self) -> None:
        """Close the connections to Cognito that the gate opened itself on this event loop. The end
        of the server's lifespan does it, too."""
        await self._sender.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "http" or kind == "websocket":
            if not isinstance(scope["headers"], list):  # any iterable may stand there, once
                scope = {**scope, "headers": list(scope["headers"])}
            decision = self._known(scope) or await self._decide(scope, receive)
            if isinstance(decision, Respond):
                await _respond(decision, scope, receive, send)
                return
            if kind == "websocket" and self._ends and decision.until != float("inf"):
                receive, send = _ending(decision.until, receive, send)
            await self.app(_scope(scope, decision.identity), receive, _send(decision, send))
        elif kind == "lifespan":
            await self._lifespan(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _known(self, scope: Scope) -> Pass | None:
        if self._gate is None or scope["type"] != "http":
            return None
        return self._gate.known(scope["path"], scope["headers"], time.time())

    async def _decide(self, scope: Scope, receive: Receive) -> Decision:
        if self._gate is None:
            return Pass(None)
        incoming = _incoming(scope)
        if self._gate.takes_form(incoming):
            try:
                async with asyncio.timeout(FORM_SECONDS):
                    incoming = replace(incoming, body=await _form(receive))
            except TimeoutError:
                incoming = replace(incoming, late=True)
        return await run_async(self._gate.decide(incoming), self._sender)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            await self.aclose()


def _incoming(scope: Scope) -> Incoming:
    path: str = scope["path"]
    target = scope.get("raw_path") or quote(path, errors="replace").encode()
    return Incoming(
        scope["type"],
        scope.get("method", "GET"),
        path,
        target,
        scope.get("query_string", b""),
        scope["headers"],
        time.time(),
        scope.get("root_path", ""),
        (scope.get("client") or ("", 0))[0],
    )


async def _form(receive: Receive) -> bytes:
    """The body of a form for the gate itself, as far as one may be long; empty when it was cut off:
    half a form could set half a password."""
    body, more = b"", True
    while more and len(body) <= LARGEST_FORM:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _scope(scope: Scope, identity: Identity | None) -> dict[str, Any]:
    """A copy with the identity in it; whatever stood there before is gone."""
    if identity is None:
        user: BaseUser = UnauthenticatedUser()
        permissions: tuple[str, ...] = ()
    else:
        user, permissions = CognitoUser(identity), identity.permissions
    told = {IDENTITY: identity, "user": user, "auth": AuthCredentials(permissions)}
    for name, _ in scope["headers"]:
        if name >= b"r" and name[:1] in _SUSPECT and tells_identity(name.decode("latin-1")):
            return {**scope, **told, "headers": _honest(scope)}
    return {**scope, **told}


def _honest(scope: Scope) -> _Raw:
    return [pair for pair in scope["headers"] if not tells_identity(pair[0].decode("latin-1"))]


def _send(decision: Pass, send: Send) -> Send:
    """The server's own `send`, unless cookies have to ride on the app's response."""
    if not decision.headers:
        return send
    extra = _raw(decision)

    async def with_cookies(message: Message) -> None:
        if message["type"] == "http.response.start":
            uncached = (b"cache-control", b"no-store")
            sent = message.get("headers", ())
            own = [pair for pair in sent if not caches(pair[0].decode("latin-1"))]
            message = {**message, "headers": [*own, *extra, uncached]}
        elif message["type"] in ("websocket.accept", "websocket.http.response.start"):
            message = {**message, "headers": [*message.get("headers", ()), *extra]}
        await send(message)

    return with_cookies


def _ending(until: float, receive: Receive, send: Send) -> tuple[Receive, Send]:
    """A WebSocket that ends with its session: no message passes after `until`, either way."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + until - time.time()
    ended = False

    async def end() -> Message:
        nonlocal ended
        if not ended:
            ended = True
            await send({"type": "websocket.close", "code": 4401, "reason": "the session has ended"})
        return {"type": "websocket.disconnect", "code": 4401, "reason": "the session has ended"}

    async def receive_until() -> Message:
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            return await end()
        nonlocal ended
        ended = ended or message["type"] == "websocket.disconnect"
        return message

    async def send_until(message: Message) -> None:
        if loop.time() < deadline:
            await send(message)
        else:
            await end()

    return receive_until, send_until


def _raw(decision: Pass | Respond) -> _Raw:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in decision.headers]


async def _respond(decision: Respond, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        kind = "http.response"
    else:
        await receive()  # websocket.connect: nothing may be sent before it
        if "websocket.http.response" not in (scope.get("extensions") or {}):
            code = 1013 if decision.status >= 500 else 4401
            await send({"type": "websocket.close", "code": code, "reason": "sign-in needed"})
            return
        kind = "websocket.http.response"
    start = {"type": f"{kind}.start", "status": decision.status, "headers": _raw(decision)}
    await send(start)
    await send({"type": f"{kind}.body", "body": decision.body})
