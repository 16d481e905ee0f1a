"""The visitor behind the session cookies.

Knows when a session holds, when it is due to be refreshed, and when it is over. Must not know what
the visitor asked for.
"""

import logging

from ...errors import ClockWrong
from ..context import Context
from ..effects import Flow
from ..messages import Incoming, Pass
from ..protocol import cookies
from ..records import RefreshRecord
from . import refresh, session_cookies, verified_session
from .verified_session import Found, Verified

log = logging.getLogger("cognito_gate")


def session(context: Context, incoming: Incoming) -> Flow[Pass]:
    """The visitor behind the session cookies; with no (valid) session, nobody.

    The headers of the result store a renewed session or clear a dead one.

    Raises:
        CognitoUnavailable: the session can be neither used nor renewed right now; nothing is lost.
    """
    found = yield from _session(context, incoming)
    incoming.once["sessions"] = found.sessions
    return found


def _session(context: Context, incoming: Incoming) -> Flow[Pass]:
    jar, now = cookies.jar(incoming), incoming.now
    access, id_, refreshes = session_cookies.candidates(context, jar)
    if not access and not refreshes:
        return Pass(None, session_cookies.clear(context, jar) if jar else ())
    cached = context.session_cache.get(_first_values(access, id_, refreshes), now)
    if cached is not None:
        return Pass(None) if context.is_over(cached.sessions, now) else cached
    found = yield from verified_session.read(context, access, id_, now)
    live = found.session
    record, sealed = session_cookies.refresh_record(
        context, refreshes, live.identity.sub if live else None
    )
    if context.is_over(_names(live, record), now):
        return Pass(None)  # signed out: its cookies were cleared, and others may be there by now
    if record is not None:
        return (yield from _lasting(context, incoming, jar, found, record, sealed))
    if live is None or not live.complete:
        # Whose time is over ends by itself; another tab's sign-in may have replaced it by now.
        gone = found.only_late and not refreshes
        return _over(context, jar, "its cookies do not hold", clear=not gone)
    if refreshes:
        stale = context.session.clear(context.names.refresh, jar)
        return Pass(
            live.identity, tuple(("set-cookie", line) for line in stale), live.ends_at, (live.name,)
        )
    return _remembered(context, live, None, "", now)


def _lasting(
    context: Context,
    incoming: Incoming,
    jar: cookies.Jar,
    found: Found,
    record: RefreshRecord,
    sealed: str,
) -> Flow[Pass]:
    """A session with a refresh token."""
    live, now = found.session, incoming.now
    if session_cookies.ends_at(context, record) <= now:
        return _over(context, jar, "its absolute life is over")
    if live is None and found.early:
        raise ClockWrong("the clock of this server is behind: a session's token counts only later")
    whole = live if live is not None and live.complete else None
    if whole is None or (_due(context, whole, now) and incoming.kind == "http"):
        # Not every server passes on what a WebSocket's acceptance carries: while the session holds,
        # its renewal waits for a request that surely can.
        due = refresh.Due(incoming, jar, record, sealed, whole)
        return (yield from refresh.refresh(context, due))
    return _remembered(context, whole, record, sealed, now)


def _due(context: Context, live: Verified, now: float) -> bool:
    return live.token_end - now <= context.settings.refresh_before_seconds


def _over(context: Context, jar: cookies.Jar, reason: str, *, clear: bool = True) -> Pass:
    log.info("a session ended: %s", reason)
    return Pass(None, session_cookies.clear(context, jar) if clear else ())


def _names(live: Verified | None, record: RefreshRecord | None) -> tuple[str, ...]:
    return (live.name if live else "", record.name if record else "")


def _remembered(
    context: Context, live: Verified, record: RefreshRecord | None, sealed: str, now: float
) -> Pass:
    end = until = live.ends_at
    if record is not None:
        end = min(end, session_cookies.ends_at(context, record))
        until = min(end, live.token_end - context.settings.refresh_before_seconds)
    result = Pass(live.identity, until=end, sessions=_names(live, record))
    context.session_cache.put(
        session_cookies.cache_key(*live.values, sealed), result, now=now, until=until
    )
    return result


def _first_values(
    access: list[str], id_: list[str], refreshes: list[str]
) -> tuple[bytes, bytes, bytes]:
    return session_cookies.cache_key(
        *(values[0] if values else "" for values in (access, id_, refreshes))
    )
