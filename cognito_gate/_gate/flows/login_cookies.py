"""The sign-ins under way in one browser: a few slots, one sealed cookie each.

Knows the login cookies; nothing of Cognito's addresses. The slots are fixed, so that tabs which
open at once, and do not see each other's cookies, cannot fill a server's limit for headers.
"""

import hmac
from dataclasses import dataclass, replace

from ...errors import TokenRefused
from ..context import Context
from ..exchange import Exchange
from ..messages import Header, Headers
from ..protocol import cookies
from ..records import LoginAttempt

SLOTS = 4
MAX_SHORT_BYTES = 1_000  # of an attempt, but for slot 0, which takes a long return address
MAX_BYTES = 7_000  # of all our cookies together: servers cap the Cookie header at 8 KiB
MAX_OPENED = 8  # attempts that one request may have unsealed, twins included
AGAIN = "again."  # begins the `state` of a second try, which a browser without cookies returns too


@dataclass(frozen=True, slots=True)
class _LoginCookie:
    """A login cookie that the browser sent: when its attempt began, 0 where that is over."""

    name: str
    size: int
    started_at: int


def new(context: Context, return_to: str, now: float, *, again: bool) -> LoginAttempt:
    """A fresh attempt: `state`, `nonce` and verifier of 256 random bits each."""
    mark = AGAIN if again else ""
    fresh = (mark + context.token(), context.token(), context.token())
    return LoginAttempt(*fresh, return_to=return_to, started_at=int(now), again=again)


def _slots(context: Context) -> list[str]:
    return [f"{context.names.login}{number}" for number in range(SLOTS)]


def _jar(exchange: Exchange) -> cookies.Jar:
    jar = exchange.jar
    return {
        name: values
        for name, values in jar.items()
        if name.startswith(exchange.context.names.login)
    }


def _open(context: Context, value: str, now: float) -> LoginAttempt:
    attempt = LoginAttempt.from_json(context.seals.login.open(value))
    if not -60 <= now - attempt.started_at <= context.settings.login_seconds:
        raise TokenRefused("the sign-in took too long")
    return attempt


def _live(exchange: Exchange) -> list[tuple[str, LoginAttempt]]:
    """The attempts that this browser holds, with the names of their cookies."""
    return exchange.once(_opened)


def _opened(exchange: Exchange) -> list[tuple[str, LoginAttempt]]:
    jar, attempts = _jar(exchange), []
    sent = [(name, value) for name in _slots(exchange.context) for value in jar.get(name, ())]
    for name, value in sent[:MAX_OPENED]:
        try:
            attempts.append((name, _open(exchange.context, value, exchange.now)))
        except TokenRefused:
            continue
    return attempts


def find(exchange: Exchange, state: str) -> LoginAttempt | None:
    """The attempt that this browser started with `state`, if it did."""
    for _, attempt in _live(exchange):
        if hmac.compare_digest(attempt.state.encode(), state.encode()):
            return attempt
    return None


def tried_again(exchange: Exchange) -> bool:
    """True when the gate itself has started a sign-in over in this browser, moments ago."""
    return any(attempt.again for _, attempt in _live(exchange))


def store(exchange: Exchange, attempt: LoginAttempt, spent: str) -> Headers:
    """Set-Cookie lines that keep `attempt`, and drop the oldest and the dead ones.

    `spent` is the state of one that ends with that, or empty. The return address is
    kept as far as a slot and the browser's other cookies leave room.
    """
    others = _others(exchange, spent)
    room = MAX_BYTES - _foreign_bytes(exchange)
    sealed = exchange.context.seals.login.seal(attempt.to_json(), exchange.now)
    if len(sealed) > min(cookies.CHUNK, room):
        plain = replace(attempt, return_to="/")
        sealed = exchange.context.seals.login.seal(plain.to_json(), exchange.now)
    name = _free_slot(exchange.context, others, long=len(sealed) > MAX_SHORT_BYTES)
    line = exchange.context.login.line(name, sealed, exchange.settings.login_seconds)
    left = [cookie for cookie in others if cookie.name != name]
    ended = [header for header in forget(exchange, spent) if f"{name}=" not in header[1]]
    return (("set-cookie", line), *ended, *_dropped(exchange.context, left, room - len(sealed)))


def make_room(exchange: Exchange, room: int, spent: str) -> Headers:
    """Set-Cookie lines that drop the oldest attempts where they take more than `room` bytes."""
    return tuple(_dropped(exchange.context, _others(exchange, spent), room))


def _others(exchange: Exchange, spent: str) -> list[_LoginCookie]:
    """The login cookies of this browser, but for that of the attempt that is `spent`."""
    begun: dict[str, int] = {}
    gone = ""
    for name, attempt in _live(exchange):
        if spent and hmac.compare_digest(attempt.state.encode(), spent.encode()):
            gone = name
        begun.setdefault(name, attempt.started_at)
    jar = _jar(exchange)
    return [
        _LoginCookie(name, len(name) + sum(map(len, values)), begun.get(name, 0))
        for name, values in jar.items()
        if name != gone
    ]


def _foreign_bytes(exchange: Exchange) -> int:
    """How much of this request's Cookie headers are not login cookies."""
    ours = sum(
        len(name) + len(value) + 3 for name, values in _jar(exchange).items() for value in values
    )
    return max(0, sum(map(len, exchange.incoming.values(b"cookie"))) - ours)


def _free_slot(context: Context, others: list[_LoginCookie], *, long: bool) -> str:
    """Where a new attempt goes: a free slot, in turn (tabs that open at once see none as taken),
    else that of the oldest."""
    slots = _slots(context)
    if long:
        return slots[0]
    first = context.turn() % SLOTS
    taken = {cookie.name: cookie.started_at for cookie in others}
    return min(slots[first:] + slots[:first], key=lambda name: taken.get(name, 0))


def _dropped(context: Context, others: list[_LoginCookie], room: int) -> list[Header]:
    """The oldest go first; what is dead, or has a name that is no slot's, goes anyway."""
    drop = []
    for cookie in sorted(others, key=lambda cookie: cookie.started_at, reverse=True):
        room -= cookie.size
        if room < 0 or not cookie.started_at:
            drop.append(("set-cookie", context.login.line(cookie.name, "", 0)))
    return drop[: cookies.MAX_CLEARED]


def forget(exchange: Exchange, state: str) -> Headers:
    """Set-Cookie lines that end the attempt with `state`, when the browser holds one."""
    names = [
        name
        for name, attempt in _live(exchange)
        if state and hmac.compare_digest(attempt.state.encode(), state.encode())
    ]
    return tuple(("set-cookie", exchange.context.login.line(name, "", 0)) for name in names[:1])


def forget_all(exchange: Exchange) -> Headers:
    """Set-Cookie lines that end every attempt of this browser."""
    names = list(_jar(exchange))[: cookies.MAX_CLEARED]
    return tuple(("set-cookie", exchange.context.login.line(name, "", 0)) for name in names)
