"""The sender for event loops: runs a flow and makes its calls on the loop that is running.

Knows asyncio and time-outs; must not know what a call means. `threads.py` is for threads.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar, assert_never

from .._gate.effects import (
    Compute,
    Done,
    Flow,
    HttpAnswer,
    HttpCall,
    ReadForm,
    StoreAnswer,
    StoreCall,
    Wait,
)
from .breaker import Breaker
from .calls import (
    LEFT_ALONE,
    Observe,
    failed,
    may_repeat,
    timed_out,
    unobserved,
    with_longer_timeout,
)
from .loading import async_connections
from .loops import ByLoop
from .shared_calls import SharedCalls, Waiting
from .store_calls import NO_STORE, StoreCalls

if TYPE_CHECKING:
    import httpx

    from .connections import AsyncConnections
    from .fleet_calls import FleetCalls

T = TypeVar("T")


class Carries(Protocol):
    """Carries out the effects of flows, on the running event loop."""

    async def load(self) -> object: ...
    async def answer(self, call: HttpCall) -> HttpAnswer: ...
    async def ask_store(self, call: StoreCall) -> StoreAnswer: ...


async def no_form() -> bytes | None:
    """For flows of no request."""
    return None


async def run_async(
    flow: Flow[T],
    sender: Carries,
    read_form: Callable[[], Awaitable[bytes | None]] = no_form,
    *,
    ahead: bool = True,
) -> T:
    """Run a flow to its result, carrying out the effects that it yields. `read_form` reads the body
    of its request.

    `ahead`: what a call may need is loaded first, in a thread, so that the event loop goes on. A
    loop that serves one request alone, as in AWS Lambda, loads what its flow needs.
    """
    if ahead:
        await sender.load()
    try:
        effect = next(flow)
        while True:
            match effect:
                case HttpCall():
                    effect = flow.send(await sender.answer(effect))
                case Compute():
                    effect = flow.send(await _compute(effect))
                case StoreCall():
                    effect = flow.send(await sender.ask_store(effect))
                case Wait():
                    await asyncio.sleep(effect.seconds)
                    effect = flow.send(None)
                case ReadForm():
                    effect = flow.send(await read_form())
                case _:
                    assert_never(effect)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        flow.close()  # where the request was cancelled: the flow ends before its events are told


_turns: ByLoop[asyncio.Semaphore] = ByLoop()


async def _compute(effect: Compute) -> Done:
    """Compute in a thread, so that the event loop goes on, and one at a time per loop: Python runs
    one thread at a time, so that several of them would delay the loop."""
    async with _turns.get(partial(asyncio.Semaphore, 1)):
        return await asyncio.to_thread(effect.done)


class AsyncSender:
    """Makes calls, on the running event loop. Each loop has its own connections."""

    def __init__(
        self,
        client: "httpx.AsyncClient | None" = None,
        observe: Observe = unobserved,
        store: StoreCalls | None = None,
        fleet: "FleetCalls | None" = None,
    ) -> None:
        self._client = client
        self._store = store
        self._observe = observe
        self._connections: AsyncConnections | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls = SharedCalls()
        self._breaker = Breaker()
        self._fleet = fleet
        self._direct = _Direct(self)
        self._asking: set[str] = set()

    async def load(self) -> "AsyncConnections":
        """Load what flows and calls need, in a thread: the event loop goes on meanwhile. Only the
        first requests of a process wait for it."""
        if self._connections is None:
            loaded = await asyncio.to_thread(async_connections, self._client)
            self._connections = self._connections or loaded  # another may have been faster
        return self._connections

    async def answer(self, call: HttpCall) -> HttpAnswer:
        """The answer to an `HttpCall`. Never raises for what the network does."""
        if call.ends:
            self._calls.forget(call.ends)
            if self._fleet is not None:
                await run_async(self._fleet.forget(call.ends), self)
        remembered = self._calls.recall(call) if call.share else None
        if remembered is not None:
            return remembered
        if self._breaker.refuses(call.place):
            return failed(call, LEFT_ALONE)
        if not call.share:
            return await self._send_and_note(call)
        future, leads = self._calls.join(call)
        if leads:
            # A separate task: a request that is cancelled must not end a call others wait for.
            task = asyncio.get_running_loop().create_task(self._lead(call, future))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await self._wait(call, future, leads=leads)

    async def ask_store(self, call: StoreCall) -> StoreAnswer:
        """The answer of the shared store. Never raises for what the store does."""
        return await self._store.answer_async(call) if self._store else NO_STORE

    async def aclose(self) -> None:
        """Close the running loop's connections, and the store."""
        if self._connections is not None:
            await self._connections.aclose()
        if self._store is not None:
            await self._store.aclose()

    async def _wait(
        self, call: HttpCall, future: "Future[HttpAnswer]", *, leads: bool
    ) -> HttpAnswer:
        try:
            async with asyncio.timeout(call.timeout):
                answer = await asyncio.wrap_future(future)
                return answer if leads else replace(answer, shared=True)
        except TimeoutError:
            answer = timed_out(call)
        except asyncio.CancelledError:
            self._calls.leave(call, future)
            raise
        self._calls.leave(call, future)
        if leads and call.share in self._asking:
            self._breaker.note(call, answer)
        return answer

    async def _lead(self, call: HttpCall, future: "Future[HttpAnswer]") -> None:
        answer, most = HttpAnswer(0, failure="the call was ended"), float("inf")
        try:
            if call.fleet and self._fleet is not None:
                waiting = Waiting(
                    lambda: self._calls.awaited(call),
                    lambda answer: self._calls.finish(call, future, answer),
                )
                turn = self._fleet.outcome(call, waiting)
                answer, most = await run_async(turn, self._direct)
            else:
                answer = await self._send_and_note(with_longer_timeout(call))
        finally:
            self._calls.finish(call, future, answer, most)

    async def _send_and_note(self, call: HttpCall) -> HttpAnswer:
        started = time.monotonic()
        self._asking.add(call.share)
        try:
            answer = await self._send(call)
        finally:
            self._asking.discard(call.share)
        self._breaker.note(call, answer)
        self._observe(call, answer, time.monotonic() - started)
        return answer

    async def _send(self, call: HttpCall) -> HttpAnswer:
        connections = await self.load()
        answer = await connections.send(call)
        return await connections.send(call) if may_repeat(call, answer) else answer


class _Direct:
    """Carries out the flow of one shared call: its call is neither shared nor held back again."""

    def __init__(self, sender: AsyncSender) -> None:
        self.load = sender.load
        self.answer = sender._send_and_note
        self.ask_store = sender.ask_store
