"""When a session was last used: in a sealed cookie of its own, which is rewritten rarely.

Knows the cookie and when it is due to be rewritten. Must not know what becomes of a session that
was not used for long.
"""

from dataclasses import dataclass, field
from typing import Self

from ..errors import TokenRefused
from ..settings import Settings
from .cookie_kinds import Names, Seals, session_attributes
from .effects import Flow
from .messages import Headers, SessionMarks
from .protocol import cookies as cookie_parts
from .protocol.cookies import Jar, RequestCookies
from .protocol.recent import Recent
from .protocol.session_cache import SessionCache
from .records import dump_record, load_record

NEVER = float("-inf")
REWRITTEN = 10
"""The cookie is rewritten when more than one part in so many of the time has passed."""
RECENT = 10_000
"""How many sessions a process remembers the last use of."""


@dataclass(frozen=True, slots=True)
class IdleRecord:
    """When a session was last used (Unix time), and which one it was: it counts for no other."""

    session: str = field(repr=False)
    used_at: int

    def to_json(self) -> str:
        return dump_record(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**load_record(text, {"session": str, "used_at": int}))


class IdleCookie:
    """The cookie of sessions that end when they are not used for `seconds`."""

    def __init__(self, settings: Settings, names: Names, seals: Seals) -> None:
        self.seconds = settings.idle_seconds
        self.name = names.idle
        self._seal = seals.idle
        self._attributes = session_attributes(settings)
        # What this process has seen lately: of requests that come at once, some have the cookie as
        # it was before the others' answers.
        self._lately: Recent[float] = Recent(RECENT)
        # The cookies that need not be rewritten yet, with the session of each.
        self._fresh: SessionCache[str] = SessionCache(settings.session_cache)

    def last_use(self, cookies: RequestCookies, marks: SessionMarks) -> float:
        """When the session was last used, by the cookies of it (Unix time), or NEVER."""
        return max(self._uses(cookies.jar, marks).values(), default=NEVER)

    def seen(self, marks: SessionMarks, now: float) -> float:
        """When this process last saw the session used (Unix time), or NEVER."""
        at = self._lately.get(marks.name, now)
        return NEVER if at is None else at

    def fresh_until(self, line: bytes, marks: SessionMarks, now: float) -> float | None:
        """Until when (Unix time) the cookie in this header need not be rewritten; None: it must, or
        nobody knows."""
        use = cookie_parts.glance(line, (self.name,))
        fresh = self._fresh.entry(use, now) if use else None
        return None if fresh is None or fresh.result not in marks.keys else fresh.until

    def use(self, cookies: RequestCookies, marks: SessionMarks, now: float) -> Flow[Headers]:
        """Remember that the session is used now; the cookie that says so, where it is due."""
        yield from ()
        jar = cookies.jar
        self._lately.put(marks.name, now, until=now + self.seconds)
        part = self.seconds / REWRITTEN
        for value, at in self._uses(jar, marks).items():
            if 0 <= now - at <= part:
                self._fresh.put((value,), marks.name, now=now, until=at + part)
                return ()
        return self.headers(jar, marks, now)

    def headers(self, jar: Jar, marks: SessionMarks, now: float) -> Headers:
        """The cookie of a session that is used now."""
        value = self._seal.seal(IdleRecord(marks.name, int(now)).to_json(), now)
        lines = self._attributes.store(self.name, value, self.seconds, jar)
        return tuple(("set-cookie", line) for line in lines)

    def clear(self, jar: Jar) -> Headers:
        lines = self._attributes.clear(self.name, jar)
        return tuple(("set-cookie", line) for line in lines)

    def _uses(self, jar: Jar, marks: SessionMarks) -> dict[str, float]:
        """The values that are of this session, with the time in each."""
        uses: dict[str, float] = {}
        for value in cookie_parts.candidates(jar, self.name):
            try:
                record = IdleRecord.from_json(self._seal.open(value))
            except TokenRefused:
                continue
            if record.session in marks.keys:
                uses[value] = record.used_at
        return uses
