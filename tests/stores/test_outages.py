"""A store that is down: failures in time and never an exception, and found again by itself."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from queue import SimpleQueue
from threading import Event
from types import SimpleNamespace

import pytest
import redis

from cognito_gate._driver.breaker import FAILURES
from cognito_gate._driver.calls import LEFT_ALONE
from cognito_gate._driver.event_loop import AsyncSender
from cognito_gate._driver.store_calls import NO_STORE, StoreCalls
from cognito_gate._driver.stores.dynamodb import DynamoDBStore
from cognito_gate._driver.stores.interface import Hear, InThreads, Missed, item_of
from cognito_gate._driver.stores.redis import RedisStore
from cognito_gate._driver.threads import Sender
from cognito_gate._driver.workers import Workers
from cognito_gate._gate.effects import Item, StoreAnswer, StoreCall
from cognito_gate.settings.stores import DynamoDBAddress, RedisAddress
from tests.journey.serving import listen, port_of
from tests.servers.process import free_port
from tests.stores.servers import CREDENTIALS, redis_like

LOAD = StoreCall("load", "key")
PATIENCE = 10.0
Ask = Callable[[StoreCalls, StoreCall], StoreAnswer]


def by_thread(calls: StoreCalls, call: StoreCall) -> StoreAnswer:
    sender = Sender(store=calls)
    try:
        return sender.ask_store(call)
    finally:
        sender.close()


def by_loop(calls: StoreCalls, call: StoreCall) -> StoreAnswer:
    async def main() -> StoreAnswer:
        sender = AsyncSender(store=calls)
        try:
            return await sender.ask_store(call)
        finally:
            await sender.aclose()

    return asyncio.run(main())


BOTH = pytest.mark.parametrize("ask", [by_thread, by_loop], ids=["threads", "loop"])


def redis_at(port: int, timeout: float, password: str = "") -> StoreCalls:
    address = RedisAddress("127.0.0.1", port, 0, False, "", password)
    return StoreCalls(partial(RedisStore, address, timeout, "test"), timeout)


def table_at(port: int, timeout: float) -> StoreCalls:
    address = DynamoDBAddress("table", "eu-west-1", f"http://127.0.0.1:{port}")
    return StoreCalls(partial(DynamoDBStore, address, timeout, "test"), timeout)


SERVERS = pytest.mark.parametrize("at", [redis_at, table_at], ids=["redis", "dynamodb"])


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in CREDENTIALS.items():
        monkeypatch.setenv(variable, value)


@BOTH
def test_a_gate_without_a_store(ask: Ask) -> None:
    sender = Sender()
    assert sender.ask_store(LOAD) == NO_STORE
    sender.close()
    assert asyncio.run(AsyncSender().ask_store(LOAD)) == NO_STORE


@BOTH
@SERVERS
def test_nobody_listens(ask: Ask, at: Callable[[int, float], StoreCalls]) -> None:
    answer = ask(at(free_port(), 5.0), LOAD)
    assert "onnect" in answer.failure
    assert answer.item is None


@BOTH
@SERVERS
def test_a_server_that_hangs(ask: Ask, at: Callable[[int, float], StoreCalls]) -> None:
    with listen() as silent:
        answer = ask(at(port_of(silent), 0.2), LOAD)
    assert "Time" in answer.failure


@BOTH
def test_a_wrong_password(ask: Ask) -> None:
    with redis_like("redis-server", 0, "--requirepass", "correct-horse") as port:
        answers = [ask(redis_at(port, 5.0, given), LOAD) for given in ("battery-staple", "")]
    assert all(answer.failure for answer in answers)
    assert not {"horse", "staple"} & set(re.findall("[a-z]+", str(answers)))


class Scripted(InThreads):
    """A store that does as it is told."""

    name = "scripted"

    def __init__(self, *answers: StoreAnswer | Exception | Event) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.closed = 0

    def answer(self, call: StoreCall) -> StoreAnswer:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Event):
            answer.wait(PATIENCE)
            return StoreAnswer()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def listen(self, hear: Hear, missed: Missed) -> None:
        missed()
        hear(b"a message")

    def close(self) -> None:
        self.closed += 1


class OnLoops(Scripted):
    needs_threads = False

    async def answer_async(self, call: StoreCall) -> StoreAnswer:
        return self.answer(call)


@pytest.mark.parametrize(
    ("kind", "way"), [(Scripted, "threads"), (Scripted, "loop"), (OnLoops, "loop")]
)
def test_a_dead_store_is_left_alone(kind: type[Scripted], way: str) -> None:
    refused = StoreAnswer("the value is too large")
    store = kind(*[refused] * 9, *[OSError("down\n now")] * FAILURES, StoreAnswer(done=True))
    seen: list[tuple[str, str]] = []
    calls = StoreCalls(
        lambda: store,
        5.0,
        lambda call, answer, seconds: seen.append((call.operation, answer.failure)),
    )

    async def on_loop() -> list[StoreAnswer]:
        return [await calls.answer_async(LOAD) for _ in range(9 + FAILURES + 3)]

    if way == "loop":
        answers = asyncio.run(on_loop())
    else:
        answers = [calls.answer(LOAD) for _ in range(9 + FAILURES + 3)]
    failures = [answer.failure for answer in answers]
    # What is wrong with a question says nothing of the store.
    assert failures[:9] == [refused.failure] * 9
    assert failures[9:-3] == ["OSError: down now"] * FAILURES
    assert failures[-3:] == [LEFT_ALONE] * 3
    assert store.asked == len(seen) == 9 + FAILURES
    assert seen[-1] == ("load", "OSError: down now")
    calls.close()
    assert store.closed == 1


@pytest.mark.parametrize("way", ["threads", "loop"])
def test_nobody_waits_longer_than_they_may(way: str) -> None:
    release = Event()
    calls = StoreCalls(lambda: Scripted(release), 0.05)
    waited = calls.answer(LOAD) if way == "threads" else asyncio.run(calls.answer_async(LOAD))
    assert waited.failure == "TimeoutError"
    release.set()
    calls.close()
    calls.close()  # nothing is open any more


def test_what_waits_for_its_turn_in_vain_is_not_done() -> None:
    workers, release, done = Workers(1), Event(), SimpleQueue[str]()
    first = workers.do(lambda: release.wait(PATIENCE))
    second = workers.do(lambda: done.put("second"))
    assert second.cancel()
    third = workers.do(lambda: done.put("third"))
    release.set()
    assert first.result(PATIENCE)
    third.result(PATIENCE)
    assert done.get_nowait() == "third"
    workers.close()


def test_listeners_harm_nobody(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[bytes] = []
    missed: list[int] = []

    def fail(message: bytes) -> None:
        raise ValueError(message)

    calls = StoreCalls(lambda: Scripted(StoreAnswer(done=True)), 5.0)
    calls.listen(fail)
    calls.listen(heard.append, lambda: missed.append(1))
    assert calls.answer(LOAD).done
    assert (heard, missed) == ([b"a message"], [1])
    assert "a listener of the store failed" in caplog.text
    calls.close()


@BOTH
def test_a_server_that_was_restarted(ask: Ask) -> None:
    """The connection of before is gone, and nobody notices."""
    port = free_port()
    save = StoreCall("save", "key", Item("key", b"value", time.time() + 60))
    calls = redis_at(port, 5.0)
    sender = Sender(store=calls)
    heard: SimpleQueue[bytes] = SimpleQueue()
    missed: SimpleQueue[None] = SimpleQueue()
    calls.listen(heard.put, lambda: missed.put(None))

    async def on_loop() -> list[bool]:
        loops = AsyncSender(store=calls)
        done = []
        for _ in range(2):
            with redis_like("redis-server", port):
                done.append((await loops.ask_store(save)).done)
                done.append((await loops.ask_store(save)).done)
        await loops.aclose()
        return done

    if ask is by_loop:
        assert asyncio.run(on_loop()) == [True] * 4
        return
    for _ in range(2):
        with redis_like("redis-server", port):
            assert sender.ask_store(save).done
            missed.get(timeout=PATIENCE)  # once more, when it is connected again
            assert sender.ask_store(StoreCall("publish", message=b"hello")).done
            assert heard.get(timeout=PATIENCE) == b"hello"
    sender.close()


Message = Mapping[str, object]


class Channel:
    """A subscription of redis-py's kind, at which time goes by as it is looked at."""

    def __init__(self, *messages: Message | None, closes: Event) -> None:
        self.messages, self.closes = list(messages), closes
        self.now = 0.0
        self.pings: list[float] = []

    def subscribe(self, name: str) -> None: ...

    def get_message(self, timeout: float) -> Message | None:
        self.now += timeout
        if self.messages:
            return self.messages.pop(0)
        if self.now > 60:
            self.closes.set()
        return None

    def ping(self) -> None:
        self.pings.append(self.now)


