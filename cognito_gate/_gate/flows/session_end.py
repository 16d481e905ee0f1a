"""Say that a session is over: once in a process, however often its cookies still come.

Knows the event and what has been told. Must not know why a session is over.
"""

from typing import Literal

from ...events import SessionEnded
from ..effects import share_key
from ..exchange import Exchange

TOLD_SECONDS = 86_400  # for which it is not said again of the same cookies


def record(
    exchange: Exchange,
    cause: Literal["expired", "invalid", "lifetime", "refused"],
    value: str,
    sub: str = "",
    name: str = "",
) -> None:
    """Record the end of the session of the stored `value`, unless it has been told."""
    told, mark = exchange.context.told, share_key("ended", value)
    if told.get(mark, exchange.now) is None:
        told.put(mark, True, until=exchange.now + TOLD_SECONDS)
        exchange.record(SessionEnded(exchange.facts, cause, sub, name))
