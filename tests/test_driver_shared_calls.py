"""Calls that are shared: one under way for many threads, and what is remembered."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from cognito_gate._driver import shared_calls
from cognito_gate._driver.event_loop import AsyncSender
from cognito_gate._driver.shared_calls import (
    MAX_REMEMBERED,
    UNDELIVERED_SECONDS,
    SharedCalls,
    time_limit,
)
from cognito_gate._driver.threads import MAX_WAITING, Sender
from cognito_gate._gate.effects import HttpAnswer, HttpCall
from tests.parts.sends import Counted, a_minute, reply

URL = "https://cognito.example/oauth2/token"
ASK = HttpCall("POST", URL, share="refresh one", remember=a_minute)
GOOD = HttpAnswer(200, body=b"ok")
PATIENT = 30  # seconds after which a test that hangs fails


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# By hand


def finish(calls: SharedCalls, ask: HttpCall, answer: HttpAnswer = GOOD) -> None:
    calls.finish(ask, calls.join(ask)[0], answer)


def test_a_call_whose_loop_is_gone_is_made_again() -> None:
    clock = Clock()
    calls = SharedCalls(clock)
    lost, _ = calls.join(ASK)
    clock.now += 2 * time_limit(ASK) + 1
    future, leads = calls.join(ASK)
    assert leads
    calls.finish(ASK, lost, HttpAnswer(0, failure="late"))  # which ends nothing but itself
    assert calls.join(ASK) == (future, False)


def test_the_first_leads_and_the_others_follow() -> None:
    calls = SharedCalls()
    future, leads = calls.join(ASK)
    assert leads
    assert calls.join(ASK) == (future, False)
    other, leads = calls.join(HttpCall("POST", URL, share="refresh two"))
    assert leads
    finish(calls, ASK)
    assert future.result(0) is GOOD
    assert not other.done()


@pytest.mark.parametrize("seconds", [60.0, 10.0, 0.0])
def test_an_answer_is_given_again_for_as_long_as_the_call_says(seconds: float) -> None:
    clock = Clock()
    calls = SharedCalls(clock)
    ask = HttpCall("POST", URL, share="x", remember=lambda answer: seconds)
    assert calls.recall(ask) is None
    finish(calls, ask)
    clock.now += seconds - 0.1
    found = calls.recall(ask)
    assert (found is not None) == (seconds > 0)
    assert found is None or (found.remembered and found.body == b"ok")
    clock.now += 0.1
    assert calls.recall(ask) is None


def test_an_answer_of_another_process_is_not_given_for_longer_than_there() -> None:
    clock = Clock()
    calls = SharedCalls(clock)
    calls.finish(ASK, calls.join(ASK)[0], GOOD, 10.0)
    clock.now += 9.9
    assert calls.recall(ASK) is not None
    clock.now += 0.1
    assert calls.recall(ASK) is None


def test_a_fresh_call_passes_over_what_is_remembered() -> None:
    calls = SharedCalls()
    finish(calls, ASK)
    fresh = HttpCall("POST", URL, share=ASK.share, remember=a_minute, fresh=True)
    assert calls.recall(fresh) is None
    assert calls.join(fresh)[1]


def test_memory_is_bounded() -> None:
    calls = SharedCalls(Clock())
    asks = [
        HttpCall("POST", URL, share=f"{n}", remember=a_minute) for n in range(MAX_REMEMBERED + 100)
    ]
    for ask in asks:
        finish(calls, ask)
    assert [calls.recall(ask) is None for ask in asks] == [True] * 100 + [False] * MAX_REMEMBERED


def test_what_has_ended_makes_room() -> None:
    clock = Clock()
    calls = SharedCalls(clock)
    for number in range(10):
        finish(calls, HttpCall("POST", URL, share=f"{number}", remember=a_minute))
        clock.now += 30
    assert len(calls._answered) == 2


def test_a_waiter_cannot_cancel_the_call() -> None:
    calls = SharedCalls()
    future, _ = calls.join(ASK)
    assert not future.cancel()
    finish(calls, ASK)
    assert future.result(0) is GOOD


def test_an_answer_that_nobody_waited_for_is_kept_until_somebody_comes() -> None:
    """It may hold the only refresh token that is good from now on."""
    clock = Clock()
    calls = SharedCalls(clock)
    future, _ = calls.join(ASK)
    calls.leave(ASK, future)
    calls.finish(ASK, future, GOOD)
    clock.now += UNDELIVERED_SECONDS - 1
    assert calls.recall(ASK) is not None
    clock.now += 59.9
    assert calls.recall(ASK) is not None  # from then on for a minute
    clock.now += 0.2
    assert calls.recall(ASK) is None


def test_so_many_of_these_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_calls, "MAX_UNDELIVERED", 3)
    calls = SharedCalls(Clock())
    lost = [replace(ASK, share=f"lost {number}", delivers=False) for number in range(4)]
    for ask in lost[:3]:
        finish(calls, ask)
    finish(calls, ASK)  # what was delivered takes no place of theirs
    assert [calls.recall(ask) is None for ask in lost] == [False, False, False, True]
    finish(calls, lost[3])
    assert [calls.recall(ask) is None for ask in lost] == [True, False, False, False]


def test_an_answer_that_came_just_before_joining() -> None:
    """Nobody has to ask again who looked for an answer a moment before there was one."""
    calls = SharedCalls()
    finish(calls, ASK)
    future, leads = calls.join(ASK)
    assert (future.result(0), leads) == (GOOD, False)


def test_what_was_delivered_makes_room_for_what_was_not() -> None:
    calls = SharedCalls(Clock())
    lost = HttpCall("POST", URL, share="lost", remember=a_minute, delivers=False)
    finish(calls, lost)
    for number in range(MAX_REMEMBERED + 10):
        finish(calls, HttpCall("POST", URL, share=f"{number}", remember=a_minute))
    assert calls.recall(lost) is not None


def test_so_is_one_whose_asker_cannot_hand_it_on() -> None:
    clock = Clock()
    calls = SharedCalls(clock)
    socket = HttpCall("POST", URL, share=ASK.share, remember=a_minute, delivers=False)
    finish(calls, socket)
    clock.now += 600
    assert calls.recall(socket) is not None
    clock.now += 600
    assert calls.recall(ASK) is not None
    clock.now += 61
    assert calls.recall(ASK) is None


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_belongs_to_a_session_is_forgotten_with_it(when: str) -> None:
    calls = SharedCalls()
    ask = HttpCall("POST", URL, share="x", remember=a_minute, session="one")
    other = HttpCall("POST", URL, share="y", remember=a_minute, session="two")
    future, _ = calls.join(ask)
    finish(calls, other)
    if when == "before":
        calls.forget("one")
    calls.finish(ask, future, GOOD)
    if when == "after":
        calls.forget("one")
    assert future.result(0) is GOOD  # those who wait are told, and look for themselves
    assert calls.recall(ask) is None
    assert calls.recall(other) is not None


# Threads


def gated(released: threading.Event, calls: list[str]) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        assert released.wait(PATIENT)
        return httpx.Response(200, stream=httpx.ByteStream(b"call %d" % len(calls)))

    return handler


def test_many_threads_make_one_call() -> None:
    calls: list[str] = []
    shared = Counted(20)
    transport = httpx.MockTransport(gated(shared.all_joined, calls))
    with httpx.Client(transport=transport) as client, ThreadPoolExecutor(20) as pool:
        sender = Sender(client)
        sender._calls = shared
        answers = list(pool.map(sender.answer, [ASK] * 20))
        assert calls == ["POST"]
        assert {answer.body for answer in answers} == {b"call 1"}
        assert sum(not answer.shared for answer in answers) == 1
        # Those who come a little later are given the same.
        assert sender.answer(ASK).body == b"call 1"
        assert sender.answer(HttpCall("POST", URL, share="refresh two")).body == b"call 2"


def test_many_tasks_make_one_call() -> None:
    released = asyncio.Event()

    async def answering(request: httpx.Request) -> httpx.Response:
        await released.wait()
        return httpx.Response(200)

    async def main() -> list[HttpAnswer]:
        transport = httpx.MockTransport(answering)
        async with httpx.AsyncClient(transport=transport) as client, asyncio.TaskGroup() as group:
            sender = AsyncSender(client)
            tasks = [group.create_task(sender.answer(ASK)) for _ in range(3)]
            group.create_task(asyncio.to_thread(lambda: None)).add_done_callback(
                lambda _: released.set()
            )
        return [task.result() for task in tasks]

    answers = asyncio.run(main())
    assert [answer.status for answer in answers] == [200] * 3
    assert sum(not answer.shared for answer in answers) == 1


def test_unshared_calls_are_each_made() -> None:
    calls: list[str] = []
    released = threading.Event()
    released.set()
    with httpx.Client(transport=httpx.MockTransport(gated(released, calls))) as client:
        sender = Sender(client)
        for _ in range(3):
            sender.answer(HttpCall("POST", URL, remember=a_minute))
    assert len(calls) == 3


def test_a_failure_is_shared_but_not_remembered() -> None:
    calls: list[str] = []
    shared = Counted(5)

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        assert shared.all_joined.wait(PATIENT)
        raise httpx.ReadError("reset")

    with (
        httpx.Client(transport=httpx.MockTransport(handler)) as client,
        ThreadPoolExecutor(5) as pool,
    ):
        sender = Sender(client)
        sender._calls = shared
        assert [one.failure for one in pool.map(sender.answer, [ASK] * 5)] == ["ReadError"] * 5
        assert len(calls) == 1
        sender.answer(ASK)
        assert len(calls) == 2


def test_a_follower_does_not_wait_for_ever() -> None:
    sender = Sender()
    quick = HttpCall("POST", URL, share="stuck", timeout=0.01)
    sender._calls.join(quick)  # a call that never lands
    assert sender.answer(quick).failure == "TimeoutError"

    async def main() -> HttpAnswer:
        asynchronous = AsyncSender()
        asynchronous._calls.join(quick)
        return await asynchronous.answer(quick)

    assert asyncio.run(main()).failure == "TimeoutError"


class Held:
    """A fake of Cognito that answers when it is told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.reached, self.released = threading.Event(), threading.Event()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        self.reached.set()
        assert self.released.wait(PATIENT)
        return httpx.Response(200, stream=httpx.ByteStream(b"late"))


