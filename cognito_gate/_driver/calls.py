"""What both senders share: how a call fails, when it is repeated, and how long it may take.

Must not know httpx, threads, event loops, nor what a call means.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from .._gate.effects import HttpAnswer, HttpCall
from .shared_calls import time_limit

Observe: TypeAlias = Callable[[HttpCall, HttpAnswer, float], None]
"""Is told each call that was made, its answer, and how many seconds it took. Raises nothing."""
LEFT_ALONE = "not asked: it failed a moment ago"
_REPEATED = {
    "unconnected": ("ConnectError", "ConnectTimeout"),
    "broken": ("ReadError", "RemoteProtocolError"),
}
log = logging.getLogger("cognito_gate")


def unobserved(call: HttpCall, answer: HttpAnswer, seconds: float) -> None:
    """What observes the calls of a gate that nobody measures."""


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
