"""A session <-> its cookies.

Knows the three session cookies, their seals and ages. Verifies nothing: what it reads is still
only what a browser sent.
"""

import logging
from collections.abc import Mapping
from typing import Any

from ...errors import SessionTooLarge, TokenRefused
from ..context import Context, Names
from ..messages import Headers
from ..protocol import cookies
from ..protocol.session_cache import Values
from ..records import RefreshRecord, Tokens

INHERITED = Names.prefixed("")  # the names flask-cognito-lib uses
log = logging.getLogger("cognito_gate")


def candidates(context: Context, jar: cookies.Jar) -> tuple[list[str], list[str], list[str]]:
    """The values that the access, ID and refresh cookie may have, likeliest first."""
    names = context.names
    if context.inherited and not cookies.names(jar, names.access) + cookies.names(
        jar, names.refresh
    ):
        names = INHERITED
    access, id_ = cookies.candidates(jar, names.access), cookies.candidates(jar, names.id)
    renews = context.settings.refresh_flow_enabled
    return access, id_, cookies.candidates(jar, names.refresh) if renews else []


def refresh_record(
    context: Context, values: list[str], sub: str | None
) -> tuple[RefreshRecord | None, str]:
    """The first refresh cookie that opens (and is of `sub`, if given), and its value."""
    for value in values:
        try:
            found = _opened(context, value)
        except TokenRefused:
            continue
        if None in (sub, found.sub) or sub == found.sub:
            return found, value
    return None, ""


def new_refresh_record(
    context: Context, got: Tokens, access: Mapping[str, Any], now: float
) -> RefreshRecord | None:
    """The record of a session that begins now; None when its refresh token is not kept."""
    if not (context.settings.refresh_flow_enabled and got.refresh):
        return None
    name = str(access.get("origin_jti") or context.token()[:22])
    return RefreshRecord(got.refresh, str(access["sub"]), int(now), name)


def _opened(context: Context, value: str) -> RefreshRecord:
    try:
        return RefreshRecord.from_json(context.seals.refresh.open(value))
    except TokenRefused:
        if context.inherited is None:
            raise
        token, sealed_at = context.inherited.open(value)
        return RefreshRecord(token, None, sealed_at)  # it does not say whose it is; Cognito will


def open_access(context: Context, value: str) -> tuple[str, float]:
    """The access token in a cookie's value, and when that value ends (Unix time), which only a
    sealed one says. Raises TokenRefused."""
    text = context.seals.access.open(value)
    end, colon, token = text.partition(":")
    return (token, float(end)) if colon and end.isdigit() else (text, float("inf"))


def cache_key(access: str, id_: str, refresh: str) -> Values:
    """What a verified session is remembered by: its cookies' values."""
    return access.encode("latin-1"), id_.encode("latin-1"), refresh.encode("latin-1")


def ends_at(context: Context, found: RefreshRecord) -> int:
    """The absolute end of a session with refresh: it counts from sign-in."""
    return found.signed_in_at + context.settings.refresh_cookie_age_seconds


def store(
    context: Context,
    jar: cookies.Jar,
    tokens: Tokens,
    record: RefreshRecord | None,
    now: float,
    *,
    blind: bool = False,
) -> Headers:
    """Set-Cookie lines that hold a session, clearing what an older one left in `jar` (`blind`:
    and elsewhere).

    Raises:
        SessionTooLarge: more than servers and proxies on the way would take.
    """
    names, seals = context.names, context.seals
    age, rest = context.settings.cookie_age_seconds, 0
    if record is not None:
        rest = max(0, ends_at(context, record) - int(now))
        age = min(age, rest)
    end = f"{int(now) + age}:" if context.settings.cookie_encrypted else ""
    values = {
        names.access: (seals.access.seal(end + tokens.access, now), age),
        names.id: (seals.id.seal(tokens.id, now) if tokens.id else "", age),
        names.refresh: (seals.refresh.seal(record.to_json(), now) if record else "", rest),
    }
    check_size(context, {name: len(value) for name, (value, _) in values.items()})
    return _lines(context, jar, values, blind=blind)


def store_refresh(context: Context, jar: cookies.Jar, record: RefreshRecord, now: float) -> Headers:
    """Set-Cookie lines that replace the refresh cookie alone."""
    rest = max(0, ends_at(context, record) - int(now))
    sealed = context.seals.refresh.seal(record.to_json(), now)
    lines = context.session.store(context.names.refresh, sealed, rest, jar)
    return tuple(("set-cookie", line) for line in lines)


def _lines(
    context: Context, jar: cookies.Jar, values: dict[str, tuple[str, int]], *, blind: bool
) -> Headers:
    lines: list[str] = []
    for name, (value, seconds) in values.items():
        if value:
            lines += context.session.store(name, value, seconds, jar, blind=blind)
        else:
            lines += context.session.clear(name, jar, blind=blind)
    lines += _left_behind(context, jar)
    return tuple(("set-cookie", line) for line in lines)


def check_size(context: Context, sizes: dict[str, int]) -> None:
    """Raises SessionTooLarge, naming the sizes, when their sum is too much for cookies."""
    total = sum(sizes.values())
    if total > context.session_bytes:
        parts = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise SessionTooLarge(
            f"a session of {total} bytes ({parts}) does not fit into cookies "
            f"({context.session_bytes}, by COGNITO_GATE_SESSION_BYTES or its default); "
            "fewer groups or custom claims, or AWS_COGNITO_SCOPES without profile, make it smaller"
        )


def _left_behind(context: Context, jar: cookies.Jar) -> list[str]:
    """Lines that clear what flask-cognito-lib set under names that are not ours."""
    if context.inherited is None or context.names == INHERITED:
        return []
    old = (INHERITED.access, INHERITED.id, INHERITED.refresh)
    return [line for name in old for line in context.session.clear(name, jar)]


def clear(context: Context, jar: cookies.Jar, *, always: bool = False) -> Headers:
    """Set-Cookie lines that end the session; `always` also for cookies not seen."""
    names = context.names
    lines = _left_behind(context, jar)
    for name in (names.access, names.id, names.refresh):
        lines += context.session.clear(name, jar, always=always)
    return tuple(("set-cookie", line) for line in lines)
