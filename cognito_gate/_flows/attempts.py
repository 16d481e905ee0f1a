"""The sign-ins under way in one browser: one sealed cookie each, a few at most.

Knows the attempt cookies; nothing of Cognito's addresses or of sessions.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import replace

from .._messages import Header, Headers, Incoming
from .._parts import cookies
from .._records import LoginAttempt
from ..errors import TokenRefused
from .context import COOKIE_MARK, Context

MOST = 4
MOST_BYTES = 6_500  # of all attempts together: servers cap the Cookie header at 8 KiB
AGAIN = "again."  # begins the `state` of a second try, which a browser without cookies returns too


def new(context: Context, return_to: str, now: float, *, again: bool) -> LoginAttempt:
    """A fresh attempt: `state`, `nonce` and verifier of 256 random bits each."""
    mark = AGAIN if again else ""
    fresh = (mark + context.token(), context.token(), context.token())
    return LoginAttempt(*fresh, return_to=return_to, started_at=int(now), again=again)


def _name(context: Context, state: str) -> str:
    digest = urlsafe_b64encode(hashlib.sha256(state.encode()).digest()).decode()
    return context.names.login + digest[:12]


def _jar(context: Context, incoming: Incoming) -> cookies.Jar:
    jar = cookies.read(incoming.values(b"cookie"), COOKIE_MARK)
    return {name: held for name, held in jar.items() if name.startswith(context.names.login)}


def _open(context: Context, value: str, now: float) -> LoginAttempt:
    attempt = LoginAttempt.from_json(context.seals.login.open(value))
    if not -60 <= now - attempt.started_at <= context.settings.login_seconds:
        raise TokenRefused("the sign-in took too long")
    return attempt


def find(context: Context, incoming: Incoming, state: str) -> LoginAttempt | None:
    """The attempt that this browser started with `state`, if it did."""
    for value in _jar(context, incoming).get(_name(context, state), ())[: cookies.MOST_TWINS]:
        try:
            attempt = _open(context, value, incoming.now)
        except TokenRefused:
            continue
        if hmac.compare_digest(attempt.state.encode(), state.encode()):
            return attempt
    return None


def store(context: Context, incoming: Incoming, attempt: LoginAttempt, spent: str) -> Headers:
    """Set-Cookie lines that keep `attempt`, and drop the oldest and the dead ones.

    `spent` is the state of one that ends in the same response, or empty.
    """
    name = _name(context, attempt.state)
    sealed = context.seals.login.seal(attempt.to_json(), incoming.now)
    if len(name) + len(sealed) >= 4096:  # JSON and the seal make a strange address much longer
        plain = replace(attempt, return_to="/")
        sealed = context.seals.login.seal(plain.to_json(), incoming.now)
    line = context.login.line(name, sealed, context.settings.login_seconds)
    return (("set-cookie", line), *_crowded(context, incoming, len(sealed), spent))


def _crowded(context: Context, incoming: Incoming, size: int, spent: str) -> list[Header]:
    aged: list[tuple[int, int, str, int]] = []
    held = _jar(context, incoming)
    held.pop(_name(context, spent), None)  # it goes anyway
    for position, (name, values) in enumerate(held.items()):
        try:
            started_at = _open(context, values[0], incoming.now).started_at
        except TokenRefused:
            started_at = 0
        aged.append((started_at, position, name, len(values[0])))
    kept, drop = 1, []
    for started_at, _, name, length in sorted(aged, reverse=True):
        size += length
        if started_at and kept < MOST and size <= MOST_BYTES:
            kept += 1
        else:
            drop.append(("set-cookie", context.login.line(name, "", 0)))
    return drop[: cookies.MOST_CLEARED]


def forget(context: Context, incoming: Incoming, state: str) -> Headers:
    """Set-Cookie lines that end the attempt with `state`, when the browser holds one."""
    name = _name(context, state)
    held = _jar(context, incoming)
    return (("set-cookie", context.login.line(name, "", 0)),) if name in held else ()


def forget_all(context: Context, incoming: Incoming) -> Headers:
    """Set-Cookie lines that end every attempt of this browser."""
    held = list(_jar(context, incoming))[: cookies.MOST_CLEARED]
    return tuple(("set-cookie", context.login.line(name, "", 0)) for name in held)
