"""Sessions that are over because nobody used them.

Knows what counts as a use: a request, and no open WebSocket. Must not know how the time of the last
one is kept.
"""

from dataclasses import replace

from ..effects import Flow
from ..exchange import Exchange
from ..messages import Pass, SessionMarks
from ..records import RefreshRecord
from ..sessions.interface import LastUse
from . import session_end, token_revocation


def is_over(exchange: Exchange, marks: SessionMarks) -> bool:
    """True when the session was not used for long; also when nothing says when it was used."""
    idle = exchange.context.idle
    return idle is not None and _ends_at(exchange, idle, marks) <= exchange.now


def end(
    exchange: Exchange, marks: SessionMarks, record: RefreshRecord | None, sub: str, value: str
) -> Flow[Pass]:
    """End the session of the stored `value` for good. The end of a WebSocket's is left to the
    browser's next request: it may have used the session elsewhere meanwhile."""
    context, now = exchange.context, exchange.now
    if exchange.incoming.kind == "websocket":
        return Pass(None)
    session_end.record(exchange, "idle", value, sub, marks.name)
    for name in marks.names:
        context.revocations.end(name, until=context.last_use(now))
    if record is not None:
        yield from token_revocation.revoke(context, record)
    yield from context.revocations.share(now)
    dropped = yield from context.sessions.drop(exchange.cookies)
    return Pass(None, (*dropped, *(context.idle.clear(exchange.jar) if context.idle else ())))


def used(exchange: Exchange, visitor: Pass) -> Flow[Pass]:
    """The visitor with the cookie that says that the session was used, where it is due."""
    idle = exchange.context.idle
    if idle is None or visitor.identity is None:
        return visitor
    headers = visitor.headers
    if exchange.incoming.kind == "http":
        seen = yield from idle.use(exchange.cookies, visitor.marks, exchange.now)
        headers = (*headers, *seen)
    until = min(visitor.until, _ends_at(exchange, idle, visitor.marks))
    return replace(visitor, headers=headers, until=until)


def _ends_at(exchange: Exchange, idle: LastUse, marks: SessionMarks) -> float:
    last = max(idle.last_use(exchange.cookies, marks), idle.seen(marks, exchange.now))
    return last + idle.seconds
