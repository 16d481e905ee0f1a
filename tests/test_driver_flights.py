"""Calls that are shared: one in flight for many threads, and what is remembered."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from cognito_gate._driver import AsyncSender, Sender
from cognito_gate._flights import MOST_REMEMBERED, Flights, patience
from cognito_gate._messages import Answer, Ask
from tests.parts.sends import Counted

URL = "https://cognito.example/oauth2/token"
ASK = Ask("POST", URL, share="refresh one", remember=60.0)
GOOD = Answer(200, body=b"ok")
PATIENT = 30  # seconds after which a test that hangs fails


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Leaping(Clock):
    """A clock that leaps ahead each time it is read."""

    def __call__(self) -> float:
        self.now += 100
        return self.now


# Flights by hand


def land(flights: Flights, ask: Ask, answer: Answer) -> None:
    flights.land(ask, flights.join(ask)[0], answer)


def test_a_call_whose_loop_is_gone_is_made_again() -> None:
    clock = Clock()
    flights = Flights(clock)
    lost, _ = flights.join(ASK)
    clock.now += patience(ASK)
    flight, leads = flights.join(ASK)
    assert leads
    flights.land(ASK, lost, Answer(0, failure="late"))  # which ends nothing but itself
    assert flights.join(ASK) == (flight, False)


def test_the_first_leads_and_the_others_follow() -> None:
    flights = Flights()
    flight, leads = flights.join(ASK)
    assert leads
    assert flights.join(ASK) == (flight, False)
    other, leads = flights.join(Ask("POST", URL, share="refresh two"))
    assert leads
    assert other is not flight
    land(flights, ASK, GOOD)
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
    land(flights, ask, answer)
    flight, leads = flights.join(ask)
    assert leads is again
    assert flight.done() is not again


def test_what_is_good_is_for_the_call_to_say() -> None:
    ask = Ask("POST", URL, share="x", remember=60.0, good=lambda answer: answer.body == b"ok")
    flights = Flights()
    for answer, again in ((Answer(200, body=b"<html>"), True), (GOOD, False)):
        flights.join(ask)
        land(flights, ask, answer)
        assert flights.join(ask)[1] is again


def test_an_answer_is_remembered_for_as_long_as_was_asked() -> None:
    clock = Clock()
    flights = Flights(clock)
    flights.join(ASK)
    land(flights, ASK, GOOD)
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
        land(flights, ask, GOOD)
    assert [flights.join(ask)[1] for ask in asks] == [True] * 100 + [False] * MOST_REMEMBERED


def test_what_has_ended_makes_room() -> None:
    clock = Clock()
    flights = Flights(clock)
    for number in range(10):
        ask = Ask("POST", URL, share=f"{number}", remember=60.0)
        flights.join(ask)
        land(flights, ask, GOOD)
        clock.now += 30
    assert len(flights._landed) == 2


def test_an_answer_that_ends_as_it_lands_is_not_kept() -> None:
    clock = Leaping()
    flights = Flights(clock)
    flight, _ = flights.join(ASK)
    flights.land(ASK, flight, GOOD)
    assert flight.result(0) is GOOD
    assert not flights._landed


def test_a_waiter_cannot_cancel_the_flight() -> None:
    flights = Flights()
    flight, _ = flights.join(ASK)
    assert not flight.cancel()
    land(flights, ASK, GOOD)
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


def test_a_call_that_is_interrupted_leaves_nobody_waiting() -> None:
    flights = Counted(2)

    def handler(request: httpx.Request) -> httpx.Response:
        assert flights.all_joined.wait(PATIENT)
        raise KeyboardInterrupt

    with (
        httpx.Client(transport=httpx.MockTransport(handler)) as client,
        ThreadPoolExecutor(2) as pool,
    ):
        sender = Sender(client)
        sender._flights = flights
        both = [pool.submit(sender.answer, ASK) for _ in range(2)]
        (interrupted,) = (one for one in both if one.exception(PATIENT) is not None)
        (waiting,) = (one for one in both if one is not interrupted)
        assert isinstance(interrupted.exception(), KeyboardInterrupt)
        assert waiting.result().failure == "the call was ended"
        assert flights.join(ASK)[1]  # the next one leads anew


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
