"""The refresh token of a session, and what is kept with it.

Knows when there is one to keep; must not know when a refresh is due, nor what one brings.
"""

from collections.abc import Mapping
from typing import Any

from ...errors import TokenRefused
from ..context import Context
from ..records import RefreshRecord, Tokens


def find(context: Context, values: list[str], sub: str | None) -> tuple[RefreshRecord | None, str]:
    """The first stored value that opens (and is of `sub`, if given): its record, and the value."""
    for value in values:
        try:
            record = context.sessions.open_refresh(value)
        except TokenRefused:
            continue
        if None in (sub, record.sub) or sub == record.sub:
            return record, value
    return None, ""


def new(
    context: Context, tokens: Tokens, access: Mapping[str, Any], now: float
) -> RefreshRecord | None:
    """The record of a session that begins now; None when its refresh token is not kept."""
    if not (context.settings.refresh_flow_enabled and tokens.refresh):
        return None
    name = str(access.get("origin_jti") or context.token()[:22])
    return RefreshRecord(tokens.refresh, str(access["sub"]), int(now), name)
