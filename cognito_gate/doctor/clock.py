"""This machine's clock against Cognito's, from the `Date` headers of answers.

Knows times only; must not read a clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from statistics import median

from .findings import Finding, Fix, Line

SKEW = Line("clock", "clock")
NOTABLE, TOO_MUCH = 5.0, 60.0  # seconds
SLOW = 4.0  # seconds after which an answer's date says too little


@dataclass(frozen=True, slots=True)
class Moment:
    """When a call was sent and answered (Unix time), and the answer's own `Date` and `Age`."""

    sent: float
    received: float
    date: str
    age: str = ""


def examine(moments: Iterable[Moment], leeway: int) -> Finding:
    """How far this machine's clock is from Cognito's; `leeway` is the gate's on `exp`, seconds."""
    skews = [skew for skew in map(_skew, moments) if skew is not None]
    if not skews:
        return SKEW.unchecked("no answer of Cognito's tells the time")
    skew = median(skews)
    if abs(skew) <= NOTABLE:
        return SKEW.ok(f"within {NOTABLE:g} s of Cognito's")
    found = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Cognito's: {_means(skew)}"
    fix = Fix(_fix(leeway), command="timedatectl set-ntp true")
    return SKEW.wrong(found, fix) if abs(skew) > TOO_MUCH else SKEW.warning(found, fix)


def _skew(moment: Moment) -> float | None:
    """Seconds by which we are ahead; None when the answer does not tell."""
    # An answer from a cache has the date of its origin (RFC 9111 section 5.1).
    if moment.age or not 0 <= moment.received - moment.sent <= SLOW:
        return None
    try:
        date = parsedate_to_datetime(moment.date)
        theirs = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() + 0.5
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (moment.sent + moment.received) / 2 - theirs


def _means(skew: float) -> str:
    if skew > 0:
        return "tokens seem to end that much too early"
    if -skew > TOO_MUCH:
        return "fresh tokens seem to come from the future, and every sign-in is refused"
    return "tokens seem to end that much too late"


def _fix(leeway: int) -> str:
    return (
        "Let this machine's clock be set over the network (NTP). The gate bears 60 s on when a "
        f"token was issued, and AWS_COGNITO_EXPIRATION_LEEWAY, now {leeway} s, on when it ends."
    )
