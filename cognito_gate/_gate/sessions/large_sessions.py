"""Sessions in cookies while they have room there, and else in the store.

Knows both places, and moves a session at its sign-in and at each refresh. Must not know either's
form.
"""

from ...errors import SessionTooLarge
from ..effects import Flow
from ..messages import Headers
from ..protocol.cookies import RequestCookies
from ..protocol.session_cache import Values
from ..records import RefreshRecord, Tokens
from .cookie_sessions import CookieSessions
from .interface import NOT_SAID, Beginning, Listed, Saved, Stored
from .store_sessions import StoreSessions


class _InStore(str):
    """A value that was read from the store."""

    __slots__ = ()


class LargeSessions:
    """The `Sessions` of a gate that keeps in its store what does not fit into cookies."""

    def __init__(self, cookies: CookieSessions, store: StoreSessions) -> None:
        self._cookies = cookies
        self._store = store
        self._id = store.cookie_names[0].encode()
        self.cookie_names = (*cookies.cookie_names, *store.cookie_names)

    def known(self, line: bytes, now: float) -> tuple[Values, float] | None:
        place = self._store if line.find(self._id) >= 0 else self._cookies
        return place.known(line, now)

    def load(self, cookies: RequestCookies, now: float, *, fresh: bool = False) -> Flow[Stored]:
        stored = yield from self._store.load(cookies, now, fresh=fresh)
        if not stored.access:
            return (yield from self._cookies.load(cookies, now))
        kinds = [[_InStore(value) for value in kind] for kind in stored[:3]]
        return Stored(kinds[0], kinds[1], kinds[2], copied=stored.copied)

    def _place(self, cookies: RequestCookies) -> CookieSessions | StoreSessions:
        return self._cookies if self._store.found(cookies) is None else self._store

    def values(self, cookies: RequestCookies, access: str, id_: str, refresh: str) -> Values:
        return self._place(cookies).values(cookies, access, id_, refresh)

    def open_access(self, value: str) -> tuple[str, float]:
        return self._of(value).open_access(value)

    def open_id(self, value: str) -> str:
        return self._of(value).open_id(value)

    def open_refresh(self, value: str) -> RefreshRecord:
        return self._of(value).open_refresh(value)

    def _of(self, value: str) -> CookieSessions | StoreSessions:
        return self._store if isinstance(value, _InStore) else self._cookies

    def check_size(self, tokens: Tokens) -> None:
        self._store.check_size(tokens)

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
        try:
            saved = self._cookies.give(cookies.jar, tokens, record, now, unseen=unseen)
        except SessionTooLarge:
            saved = yield from self._store.begin(
                cookies, tokens, record, now, beginning, unseen=unseen
            )
            cleared = self._cookies.clear(cookies.jar, unseen=unseen)
            return Saved((*saved.headers, *cleared), saved.values, saved.ends_at)
        yield from self._store.load(cookies, now, fresh=True)
        return (yield from self._moved_out(cookies, saved))

    def save(
        self, cookies: RequestCookies, tokens: Tokens, record: RefreshRecord, now: float
    ) -> Flow[Saved | None]:
        try:
            saved = self._cookies.give(cookies.jar, tokens, record, now)
        except SessionTooLarge:
            if self._store.found(cookies) is not None:
                return (yield from self._store.save(cookies, tokens, record, now))
            beginning = Beginning(record.sub or "", record.name, "")
            return (yield from self.begin(cookies, tokens, record, now, beginning))
        return (yield from self._moved_out(cookies, saved))

    def _moved_out(self, cookies: RequestCookies, saved: Saved) -> Flow[Saved]:
        """A session that is in cookies from now on."""
        if self._store.found(cookies) is None:
            return saved
        dropped = yield from self._store.drop(cookies)
        return Saved((*saved.headers, *dropped), saved.values, saved.ends_at)

    def save_refresh(
        self, cookies: RequestCookies, record: RefreshRecord, now: float
    ) -> Flow[Headers]:
        return (yield from self._place(cookies).save_refresh(cookies, record, now))

    def drop_refresh(self, cookies: RequestCookies) -> Flow[Headers]:
        return (yield from self._place(cookies).drop_refresh(cookies))

    def listed(self, sub: str) -> Flow[tuple[Listed, ...] | None]:
        yield from ()
        return None  # but some of them

    def end(self, session: Listed, now: float) -> Flow[None]:
        yield from ()

    def drop(self, cookies: RequestCookies, *, unseen: bool = False) -> Flow[Headers]:
        in_store = self._store.found(cookies) is not None
        dropped = yield from self._store.drop(cookies, unseen=unseen)
        if in_store and not unseen:
            return dropped
        return (*dropped, *self._cookies.clear(cookies.jar, unseen=unseen))