def test_an_answer_that_comes_after_the_time_out_is_not_lost() -> None:
    """It may hold a rotated refresh token: whoever asks next is given it."""
    held = Held()
    quick = HttpCall("POST", URL, share="x", remember=a_minute, timeout=0.2)
    patient = HttpCall("POST", URL, share="x", remember=a_minute, timeout=PATIENT)
    with httpx.Client(transport=httpx.MockTransport(held)) as client:
        sender = Sender(client)
        assert sender.answer(quick).failure == "TimeoutError"
        held.released.set()
        assert sender.answer(patient).body == b"late"
        assert sender.answer(patient).body == b"late"
    assert held.calls == 1


@pytest.mark.parametrize("strained", [True, False])
def test_few_threads_wait_long_for_refreshes_of_a_slow_cognito(strained: bool) -> None:
    """The others keep their server's threads free for what needs no Cognito."""
    held = Held()
    with (
        httpx.Client(transport=httpx.MockTransport(held)) as client,
        ThreadPoolExecutor(MAX_WAITING) as pool,
    ):
        sender = Sender(client)
        sender._calls = shared = Counted(MAX_WAITING)
        patient = HttpCall("POST", URL, share="x", timeout=PATIENT, patient=not strained)
        if strained:
            sender._breaker.note(patient, HttpAnswer(200), 4.0)
        long = [pool.submit(sender.answer, patient) for _ in range(MAX_WAITING)]
        assert shared.all_joined.wait(PATIENT)
        while sender._waiting < MAX_WAITING:
            assert held.reached.wait(PATIENT)
        impatient = replace(patient, timeout=5.0 if strained else 0.05)
        assert sender.answer(impatient).failure == "TimeoutError"  # after a moment
        assert not any(one.done() for one in long)
        held.released.set()
        assert [one.result(PATIENT).body for one in long] == [b"late"] * MAX_WAITING


def test_a_system_without_threads_to_give(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure of the call, which takes no place of the calls to come."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with httpx.Client(transport=httpx.MockTransport(lambda _: reply())) as client:
        sender = Sender(client)
        sender._free = threading.BoundedSemaphore(1)
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            answers = [sender.answer(HttpCall("POST", URL)) for _ in range(2)]
        assert [answer.failure for answer in answers] == ["can't start new thread"] * 2
        assert sender.answer(HttpCall("POST", URL)).status == 200


def test_a_sender_has_only_so_many_threads() -> None:
    held = Held()
    with httpx.Client(transport=httpx.MockTransport(held)) as client:
        sender = Sender(client)
        sender._free = threading.BoundedSemaphore(1)
        quick = HttpCall("POST", URL, timeout=0.01)
        assert sender.answer(quick).failure == "TimeoutError"
        assert sender.answer(quick).failure == "too many calls are under way"
        held.released.set()
