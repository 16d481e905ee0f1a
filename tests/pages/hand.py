"""A site whose time moves when told: the core played by hand, without an edge."""

import time
from dataclasses import replace

from cognito_gate import Settings
from cognito_gate._gate.effects import Compute
from cognito_gate._gate.gate import Gate
from tests.flows.stage import incoming, reply
from tests.pages.cloud import Cloud
from tests.world.browser import Reply, Request


class Hand:
    """What answers requests, `ahead` seconds from now."""

    def __init__(self, settings: Settings, cloud: Cloud) -> None:
        self.gate, self.cloud, self.ahead = Gate(settings), cloud, 0.0
        self.began = time.time()

    def handle(self, request: Request) -> Reply:
        facts = incoming(request, self.began + self.ahead)
        flow = self.gate.decide(replace(facts, client=request.client, body=request.body))
        try:
            ask = next(flow)
            while True:
                answer = ask.done() if isinstance(ask, Compute) else self.cloud.answer(ask)
                ask = flow.send(answer)
        except StopIteration as stop:
            return reply(stop.value)
