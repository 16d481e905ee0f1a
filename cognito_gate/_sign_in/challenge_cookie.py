"""The challenge of a sign-in that waits for the visitor, in one sealed cookie and in no page.

Knows the challenge cookie, and not what the challenges are. A later sign-in of the same browser
replaces an earlier one.
"""

from dataclasses import replace

from .._gate.exchange import Exchange
from .._gate.messages import Headers
from .._gate.protocol import cookies
from ..errors import CognitoUnavailable, TokenRefused
from .records import ChallengeRecord

UNPROVED = "unproved"  # a fact of records whose pages must not reveal whether the account exists
NAMED = "NAMED"  # the step before a sign-in: nothing is known but what the visitor is called
_MAX_SESSION_CHARS = 2048 + 128  # characters of the longest session and user name (API reference)
_PADDING_UNIT = 256


def new(
    exchange: Exchange,
    step: str,
    *,
    username: str,
    return_to: str,
    typed: str = "",
    session: str = "",
    facts: dict[str, str] | None = None,
) -> ChallengeRecord:
    """A record of a challenge that starts now."""
    return ChallengeRecord(
        exchange.context.token()[:16],
        step,
        session,
        username,
        typed or username,
        return_to,
        int(exchange.now),
        facts or {},
    )


def again(
    record: ChallengeRecord, session: str, facts: dict[str, str] | None = None
) -> ChallengeRecord:
    """The same challenge with Cognito's next session, which each of its responses changes."""
    return replace(record, session=session, facts={**record.facts, **(facts or {})})


def named(exchange: Exchange, typed: str, return_to: str) -> Headers:
    """Set-Cookie lines that end a challenge, and keep the name for the sign-in that follows."""
    return store(exchange, new(exchange, NAMED, username="", typed=typed, return_to=return_to))


def find(exchange: Exchange, *steps: str) -> ChallengeRecord | None:
    """The challenge of this browser's sign-in; None when there is none, it has expired, or it is at
    another step than these (if there are any)."""
    for value in cookies.candidates(exchange.jar, exchange.context.names.pending):
        try:
            record = ChallengeRecord.from_json(exchange.context.seals.pending.open(value))
        except TokenRefused:
            continue
        if -60 <= exchange.now - record.started_at <= exchange.settings.login_seconds:
            return record if not steps or record.step in steps else None
    return None


def store(exchange: Exchange, record: ChallengeRecord) -> Headers:
    """Set-Cookie lines that keep it.

    Raises:
        CognitoUnavailable: what Cognito sent along is larger than cookies can hold.
    """
    sealed = exchange.context.seals.pending.seal(_padded(record), exchange.now)
    if len(sealed) > cookies.CHUNK * cookies.MAX_CHUNKS:
        raise CognitoUnavailable(f"a step of {len(sealed)} bytes does not fit into cookies")
    name, age = exchange.context.names.pending, exchange.settings.login_seconds
    lines = exchange.context.login.store(name, sealed, age, exchange.jar)
    return tuple(("set-cookie", line) for line in lines)


def _padded(record: ChallengeRecord) -> str:
    """JSON, padded with spaces, because the length of a sealed cookie could reveal its content."""
    text = record.to_json()
    size = len(text)
    if UNPROVED in record.facts:  # as long as with Cognito's longest session
        size = len(replace(record, session="", username="").to_json()) + _MAX_SESSION_CHARS
    return text.ljust(-(-max(size, len(text)) // _PADDING_UNIT) * _PADDING_UNIT)


def forget(exchange: Exchange) -> Headers:
    """Set-Cookie lines that end it, when the browser holds one."""
    lines = exchange.context.login.clear(exchange.context.names.pending, exchange.jar)
    return tuple(("set-cookie", line) for line in lines)
