"""An open WebSocket that can be ended from outside, whatever its app is doing.

Knows ASGI's WebSocket messages and asyncio; must not know why one ends.
"""

import asyncio
import logging

from starlette.types import Message, Receive, Send

CLOSE_SECONDS = 5.0
SESSION_ENDED = 4401
TRY_AGAIN_LATER = 1013  # as IANA's registry of close codes has it
log = logging.getLogger("cognito_gate")
_REASON = "the session has ended"
_REASONS = {4401: "sign-in required", 4403: "access denied", TRY_AGAIN_LATER: "try again later"}


def refusal(status: int, code: int) -> Message:
    """The message that refuses a WebSocket, by the status that a request would get; `code` says why
    if that is the visitor."""
    code = close_code(status, code)
    return {"type": "websocket.close", "code": code, "reason": _REASONS[code]}


def close_code(status: int, code: int) -> int:
    """The code that a WebSocket is closed with: an outage is nothing that a sign-in would help."""
    return TRY_AGAIN_LATER if status >= 500 else code


class EndableWebSocket:
    """The two channels of a WebSocket. After `end` its app is told that the client is gone."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._sending = asyncio.Lock()
        self._waiting: asyncio.Timeout | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False
        self._ending, self._ended = asyncio.Event(), asyncio.Event()
        self._code = SESSION_ENDED

    async def receive(self) -> Message:
        if not self._ending.is_set():
            try:
                return await self._interruptible()
            except TimeoutError:
                if not self._ending.is_set():
                    raise
        await self._ended.wait()
        return self._last("websocket.disconnect")

    def _last(self, kind: str) -> Message:
        reason = _REASON if self._code == SESSION_ENDED else _REASONS[self._code]
        return {"type": kind, "code": self._code, "reason": reason}

    async def _interruptible(self) -> Message:
        self._idle.clear()
        try:
            async with asyncio.timeout(None) as self._waiting:
                message = await self._receive()
        finally:
            self._waiting = None
            self._idle.set()
        self._closed = self._closed or message["type"] == "websocket.disconnect"
        return message

    async def send(self, message: Message) -> None:
        async with self._sending:  # a server takes one message after the other
            if self._ending.is_set():
                raise OSError(_REASON)  # what ASGI has a send raise when the client is gone
            self._closed = self._closed or message["type"] == "websocket.close"
            await self._send(message)

    async def end(self, code: int = SESSION_ENDED) -> None:
        """Close it with this code, unless it is closed already."""
        async with self._sending:
            if self._closed:
                return
            self._code = code
            self._ending.set()
            # Its app stops waiting first: some servers send nothing while it does.
            if self._waiting is not None:
                self._waiting.reschedule(0)
            await self._idle.wait()
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._send(self._last("websocket.close"))
            except Exception as error:  # noqa: BLE001 - whatever a server says: the client is gone
                log.debug("a WebSocket could not be closed: %r", error)
            finally:
                self._ended.set()
