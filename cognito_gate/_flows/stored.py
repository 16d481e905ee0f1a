"""A session <-> its cookies.

Knows the three session cookies, their seals and ages. Verifies nothing: what it reads is still
only what a browser sent.
"""

import logging

from .._messages import Headers, Incoming
from .._parts import cookies
from .._records import Renewal, Tokens
from ..errors import SessionTooLarge, TokenRefused
from .context import COOKIE_MARK, Context

MOST_BYTES = 16_000
log = logging.getLogger("cognito_gate")


def held(incoming: Incoming) -> cookies.Jar:
    """Our cookies, as this browser sent them."""
    return cookies.read(incoming.values(b"cookie"), COOKIE_MARK)


def renewal(context: Context, values: list[str], sub: str | None) -> tuple[Renewal | None, str]:
    """The first refresh cookie that opens (and is of `sub`, if given), and its value."""
    for value in values:
        try:
            found = Renewal.from_json(context.seals.refresh.open(value))
        except TokenRefused:
            continue
        if sub in (None, found.sub):
            return found, value
    return None, ""


def ends_at(context: Context, found: Renewal) -> int:
    """The absolute end of a session with refresh: it counts from sign-in."""
    return found.signed_in_at + context.settings.refresh_cookie_age_seconds


def store(
    context: Context, jar: cookies.Jar, tokens: Tokens, renewal: Renewal | None, now: float
) -> Headers:
    """Set-Cookie lines that hold a session, clearing what an older one left in `jar`.

    Raises:
        SessionTooLarge: over 16,000 bytes; browsers and proxies would drop or refuse it.
    """
    names, seals = context.names, context.seals
    age, rest = context.settings.cookie_age_seconds, 0
    if renewal is not None:
        rest = max(0, ends_at(context, renewal) - int(now))
        age = min(age, rest)
    values = {
        names.access: (seals.access.seal(tokens.access, now), age),
        names.id: (seals.id.seal(tokens.id, now) if tokens.id else "", age),
        names.refresh: (seals.refresh.seal(renewal.to_json(), now) if renewal else "", rest),
    }
    check_size({name: len(value) for name, (value, _) in values.items()})
    lines: list[str] = []
    for name, (value, seconds) in values.items():
        if value:
            lines += context.session.store(name, value, seconds, jar)
        else:
            lines += context.session.clear(name, jar)
    return tuple(("set-cookie", line) for line in lines)


def check_size(sizes: dict[str, int]) -> None:
    """Raises SessionTooLarge, naming the sizes, when their sum is too much for cookies."""
    total = sum(sizes.values())
    if total > MOST_BYTES:
        parts = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise SessionTooLarge(
            f"a session of {total} bytes ({parts}) does not fit into {MOST_BYTES} of cookies. "
            "Fewer groups or custom claims, or AWS_COGNITO_SCOPES without profile, make it smaller"
        )


def clear(context: Context, jar: cookies.Jar, *, always: bool = False) -> Headers:
    """Set-Cookie lines that end the session; `always` also for cookies not seen."""
    names = context.names
    return tuple(
        ("set-cookie", line)
        for name in (names.access, names.id, names.refresh)
        for line in context.session.clear(name, jar, always=always)
    )
