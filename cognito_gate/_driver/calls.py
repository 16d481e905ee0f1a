"""What the two senders share: how a call fails, when it is made again, how long it may go on.

Must not know httpx, threads, event loops, nor what a call means.
"""

import logging
from dataclasses import replace

from .._gate.effects import HttpAnswer, HttpCall
from .shared_calls import limit

LEFT_ALONE = "not asked: it failed a moment ago"
_REPEATED = {
    "unconnected": ("ConnectError", "ConnectTimeout"),
    "broken": ("ReadError", "RemoteProtocolError"),
}
log = logging.getLogger("cognito_gate")


def failed(ask: HttpCall, failure: str) -> HttpAnswer:
    log.debug("%s %s: %s", ask.method, ask.url, failure)
    return HttpAnswer(0, failure=failure)


def runs_on(ask: HttpCall) -> HttpCall:
    """The call itself, which may go on when its askers have given up."""
    return replace(ask, timeout=limit(ask))


def repeats(ask: HttpCall, answer: HttpAnswer) -> bool:
    return answer.failure in _REPEATED.get(ask.repeats, ())


def waited(ask: HttpCall) -> HttpAnswer:
    """The answer to one who waits no longer."""
    return failed(ask, "TimeoutError")
