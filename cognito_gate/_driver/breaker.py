"""Leaves an address alone for a short while when it fails again and again, or asks for that.

Knows addresses, answers and times; must not know what is asked there. One for each sender, so for
each process.
"""

import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from .._gate.effects import HttpAnswer, HttpCall

FAILURES = 5  # in a row, before an address is left alone
FIRST_PAUSE, MAX_PAUSE = 1.0, 5.0  # seconds; each pause in a row is twice as long
MAX_RETRY_AFTER = 60.0
SLOW, SLOW_FOR = 2.0, 30.0  # a call that took so many seconds makes its place a slow one, so long
PROBE_SECONDS = 5.0  # how long the one call after a pause goes alone
log = logging.getLogger("cognito_gate")


@dataclass(slots=True)
class _State:
    """How often an address failed in a row, and until when it is left alone."""

    failures: int = 0
    until: float = 0.0
    slow_until: float = 0.0


def _jitter() -> float:
    """0.75 to 1.25: processes that failed together shall not ask again together."""
    return 0.75 + secrets.randbelow(501) / 1000


class Breaker:
    """Says when not to ask an address. Safe under threads; the lock guards numbers only."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, jitter: Callable[[], float] = _jitter
    ) -> None:
        self._clock = clock
        self._jitter = jitter
        self._lock = threading.Lock()
        self._states: dict[str, _State] = {}  # the few addresses that the settings name

    def strained(self, place: str) -> bool:
        """True where the place has failed, or was slow, a moment ago."""
        state = self._states.get(place)
        return state is not None and (state.failures > 0 or self._clock() < state.slow_until)

    def refuses(self, place: str) -> bool:
        """True while the place is left alone. After a pause one caller is let through first."""
        state = self._states.get(place)
        if state is None:
            return False
        with self._lock:
            now = self._clock()
            if now < state.until:
                return True
            if state.failures >= FAILURES:
                state.until = now + PROBE_SECONDS
            return False

    def note(self, call: HttpCall, answer: HttpAnswer, seconds: float = 0.0) -> None:
        """Learn from an answer that took so long, or from waiting for one in vain."""
        if not call.fails(answer):
            slow_until = self._clock() + SLOW_FOR if seconds > SLOW else 0.0
            self._states[call.place] = _State(slow_until=slow_until)
            return
        with self._lock:
            state = self._states.setdefault(call.place, _State())
            state.failures += 1
            pause = self._pause(state.failures, answer)
            if pause:
                if state.until <= self._clock():
                    found = answer.failure or f"HTTP {answer.status}"
                    text = "%s fails (%s); no calls to it for %.1f s"
                    log.warning(text, call.place, found, pause)
                state.until = self._clock() + pause

    def _pause(self, failures: int, answer: HttpAnswer) -> float:
        asked = _retry_after(answer)
        if asked:
            return asked * max(1.0, self._jitter())
        if failures < FAILURES:
            return 0.0
        doubled = FIRST_PAUSE * 2.0 ** min(failures - FAILURES, 8)
        return min(doubled, MAX_PAUSE) * self._jitter()


def _retry_after(answer: HttpAnswer) -> float:
    """What the server asks for, in seconds (RFC 9110 section 10.2.3); 0.0 where it does not."""
    text = answer.header("retry-after")
    if not re.fullmatch("[0-9]{1,6}", text):
        return 0.0
    return min(float(text), MAX_RETRY_AFTER)
