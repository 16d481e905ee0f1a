"""The sender for event loops: runs a flow and makes its calls on the loop that is running.

Knows asyncio and time-outs; must not know what a call means. `threads.py` is its twin.
"""

import asyncio
import logging
from concurrent.futures import Future
from typing import TypeVar, assert_never
from weakref import WeakKeyDictionary

import httpx

from .._gate.effects import Compute, Done, Flow, HttpAnswer, HttpCall
from .breaker import Breaker
from .calls import (
    LEFT_ALONE,
    answer_of,
    cookie_free,
    encoded,
    failed,
    read_already,
    repeats,
    request,
    runs_on,
    tls,
    waited,
)
from .shared_calls import SharedCalls

T = TypeVar("T")
log = logging.getLogger("cognito_gate")


async def run_async(flow: Flow[T], sender: "AsyncSender") -> T:
    """Run a flow to its result, sending what it asks for."""
    try:
        need = next(flow)
        while True:
            match need:
                case HttpCall():
                    need = flow.send(await sender.answer(need))
                case Compute():
                    need = flow.send(await _computed(need))
                case _:
                    assert_never(need)
    except StopIteration as stop:
        result: T = stop.value
        return result


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def _computed(need: Compute) -> Done:
    """In a thread, so that the event loop goes on; and one at a time on each loop: Python computes
    in one thread at once, and every further one would take its turn before the loop's."""
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(1))
    async with turn:
        return await asyncio.to_thread(need.done)


class AsyncSender:
    """Makes calls, on the running event loop. Each loop has its own connections."""

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self._client = client
        self._tls = tls() if client is None else None
        self._own: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient]
        self._own = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls = SharedCalls()
        self._breaker = Breaker()

    async def answer(self, ask: HttpCall) -> HttpAnswer:
        """The answer to an `HttpCall`. Never raises for what the network does."""
        if ask.ends:
            self._calls.forget(ask.ends)
        remembered = self._calls.recall(ask) if ask.share else None
        if remembered is not None:
            return remembered
        if self._breaker.refuses(ask.place):
            return failed(ask, LEFT_ALONE)
        if not ask.share:
            return await self._noted(ask)
        future, leads = self._calls.join(ask)
        if leads:
            # A task of its own: a visitor who leaves must not end the call others wait for.
            task = asyncio.get_running_loop().create_task(self._lead(ask, future))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await self._wait(ask, future, leads=leads)

    async def aclose(self) -> None:
        """Close the running loop's connections."""
        client = self._own.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    async def _wait(
        self, ask: HttpCall, future: "Future[HttpAnswer]", *, leads: bool
    ) -> HttpAnswer:
        try:
            async with asyncio.timeout(ask.timeout):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            answer = waited(ask)
        except asyncio.CancelledError:
            self._calls.leave(ask, future)
            raise
        self._calls.leave(ask, future)
        if leads:
            self._breaker.note(ask, answer)
        return answer

    async def _lead(self, ask: HttpCall, future: "Future[HttpAnswer]") -> None:
        answer = HttpAnswer(0, failure="the call was ended")
        try:
            answer = await self._noted(runs_on(ask))
        finally:
            self._calls.finish(ask, future, answer)

    async def _noted(self, ask: HttpCall) -> HttpAnswer:
        answer = await self._send(ask)
        self._breaker.note(ask, answer)
        return answer

    async def _send(self, ask: HttpCall) -> HttpAnswer:
        answer = await self._try(ask)
        return await self._try(ask) if repeats(ask, answer) else answer

    async def _try(self, ask: HttpCall) -> HttpAnswer:
        try:
            async with asyncio.timeout(ask.timeout):
                return await self._exchange(ask)
        except (httpx.HTTPError, TimeoutError) as exc:
            return failed(ask, type(exc).__name__)
        except Exception as exc:
            log.exception("an unexpected error in a call of %s", ask.url)
            return failed(ask, type(exc).__name__)

    async def _exchange(self, ask: HttpCall) -> HttpAnswer:
        client = self._client or self._made()
        response = await client.send(request(ask, client), stream=True, follow_redirects=False)
        try:
            if encoded(response):
                return failed(ask, "a compressed body that was not asked for")
            if response.is_stream_consumed:
                return read_already(ask, response)
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > ask.limit:
                    return failed(ask, "a body that is too large")
            return answer_of(response, bytes(body))
        finally:
            await response.aclose()

    def _made(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        client = self._own.get(loop)
        if client is None:
            client = self._own[loop] = httpx.AsyncClient(
                cookies=cookie_free(), verify=self._tls or True
            )
        return client
