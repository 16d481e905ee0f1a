"""The visitor behind the session cookies.

Knows when a session holds, when it is due to be refreshed, and when it is over. Must not know what
the visitor asked for.
"""

from typing import Literal

from ...errors import ClockWrong, StoreUnavailable
from ..effects import Flow
from ..exchange import Exchange
from ..messages import Pass
from ..records import RefreshRecord
from ..sessions.interface import Stored
from . import idle_timeout, refresh, refresh_record, session_end, verified_session
from .verified_session import Read

NOBODY = Pass(None)


def session(exchange: Exchange) -> Flow[Pass]:
    """The visitor behind the session cookies; with no (valid) session, nobody.

    The headers of the result store a refreshed session or clear a dead one.

    Raises:
        CognitoUnavailable: the session can be neither used nor refreshed now; nothing is lost.
    """
    if exchange.visitor is not None:
        return exchange.visitor
    visitor = yield from _session(exchange)
    return exchange.remember_visitor((yield from idle_timeout.used(exchange, visitor)))


def _session(exchange: Exchange) -> Flow[Pass]:
    stored = yield from exchange.context.sessions.load(exchange.cookies, exchange.now)
    return (yield from _found(exchange, stored))


def _found(exchange: Exchange, stored: Stored) -> Flow[Pass]:
    context, now = exchange.context, exchange.now
    if not stored.access and not stored.refresh:
        if not exchange.jar:
            return NOBODY
        return Pass(None, (yield from context.sessions.drop(exchange.cookies)))
    values = context.sessions.values(exchange.cookies, *stored.first)
    cached = context.session_cache.get(values, now)
    if cached is not None:
        if context.is_over(cached.marks, now):
            return NOBODY
        if not idle_timeout.is_over(exchange, cached.marks):
            return cached
    read = yield from verified_session.read(context, stored, now)
    live = read.session
    sub = live.identity.sub if live else None
    record, value, foreign = refresh_record.find(context, stored.refresh, sub)
    marks = verified_session.marks(live, record)
    if context.is_over(marks, now):
        return NOBODY  # ended: its cookies were cleared, and others may be there by now
    if marks.keys and idle_timeout.is_over(exchange, marks):
        value = (*stored.access, *stored.refresh)[0]
        return (yield from idle_timeout.end(exchange, marks, record, sub or "", value))
    if record is not None:
        return (yield from _with_refresh(exchange, read, record, value, copied=stored.copied))
    if foreign:  # nothing is cleared: that version is in use, somewhere behind this address
        if live is None or not live.complete:
            return NOBODY
        return Pass(live.identity, (), live.ends_at, verified_session.marks(live, None))
    if live is None or not live.complete:
        # Whose time is over ends by itself; another tab's sign-in may have replaced it by now.
        expired = read.only_late and not stored.refresh
        value = (*stored.access, *stored.refresh)[0]
        return (yield from _over(exchange, "expired" if expired else "invalid", value))
    if stored.refresh:
        dropped = yield from context.sessions.drop_refresh(exchange.cookies)
        return Pass(live.identity, dropped, live.ends_at, verified_session.marks(live, None))
    values = context.sessions.values(exchange.cookies, *live.values, "")
    return verified_session.remember(context, values, live, None, now)


def _with_refresh(
    exchange: Exchange, read: Read, record: RefreshRecord, value: str, *, copied: bool
) -> Flow[Pass]:
    """A session with a refresh token, whose record was read from the stored `value`."""
    context, live, now = exchange.context, read.session, exchange.now
    if record.ends_at(context.settings.refresh_cookie_age_seconds) <= now:
        return (yield from _over(exchange, "lifetime", value, record))
    if live is None and read.early:
        raise ClockWrong("the clock of this server is behind: a session's token counts only later")
    whole = live if live is not None and live.complete else None
    due = whole is not None and now >= verified_session.refresh_at(context, whole, record)
    if whole is None or (due and exchange.incoming.kind == "http"):
        # Not every server passes on what a WebSocket's acceptance carries: while the session holds,
        # its refresh waits for a request that surely can.
        if copied:
            return (yield from _read_again(exchange, record, whole))
        return (yield from refresh.refresh(refresh.Due(exchange, record, value, whole)))
    values = context.sessions.values(exchange.cookies, *whole.values, value)
    return verified_session.remember(context, values, whole, record, now)


def _read_again(
    exchange: Exchange, record: RefreshRecord, live: verified_session.Verified | None
) -> Flow[Pass]:
    """Another process may have refreshed what this one has a copy of; and what is refreshed must be
    kept, so the store is asked first whether it is there."""
    try:
        stored = yield from exchange.context.sessions.load(
            exchange.cookies, exchange.now, fresh=True
        )
    except StoreUnavailable:
        if live is None:
            raise
        return Pass(live.identity, (), live.ends_at, verified_session.marks(live, record))
    return (yield from _found(exchange, stored))


def _over(
    exchange: Exchange,
    cause: Literal["expired", "invalid", "lifetime"],
    value: str,
    record: RefreshRecord | None = None,
) -> Flow[Pass]:
    sub, name = (record.sub or "", record.name) if record else ("", "")
    session_end.record(exchange, cause, value, sub, name)
    if cause == "expired":
        return NOBODY
    return Pass(None, (yield from exchange.context.sessions.drop(exchange.cookies)))
