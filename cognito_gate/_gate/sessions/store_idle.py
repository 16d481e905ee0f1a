"""When sessions in the store were last used: in their items, which are rewritten rarely.

Knows when that is due. Must not know what becomes of a session that was not used for long.
"""

import logging

from ...errors import StoreUnavailable
from ..effects import Flow
from ..messages import Headers, SessionMarks
from ..protocol.cookies import Jar, RequestCookies
from ..protocol.recent import Recent
from .store_sessions import REWRITTEN, StoreSessions

NEVER = float("-inf")
RECENT = 10_000
"""How many sessions a process remembers the last use of."""
log = logging.getLogger("cognito_gate")


class StoreIdle:
    """The `LastUse` of sessions in the store that end when they are not used for `seconds`."""

    def __init__(self, sessions: StoreSessions, seconds: int) -> None:
        self.seconds = seconds
        self._sessions = sessions
        self._lately: Recent[float] = Recent(RECENT)

    def last_use(self, cookies: RequestCookies, marks: SessionMarks) -> float:
        session = self._sessions.found(cookies)
        return NEVER if session is None else session.used_at

    def seen(self, marks: SessionMarks, now: float) -> float:
        at = self._lately.get(marks.name, now)
        return NEVER if at is None else at

    def fresh_until(self, line: bytes, marks: SessionMarks, now: float) -> float | None:
        return float("inf")  # a copy of the item counts no longer than until it is due

    def use(self, cookies: RequestCookies, marks: SessionMarks, now: float) -> Flow[Headers]:
        self._lately.put(marks.name, now, until=now + self.seconds)
        session = self._sessions.found(cookies)
        if session is not None and now - session.used_at > self.seconds / REWRITTEN:
            try:
                yield from self._sessions.change(cookies, now, used_at=int(now))
            except StoreUnavailable as error:
                log.warning("the last use of a session could not be noted: %s", error)
        return ()

    def headers(self, jar: Jar, marks: SessionMarks, now: float) -> Headers:
        return ()

    def clear(self, jar: Jar) -> Headers:
        return ()