def test_a_silent_server_is_asked_and_then_left(monkeypatch: pytest.MonkeyPatch) -> None:
    store = RedisStore(RedisAddress("127.0.0.1", 1, 0, False, "", ""), 1.0, "test")
    subscribed, pong = {"type": "subscribe"}, {"type": "pong", "data": b""}
    channel = Channel(subscribed, *[None] * 11, pong, closes=store._closed)
    clock = SimpleNamespace(monotonic=lambda: channel.now)
    monkeypatch.setattr("cognito_gate._driver.stores.redis.time", clock)
    missed: list[float] = []
    with pytest.raises(redis.ConnectionError):
        store._hear(channel, lambda message: None, lambda: missed.append(channel.now))
    assert missed == [0.5]
    # It was asked after 5 seconds, answered at 6.5, and was lost 15 seconds later.
    assert channel.pings == [6.0, 12.0, 17.5]
    assert channel.now == 22.0


def test_a_listener_ends_with_its_store() -> None:
    store = RedisStore(RedisAddress("127.0.0.1", 1, 0, False, "", ""), 1.0, "test")
    store.close()
    store._listen(lambda message: None, lambda: None)


def test_what_only_loops_ask_opens_nothing_for_threads() -> None:
    asyncio.run(redis_at(1, 1.0).aclose())
    asyncio.run(RedisStore(RedisAddress("127.0.0.1", 1, 0, False, "", ""), 1.0, "test").aclose())
    DynamoDBStore(DynamoDBAddress("table", "eu-west-1", ""), 1.0, "test").close()


def test_stores_that_need_threads_are_asked_there() -> None:
    with pytest.raises(NotImplementedError):
        asyncio.run(Scripted().answer_async(LOAD))
    with pytest.raises(ValueError, match="without an item"):
        item_of(StoreCall("save"))
