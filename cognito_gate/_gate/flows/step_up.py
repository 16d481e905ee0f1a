"""A page that needs a newer or a stronger sign-in sends a browser to sign in again, once.

Knows the cookie that says so, and when it is no use to ask again. Must not know what makes a
sign-in too old or too weak (authorization.py).
"""

from dataclasses import replace

from ...errors import StepUpRequired, TokenRefused
from ...identity import Identity
from ..exchange import Exchange
from ..messages import Pass, Respond
from . import login

UNANSWERED_SECONDS = 120
"""After this long, somebody who did not sign in is taken to have given up, and is asked again."""


def ask(exchange: Exchange, error: StepUpRequired, visitor: Pass) -> Respond | None:
    """Send the browser to sign in again, or None where that was of no use before.

    Cognito's classic login takes no notice of the wish, nor does its Lite plan of a class: who
    comes straight back must see a page, and not be sent round in a circle.
    """
    who, begun = visitor.identity, _begun(exchange, error)
    if who is None or (begun is not None and _in_vain(error, who, begun, exchange.now)):
        return None
    wishes = {"prompt": "login"}
    if error.max_age is not None:
        wishes["max_age"] = str(error.max_age)
    if error.acr:
        wishes["acr_values"] = " ".join(error.acr)
    started = login.begin(exchange, login.return_address(exchange), extra=wishes)
    text = f"{int(exchange.now)}{_wish(error)}"
    mark = exchange.context.seals.step_up.seal(text, exchange.now)
    line = exchange.context.login.line(
        exchange.context.names.step_up, mark, exchange.settings.login_seconds
    )
    headers = (*started.headers, ("set-cookie", line), *visitor.headers)
    return replace(started, headers=headers)


def _in_vain(error: StepUpRequired, who: Identity, begun: int, now: float) -> bool:
    """Whether a sign-in that was asked for at `begun` did not bring what was asked for."""
    signed_in = who.auth_time or 0
    if signed_in < begun:
        return now - begun < UNANSWERED_SECONDS
    # There was one since: that it is too old by now is no reason not to ask once more.
    return error.max_age is None or now - signed_in <= error.max_age


def _wish(error: StepUpRequired) -> str:
    return "".join(f" {value}" for value in error.acr)


def _begun(exchange: Exchange, error: StepUpRequired) -> int | None:
    """When this browser was last sent to sign in again with the same wish (Unix time)."""
    context = exchange.context
    for value in exchange.jar.get(context.names.step_up, [])[:2]:
        try:
            text = context.seals.step_up.open(value)
        except TokenRefused:
            continue
        begun = int(text.partition(" ")[0])
        asked = text == f"{begun}{_wish(error)}"
        if asked and 0 <= exchange.now - begun <= exchange.settings.login_seconds:
            return begun
    return None
