"""Sessions in a store that processes share: the browser has an id that nobody can guess, no token.

Knows the cookie with the id, and the item it leads to. Verifies nothing: tokens from the store are
verified as those from a cookie are.
"""

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ...errors import StoreUnavailable, TokenRefused
from ...settings import Settings
from .. import store, store_keys
from ..cookie_kinds import Names, session_attributes
from ..effects import Flow, Item
from ..messages import Headers
from ..protocol import cookies as cookie_parts
from ..protocol.cookies import RequestCookies
from ..protocol.session_cache import Values
from ..records import RefreshRecord, Tokens
from ..shared import Shared
from .interface import NOT_SAID, Beginning, Listed, Saved, Stored
from .stored_list import ask, of_user
from .stored_session import SessionSeal, StoredSession

MAX_IDS = 2
"""How many ids of one request the store is asked for: another host of the domain may have planted
one where the cookie is set for all of the domain."""
MAX_ATTEMPTS = 3  # to replace an item that others change at the same time
MAX_AGENT_CHARS = 200
REWRITTEN = 10
"""An item says when its session was last used to one part in so many of the time it may be idle."""
TOLD_SECONDS = 86_400
"""How much longer than it may be idle a session is kept: whoever comes back is told why it ended,
and Cognito is told to end it."""
_ID = re.compile(r"[A-Za-z0-9_-]{40,64}")
log = logging.getLogger("cognito_gate")


@dataclass(frozen=True, slots=True)
class Found:
    """The item of a request's session: its value, what that says, and whether it is a copy of
    earlier. `session` is None where the value cannot be read here."""

    key: str
    value: bytes = field(repr=False)
    session: StoredSession | None
    copied: bool = False


