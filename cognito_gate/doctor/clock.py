"""Checks this machine's clock against Cognito's, by the `Date` headers of its responses.

Knows times only; must not read a clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from statistics import median

from .findings import Check, Finding, Fix

SKEW = Check("clock", "clock", decides=True)
WARNING_SECONDS, MAX_SKEW_SECONDS = 5.0, 60.0  # seconds
MAX_ROUND_TRIP_SECONDS = 4.0  # seconds after which an answer's date says too little


@dataclass(frozen=True, slots=True)
class Moment:
    """When a call was sent and answered (Unix time), and the answer's own `Date` and `Age`."""

    sent: float
    received: float
    date: str
    age: str = ""


def check(moments: Iterable[Moment], leeway: int) -> Finding:
    """How far this machine's clock is from Cognito's; `leeway` is the gate's on `exp`, seconds."""
    skews = [skew for skew in map(_skew, moments) if skew is not None]
    if not skews:
        return SKEW.unchecked("no response of Cognito has a usable Date header")
    skew = median(skews)
    if abs(skew) <= WARNING_SECONDS:
        return SKEW.ok(f"within {WARNING_SECONDS:g} s of Cognito's")
    difference = (
        f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Cognito's: {_consequence(skew)}"
    )
    fix = Fix(_fix(leeway), command="timedatectl set-ntp true")
    return (
        SKEW.wrong(difference, fix)
        if abs(skew) > MAX_SKEW_SECONDS
        else SKEW.warning(difference, fix)
    )


def _skew(moment: Moment) -> float | None:
    """Seconds by which this machine is ahead; None when the response does not tell."""
    # A response from a cache has the date at which its origin made it (RFC 9111 section 5.1).
    if moment.age or not 0 <= moment.received - moment.sent <= MAX_ROUND_TRIP_SECONDS:
        return None
    try:
        date = parsedate_to_datetime(moment.date)
        cognito_time = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() + 0.5
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (moment.sent + moment.received) / 2 - cognito_time


def _consequence(skew: float) -> str:
    if skew > 0:
        return "tokens seem to expire that much too early"
    if -skew > MAX_SKEW_SECONDS:
        return "new tokens seem to come from the future, and every sign-in is refused"
    return "tokens seem to expire that much too late"


def _fix(leeway: int) -> str:
    return (
        "Synchronise this machine's clock (NTP). The gate tolerates 60 s on when a token was "
        f"issued, and AWS_COGNITO_EXPIRATION_LEEWAY, now {leeway} s, on when it expires."
    )
