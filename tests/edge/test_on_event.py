"""`on_event`: what an operator's function is given, and that nothing it does fails a request."""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import pytest

from cognito_gate import ASGIGate, WSGIGate, _background, _listening
from cognito_gate._delivery import Delivery, OnEvent
from cognito_gate._listening import Listening
from cognito_gate._on_event import Hook
from cognito_gate.events import BearerRejected, Event, Refused, RequestFacts, SignedIn
from tests.world.browser import Browser
from tests.world.pool import Pool
from tests.world.site import ASGISite, Site, WSGISite

Make = Callable[[OnEvent], Site]
ASKED: ContextVar[str] = ContextVar("ASKED")


@pytest.fixture
def make(edge: str, pool: Pool) -> Iterator[Make]:
    opened: list[Site] = []

    def made(on_event: OnEvent) -> Site:
        kind = ASGISite if edge == "asgi" else WSGISite
        opened.append(kind(pool.settings(), pool, on_event=on_event))
        return opened[0]

    yield made
    for site in opened:
        site.close()


def told(site: Site) -> None:
    """Wait until the gate's function was called with all events."""
    assert isinstance(site, ASGISite | WSGISite)
    site.gate._delivery.close()


def test_each_decision_is_told_once(make: Make, pool: Pool) -> None:
    events: list[Event] = []
    site = make(events.append)
    browser = Browser(site)
    browser.sign_in(pool)
    browser.go("/")
    browser.go("/auth/me", method="POST")
    told(site)
    assert [type(event) for event in events] == [SignedIn, Refused]
    assert events[0].request.client == "192.0.2.1"


