"""Refreshes over real senders, each of which stands for a process, and one store for them all."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from cognito_gate._driver import threads
from cognito_gate._driver.breaker import FAILURES
from cognito_gate._driver.event_loop import AsyncSender
from cognito_gate._driver.fleet_calls import FleetCalls
from cognito_gate._driver.threads import Sender
from cognito_gate._gate.effects import HttpAnswer, HttpCall, Item, StoreAnswer, StoreCall
from tests.parts.sends import a_minute, reply
from tests.world.store import MemoryStore

URL = "https://cognito.example/oauth2/token"
REFRESH = HttpCall("POST", URL, share="refresh one", remember=a_minute, session="one", fleet=True)
REVOKE = HttpCall("POST", "https://cognito.example/oauth2/revoke", ends="one")
KEYS = ("a-secret-of-these-tests",)
Answers = Callable[[list[HttpCall]], list[HttpAnswer]]


class Cognito:
    """Counts what it is asked; answers when the test says so."""

    def __init__(self, requests: int) -> None:
        self.asked: list[str] = []
        self.go = threading.Event()
        self.store = MemoryStore(time.time)
        self._left = requests

    def looked(self, call: StoreCall) -> StoreAnswer:
        """The store; the last process that comes to it lets Cognito answer."""
        self._left -= call.operation == "create"
        if self._left <= 0:
            self.go.set()
        return self.store.answer(call)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        self.go.wait(30)
        return reply(body=b"tokens")

    async def answer_async(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        while not self.go.is_set():
            await asyncio.sleep(0.001)
        return reply(body=b"tokens")


class Threads(Sender):
    def __init__(self, cognito: Cognito) -> None:
        self.cognito = cognito
        client = httpx.Client(transport=httpx.MockTransport(cognito.answer))
        super().__init__(client, fleet=FleetCalls(KEYS))

    def ask_store(self, call: StoreCall) -> StoreAnswer:
        return self.cognito.looked(call)


class Loop(AsyncSender):
    def __init__(self, cognito: Cognito) -> None:
        self.cognito = cognito
        client = httpx.AsyncClient(transport=httpx.MockTransport(cognito.answer_async))
        super().__init__(client, fleet=FleetCalls(KEYS))

    async def ask_store(self, call: StoreCall) -> StoreAnswer:
        return self.cognito.looked(call)


def by_threads(cognito: Cognito, processes: int, calls: list[HttpCall]) -> list[HttpAnswer]:
    """Each process makes each of the calls, all at once."""
    senders = [Threads(cognito) for _ in range(processes)]
    with ThreadPoolExecutor(processes * len(calls)) as pool:
        asked = [pool.submit(sender.answer, call) for call in calls for sender in senders]
        return [future.result() for future in asked]


def on_a_loop(cognito: Cognito, processes: int, calls: list[HttpCall]) -> list[HttpAnswer]:
    async def main() -> list[HttpAnswer]:
        senders = [Loop(cognito) for _ in range(processes)]
        return await asyncio.gather(*(one.answer(call) for call in calls for one in senders))

    return asyncio.run(main())


both = pytest.mark.parametrize("ask", [by_threads, on_a_loop])
Ask = Callable[[Cognito, int, list[HttpCall]], list[HttpAnswer]]


@both
def test_four_processes_make_one_call(ask: Ask) -> None:
    cognito = Cognito(4)
    answers = ask(cognito, 4, [REFRESH] * 3)
    assert {answer.body for answer in answers} == {b"tokens"}
    assert cognito.asked == ["/oauth2/token"]
    assert [answer.shared or answer.remembered for answer in answers].count(False) == 1
    late = ask(cognito, 1, [REFRESH])
    assert [answer.remembered for answer in late] == [True]
    assert len(cognito.asked) == 1


@both
def test_nobody_waits_for_a_store_that_fails_when_the_answer_is_there(ask: Ask) -> None:
    cognito = Cognito(1)

    def fails_then(call: StoreCall) -> StoreAnswer:
        cognito.go.set()
        return cognito.store.answer(call) if call.operation == "create" else StoreAnswer("gone")

    cognito.looked = fails_then  # type: ignore[method-assign]
    [answer] = ask(cognito, 1, [replace(REFRESH, timeout=0.2)])
    assert answer.body == b"tokens"


@both
def test_a_sign_out_reaches_what_is_kept(ask: Ask) -> None:
    cognito = Cognito(1)
    ask(cognito, 1, [REFRESH])
    ask(cognito, 1, [REVOKE])
    ask(cognito, 1, [REFRESH])  # Cognito refuses it: the token is revoked
    assert cognito.asked == ["/oauth2/token", "/oauth2/revoke", "/oauth2/token"]


@both
def test_other_calls_stay_the_process_own(ask: Ask) -> None:
    cognito = Cognito(0)
    cognito.go.set()
    ask(cognito, 2, [replace(REFRESH, fleet=False)])
    assert len(cognito.asked) == 2
    assert cognito.store.items == {}


def locked(cognito: Cognito) -> list[HttpCall]:
    """Calls whose locks another process has, which was killed, say."""
    calls = []
    for number in range(FAILURES):
        key = f"call refresh {number}"
        cognito.store.items[key] = Item(key, b"lock of another", time.time() + 60)
        calls.append(replace(REFRESH, share=f"refresh {number}", timeout=0.01))
    return calls


def test_waiting_for_another_process_is_no_failure_of_cognito() -> None:
    """The circuit breaker must not open by it."""
    cognito = Cognito(0)
    sender = Threads(cognito)
    answers = [sender.answer(call) for call in locked(cognito)]
    assert {answer.failure for answer in answers} == {"TimeoutError"}
    assert not sender._breaker.refuses(URL)


def test_nor_is_it_on_an_event_loop() -> None:
    async def main() -> None:
        cognito = Cognito(0)
        sender = Loop(cognito)
        answers = [await sender.answer(call) for call in locked(cognito)]
        assert {answer.failure for answer in answers} == {"TimeoutError"}
        assert not sender._breaker.refuses(URL)

    asyncio.run(main())


def test_threads_make_so_many_calls_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "MAX_CALLS", 1)
    cognito = Cognito(2)
    calls = [replace(REFRESH, share=f"refresh {number}") for number in range(2)]
    sender = Threads(cognito)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(sender.answer, calls))
    assert sorted((answer.status, answer.failure) for answer in answers) == [
        (0, "too many calls are under way"),
        (200, ""),
    ]
