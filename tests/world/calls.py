"""A flow's call as a request to a fake Cognito, and what comes back as the flow's answer.

Does what a driver does with httpx, for flows that are played by hand; knows no pool.
"""

import httpx

from cognito_gate._gate.effects import HttpAnswer, HttpCall
from tests.world.faults import Fault


def answered(cognito: Fault, ask: HttpCall) -> HttpAnswer:
    """The answer of `cognito` to a flow's call; a failure of the network is one too."""
    request = httpx.Request(ask.method, ask.url, headers=list(ask.headers), content=ask.body)
    try:
        response = cognito(request)
    except httpx.HTTPError as exc:
        return HttpAnswer(0, failure=type(exc).__name__)
    body = response.read()
    if len(body) > ask.limit:
        return HttpAnswer(0, failure="a body that is too large")
    headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
    return HttpAnswer(response.status_code, headers, body)
