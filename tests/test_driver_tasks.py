"""Calls that are shared by tasks of one event loop, or of several: leaving harms nobody."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest

from cognito_gate._driver.event_loop import AsyncSender
from cognito_gate._gate.effects import HttpAnswer, HttpCall
from tests.parts.sends import Counted, a_minute

URL = "https://cognito.example/oauth2/token"
ASK = HttpCall("POST", URL, share="refresh one", remember=a_minute)
GOOD = HttpAnswer(200, body=b"ok")
PATIENT = 30  # seconds after which a test that hangs fails


class Gate:
    """An asynchronous fake of Cognito that answers when it is told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.reached = asyncio.Event()
        self.released = asyncio.Event()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        self.reached.set()
        async with asyncio.timeout(PATIENT):
            await self.released.wait()
        return httpx.Response(200, stream=httpx.ByteStream(b"call %d" % self.calls))

    def sender(self) -> AsyncSender:
        return AsyncSender(httpx.AsyncClient(transport=httpx.MockTransport(self)))


async def started(
    sender: AsyncSender, count: int, ask: HttpCall = ASK
) -> list[asyncio.Task[HttpAnswer]]:
    """Tasks that have all joined the call."""
    sender._calls = shared = Counted(count)
    tasks = [asyncio.create_task(sender.answer(ask)) for _ in range(count)]
    while not shared.all_joined.is_set():
        await asyncio.sleep(0)
    return tasks


def test_many_tasks_make_one_call() -> None:
    async def main() -> None:
        gate = Gate()
        sender = gate.sender()
        tasks = await started(sender, 20)
        gate.released.set()
        answers = await asyncio.gather(*tasks)
        assert gate.calls == 1
        assert {answer.body for answer in answers} == {b"call 1"}
        assert (await sender.answer(ASK)).body == b"call 1"
        assert (await sender.answer(HttpCall("POST", URL, share="other"))).body == b"call 2"
        assert not sender._tasks

    asyncio.run(main())


@pytest.mark.parametrize("leaving", [[0], [2], [4], [0, 1], [1, 2, 3, 4]], ids=str)
def test_a_waiter_who_leaves_harms_nobody(leaving: list[int]) -> None:
    async def main() -> None:
        gate = Gate()
        sender = gate.sender()
        tasks = await started(sender, 5)
        await gate.reached.wait()
        for index in leaving:
            tasks[index].cancel()
        ended = await asyncio.gather(*(tasks[index] for index in leaving), return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in ended)
        gate.released.set()
        staying = [task for index, task in enumerate(tasks) if index not in leaving]
        assert {answer.body for answer in await asyncio.gather(*staying)} == {b"call 1"}
        assert gate.calls == 1

    asyncio.run(main())


def test_a_call_goes_on_when_all_who_waited_have_left() -> None:
    async def main() -> None:
        gate = Gate()
        sender = gate.sender()
        (task,) = await started(sender, 1)
        await gate.reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        late = asyncio.create_task(sender.answer(ASK))
        gate.released.set()
        # A refresh token may be spent by now: its answer must not be lost.
        assert (await late).body == b"call 1"
        assert gate.calls == 1

    asyncio.run(main())


def test_an_answer_that_comes_after_the_time_out_is_not_lost() -> None:
    async def main() -> None:
        gate = Gate()
        sender = gate.sender()
        quick = HttpCall("POST", URL, share=ASK.share, remember=a_minute, timeout=0.2)
        assert (await sender.answer(quick)).failure == "TimeoutError"
        gate.released.set()
        assert (await sender.answer(ASK)).body == b"call 1"
        assert (await sender.answer(ASK)).remembered

    asyncio.run(main())


def test_a_call_that_breaks_unexpectedly_ends_for_all() -> None:
    async def main() -> None:
        def handler(request: httpx.Request) -> httpx.Response:
            raise ZeroDivisionError

        sender = AsyncSender(httpx.AsyncClient(transport=httpx.MockTransport(handler)))
        answers = await asyncio.gather(*(sender.answer(ASK) for _ in range(3)))
        assert {answer.failure for answer in answers} == {"ZeroDivisionError"}

    asyncio.run(main())


# Loops


def in_thread(work: Callable[[], HttpAnswer]) -> Future[HttpAnswer]:
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future


def test_two_loops_share_one_call() -> None:
    calls: list[str] = []
    shared = Counted(2)

    async def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        await asyncio.to_thread(shared.all_joined.wait, PATIENT)
        return httpx.Response(200, stream=httpx.ByteStream(b"ok"))

    sender = AsyncSender(httpx.AsyncClient(transport=httpx.MockTransport(handler)))
    sender._calls = shared
    both = [in_thread(lambda: asyncio.run(_answer(sender))) for _ in range(2)]
    assert [one.result(PATIENT).body for one in both] == [b"ok", b"ok"]
    assert calls == ["POST"]


async def _answer(sender: AsyncSender) -> HttpAnswer:
    return await sender.answer(ASK)


def test_a_loop_that_ends_leaves_no_other_waiting() -> None:
    shared = Counted(2)
    leading = threading.Event()

    async def handler(request: httpx.Request) -> httpx.Response:
        leading.set()
        await asyncio.Event().wait()
        raise AssertionError

    sender = AsyncSender(httpx.AsyncClient(transport=httpx.MockTransport(handler)))
    sender._calls = shared

    async def leads_and_ends() -> HttpAnswer:
        asyncio.create_task(sender.answer(ASK))  # noqa: RUF006  # ended with its loop
        await asyncio.to_thread(shared.all_joined.wait, PATIENT)
        return GOOD

    first = in_thread(lambda: asyncio.run(leads_and_ends()))
    assert leading.wait(PATIENT)
    second = in_thread(lambda: asyncio.run(_answer(sender)))
    assert first.result(PATIENT) is GOOD
    assert second.result(PATIENT).failure == "the call was ended"
