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

from .._gate.messages import HttpAnswer

FAILURES = 5  # in a row, before an address is left alone
FIRST_PAUSE, MAX_PAUSE = 1.0, 5.0  # seconds; each pause in a row is twice as long
MAX_RETRY_AFTER = 60.0
PROBE_SECONDS = 5.0  # how long the one call after a pause goes alone
log = logging.getLogger("cognito_gate")


@dataclass(slots=True)
class _State:
    """How often an address failed in a row, and until when it is left alone."""

    failures: int = 0
    until: float = 0.0


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

    def refuses(self, url: str) -> bool:
        """True while the address is left alone. After a pause one caller is let through first."""
        state = self._states.get(url)
        if state is None:
            return False
        with self._lock:
            now = self._clock()
            if now < state.until:
                return True
            if state.failures >= FAILURES:
                state.until = now + PROBE_SECONDS
            return False

    def note(self, url: str, answer: HttpAnswer) -> None:
        """Learn from an answer, or from waiting for one in vain."""
        if not _fails(answer):
            self._states.pop(url, None)
            return
        with self._lock:
            state = self._states.setdefault(url, _State())
            state.failures += 1
            pause = self._pause(state.failures, answer)
            if pause:
                if state.until <= self._clock():
                    found = answer.failure or f"HTTP {answer.status}"
                    log.warning("%s fails (%s); it is left alone for %.1f s", url, found, pause)
                state.until = self._clock() + pause

    def _pause(self, failures: int, answer: HttpAnswer) -> float:
        asked = _retry_after(answer)
        if asked:
            return asked * max(1.0, self._jitter())
        if failures < FAILURES:
            return 0.0
        doubled = FIRST_PAUSE * 2.0 ** min(failures - FAILURES, 8)
        return min(doubled, MAX_PAUSE) * self._jitter()


def _fails(answer: HttpAnswer) -> bool:
    """No answer, too many requests, a server's error: nothing that one visitor could bring about by
    what they send, as a firewall's 403 may be."""
    return answer.status in (0, 429) or answer.status >= 500


def _retry_after(answer: HttpAnswer) -> float:
    """What the server asks for, in seconds (RFC 9110 section 10.2.3); 0.0 where it does not."""
    text = answer.header("retry-after")
    if not re.fullmatch("[0-9]{1,6}", text):
        return 0.0
    return min(float(text), MAX_RETRY_AFTER)
