"""What the flows need of the place where sessions live.

Knows the questions only. Must not know any of the places, nor what makes a session valid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ..effects import Flow
from ..messages import Headers
from ..protocol.cookies import Jar, RequestCookies
from ..protocol.session_cache import Values
from ..records import RefreshRecord, Tokens


class Stored(NamedTuple):
    """What there may be of a browser's session, likeliest first; nothing of it is verified.

    Each is a value that `open_access`, `open_id` and `open_refresh` read: a browser may send
    several cookies of one name, and only one of them may hold.
    """

    access: Sequence[str] = ()
    id: Sequence[str] = ()
    refresh: Sequence[str] = ()

    def __repr__(self) -> str:
        return "Stored()"


@dataclass(frozen=True, slots=True)
class Saved:
    """The response headers that give a session to the browser; the values by which the browser's
    next request is known (`SessionCache`); and when they end by themselves (Unix time)."""

    headers: Headers = field(repr=False)
    values: Values = field(repr=False)
    ends_at: float


class Sessions(Protocol):
    """A place for sessions. Each method may yield effects, and those of cookies yield none.

    Example::

        stored = yield from sessions.load(exchange.cookies, exchange.now)
    """

    @property
    def cookie_names(self) -> tuple[str, ...]:
        """The cookies whose exact values a verified session is remembered by."""

    def load(self, cookies: RequestCookies, now: float) -> Flow[Stored]:
        """What the browser's cookies lead to."""

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

    def save(
        self,
        jar: Jar,
        tokens: Tokens,
        record: RefreshRecord | None,
        now: float,
        *,
        unseen: bool = False,
    ) -> Flow[Saved]:
        """Keep a session in place of the one there was. `unseen`: the browser may hold an older one
        whose cookies it did not send. Raises SessionTooLarge."""

    def save_refresh(self, jar: Jar, record: RefreshRecord, now: float) -> Flow[Headers]:
        """Replace the refresh token alone."""

    def drop_refresh(self, jar: Jar) -> Flow[Headers]:
        """Forget the refresh token alone."""

    def drop(self, jar: Jar, *, unseen: bool = False) -> Flow[Headers]:
        """Forget the session. `unseen`: also where the browser sent no cookie of it."""
