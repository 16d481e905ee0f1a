"""Calls that are shared: one in flight for many threads and many loops, and what is remembered."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest

from cognito_gate._driver import MOST_REMEMBERED, AsyncSender, Flights, Sender
from cognito_gate._messages import Answer, Ask

URL = "https://cognito.example/oauth2/token"
ASK = Ask("POST", URL, share="refresh one", remember=60.0)
GOOD = Answer(200, body=b"ok")
PATIENT = 30  # seconds after which a test that hangs fails


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Counted(Flights):
    """Says when as many as expected have joined."""

    def __init__(self, expected: int) -> None:
        super().__init__()
        self._left = expected
        self._counting = threading.Lock()
        self.all_joined = threading.Event()

    def join(self, ask: Ask) -> tuple[Future[Answer], bool]:
        joined = super().join(ask)
        with self._counting:
            self._left -= 1
            if self._left <= 0:
                self.all_joined.set()
        return joined


# Flights by hand


def test_the_first_leads_and_the_others_follow() -> None:
    flights = Flights()
    flight, leads = flights.join(ASK)
    assert leads
    assert flights.join(ASK) == (flight, False)
    other, leads = flights.join(Ask("POST", URL, share="refresh two"))
    assert leads
    assert other is not flight
    flights.land(ASK, GOOD)
    assert flight.result(0) is GOOD
    assert not other.done()


@pytest.mark.parametrize(
    ("answer", "remember", "again"),
    [
        (GOOD, 60.0, False),
        (GOOD, 0.0, True),
        (Answer(0, failure="ReadError"), 60.0, True),
        (Answer(400), 60.0, True),
        (Answer(500), 60.0, True),
        (Answer(302), 60.0, True),
    ],
)
def test_only_good_answers_are_given_again(answer: Answer, remember: float, again: bool) -> None:
    flights = Flights()
    ask = Ask("POST", URL, share="x", remember=remember)
    flights.join(ask)
    flights.land(ask, answer)
    flight, leads = flights.join(ask)
    assert leads is again
    assert flight.done() is not again


def test_an_answer_is_remembered_for_as_long_as_was_asked() -> None:
    clock = Clock()
    flights = Flights(clock)
    flights.join(ASK)
    flights.land(ASK, GOOD)
    clock.now += 59.9
    assert flights.join(ASK)[1] is False
    clock.now += 0.1
    assert flights.join(ASK)[1] is True


def test_memory_is_bounded() -> None:
    clock = Clock()
    flights = Flights(clock)
    asks = [Ask("POST", URL, share=f"{n}", remember=60.0) for n in range(MOST_REMEMBERED + 100)]
    for ask in asks:
        flights.join(ask)
        flights.land(ask, GOOD)
    assert [flights.join(ask)[1] for ask in asks] == [True] * 100 + [False] * MOST_REMEMBERED


def test_what_has_ended_makes_room() -> None:
    clock = Clock()
    flights = Flights(clock)
    for number in range(10):
        ask = Ask("POST", URL, share=f"{number}", remember=60.0)
        flights.join(ask)
        flights.land(ask, GOOD)
        clock.now += 30
    assert len(flights._landed) == 2


def test_a_waiter_cannot_cancel_the_flight() -> None:
    flights = Flights()
    flight, _ = flights.join(ASK)
    assert not flight.cancel()
    flights.land(ASK, GOOD)
    assert flight.result(0) is GOOD


# Threads


def gated(released: threading.Event, calls: list[str]) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        assert released.wait(PATIENT)
        return httpx.Response(200, stream=httpx.ByteStream(b"call %d" % len(calls)))

    return handler


def test_many_threads_make_one_call() -> None:
    calls: list[str] = []
    flights = Counted(20)
    transport = httpx.MockTransport(gated(flights.all_joined, calls))
    with httpx.Client(transport=transport) as client, ThreadPoolExecutor(20) as pool:
        sender = Sender(client)
        sender._flights = flights
        answers = list(pool.map(sender.answer, [ASK] * 20))
        assert calls == ["POST"]
        assert {answer.body for answer in answers} == {b"call 1"}
        # Those who come a little later are given the same.
        assert sender.answer(ASK).body == b"call 1"
        assert sender.answer(Ask("POST", URL, share="refresh two")).body == b"call 2"


def test_unshared_calls_are_each_made() -> None:
    calls: list[str] = []
    released = threading.Event()
    released.set()
    with httpx.Client(transport=httpx.MockTransport(gated(released, calls))) as client:
        sender = Sender(client)
        for _ in range(3):
            sender.answer(Ask("POST", URL, remember=60.0))
    assert len(calls) == 3


def test_a_failure_is_shared_but_not_remembered() -> None:
    calls: list[str] = []
    flights = Counted(5)

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        assert flights.all_joined.wait(PATIENT)
        raise httpx.ReadError("reset")

    with (
        httpx.Client(transport=httpx.MockTransport(handler)) as client,
        ThreadPoolExecutor(5) as pool,
    ):
        sender = Sender(client)
        sender._flights = flights
        assert [one.failure for one in pool.map(sender.answer, [ASK] * 5)] == ["ReadError"] * 5
        assert len(calls) == 1
        sender.answer(ASK)
        assert len(calls) == 2


def test_a_call_that_breaks_unexpectedly_leaves_nobody_waiting() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    with httpx.Client(transport=httpx.MockTransport(handler)) as client:
        sender = Sender(client)
        flight, _ = sender._flights.join(ASK)  # somebody else's, while we wait below
        waiting = ThreadPoolExecutor(1).submit(sender.answer, ASK)
        sender._flights.land(ASK, Answer(0, failure="the call was ended"))
        assert waiting.result(PATIENT).failure == "the call was ended"
        assert flight.done()
        with pytest.raises(ZeroDivisionError):
            sender.answer(ASK)
        with pytest.raises(ZeroDivisionError):  # and the next one leads anew
            sender.answer(ASK)


def test_a_follower_does_not_wait_for_ever() -> None:
    sender = Sender()
    quick = Ask("POST", URL, share="stuck", timeout=0.01)
    sender._flights.join(quick)  # a call that never lands
    assert sender.answer(quick).failure == "waited too long for a call under way"

    async def main() -> Answer:
        asynchronous = AsyncSender()
        asynchronous._flights.join(quick)
        return await asynchronous.answer(quick)

    assert asyncio.run(main()).failure == "waited too long for a call under way"


# Tasks


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


async def started(sender: AsyncSender, count: int, ask: Ask = ASK) -> list[asyncio.Task[Answer]]:
    """Tasks that have all joined the call."""
    sender._flights = flights = Counted(count)
    tasks = [asyncio.create_task(sender.answer(ask)) for _ in range(count)]
    while not flights.all_joined.is_set():
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
        assert (await sender.answer(Ask("POST", URL, share="other"))).body == b"call 2"
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


def test_a_call_that_breaks_unexpectedly_ends_for_all() -> None:
    async def main() -> None:
        def handler(request: httpx.Request) -> httpx.Response:
            raise ZeroDivisionError

        reported: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, context: reported.append(context))
        sender = AsyncSender(httpx.AsyncClient(transport=httpx.MockTransport(handler)))
        answers = await asyncio.gather(*(sender.answer(ASK) for _ in range(3)))
        assert {answer.failure for answer in answers} == {"the call was ended"}

    asyncio.run(main())


# Loops


def in_thread(work: Callable[[], Answer]) -> Future[Answer]:
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future


def test_two_loops_share_one_flight() -> None:
    calls: list[str] = []
    flights = Counted(2)

    async def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        await asyncio.to_thread(flights.all_joined.wait, PATIENT)
        return httpx.Response(200, stream=httpx.ByteStream(b"ok"))

    sender = AsyncSender(httpx.AsyncClient(transport=httpx.MockTransport(handler)))
    sender._flights = flights
    both = [in_thread(lambda: asyncio.run(_answer(sender))) for _ in range(2)]
    assert [one.result(PATIENT).body for one in both] == [b"ok", b"ok"]
    assert calls == ["POST"]


async def _answer(sender: AsyncSender) -> Answer:
    return await sender.answer(ASK)


def test_a_loop_that_ends_leaves_no_other_waiting() -> None:
    flights = Counted(2)
    leading = threading.Event()

    async def handler(request: httpx.Request) -> httpx.Response:
        leading.set()
        await asyncio.Event().wait()
        raise AssertionError

    sender = AsyncSender(httpx.AsyncClient(transport=httpx.MockTransport(handler)))
    sender._flights = flights

    async def leads_and_ends() -> Answer:
        asyncio.create_task(sender.answer(ASK))  # noqa: RUF006  # ended with its loop
        await asyncio.to_thread(flights.all_joined.wait, PATIENT)
        return GOOD

    first = in_thread(lambda: asyncio.run(leads_and_ends()))
    assert leading.wait(PATIENT)
    second = in_thread(lambda: asyncio.run(_answer(sender)))
    assert first.result(PATIENT) is GOOD
    assert second.result(PATIENT).failure == "the call was ended"
