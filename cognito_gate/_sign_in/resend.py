"""When the next code may be asked for, as the pages count it down.

Knows the record of a code that was sent. Must not know how a code is sent, nor enforce anything:
the limits themselves are in rate_limits.py.
"""

import math

from . import rate_limits
from .context import SignInExchange
from .rate_limits import Message
from .records import ChallengeRecord

PAUSE_SECONDS = 30  # between two codes: mails and text messages take about that long
_SENT = "sent"


def sent(exchange: SignInExchange) -> dict[str, str]:
    """What a record keeps about a code that is being sent."""
    return {_SENT: str(int(exchange.now))}


def wait(exchange: SignInExchange, record: ChallengeRecord | None, kind: Message) -> int:
    """Seconds until another code can be asked for."""
    if record is None:
        return 0
    when = record.facts.get(_SENT, "")
    pause = int(when) + PAUSE_SECONDS - exchange.now if when.isdecimal() else 0
    return max(0, math.ceil(max(pause, rate_limits.message_wait(exchange, record.typed, kind))))
