"""What the flows need of the place where sessions live.

Knows the questions only. Must not know any of the places, nor what makes a session valid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ..effects import Flow
from ..messages import Headers, SessionMarks
from ..protocol.cookies import Jar, RequestCookies
from ..protocol.session_cache import Values
from ..records import RefreshRecord, Tokens


class Stored(NamedTuple):
    """What there may be of a browser's session, likeliest first; nothing of it is verified.

    Each is a value that `open_access`, `open_id` and `open_refresh` read: a browser may send
    several cookies of one name, and only one of them may hold. `copied`: this process has kept it
    from an earlier request, and another one may have replaced it meanwhile.
    """

    access: Sequence[str] = ()
    id: Sequence[str] = ()
    refresh: Sequence[str] = ()
    copied: bool = False

    @property
    def first(self) -> tuple[str, str, str]:
        """The likeliest value of each kind, or an empty one."""
        access, id_, refresh = [kind[0] if kind else "" for kind in self[:3]]
        return access, id_, refresh

    def __repr__(self) -> str:
        return "Stored()"


@dataclass(frozen=True, slots=True)
class Saved:
    """The response headers that give a session to the browser; the values by which the browser's
    next request is known (`SessionCache`); and when they end by themselves (Unix time)."""

    headers: Headers = field(repr=False)
    values: Values = field(repr=False)
    ends_at: float


class Beginning(NamedTuple):
    """Of a session that begins: whose it is, its name, and the browser, as that calls itself."""

    sub: str = ""
    name: str = ""
    agent: str = ""


NOT_SAID = Beginning()


@dataclass(frozen=True, slots=True)
class Listed:
    """One of a user's sessions: by what it can be ended here (which opens nothing), its name, the
    browser as that called itself at sign-in, when it began, was used last and will end (Unix time),
    and its refresh record, or empty."""

    id: str
    name: str
    agent: str
    began: int
    used_at: int
    ends_at: int
    refresh: str = field(default="", repr=False)


class Sessions(Protocol):
    """A place for sessions. Each method may yield effects, and those of cookies yield none.

    What `load` has found for a request's cookies is what the other methods replace or forget.

    Raises:
        StoreUnavailable: any of the flows, where the place cannot be reached; nothing is lost.

    Example::

        stored = yield from sessions.load(exchange.cookies, exchange.now)
    """

    @property
    def cookie_names(self) -> tuple[str, ...]:
        """The cookies whose exact values a verified session is remembered by."""

    def known(self, line: bytes, now: float) -> tuple[Values, float] | None:
        """By what the session of a Cookie header is remembered, if that can be told at a glance,
        and until when (Unix time) nobody need ask `load` again."""

    def load(self, cookies: RequestCookies, now: float, *, fresh: bool = False) -> Flow[Stored]:
        """What the browser's cookies lead to. `fresh`: no copy of earlier will do."""

    def values(self, cookies: RequestCookies, access: str, id_: str, refresh: str) -> Values:
        """What a session that was read from these stored values is remembered by."""

    def open_access(self, value: str) -> tuple[str, float]:
        """The access token in a stored value, and when that value ends (Unix time).
        Raises TokenRefused."""

    def open_id(self, value: str) -> str:
        """The ID token in a stored value. Raises TokenRefused."""

    def open_refresh(self, value: str) -> RefreshRecord:
        """The record in a stored value. Raises TokenRefused."""

    def check_size(self, tokens: Tokens) -> None:
        """Raises SessionTooLarge for tokens that have no room here."""

    def begin(
        self,
        cookies: RequestCookies,
        tokens: Tokens,
        record: RefreshRecord | None,
        now: float,
        beginning: Beginning = NOT_SAID,
        *,
        unseen: bool = False,
    ) -> Flow[Saved]:
        """Keep a new session in place of any older one. `unseen`: the browser may hold an older one
        whose cookies it did not send. Raises SessionTooLarge."""

    def save(
        self, cookies: RequestCookies, tokens: Tokens, record: RefreshRecord, now: float
    ) -> Flow[Saved | None]:
        """Keep what a refresh has made of a session; None: it was ended meanwhile.
        Raises SessionTooLarge."""

    def save_refresh(
        self, cookies: RequestCookies, record: RefreshRecord, now: float
    ) -> Flow[Headers]:
        """Replace the refresh token alone."""

    def drop_refresh(self, cookies: RequestCookies) -> Flow[Headers]:
        """Forget the refresh token alone."""

    def drop(self, cookies: RequestCookies, *, unseen: bool = False) -> Flow[Headers]:
        """Forget the session. `unseen`: also where the browser sent no cookie of it."""

    def listed(self, sub: str) -> Flow[tuple[Listed, ...] | None]:
        """All sessions of a user, the one used last first; None where nobody can tell."""

    def end(self, session: Listed, now: float) -> Flow[None]:
        """Forget a session, whoever has it."""


class LastUse(Protocol):
    """When sessions were last used, of those that end when they are not for `seconds`."""

    @property
    def seconds(self) -> int: ...

    def last_use(self, cookies: RequestCookies, marks: SessionMarks) -> float:
        """When the session of these cookies was last used (Unix time), or minus infinity."""

    def seen(self, marks: SessionMarks, now: float) -> float:
        """When this process last saw the session used (Unix time), or minus infinity."""

    def fresh_until(self, line: bytes, marks: SessionMarks, now: float) -> float | None:
        """Until when (Unix time) a request with this Cookie header need not be noted as a use.
        None: it must be, or nobody can tell at a glance."""

    def use(self, cookies: RequestCookies, marks: SessionMarks, now: float) -> Flow[Headers]:
        """Note that the session is used now; the response headers that keep that."""

    def headers(self, jar: Jar, marks: SessionMarks, now: float) -> Headers:
        """The response headers of a session that begins now."""

    def clear(self, jar: Jar) -> Headers:
        """The response headers that forget it."""
