"""The sender for event loops: runs a flow and makes its calls on the loop that is running.

Knows asyncio and time-outs; must not know what a call means. `threads.py` is its twin.
"""

import asyncio
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar, assert_never
from weakref import WeakKeyDictionary

from .._gate.effects import Compute, Done, Flow, HttpAnswer, HttpCall
from .breaker import Breaker
from .calls import LEFT_ALONE, failed, repeats, runs_on, waited
from .loading import async_connections
from .shared_calls import SharedCalls

if TYPE_CHECKING:
    import httpx

    from .connections import AsyncConnections

T = TypeVar("T")


async def run_async(flow: Flow[T], sender: "AsyncSender") -> T:
    """Run a flow to its result, sending what it asks for."""
    await sender.load()
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

    def __init__(self, client: "httpx.AsyncClient | None" = None) -> None:
        self._client = client
        self._connections: AsyncConnections | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls = SharedCalls()
        self._breaker = Breaker()

    async def load(self) -> "AsyncConnections":
        """Load what flows and calls need, in a thread: the event loop goes on meanwhile. Only the
        first requests of a process wait for it."""
        if self._connections is None:
            loaded = await asyncio.to_thread(async_connections, self._client)
            self._connections = self._connections or loaded  # another may have been faster
        return self._connections

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
        if self._connections is not None:
            await self._connections.aclose()

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
        connections = await self.load()
        answer = await connections.send(ask)
        return await connections.send(ask) if repeats(ask, answer) else answer
