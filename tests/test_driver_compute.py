"""What a flow has computed: beside the event loop, one at a time, with errors where they belong."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from cognito_gate._driver.event_loop import AsyncSender, run_async
from cognito_gate._driver.threads import Sender, run
from cognito_gate._gate.effects import Flow, compute
from cognito_gate.errors import TokenRefused


def play_sync(flow: Flow[int]) -> int:
    return run(flow, Sender())


def play_async(flow: Flow[int]) -> int:
    return asyncio.run(run_async(flow, AsyncSender()))


PLAYS = pytest.mark.parametrize("play", [play_sync, play_async], ids=["sync", "async"])


@PLAYS
def test_a_flow_is_given_what_was_computed(play: Callable[[Flow[int]], int]) -> None:
    assert play(compute(lambda: 7)) == 7


@PLAYS
def test_the_flow_gets_the_error(play: Callable[[Flow[int]], int]) -> None:
    def refuse() -> int:
        raise TokenRefused("no")

    def flow() -> Flow[int]:
        try:
            return (yield from compute(refuse))
        except TokenRefused:
            return 3

    assert play(flow()) == 3


def test_the_event_loop_goes_on() -> None:
    went = threading.Event()

    async def main() -> bool:
        asyncio.get_running_loop().call_soon(went.set)
        return await run_async(compute(lambda: went.wait(10)), AsyncSender())

    assert asyncio.run(main())


def test_one_at_a_time() -> None:
    """Each further thread would take its turn before the event loop's."""
    begun, end, order = asyncio.Event(), threading.Event(), list[str]()

    async def main() -> None:
        loop, sender = asyncio.get_running_loop(), AsyncSender()

        def first() -> None:
            loop.call_soon_threadsafe(begun.set)
            assert end.wait(10)
            order.append("first")

        tasks = [asyncio.ensure_future(run_async(compute(first), sender))]
        await begun.wait()
        second = compute(lambda: order.append("second"))
        tasks.append(asyncio.ensure_future(run_async(second, sender)))
        for _ in range(20):  # time enough for a thread that waits for nothing
            await asyncio.to_thread(list)
        end.set()
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert order == ["first", "second"]


def test_several_event_loops() -> None:
    sender = AsyncSender()
    assert [asyncio.run(run_async(compute(lambda: 5), sender)) for _ in range(3)] == [5, 5, 5]