class StoreSessions:
    """The `Sessions` of a gate with a store. `token` makes ids."""

    def __init__(
        self, settings: Settings, names: Names, shared: Shared, token: Callable[[], str]
    ) -> None:
        self._settings = settings
        self._name = names.session
        self._attributes = session_attributes(settings)
        self._seal = SessionSeal(settings)
        self._shared = shared
        self._token = token
        self.cookie_names = (names.session,)

    def known(self, line: bytes, now: float) -> tuple[Values, float] | None:
        ids = cookie_parts.glance(line, self.cookie_names)
        if not ids or not ids[0]:
            return None
        copy = self._shared.copies.get(store_keys.of_session(ids[0]), now)
        return None if copy is None else (copy.values, copy.until)

    def load(self, cookies: RequestCookies, now: float, *, fresh: bool = False) -> Flow[Stored]:
        cookies.found = found = None
        for session_id in self._ids(cookies):
            key = store_keys.of_session(session_id)
            found = (yield from self._find(key, now, fresh=fresh)) or found
            if found is not None and found.session is not None:
                break
        cookies.found = found
        if found is None or found.session is None:
            return Stored()
        session = found.session
        refresh = session.refresh if self._settings.refresh_flow_enabled else ""
        kinds = [(text,) if text else () for text in (session.access, session.id, refresh)]
        return Stored(kinds[0], kinds[1], kinds[2], copied=found.copied)

    def _ids(self, cookies: RequestCookies) -> list[str]:
        """What may be an id, as the browser has sent them. Anything else costs no question."""
        sent = cookies.glance(self.cookie_names)
        ids = cookies.jar.get(self._name, []) if sent is None else sent
        return [text for text in dict.fromkeys(ids) if _ID.fullmatch(text)][:MAX_IDS]

    def _find(self, key: str, now: float, *, fresh: bool) -> Flow[Found | None]:
        copy = None if fresh else self._shared.copies.get(key, now)
        if copy is not None:
            return Found(key, copy.value, self._open(key, copy.value), copied=True)
        if self._shared.copies.is_unknown(key, now):
            return None
        changes = self._shared.copies.changes
        item = yield from ask(store.load(key))
        if item is None:
            self._shared.copies.put_unknown(key, now)
            return None
        found = Found(key, item.value, self._open(key, item.value))
        if changes == self._shared.copies.changes:  # else it may be gone by now
            self._keep(found, now)
        return found

    def _open(self, key: str, value: bytes) -> StoredSession | None:
        try:
            return self._seal.open(key, value)
        except TokenRefused as error:
            # Another process may know its key, or its version: it is left as it is.
            log.warning("a stored session is not used: %s", error)
            return None

    def _keep(self, found: Found, now: float) -> None:
        if found.session is not None:
            until, values = float(found.session.ends_at), _values(found.session)
            idle = self._settings.idle_seconds
            if idle:  # by then it has to be noted that the session is used
                until = min(until, found.session.used_at + idle / REWRITTEN)
            self._shared.copies.put(found.key, found.value, values, now, until=until)

    def values(self, cookies: RequestCookies, access: str, id_: str, refresh: str) -> Values:
        found = self.found(cookies)
        return ("",) if found is None else _values(found)

    def found(self, cookies: RequestCookies) -> StoredSession | None:
        """The session that `load` found by these cookies."""
        found = cookies.found
        return found.session if isinstance(found, Found) else None

    def open_access(self, value: str) -> tuple[str, float]:
        return value, float("inf")

    def open_id(self, value: str) -> str:
        return value

    def open_refresh(self, value: str) -> RefreshRecord:
        return RefreshRecord.from_json(value)

    def check_size(self, tokens: Tokens) -> None:
        """There is room for every token that is read at all."""

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
        """Always under an id of its own, so that nobody can plant one before the sign-in."""
        yield from self.load(cookies, now, fresh=True)
        before, session_id = cookies.found, self._token()
        key = store_keys.of_session(session_id)
        session = StoredSession(
            item=key,
            sub=beginning.sub,
            name=beginning.name,
            agent=_printable(beginning.agent),
            began=int(now),
            used_at=int(now),
            ends_at=self._ends_at(record, now),
            access=tokens.access,
            id=tokens.id,
            refresh=record.to_json() if record else "",
        )
        item = self._item(session, now)
        there = yield from ask(store.create(item))
        # Its own: it was kept before a connection was lost, and kept again by the next one.
        if there is not None and there.value != item.value:
            raise StoreUnavailable("the store has an item of a new id already")
        if isinstance(before, Found) and before.session is not None:
            yield from self._forget(before.key, now)
        cookies.found = found = Found(key, item.value, session)
        self._keep(found, now)
        line = self._attributes.line(self._name, session_id, session.ends_at - int(now))
        return Saved((("set-cookie", line),), _values(session), session.ends_at)

    def _forget(self, key: str, now: float) -> Flow[None]:
        yield from ask(store.delete(key))
        self._shared.copies.forget(key)
        yield from self._shared.tell_gone(key, now)

    def save(
        self, cookies: RequestCookies, tokens: Tokens, record: RefreshRecord, now: float
    ) -> Flow[Saved | None]:
        changes = {"access": tokens.access, "id": tokens.id, "refresh": record.to_json()}
        kept = yield from self.change(cookies, now, **changes)
        return None if kept is None else Saved((), _values(kept), kept.ends_at)

    def save_refresh(
        self, cookies: RequestCookies, record: RefreshRecord, now: float
    ) -> Flow[Headers]:
        yield from self.change(cookies, now, refresh=record.to_json())
        return ()

    def change(
        self, cookies: RequestCookies, now: float, **changes: Any
    ) -> Flow[StoredSession | None]:
        """Change fields of the session that was found. The session that is kept then: another
        process may have refreshed it meanwhile; None: it was ended."""
        for _ in range(MAX_ATTEMPTS):
            found = cookies.found
            if not isinstance(found, Found) or found.session is None:
                return None
            session = replace(found.session, **changes)
            item = self._item(session, now)
            if (yield from ask(store.replace(item, found.value))):
                cookies.found = kept = Found(found.key, item.value, session)
                self._keep(kept, now)
                return session
            self._shared.copies.forget(found.key)
            cookies.found = yield from self._find(found.key, now, fresh=True)
            current = self.found(cookies)
            if current is not None and _values(current) != _values(found.session):
                return current
        raise StoreUnavailable("others change the same session again and again")

    def _item(self, session: StoredSession, now: float) -> Item:
        ends_at, idle = session.ends_at, self._settings.idle_seconds
        if idle:
            ends_at = min(ends_at, session.used_at + idle + TOLD_SECONDS)
        owner = self._shared.keys.owners(session.sub)[0]
        return Item(session.item, self._seal.seal(session, now), ends_at, owner)

    def _ends_at(self, record: RefreshRecord | None, now: float) -> int:
        """The absolute end of a session that begins now (Unix time)."""
        if record is None:
            return int(now) + self._settings.cookie_age_seconds
        return record.ends_at(self._settings.refresh_cookie_age_seconds)

    def drop_refresh(self, cookies: RequestCookies) -> Flow[Headers]:
        yield from ()
        return ()

    def drop(self, cookies: RequestCookies, *, unseen: bool = False) -> Flow[Headers]:
        """Only what was found: an id that leads nowhere may be of a session that was replaced, and
        the newer cookie may be on its way."""
        found = cookies.found
        if isinstance(found, Found) and found.session is not None:
            # Unless a sign-out asks, what another process has refreshed meanwhile stays.
            before = None if unseen else found.value
            deleted = yield from ask(store.delete(found.key, before))
            self._shared.copies.forget(found.key)
            cookies.found = None
            if not (deleted or unseen):
                return ()
        elif not unseen:
            return ()
        lines = self._attributes.clear(self._name, cookies.jar, always=unseen)
        return tuple(("set-cookie", line) for line in lines)

    def listed(self, sub: str) -> Flow[tuple[Listed, ...] | None]:
        return (yield from of_user(self._shared.keys, self._seal, sub))

    def end(self, session: Listed, now: float) -> Flow[None]:
        yield from self._forget(store_keys.of_listed(session.id), now)


def _values(session: StoredSession) -> Values:
    """What a verified session is remembered by: the item, and all that was verified. When it was
    last used changes nothing."""
    digest = hashlib.sha256()
    for text in (session.access, session.id, session.refresh):
        digest.update(hashlib.sha256(text.encode()).digest())
    return session.item, digest.hexdigest()


def _printable(agent: str) -> str:
    return "".join(char for char in agent if char.isprintable())[:MAX_AGENT_CHARS]
