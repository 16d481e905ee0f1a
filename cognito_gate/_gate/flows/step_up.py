"""A page that needs a newer or a stronger sign-in sends a browser to sign in again, once.

Knows the cookie that says so, and when it is no use to ask again. Must not know what makes a
sign-in too old or too weak (authorization.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from ...errors import StepUpRequired, TokenRefused
from ...identity import Identity
from ..exchange import Exchange
from ..messages import Headers, Pass, Respond
from ..records import dump_record, load_record
from . import login

MAX_TIMES = 3
"""How often a browser is sent that has not signed in since: there may be several tabs, and people
who go back."""


@dataclass(frozen=True, slots=True)
class StepUp:
    """That a browser was sent to sign in again: when (Unix time), how many times, with which
    session, and for which classes of sign-in."""

    begun: int
    times: int
    session: str
    acr: list[str]

    def to_json(self) -> str:
        return dump_record(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**load_record(text, {"begun": int, "times": int, "session": str, "acr": list}))


def ask(exchange: Exchange, error: StepUpRequired, visitor: Pass) -> Respond | None:
    """Send the browser to sign in again, or None where that was of no use before."""
    asked = offer(exchange, error, visitor)
    if asked is None:
        return None
    started = login.begin(exchange, login.return_address(exchange), extra=wishes(error))
    return replace(started, headers=(*started.headers, *asked, *visitor.headers))


def wishes(error: StepUpRequired) -> dict[str, str]:
    """What the sign-in is to be like (OpenID Connect Core 1.0 section 3.1.2.1)."""
    wanted = {"prompt": "login"}
    if error.max_age is not None:
        wanted["max_age"] = str(error.max_age)
    if error.acr:
        wanted["acr_values"] = " ".join(error.acr)
    return wanted


def offer(exchange: Exchange, error: StepUpRequired, visitor: Pass) -> Headers | None:
    """The cookie of a browser that is asked to sign in again, or None where that was of no use
    before.

    Cognito's classic login takes no notice of the wish, nor does its Lite plan of a class: who
    comes straight back must see a page, and not be sent round in a circle.
    """
    who, session = visitor.identity, visitor.marks.name
    last = _last(exchange, error)
    if who is None or (last is not None and _in_vain(error, who, session, last, exchange.now)):
        return None
    times = last.times + 1 if last is not None and last.session == session else 1
    line = _line(exchange, StepUp(int(exchange.now), times, session, list(error.acr)))
    return (("set-cookie", line),)


def _in_vain(error: StepUpRequired, who: Identity, session: str, last: StepUp, now: float) -> bool:
    """Whether the last time did not bring what was asked for."""
    if session and session == last.session:
        return last.times >= MAX_TIMES  # no sign-in since
    signed_in = who.auth_time or 0
    # There was one since: that it is too old by now is no reason not to ask once more.
    grown_old = error.max_age is not None and now - signed_in > error.max_age
    return signed_in < last.begun or not grown_old


def _line(exchange: Exchange, asked: StepUp) -> str:
    context = exchange.context
    sealed = context.seals.step_up.seal(asked.to_json(), exchange.now)
    return context.login.line(context.names.step_up, sealed, context.settings.login_seconds)


def _last(exchange: Exchange, error: StepUpRequired) -> StepUp | None:
    """The last time that this browser was asked for the same."""
    found = (asked for asked in _asked(exchange) if asked.acr == list(error.acr))
    return next(found, None)


def is_under_way(exchange: Exchange) -> bool:
    """Whether this browser was sent to sign in again, lately."""
    return any(True for _ in _asked(exchange))


def _asked(exchange: Exchange) -> Iterator[StepUp]:
    context = exchange.context
    for value in exchange.jar.get(context.names.step_up, [])[:2]:
        try:
            asked = StepUp.from_json(context.seals.step_up.open(value))
        except TokenRefused:
            continue
        if 0 <= exchange.now - asked.begun <= exchange.settings.login_seconds:
            yield asked
