"""The sign-ins under way in one browser: a few slots, one sealed cookie each.

Knows the login cookies; nothing of Cognito's addresses. The slots are fixed, so that tabs which
open at once, and do not see each other's cookies, cannot fill a server's limit for headers.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...errors import TokenRefused
from ..context import Context
from ..messages import Header, Headers, Incoming
from ..protocol import cookies
from ..records import LoginAttempt

SLOTS = 4
MAX_SHORT_BYTES = 1_000  # of an attempt, but for slot 0, which takes a long return address
MAX_BYTES = 7_000  # of all our cookies together: servers cap the Cookie header at 8 KiB
MAX_OPENED = 8  # attempts that one request may have unsealed, twins included
AGAIN = "again."  # begins the `state` of a second try, which a browser without cookies returns too


@dataclass(frozen=True, slots=True)
class _Held:
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


def _jar(context: Context, incoming: Incoming) -> cookies.Jar:
    jar = cookies.jar(incoming)
    return {name: held for name, held in jar.items() if name.startswith(context.names.login)}


def _open(context: Context, value: str, now: float) -> LoginAttempt:
    attempt = LoginAttempt.from_json(context.seals.login.open(value))
    if not -60 <= now - attempt.started_at <= context.settings.login_seconds:
        raise TokenRefused("the sign-in took too long")
    return attempt


def _live(context: Context, incoming: Incoming) -> list[tuple[str, LoginAttempt]]:
    """The attempts that this browser holds, with the names of their cookies."""
    found: list[tuple[str, LoginAttempt]] | None = incoming.once.get("attempts")
    if found is None:
        found = incoming.once["attempts"] = list(_opened(context, incoming))
    return found


def _opened(context: Context, incoming: Incoming) -> Iterator[tuple[str, LoginAttempt]]:
    jar = _jar(context, incoming)
    sent = [(name, value) for name in _slots(context) for value in jar.get(name, ())]
    for name, value in sent[:MAX_OPENED]:
        try:
            yield name, _open(context, value, incoming.now)
        except TokenRefused:
            continue


def find(context: Context, incoming: Incoming, state: str) -> LoginAttempt | None:
    """The attempt that this browser started with `state`, if it did."""
    for _, attempt in _live(context, incoming):
        if hmac.compare_digest(attempt.state.encode(), state.encode()):
            return attempt
    return None


def tried_again(context: Context, incoming: Incoming) -> bool:
    """True when the gate itself has started a sign-in over in this browser, moments ago."""
    return any(attempt.again for _, attempt in _live(context, incoming))


def store(context: Context, incoming: Incoming, attempt: LoginAttempt, spent: str) -> Headers:
    """Set-Cookie lines that keep `attempt`, and drop the oldest and the dead ones.

    `spent` is the state of one that ends with that, or empty. The return address is
    kept as far as a slot and the browser's other cookies leave room.
    """
    others = _others(context, incoming, spent)
    room = MAX_BYTES - _foreign_bytes(context, incoming)
    sealed = context.seals.login.seal(attempt.to_json(), incoming.now)
    if len(sealed) > min(cookies.CHUNK, room):
        plain = replace(attempt, return_to="/")
        sealed = context.seals.login.seal(plain.to_json(), incoming.now)
    name = _free_slot(context, others, long=len(sealed) > MAX_SHORT_BYTES)
    line = context.login.line(name, sealed, context.settings.login_seconds)
    left = [held for held in others if held.name != name]
    ended = [header for header in forget(context, incoming, spent) if f"{name}=" not in header[1]]
    return (("set-cookie", line), *ended, *_dropped(context, left, room - len(sealed)))


def make_room(context: Context, incoming: Incoming, room: int, spent: str) -> Headers:
    """Set-Cookie lines that drop the oldest attempts where they take more than `room` bytes."""
    return tuple(_dropped(context, _others(context, incoming, spent), room))


def _others(context: Context, incoming: Incoming, spent: str) -> list[_Held]:
    """The login cookies of this browser, but for that of the attempt that is `spent`."""
    begun: dict[str, int] = {}
    gone = ""
    for name, attempt in _live(context, incoming):
        if spent and hmac.compare_digest(attempt.state.encode(), spent.encode()):
            gone = name
        begun.setdefault(name, attempt.started_at)
    held = _jar(context, incoming)
    return [
        _Held(name, len(name) + sum(map(len, values)), begun.get(name, 0))
        for name, values in held.items()
        if name != gone
    ]


def _foreign_bytes(context: Context, incoming: Incoming) -> int:
    """How much of this request's Cookie headers are not login cookies."""
    ours = sum(
        len(name) + len(value) + 3
        for name, values in _jar(context, incoming).items()
        for value in values
    )
    return max(0, sum(map(len, incoming.values(b"cookie"))) - ours)


def _free_slot(context: Context, others: list[_Held], *, long: bool) -> str:
    """Where a new attempt goes: a free slot, in turn (tabs that open at once see none as taken),
    else that of the oldest."""
    slots = _slots(context)
    if long:
        return slots[0]
    first = context.turn() % SLOTS
    taken = {held.name: held.started_at for held in others}
    return min(slots[first:] + slots[:first], key=lambda name: taken.get(name, 0))


def _dropped(context: Context, others: list[_Held], room: int) -> list[Header]:
    """The oldest go first; what is dead, or has a name that is no slot's, goes anyway."""
    drop = []
    for held in sorted(others, key=lambda held: held.started_at, reverse=True):
        room -= held.size
        if room < 0 or not held.started_at:
            drop.append(("set-cookie", context.login.line(held.name, "", 0)))
    return drop[: cookies.MAX_CLEARED]


def forget(context: Context, incoming: Incoming, state: str) -> Headers:
    """Set-Cookie lines that end the attempt with `state`, when the browser holds one."""
    if not state:
        return ()
    for name, attempt in _live(context, incoming):
        if hmac.compare_digest(attempt.state.encode(), state.encode()):
            return (("set-cookie", context.login.line(name, "", 0)),)
    return ()


def forget_all(context: Context, incoming: Incoming) -> Headers:
    """Set-Cookie lines that end every attempt of this browser."""
    held = list(_jar(context, incoming))[: cookies.MAX_CLEARED]
    return tuple(("set-cookie", context.login.line(name, "", 0)) for name in held)
