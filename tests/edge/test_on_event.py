"""`on_event`: what an operator's function is given, and that nothing it does fails a request."""

import logging
from collections.abc import Callable, Iterator

import pytest

from cognito_gate import ASGIGate, WSGIGate
from cognito_gate._delivery import Delivery, OnEvent
from cognito_gate.events import BearerRejected, Event, Refused, RequestFacts, SignedIn
from tests.world.browser import Browser
from tests.world.pool import Pool
from tests.world.site import ASGISite, Site, WSGISite

Make = Callable[[OnEvent], Site]


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


def test_each_decision_is_told_once(make: Make, pool: Pool) -> None:
    events: list[Event] = []
    browser = Browser(make(events.append))
    browser.sign_in(pool)
    browser.go("/")
    browser.go("/auth/me", method="POST")
    assert [type(event) for event in events] == [SignedIn, Refused]
    assert events[0].request.client == "192.0.2.1"


def test_an_error_in_it_is_logged_and_fails_nothing(
    make: Make, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(event: Event) -> None:
        raise LookupError("of the operator's own")

    browser = Browser(make(fails))
    assert browser.sign_in(pool).status == 303
    assert browser.go("/").status == 200
    assert "on_event failed at SignedIn" in caplog.text
    assert "of the operator's own" in caplog.text


def test_a_coroutine_that_it_returns_is_said_to_be_lost(caplog: pytest.LogCaptureFixture) -> None:
    async def never_awaited() -> None:
        raise AssertionError

    facts = RequestFacts(1_800_000_000.0, "http", "GET", "/a")
    Delivery(lambda event: never_awaited()).deliver([BearerRejected(facts, "no token")])
    assert "returned a coroutine" in caplog.text


@pytest.mark.parametrize("gate", [ASGIGate, WSGIGate])
def test_an_async_one_is_refused_at_the_start(gate: Callable[..., object], pool: Pool) -> None:
    async def never_awaited(event: Event) -> None:
        raise AssertionError

    class Listener:
        async def __call__(self, event: Event) -> None:
            raise AssertionError

    for wrong in (never_awaited, Listener(), "text"):
        with pytest.raises(TypeError, match="on_event takes"):
            gate(None, pool.settings(), on_event=wrong)


def test_the_log_has_a_line_for_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="cognito_gate")
    facts = RequestFacts(1_800_000_000.0, "http", "GET", "/a", "192.0.2.1")
    Delivery(None).deliver([Refused(facts, 403, "cross_site", "another site")])
    assert caplog.messages == ["cross_site: another site (GET '/a' from 192.0.2.1)"]
