"""The route `{prefix}/revoke`: an operator's tool ends sessions, by a signed request.

Knows what such a request says. Must not know how it is signed, nor who asks.
"""

from typing import Any, NamedTuple

from ...errors import MethodRefused, RevocationRefused, StoreUnavailable
from ...events import SessionsRevoked
from ..context import Context
from ..effects import Flow
from ..exchange import Exchange
from ..messages import Respond
from ..protocol import request_signature
from ..protocol.request_signature import HEADER, MAX_AGE_SECONDS
from ..protocol.strict_json import load

MAX_BYTES = 4096
MAX_ID_CHARS = 200


class _Order(NamedTuple):
    """What is to be ended: one session by its `origin_jti`, or all of a user's that began at
    `before` or earlier. `id` is this request's own."""

    id: str
    sub: str
    session: str
    before: int


def revoke(exchange: Exchange) -> Flow[Respond]:
    """End what the request names.

    Raises:
        MethodRefused: no POST. RevocationRefused: anything else is wrong with it.
    """
    incoming, context, now = exchange.incoming, exchange.context, exchange.now
    if incoming.method != "POST":
        raise MethodRefused("POST")
    if incoming.late or len(incoming.body) > MAX_BYTES:
        raise RevocationRefused(f"the body has over {MAX_BYTES} bytes, or came too late")
    key, signatures = exchange.settings.revoke_key, incoming.values(HEADER)
    at = request_signature.check(key, signatures, incoming.body, now)
    order = _read(incoming.body, at)
    yield from _check_unused(context, order.id, now, until=at + MAX_AGE_SECONDS + 1)
    if order.session:
        context.revocations.end(order.session, until=context.last_use(now))
    else:
        # The tool's clock may be ahead, and nobody's session of later is meant.
        before = min(order.before, now)
        context.revocations.end_all(order.sub, before, until=context.last_use(now))
    yield from context.revocations.share(now)
    exchange.record(
        SessionsRevoked(exchange.facts, order.sub, order.session, order.before, order.id)
    )
    return Respond(204)


def _check_unused(context: Context, order_id: str, now: float, *, until: float) -> Flow[None]:
    """A request serves once, in all processes that share a store."""
    this = context.token()
    taken = context.orders.add(order_id, this, now, until=until)
    if taken == this and context.shared is not None:
        try:
            taken = yield from context.shared.claim("order", order_id, this, until=until)
        except StoreUnavailable:
            context.orders.put(order_id, "", until=now)  # it may come again
            raise
    if taken != this:
        raise RevocationRefused("a request of this id was taken already")


def _read(body: bytes, at: int) -> _Order:
    try:
        record = load(body)
    except ValueError as error:
        raise RevocationRefused("the body is not JSON") from error
    if not isinstance(record, dict) or not record.keys() <= _SHAPE.keys():
        raise RevocationRefused("the body has members that are not known here")
    for name, value in record.items():
        if type(value) is not _SHAPE[name] or (_SHAPE[name] is str and not _is_id(value)):
            raise RevocationRefused(f"{name} is not what it should be")
    if record.get("at") != at or "id" not in record:
        raise RevocationRefused("the body lacks an id, or its time is not that of the signature")
    if ("sub" in record) == ("origin_jti" in record):
        raise RevocationRefused("the body names neither a sub nor an origin_jti, or both")
    if "before" in record and ("sub" not in record or not 0 < record["before"] <= at):
        raise RevocationRefused("before goes with a sub, and is not later than the request")
    before = record.get("before", at)
    return _Order(record["id"], record.get("sub", ""), record.get("origin_jti", ""), before)


_SHAPE: dict[str, type] = {"sub": str, "origin_jti": str, "before": int, "at": int, "id": str}


def _is_id(value: Any) -> bool:
    """Without a space, too: with one, the name of a session could be the key of a user."""
    plain = value.isascii() and value.isprintable() and " " not in value
    return 0 < len(value) <= MAX_ID_CHARS and plain
