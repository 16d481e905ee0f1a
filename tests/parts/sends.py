"""What the tests of the senders share: one call over a fake transport, and counted waiters."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future

import httpx

from cognito_gate._driver.event_loop import AsyncSender
from cognito_gate._driver.shared_calls import SharedCalls
from cognito_gate._driver.threads import Sender
from cognito_gate._gate.effects import HttpAnswer, HttpCall


def a_minute(answer: HttpAnswer) -> float:
    """Remember good answers for a minute."""
    return 60.0 if answer.ok() else 0.0


Handler = Callable[[httpx.Request], httpx.Response]


def reply(status: int = 200, body: bytes = b"ok", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, stream=httpx.ByteStream(body))


def send_sync(handler: Handler, ask: HttpCall) -> HttpAnswer:
    with httpx.Client(transport=httpx.MockTransport(handler)) as client:
        return Sender(client).answer(ask)


def send_async(handler: Handler, ask: HttpCall) -> HttpAnswer:
    async def main() -> HttpAnswer:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
            return await AsyncSender(client).answer(ask)

    return asyncio.run(main())


class Counted(SharedCalls):
    """Says when as many as expected have joined."""

    def __init__(self, expected: int) -> None:
        super().__init__()
        self._left = expected
        self._counting = threading.Lock()
        self.all_joined = threading.Event()

    def join(self, ask: HttpCall) -> tuple[Future[HttpAnswer], bool]:
        joined = super().join(ask)
        with self._counting:
            self._left -= 1
            if self._left <= 0:
                self.all_joined.set()
        return joined