def test_an_error_in_it_is_logged_and_fails_nothing(
    make: Make, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(event: Event) -> None:
        raise LookupError("of the operator's own")

    site = make(fails)
    browser = Browser(site)
    assert browser.sign_in(pool).status == 303
    assert browser.go("/").status == 200
    told(site)
    assert "on_event failed at SignedIn" in caplog.text
    assert "of the operator's own" in caplog.text


def test_no_request_waits_for_it(make: Make, pool: Pool) -> None:
    """One that returns late, or never, or ends its own thread."""
    free = threading.Event()
    events: list[Event] = []

    def slow(event: Event) -> None:
        assert free.wait(30)
        events.append(event)
        sys.exit()

    site = make(slow)
    browser = Browser(site)
    for _ in range(2):
        assert browser.go("/auth/me", method="POST").status == 405
    assert events == []
    free.set()
    told(site)
    assert len(events) == 2


def test_the_end_of_a_gate_waits_for_it_and_lets_the_event_loop_run(pool: Pool) -> None:
    free = threading.Event()
    events: list[Event] = []

    def slow(event: Event) -> None:
        free.wait(30)
        events.append(event)

    async def end(gate: ASGIGate) -> None:
        asyncio.get_running_loop().call_soon(free.set)
        await gate.aclose()

    with closing(ASGISite(pool.settings(), pool, on_event=slow)) as site:
        Browser(site).go("/auth/me", method="POST")
        site.runner.run(end(site.gate))
        assert len(events) == 1


def test_it_runs_in_the_context_of_its_request() -> None:
    """There tracers keep what a request belongs to."""
    found: list[str] = []
    hook = Hook(lambda event: found.append(ASKED.get()), None, waits=False)
    for name in ("first", "second"):
        ASKED.set(name)
        hook.tell(BearerRejected(RequestFacts(1_800_000_000.0, "http", "GET", "/a"), "no token"))
    hook.finish()
    assert found == ["first", "second"]


def test_a_request_waits_for_it_where_that_is_asked_for(pool: Pool) -> None:
    """As an app has it that makes a row for a new user at their sign-in."""
    for kind in (ASGISite, WSGISite):
        events: list[Event] = []
        with closing(kind(pool.settings(wait_for_events=True), pool, on_event=events.append)) as at:
            Browser(at).sign_in(pool)
            assert [type(event) for event in events] == [SignedIn]


def test_one_that_does_not_keep_up_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(_background, "FINISH_SECONDS", 0.01)
    free, begun, told_both = threading.Event(), threading.Event(), threading.Event()
    events: list[Event] = []

    def slow(event: Event) -> None:
        begun.set()
        free.wait(30)
        events.append(event)
        if len(events) == 2:
            told_both.set()

    hook = Hook(slow, None, waits=False)
    hook._events._most = 1
    event = BearerRejected(RequestFacts(1_800_000_000.0, "http", "GET", "/a"), "no token")
    hook.tell(event)
    assert begun.wait(30)
    for _ in range(4):
        hook.tell(event)
    assert caplog.text.count("on_event does not keep up: BearerRejected") == 1
    hook.finish()
    monkeypatch.setattr(_background, "FINISH_SECONDS", 3600)
    hook.finish()
    assert caplog.text.count("on_event is left with 2 events") == 2, "nobody waits twice in vain"
    free.set()
    assert told_both.wait(30)
    assert hook._events.finish(30) == 0


def test_a_loop_that_has_ended_runs_no_coroutine(caplog: pytest.LogCaptureFixture) -> None:
    async def never_awaited() -> None:
        raise AssertionError

    async def request() -> None:
        hook.tell(BearerRejected(RequestFacts(1_800_000_000.0, "http", "GET", "/a"), "no token"))

    free = threading.Event()
    hook = Hook(lambda event: free.wait(30) and never_awaited(), Listening(), waits=False)
    asyncio.run(request())
    free.set()
    hook.finish()
    assert "Event loop is closed" in caplog.text


def test_a_coroutine_that_it_returns_is_said_to_be_lost(caplog: pytest.LogCaptureFixture) -> None:
    async def never_awaited() -> None:
        raise AssertionError

    facts = RequestFacts(1_800_000_000.0, "http", "GET", "/a")
    delivery = Delivery(lambda event: never_awaited())
    delivery.deliver([BearerRejected(facts, "no token")])
    delivery.close()
    assert "returned a coroutine" in caplog.text


async def never_awaited(event: Event) -> None:
    raise AssertionError


class Listener:
    async def __call__(self, event: Event) -> None:
        raise AssertionError


@pytest.mark.parametrize(
    ("gate", "wrong"),
    [(WSGIGate, never_awaited), (WSGIGate, Listener()), (WSGIGate, "text"), (ASGIGate, "text")],
)
def test_what_cannot_be_called_is_refused_at_the_start(
    gate: Callable[..., object], wrong: object, pool: Pool
) -> None:
    with pytest.raises(TypeError, match="on_event takes"):
        gate(None, pool.settings(), on_event=wrong)


@pytest.fixture
def asgi(pool: Pool) -> Iterator[Callable[[OnEvent], ASGISite]]:
    opened: list[ASGISite] = []

    def make(on_event: OnEvent) -> ASGISite:
        opened.append(ASGISite(pool.settings(), pool, on_event=on_event))
        return opened[0]

    yield make
    for site in opened:
        site.close()


MakeASGI = Callable[[OnEvent], ASGISite]


def end(site: ASGISite) -> None:
    """The end of the server's lifespan, up to which an app is to be told that it is over."""
    sent: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.shutdown.complete"})

    async def send(message: Any) -> None:
        sent.append(message["type"])
        assert not site.gate._listening._tasks

    site.gate.app = app
    site.runner.run(site.gate({"type": "lifespan"}, None, send))  # type: ignore[arg-type]
    assert sent == ["lifespan.shutdown.complete"]


def test_an_async_one_runs_beside_the_request_and_ends_with_the_server(
    asgi: MakeASGI, pool: Pool
) -> None:
    events: list[str] = []
    held = asyncio.Event()

    async def told(event: Event) -> None:
        await held.wait()
        events.append(type(event).__name__)

    site = asgi(told)
    browser = Browser(site)
    browser.sign_in(pool)
    browser.go("/auth/me", method="POST")
    assert events == [], "no request waits for it"
    held.set()
    end(site)
    assert events == ["SignedIn", "Refused"]


def test_what_it_raises_is_logged(
    asgi: MakeASGI, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(event: Event) -> None:
        raise LookupError("of the operator's own")

    site = asgi(fails)
    assert Browser(site).sign_in(pool).status == 303
    end(site)
    assert "on_event failed at SignedIn" in caplog.text


def test_an_object_with_an_async_call_and_a_lambda_run_too(asgi: MakeASGI, pool: Pool) -> None:
    events: list[Event] = []

    async def told(event: Event) -> None:
        events.append(event)

    site = asgi(lambda event: told(event))
    Browser(site).sign_in(pool)
    end(site)
    assert len(events) == 1


def test_one_that_takes_too_long_is_ended(
    asgi: MakeASGI,
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(_listening, "FINISH_SECONDS", 0.01)
    ended: list[bool] = []

    async def hangs(event: Event) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    site = asgi(hangs)
    Browser(site).sign_in(pool)
    end(site)
    assert ended == [True]
    assert "on_event was ended at 1 events" in caplog.text


def test_there_are_never_more_than_so_many(
    asgi: MakeASGI,
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(_listening, "MAX_TASKS", 1)
    held = asyncio.Event()
    events: list[str] = []

    async def told(event: Event) -> None:
        await held.wait()
        events.append(type(event).__name__)

    site = asgi(told)
    browser = Browser(site)
    browser.sign_in(pool)
    browser.go("/auth/me", method="POST")
    browser.go("/auth/me", method="POST")
    held.set()
    end(site)
    assert events == ["SignedIn"]
    assert caplog.text.count("on_event does not keep up: Refused") == 1


def test_the_log_has_a_line_for_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="cognito_gate")
    facts = RequestFacts(1_800_000_000.0, "http", "GET", "/a", "192.0.2.1")
    Delivery(None).deliver([Refused(facts, 403, "cross_site", "another site")])
    named = replace(facts, id="abc")
    Delivery(None).deliver([Refused(named, 403, "cross_site", "another site")])
    assert caplog.messages == [
        "cross_site: another site (GET '/a' from 192.0.2.1)",
        "cross_site: another site (GET '/a' from 192.0.2.1, request abc)",
    ]
