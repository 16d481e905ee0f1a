"""The step of a sign-in that waits for the visitor: one sealed cookie, so that no page holds it.

Knows the pending cookie; nothing of what the steps are. A later sign-in of the same browser takes
the place of an earlier one, which then says so (`find`).
"""

from dataclasses import replace

from .._gate.exchange import Exchange
from .._gate.messages import Headers
from .._gate.protocol import cookies
from .._gate.records import ChallengeRecord
from ..errors import CognitoUnavailable, TokenRefused

UNPROVED = "unproved"  # a fact of steps that must look the same whoever it is
_ROOM = 2048 + 128  # characters of the longest session and user name (API reference)
_PIECE = 256


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
    """A step to wait for, begun now."""
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
    pending: ChallengeRecord, session: str, facts: dict[str, str] | None = None
) -> ChallengeRecord:
    """The same step under Cognito's next session: every answer of its changes it."""
    return replace(pending, session=session, facts={**pending.facts, **(facts or {})})


def find(exchange: Exchange) -> ChallengeRecord | None:
    """The step that this browser's sign-in waits at, while it may still be taken."""
    for value in cookies.candidates(exchange.jar, exchange.context.names.pending):
        try:
            found = ChallengeRecord.from_json(exchange.context.seals.pending.open(value))
        except TokenRefused:
            continue
        if -60 <= exchange.now - found.started_at <= exchange.settings.login_seconds:
            return found
    return None


def store(exchange: Exchange, pending: ChallengeRecord) -> Headers:
    """Set-Cookie lines that keep it.

    Raises:
        CognitoUnavailable: what Cognito sent along is larger than cookies can hold.
    """
    sealed = exchange.context.seals.pending.seal(_padded(pending), exchange.now)
    if len(sealed) > cookies.CHUNK * cookies.MAX_CHUNKS:
        raise CognitoUnavailable(f"a step of {len(sealed)} bytes does not fit into cookies")
    name, age = exchange.context.names.pending, exchange.settings.login_seconds
    lines = exchange.context.login.store(name, sealed, age, exchange.jar)
    return tuple(("set-cookie", line) for line in lines)


def _padded(pending: ChallengeRecord) -> str:
    """As JSON, with blanks after it: how long a sealed cookie is tells what is in it."""
    text = pending.to_json()
    size = len(text)
    if UNPROVED in pending.facts:  # as long as it may be with whatever Cognito says
        size = len(replace(pending, session="", username="").to_json()) + _ROOM
    return text.ljust(-(-max(size, len(text)) // _PIECE) * _PIECE)


def forget(exchange: Exchange) -> Headers:
    """Set-Cookie lines that end it, when the browser holds one."""
    lines = exchange.context.login.clear(exchange.context.names.pending, exchange.jar)
    return tuple(("set-cookie", line) for line in lines)
