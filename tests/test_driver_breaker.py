"""The breaker: an address that fails again and again is left alone for a while."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from cognito_gate._driver.breaker import FAILURES, MAX_PAUSE, MAX_RETRY_AFTER, Breaker
from cognito_gate._driver.calls import LEFT_ALONE
from cognito_gate._driver.event_loop import AsyncSender
from cognito_gate._driver.threads import Sender
from cognito_gate._gate.effects import HttpAnswer, HttpCall
from tests.parts.sends import reply

URL = "https://cognito.example/oauth2/token"
CALL = HttpCall("POST", URL)
FAILED = HttpAnswer(0, failure="ReadTimeout")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock, failures: int = FAILURES, answer: HttpAnswer = FAILED) -> Breaker:
    breaker = Breaker(clock, lambda: 1.0)
    for _ in range(failures):
        assert not breaker.refuses(URL)
        breaker.note(CALL, answer)
    return breaker


@pytest.mark.parametrize(
    "answer", [FAILED, HttpAnswer(429), HttpAnswer(500), HttpAnswer(503)], ids=repr
)
def test_it_takes_several_failures_in_a_row(answer: HttpAnswer) -> None:
    assert not broken(Clock(), FAILURES - 1, answer).refuses(URL)
    assert broken(Clock(), FAILURES, answer).refuses(URL)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404])
def test_what_a_visitor_can_bring_about_is_no_failure(status: int) -> None:
    """And an answer of any such kind ends the row."""
    assert not broken(Clock(), FAILURES * 2, HttpAnswer(status)).refuses(URL)
    breaker = broken(Clock(), FAILURES - 1)
    breaker.note(CALL, HttpAnswer(status))
    breaker.note(CALL, FAILED)
    assert not breaker.refuses(URL)


def test_other_addresses_are_other_rows() -> None:
    assert not broken(Clock()).refuses("https://cognito.example/jwks")


def test_after_a_pause_one_goes_first() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now += 1.0
    assert [breaker.refuses(URL) for _ in range(3)] == [False, True, True]
    breaker.note(CALL, HttpAnswer(200))
    assert not breaker.refuses(URL)


def test_pauses_grow_to_a_limit() -> None:
    clock = Clock()
    breaker = broken(clock)
    for pause in (1.0, 2.0, 4.0, MAX_PAUSE, MAX_PAUSE):
        clock.now += pause - 0.01
        assert breaker.refuses(URL)
        clock.now += 0.01
        assert not breaker.refuses(URL)
        breaker.note(CALL, FAILED)


@pytest.mark.parametrize(
    ("asked", "pause"), [("7", 7.0), ("86400", MAX_RETRY_AFTER), ("0", 0.0), ("soon", 0.0)]
)
def test_what_the_server_asks_for_is_done_at_once(asked: str, pause: float) -> None:
    clock = Clock()
    breaker = broken(clock, 1, HttpAnswer(429, (("retry-after", asked),)))
    assert breaker.refuses(URL) == (pause > 0)
    clock.now += pause
    assert not breaker.refuses(URL)


def test_processes_that_failed_together_do_not_ask_again_together() -> None:
    clock = Clock()
    ends = set()
    for _ in range(20):
        breaker = Breaker(clock)
        for _ in range(FAILURES):
            breaker.note(CALL, FAILED)
        ends.add(breaker._states[URL].until)
    assert len(ends) > 1
    assert all(0.74 < end - clock.now < 1.26 for end in ends)


def by_threads(
    handler: Callable[[httpx.Request], httpx.Response], asks: list[HttpCall]
) -> list[HttpAnswer]:
    with httpx.Client(transport=httpx.MockTransport(handler)) as client:
        sender = Sender(client)
        return [sender.answer(ask) for ask in asks]


def by_loop(
    handler: Callable[[httpx.Request], httpx.Response], asks: list[HttpCall]
) -> list[HttpAnswer]:
    async def main() -> list[HttpAnswer]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
            sender = AsyncSender(client)
            return [await sender.answer(ask) for ask in asks]

    return asyncio.run(main())


@pytest.mark.parametrize("send", [by_threads, by_loop], ids=["sync", "async"])
@pytest.mark.parametrize("share", ["", "x"], ids=["alone", "shared"])
def test_the_senders_ask_it(
    send: Callable[[Callable[[httpx.Request], httpx.Response], list[HttpCall]], list[HttpAnswer]],
    share: str,
) -> None:
    calls: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        return reply(503)

    answers = send(handler, [HttpCall("POST", URL, share=share)] * (FAILURES + 3))
    assert [answer.status for answer in answers] == [503] * FAILURES + [0] * 3
    assert answers[-1].failure == LEFT_ALONE
    assert len(calls) == FAILURES


def test_operations_of_one_address_are_rows_of_their_own() -> None:
    breaker = Breaker(Clock(), lambda: 1.0)
    sign_up = HttpCall("POST", URL, (("x-amz-target", "Service.SignUp"),))
    refresh = HttpCall("POST", URL, (("x-amz-target", "Service.GetTokensFromRefreshToken"),))
    for _ in range(FAILURES):
        breaker.note(sign_up, FAILED)
    assert breaker.refuses(sign_up.place)
    assert not breaker.refuses(refresh.place)


def test_a_place_that_was_slow_is_strained_for_a_while() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.note(CALL, HttpAnswer(200), 1.5)
    assert not breaker.strained(URL)
    breaker.note(CALL, HttpAnswer(200), 2.5)
    assert breaker.strained(URL)
    assert not breaker.refuses(URL)
    clock.now += 30
    assert not breaker.strained(URL)
    breaker.note(CALL, FAILED)
    assert breaker.strained(URL)


def test_what_counts_as_a_failure_is_for_the_call_to_say() -> None:
    throttled = HttpAnswer(400, body=b'{"__type":"TooManyRequestsException"}')
    call = HttpCall("POST", URL, fails=lambda answer: b"TooManyRequests" in answer.body)
    breaker = Breaker(Clock(), lambda: 1.0)
    for _ in range(FAILURES):
        breaker.note(call, throttled)
    assert breaker.refuses(URL)
