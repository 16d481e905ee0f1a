"""The core played by hand: a gate, a fake Cognito and a clock that moves only when told to.

No edge, no sockets, no driver: `HttpCall`s go to the pool and its `HttpAnswer`s come back.
"""

import itertools
from dataclasses import dataclass, field
from typing import Any, Protocol, assert_never
from urllib.parse import unquote_to_bytes

from cognito_gate._delivery import Delivery
from cognito_gate._gate.effects import (
    Compute,
    Effect,
    Flow,
    HttpAnswer,
    HttpCall,
    ReadForm,
    StoreAnswer,
    StoreCall,
    Wait,
)
from cognito_gate._gate.gate import Gate
from cognito_gate._gate.messages import Decision, Incoming, Pass
from cognito_gate._gate.sessions.interface import Sessions
from cognito_gate._gate.target import Check
from cognito_gate.events import Event
from tests.world.browser import Browser, Reply, Request, Seen
from tests.world.pool import Pool

START = 1_800_000_000.0
ACCESS = "__Host-cognito_access_token"
ID = "__Host-cognito_id_token"
REFRESH = "__Host-cognito_refresh_token"
SESSION = {ACCESS, ID, REFRESH}
DUE = 3600 - 60
"""Seconds after sign-in from which a session is renewed, by the defaults of pool and settings."""


class Remembering(Pool):
    """A pool behind a driver that remembers answers for as long as their call says."""

    kept: dict[str, tuple[float, HttpAnswer]]

    def answer(self, ask: HttpCall) -> HttpAnswer:
        kept = self.__dict__.setdefault("kept", {})
        until, found = kept.get(ask.share, (0.0, None))
        if found is not None and self.clock() < until and not ask.fresh:
            return HttpAnswer(found.status, found.headers, found.body, remembered=True)
        answer = super().answer(ask)
        kept[ask.share] = (self.clock() + ask.remember(answer), answer)
        return answer


def incoming(request: Request, now: float, mount: str = "") -> Incoming:
    """The facts of a request, as an edge gives them."""
    path, _, query = request.target.encode("latin-1").partition(b"?")
    decoded = unquote_to_bytes(path).decode("utf-8", "replace")
    sent = (request.method, decoded, path, query, request.headers)
    return Incoming("http", *sent, now, mount, request.client)


def asked(effect: Effect) -> HttpCall:
    """What a flow yielded, where it can only be a call."""
    assert isinstance(effect, HttpCall)
    return effect


class Answering(Protocol):
    """A fake Cognito: answers a flow's calls."""

    def answer(self, ask: HttpCall) -> HttpAnswer: ...


class Store(Protocol):
    """A store that gates share."""

    def answer(self, call: StoreCall) -> StoreAnswer: ...


class NoStore:
    """What a gate has that shares nothing."""

    def answer(self, call: StoreCall) -> StoreAnswer:
        return StoreAnswer("there is no store")


NO_STORE = NoStore()


def play(
    flow: Flow[Decision], pool: Answering, body: bytes | None = None, store: Store = NO_STORE
) -> Decision:
    """Run a flow to its decision, with `pool` on the other side, and the store that gates share.
    `body` is the request's."""
    try:
        effect = next(flow)
        while True:
            match effect:
                case HttpCall():
                    effect = flow.send(pool.answer(effect))
                case Compute():
                    effect = flow.send(effect.done())
                case StoreCall():
                    effect = flow.send(store.answer(effect))
                case Wait():
                    effect = flow.send(None)
                case ReadForm():
                    effect = flow.send(body)
                case _:
                    assert_never(effect)
    except StopIteration as stop:
        decision: Decision = stop.value
        return decision


def until(flow: Flow[Decision], pool: Pool, url: str) -> HttpCall:
    """Play on to the first `HttpCall` for an address that ends in `url`, and leave it open."""
    ask = asked(next(flow))
    while not ask.url.endswith(url):
        ask = asked(flow.send(pool.answer(ask)))
    return ask


def end(flow: Flow[Decision], answer: HttpAnswer) -> Decision:
    """Give the last answer; the flow decides on it."""
    try:
        ask = asked(flow.send(answer))
    except StopIteration as stop:
        decision: Decision = stop.value
        return decision
    raise AssertionError(f"the flow asks on: {ask.url}")


def reply(decision: Decision) -> Reply:
    """A decision as a browser's reply; a `Pass` counts as the app being called."""
    assert all(name == name.lower() for name, _ in decision.headers)  # as ASGI demands
    if isinstance(decision, Pass):
        return Reply(200, list(decision.headers), b"", Seen(decision.identity, {}))
    return Reply(decision.status, list(decision.headers), decision.body)


def spent(stage: "Stage") -> int:
    """How many refreshes the gate asked for."""
    calls = stage.pool.named("token")
    return sum(call.form["grant_type"] == "refresh_token" for call in calls)


@dataclass
class Stage:
    """A gate over a pool. `quick` asks `Gate.cached` first, as the edges do; `checks` and
    `sessions` go to the gate. Gates that share a `store` begin their tokens elsewhere."""

    changes: dict[str, Any] = field(default_factory=dict)
    now: float = START
    quick: bool = True
    checks: tuple[Check, ...] = ()
    sessions: Sessions | None = None
    store: Store = NO_STORE
    tokens_from: int = 0

    def __post_init__(self) -> None:
        self.pool = Pool(clock=lambda: self.now)
        count = itertools.count(self.tokens_from)
        # Longer than any token here, so that tokens decide; test_absolute_life.py sets it.
        settings = self.pool.settings(**{"cookie_age_seconds": 86_400, **self.changes})
        self.events: list[Event] = []
        self.delivery = Delivery(None)
        self.gate = Gate(
            settings,
            lambda: f"token-{next(count)}-" + "x" * 32,
            checks=self.checks,
            sessions=self.sessions,
        )

    def handle(self, request: Request, mount: str = "") -> Reply:
        seen = incoming(request, self.now, mount)
        if self.gate.takes_form(seen):
            seen = seen._replace(body=request.body)
        cached = self.cached(seen) if self.quick else None
        decision = cached or play(self.gate.decide(seen), self.pool, request.body, self.store)
        self.events += decision.events
        self.delivery.deliver(decision.events)
        return reply(decision)

    def cached(self, seen: Incoming) -> Pass | None:
        """What the edges ask first."""
        return self.gate.cached(seen.path, seen.headers, self.now, seen.method, seen.mount)

    def decide(self, request: Request) -> Flow[Decision]:
        """The flow of a request, to be played step by step."""
        return self.gate.decide(incoming(request, self.now))

    def browser(self) -> Browser:
        return Browser(self)

    def signed_in(self) -> Browser:
        """A browser with a session."""
        browser = self.browser()
        assert browser.sign_in(self.pool).status == 303
        assert browser.go("/").status == 200
        return browser
