"""The lines that the audit log could not write: how many, since when, and who is told.

Must not know how lines are written.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from ._background import Background

WARN_SECONDS = 60.0  # between two warnings that lines are lost
log = logging.getLogger("cognito_gate")


@dataclass(frozen=True, slots=True)
class Lost:
    """So many lines, the first and the last of them at these times (Unix time), for a reason."""

    lines: int = 0
    first: float = 0.0
    last: float = 0.0
    reason: str = ""


class Losses:
    """Counts lost lines, and warns of them in the log: `beside` the requests, since who does not
    take the audit log's lines may not take those of other logs either. `lost` is to raise nothing.
    """

    def __init__(self, lost: Callable[[], None], *, beside: bool) -> None:
        self._lost = lost
        self.begin_anew()
        self._warned_at = float("-inf")
        self._warnings: Background[tuple[int, str]] | None = None
        if beside:
            self._warnings = Background(_warn, 1)

    def begin_anew(self) -> None:
        """As nothing was lost yet, in this process."""
        self._lock = threading.Lock()
        self.untold = Lost()
        """What the audit log itself does not say yet."""
        self._unwarned = 0

    def add(self, reason: str, at: float) -> None:
        """A line of this time is lost."""
        with self._lock:
            was = self.untold
            self.untold = Lost(was.lines + 1, was.first if was.lines else at, at, reason)
            self._unwarned += 1
        self._lost()
        self._warn(reason, at)

    def tell(self, told: Lost) -> None:
        """The audit log says so by now; more may be lost meanwhile."""
        with self._lock:
            more = self.untold.lines - told.lines
            latest = self.untold
            self.untold = Lost(more, told.last, latest.last, latest.reason) if more else Lost()

    def warn_after_all(self, now: float) -> None:
        """Lines are written again: warn of those of which nobody was told so soon after others."""
        if self._unwarned:
            self._warn("it is written again", now)

    @property
    def is_waiting(self) -> bool:
        """Whether a warning is under way."""
        return self._warnings is not None and self._warnings.left > 0

    def finish(self) -> None:
        """Wait for the warning that is under way, some seconds at most."""
        if self._warnings is not None:
            self._warnings.finish()

    def _warn(self, reason: str, now: float) -> None:
        with self._lock:
            soon = 0 <= now - self._warned_at < WARN_SECONDS  # a clock may be set back, too
            if soon or not self._unwarned:
                return
            lines, self._unwarned = self._unwarned, 0
            self._warned_at = now
        if self._warnings is None:
            _warn((lines, reason))
        elif not self._warnings.put((lines, reason)):  # the log takes none at the moment
            with self._lock:
                self._unwarned += lines


def _warn(warning: tuple[int, str]) -> None:
    log.warning("the audit log lost %d lines: %s", *warning)
