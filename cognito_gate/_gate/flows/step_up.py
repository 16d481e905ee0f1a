"""A page that needs a newer or a stronger sign-in sends a browser to sign in again, once.

Knows the cookie that says so, and when it is no use to ask again. Must not know what makes a
sign-in too old or too weak (authorization.py).
"""

import json
from dataclasses import asdict, dataclass, replace

from ...errors import StepUpRequired, TokenRefused
from ...identity import Identity
from ..exchange import Exchange
from ..messages import Pass, Respond
from . import login

MAX_TIMES = 3
"""How often a browser is sent that has not signed in since: there may be several tabs, and people
who go back."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """That a browser was sent to sign in again: when (Unix time), how many times, with which
    session, and for which classes of sign-in."""

    begun: int
    times: int
    session: str
    acr: list[str]


def ask(exchange: Exchange, error: StepUpRequired, visitor: Pass) -> Respond | None:
    """Send the browser to sign in again, or None where that was of no use before.

    Cognito's classic login takes no notice of the wish, nor does its Lite plan of a class: who
    comes straight back must see a page, and not be sent round in a circle.
    """
    who, session = visitor.identity, next(filter(None, visitor.sessions), "")
    last = _last(exchange, error)
    if who is None or (last is not None and _in_vain(error, who, session, last, exchange.now)):
        return None
    wishes = {"prompt": "login"}
    if error.max_age is not None:
        wishes["max_age"] = str(error.max_age)
    if error.acr:
        wishes["acr_values"] = " ".join(error.acr)
    started = login.begin(exchange, login.return_address(exchange), extra=wishes)
    times = last.times + 1 if last is not None and last.session == session else 1
    line = _line(exchange, _Asked(int(exchange.now), times, session, list(error.acr)))
    headers = (*started.headers, ("set-cookie", line), *visitor.headers)
    return replace(started, headers=headers)


def _in_vain(error: StepUpRequired, who: Identity, session: str, last: _Asked, now: float) -> bool:
    """Whether the last time did not bring what was asked for."""
    if session and session == last.session:
        return last.times >= MAX_TIMES  # no sign-in since
    signed_in = who.auth_time or 0
    # There was one since: that it is too old by now is no reason not to ask once more.
    grown_old = error.max_age is not None and now - signed_in > error.max_age
    return signed_in < last.begun or not grown_old


def _line(exchange: Exchange, asked: _Asked) -> str:
    context = exchange.context
    sealed = context.seals.step_up.seal(json.dumps(asdict(asked)), exchange.now)
    return context.login.line(context.names.step_up, sealed, context.settings.login_seconds)


def _last(exchange: Exchange, error: StepUpRequired) -> _Asked | None:
    """The last time that this browser was asked for the same."""
    context = exchange.context
    for value in exchange.jar.get(context.names.step_up, [])[:2]:
        try:
            asked = _Asked(**json.loads(context.seals.step_up.open(value)))
        except TokenRefused:
            continue
        recent = 0 <= exchange.now - asked.begun <= exchange.settings.login_seconds
        if recent and asked.acr == list(error.acr):
            return asked
    return None
