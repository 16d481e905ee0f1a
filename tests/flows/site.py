"""A site without an edge: the core played by hand before a fake Cognito, at the real time.

Does what an edge and a driver do around a decision (the quick way first, answers remembered for
as long as their call says). Knows no ASGI, no WSGI, no sockets, threads or loops.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from cognito_gate import Settings
from cognito_gate._delivery import Delivery
from cognito_gate._gate.effects import HttpAnswer, HttpCall
from cognito_gate._gate.gate import Gate
from cognito_gate._gate.messages import Decision, Incoming
from cognito_gate.events import Event
from tests.flows.stage import NO_STORE, Answering, Store, incoming, play, reply
from tests.world.browser import Reply, Request


class CoreSite:
    """A gate before a pool. `ahead` moves its clock, in seconds."""

    def __init__(
        self,
        settings: Settings,
        pool: Answering,
        mount: str = "",
        clock: Callable[[], float] = time.time,
        store: Store = NO_STORE,
    ) -> None:
        self.gate, self.pool, self.mount = Gate(settings), pool, mount
        self.clock, self.ahead, self.store = clock, 0.0, store
        self.events: list[Event] = []
        self._delivery = Delivery(self.events.append, waits=True)
        self._kept: dict[str, tuple[float, HttpAnswer]] = {}

    def handle(self, request: Request) -> Reply:
        facts = incoming(request, self.now(), self.mount)._replace(client=request.client)
        known = self.gate.cached(facts.path, facts.headers, facts.now, facts.method, facts.mount)
        decision = known or self._decide(facts, request.body)
        self._delivery.deliver(decision.events)
        return reply(decision)

    def close(self) -> None:
        """Nothing runs on, unlike at an edge."""

    def now(self) -> float:
        return self.clock() + self.ahead

    def _decide(self, facts: Incoming, body: bytes) -> Decision:
        if self.gate.takes_form(facts):
            facts = facts._replace(body=body)
        return play(self.gate.decide(facts), self, body, self.store)

    def answer(self, ask: HttpCall) -> HttpAnswer:
        """The pool's answer, or an earlier one that may be given again."""
        until, kept = self._kept.get(ask.share, (0.0, None))
        if kept is not None and self.now() < until and not ask.fresh:
            return replace(kept, remembered=True)
        answer = self.pool.answer(ask)
        if ask.share:
            self._kept[ask.share] = (self.now() + ask.remember(answer), answer)
        return answer


Open: TypeAlias = Callable[..., CoreSite]
"""Makes a site before the pool, with some settings changed."""
