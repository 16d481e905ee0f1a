"""A strict provider for a fleet: it ends a session's family of tokens when a refresh token that was
rotated away comes again (RFC 9700 section 4.14.2), and it fails when it is told to.

The local Cognito behind a door. Knows the token endpoint; nothing of the gate.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cognito_gate.local import Fault, LocalCognito, User
from tests.journey.serving import listen, port_of, serving
from tests.signing_keys import with_ready_keys

USERS = tuple(User(f"user{n}", "Correct-Horse-7", f"user{n}@example.com") for n in range(20))
_RESPONSES = {
    "503": (503, b'{"error": "unavailable"}'),
    "429": (429, b'{"error": "too_many_requests"}'),
    "garbage": (200, b"\x00\xff{not json"),
}
KEYS = {
    "keys hang": Fault("slow", seconds=600),
    "keys 503": Fault("status", status=503),
    "keys garbage": Fault("garbage"),
    "keys huge": Fault("huge"),
    "keys elsewhere": Fault("redirect"),
}


class Provider:
    """The pool, and how it behaves at its token endpoint.

    `mode` is empty, or "503", "429", "garbage", "hang" (never answers, and does nothing), or
    "lose" (does all, and never answers). `refreshes` counts the calls for each refresh token.
    `asked` is set when a call of the last two is there, from the port `asked_from`.
    """

    def __init__(self, origin: str, grace_seconds: int = 0) -> None:
        self.cognito = with_ready_keys(
            LocalCognito(
                users=USERS,
                callback_urls=(f"{origin}/auth/callback",),
                logout_urls=(f"{origin}/auth/signed-out",),
                rotation=True,
                grace_seconds=grace_seconds,
            )
        )
        self.mode = ""
        self.refreshes: Counter[str] = Counter()
        self.asked = threading.Event()
        self.asked_from = 0
        self._port = 0
        self._running = ExitStack()

    @contextmanager
    def serve(self) -> Iterator[None]:
        """Serve until the block ends."""
        self._start()
        try:
            yield
        finally:
            self._running.close()

    @contextmanager
    def failing(self, mode: str) -> Iterator[None]:
        """Fail until the block ends; "down": nobody listens at its port. With "keys ..." it signs
        with a new key by then, and it is its document of keys that cannot be had."""
        if mode == "down":
            self._running.close()
        elif mode.startswith("keys "):
            self.cognito.rotate_keys()
            self.cognito.fail("jwks", KEYS[mode])
        else:
            self.mode = mode
        try:
            yield
        finally:
            self.mode = ""
            self.cognito.heal()
            if mode == "down":
                self._start()

    def _start(self) -> None:
        listener = listen(self._port)
        self._port = port_of(listener)
        inner = self.cognito.app(f"http://127.0.0.1:{self._port}")
        self._running.enter_context(serving(self._door(inner), listener))

    def ended(self, family: str) -> bool:
        """Whether the family of tokens of one sign-in was ended."""
        return self.cognito._pool.state.is_revoked(family)

    def _door(self, inner: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"] != "/oauth2/token":
                await inner(scope, receive, send)
                return
            body = await _read(receive)
            self._note(body)
            if self.mode in _RESPONSES:
                await _respond(send, *_RESPONSES[self.mode])
            elif self.mode == "hang":
                self._asked(scope)
                await _until_gone(receive)
            elif self.mode == "lose":
                await inner(scope, _given(body), _swallow)
                self._asked(scope)
                await _until_gone(receive)
            else:
                await inner(scope, _given(body), send)

        return app

    def _note(self, body: bytes) -> None:
        """Count a refresh, and end the family whose token was rotated away before."""
        token = parse_qs(body.decode()).get("refresh_token", [""])[0]
        self.refreshes[token] += 1
        state, now = self.cognito._pool.state, self.cognito._pool.now()
        known = state.known_refresh(token)
        if known is not None and known.retired_at is not None and now >= known.retired_at:
            state.revoke(known.grant.origin_jti)

    def _asked(self, scope: Scope) -> None:
        self.asked_from = scope["client"][1]
        self.asked.set()


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _given(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    return receive


async def _swallow(message: Message) -> None:
    """An answer that never arrives."""


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)


async def _respond(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
