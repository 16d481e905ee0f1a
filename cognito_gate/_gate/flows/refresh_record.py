"""The refresh token of a session, and what is kept with it.

Knows when there is one to keep; must not know when a refresh is due, nor what one brings.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...errors import TokenRefused
from ..context import Context
from ..records import RefreshRecord, Tokens


class Search(NamedTuple):
    """A record, and the stored value that it was read from. `foreign`: there is one that another
    version of this package has written, and can read."""

    record: RefreshRecord | None
    value: str = ""
    foreign: bool = False


def find(context: Context, values: Sequence[str], sub: str | None) -> Search:
    """The first stored value that opens (and is of `sub`, if given)."""
    foreign = False
    for value in values:
        try:
            record = context.sessions.open_refresh(value)
        except TokenRefused as error:
            foreign = foreign or error.cause == "version"
            continue
        if None in (sub, record.sub) or sub == record.sub:
            return Search(record, value)
    return Search(None, foreign=foreign)


def new(
    context: Context, tokens: Tokens, access: Mapping[str, Any], now: float
) -> RefreshRecord | None:
    """The record of a session that begins now; None when its refresh token is not kept."""
    if not (context.settings.refresh_flow_enabled and tokens.refresh):
        return None
    name = str(access.get("origin_jti") or context.token()[:22])
    return RefreshRecord(tokens.refresh, str(access["sub"]), int(now), name)
