"""A circuit breaker: pauses calls to an address that fails repeatedly, or that asks for a pause.

Knows addresses, responses and times; must not know what the calls are for. Each sender has one, so
each process does.
"""

import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from .._gate.effects import HttpAnswer, HttpCall

FAILURES = 5  # in a row, before calls to an address pause
FIRST_PAUSE, MAX_PAUSE = 1.0, 5.0  # seconds; each pause in a row is twice as long
MAX_RETRY_AFTER = 60.0
SLOW, SLOW_FOR = 2.0, 30.0  # seconds: a call over SLOW marks its address as slow for SLOW_FOR
PROBE_SECONDS = 5.0  # after a pause, one call alone is let through for so long
log = logging.getLogger("cognito_gate")


@dataclass(slots=True)
class _State:
    """How often an address failed in a row, and until when calls to it pause."""

    failures: int = 0
    until: float = 0.0
    slow_until: float = 0.0


def _jitter() -> float:
    """A factor of 0.75 to 1.25, so that processes which failed together do not retry together."""
    return 0.75 + secrets.randbelow(501) / 1000


class Breaker:
    """Says when not to call an address. Safe under threads; the lock guards numbers only."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, jitter: Callable[[], float] = _jitter
    ) -> None:
        self._clock = clock
        self._jitter = jitter
        self._lock = threading.Lock()
        self._states: dict[str, _State] = {}  # the few addresses that the settings name

    def strained(self, place: str) -> bool:
        """True if the address has failed, or was slow, a moment ago."""
        state = self._states.get(place)
        return state is not None and (state.failures > 0 or self._clock() < state.slow_until)

    def refuses(self, place: str) -> bool:
        """True while calls to the address pause. After a pause, one caller is let through first."""
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
        """Record a call's response (or its failure), and how many seconds it took."""
        if not call.fails(answer):
            self.note_success(call.place, seconds)
            return
        reason = answer.failure or f"HTTP {answer.status}"
        self.note_failure(call.place, reason, _retry_after(answer))

    def note_success(self, place: str, seconds: float) -> None:
        """Record that the place answered, after so many seconds."""
        slow_until = self._clock() + SLOW_FOR if seconds > SLOW else 0.0
        self._states[place] = _State(slow_until=slow_until)

    def note_failure(self, place: str, reason: str, retry_after: float = 0.0) -> None:
        """Record that the place failed, and for how many seconds it asks to be left alone."""
        with self._lock:
            state = self._states.setdefault(place, _State())
            state.failures += 1
            pause = self._pause(state.failures, retry_after)
            if pause:
                if state.until <= self._clock():
                    text = "%s fails (%s); no calls to it for %.1f s"
                    log.warning(text, place, reason, pause)
                state.until = self._clock() + pause

    def _pause(self, failures: int, retry_after: float) -> float:
        if retry_after:
            return retry_after * max(1.0, self._jitter())
        if failures < FAILURES:
            return 0.0
        doubled = FIRST_PAUSE * 2.0 ** min(failures - FAILURES, 8)
        return min(doubled, MAX_PAUSE) * self._jitter()


def _retry_after(answer: HttpAnswer) -> float:
    """The seconds in Retry-After (RFC 9110 section 10.2.3); 0.0 when there are none."""
    text = answer.header("retry-after")
    if not re.fullmatch("[0-9]{1,6}", text):
        return 0.0
    return min(float(text), MAX_RETRY_AFTER)
