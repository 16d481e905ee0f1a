"""What both senders share: how a call fails, when it is repeated, and how long it may take.

Must not know httpx, threads, event loops, nor what a call means.
"""

import logging
from dataclasses import replace

from .._gate.effects import HttpAnswer, HttpCall
from .shared_calls import time_limit

LEFT_ALONE = "not asked: it failed a moment ago"
_REPEATED = {
    "unconnected": ("ConnectError", "ConnectTimeout"),
    "broken": ("ReadError", "RemoteProtocolError"),
}
log = logging.getLogger("cognito_gate")


def failed(call: HttpCall, failure: str) -> HttpAnswer:
    log.debug("%s %s: %s", call.method, call.url, failure)
    return HttpAnswer(0, failure=failure)


def with_longer_timeout(call: HttpCall) -> HttpCall:
    """The call with the time limit of its sender, which may exceed that of the waiting requests."""
    return replace(call, timeout=time_limit(call))


def may_repeat(call: HttpCall, answer: HttpAnswer) -> bool:
    return answer.failure in _REPEATED.get(call.repeats, ())


def timed_out(call: HttpCall) -> HttpAnswer:
    """The answer for a request that stops waiting."""
    return failed(call, "TimeoutError")
