"""The revocation list: which sessions were ended before their time.

Knows names of sessions, whose they are, and times as it is told; must not know why a session was
ended. This list is one process's own; the interface is what a shared one has to offer.
"""

import threading
from typing import Protocol

from .effects import Flow
from .messages import SessionMarks
from .protocol.recent import Recent

ACCESS_SECONDS = 86_400
"""The longest life that Cognito gives an access token."""


class Revocations(Protocol):
    """A revocation list. It is asked at each request, so it answers from memory.

    Example::

        revocations.end_all("a-sub", before=now, until=now + 86_400)
        revocations.covers(marks, now)
    """

    def any(self) -> int:
        """How many entries there are: with none, nothing else need be asked."""

    def covers(self, marks: SessionMarks, now: float) -> bool:
        """True when a session with these marks was ended."""

    def begin(self, session: str, at: float, *, until: float) -> None:
        """Remember that a session began at `at`, by this process's own clock: its tokens say so in
        whole seconds, and by Cognito's."""

    def end(self, session: str, *, until: float) -> None:
        """End the session of this name (`origin_jti`). The entry is of use until `until`."""

    def end_all(self, sub: str, before: float, *, until: float) -> None:
        """End all sessions of a user that began at `before` or earlier."""

    def share(self, now: float) -> Flow[None]:
        """Make what was ended here known to other processes.

        Raises:
            StoreUnavailable: they may not know of it yet.
        """

    def catch_up(self, now: float) -> Flow[None]:
        """Learn what other processes have ended, as far as that is due. Raises nothing."""


class MemoryRevocations:
    """The list of one process, with room for `size` entries: the oldest makes room. Safe under
    threads; reading takes no lock."""

    def __init__(self, size: int) -> None:
        self._before: Recent[float] = Recent(size)
        self._begun: Recent[float] = Recent(size)
        self._lock = threading.Lock()
        self.any = self._before.any

    def covers(self, marks: SessionMarks, now: float) -> bool:
        if not self.any():
            return False
        began = marks.began
        for key in marks.keys:
            before = self._before.get(key, now)
            if before is not None and began <= before:
                began = max(began, self._begun.get(marks.name, now) or began)
                if began <= before:
                    return True
        return False

    def begin(self, session: str, at: float, *, until: float) -> None:
        self._begun.put(session, at, until=until)

    def end(self, session: str, *, until: float) -> None:
        if session:
            self._before.put(session, float("inf"), until=until)

    def end_all(self, sub: str, before: float, *, until: float) -> None:
        key = SessionMarks.of_user(sub)
        with self._lock:  # an earlier time never takes back what a later one ended
            known = self._before.get(key, 0.0)
            self._before.put(key, max(before, known or 0.0), until=until)

    def share(self, now: float) -> Flow[None]:
        yield from ()

    def catch_up(self, now: float) -> Flow[None]:
        yield from ()


def last_use(now: float, refresh_seconds: int, leeway: int) -> float:
    """Until when an entry that is made now can be of use (Unix time): no session that there is, and
    none of its tokens, lasts longer."""
    return now + max(refresh_seconds, ACCESS_SECONDS) + leeway
