"""Events -> log lines and the operator's own function. The only place that logs decisions.

Knows what each event says in a log. Must not know how a decision was come by.
"""

import inspect
import logging
from collections.abc import Callable, Iterable
from typing import TypeAlias

from .events import (
    BearerRejected,
    Event,
    Refreshed,
    RefreshFailed,
    Refused,
    SessionEnded,
    SessionsRevoked,
    SignedIn,
    SignedOut,
    SignInFailed,
)

OnEvent: TypeAlias = Callable[[Event], object]
MAX_PATH_CHARS = 200  # of a path in the log; an event has all of it
log = logging.getLogger("cognito_gate")
_CAUSES = {
    "expired": "its tokens have expired",
    "invalid": "its cookies are not valid",
    "lifetime": "it has reached its maximum age",
    "idle": "it was not used for too long",
    "refused": "Cognito no longer accepts its refresh token",
}


class Delivery:
    """Hands events on: to the log `cognito_gate`, and to `on_event`.

    Raises:
        TypeError: `on_event` is no plain function; a coroutine would never run.
    """

    def __init__(self, on_event: OnEvent | None) -> None:
        if on_event is not None and not callable(on_event):
            raise TypeError("on_event takes a function of one event")
        if any(map(inspect.iscoroutinefunction, (on_event, type(on_event).__call__))):
            raise TypeError("on_event takes a plain function, and no async one: it is not awaited")
        self._on_event = on_event

    def deliver(self, events: Iterable[Event]) -> None:
        """Hand on each event. Raises nothing: an operator's mistake must not fail a request."""
        for event in events:
            level = level_of(event)
            if log.isEnabledFor(level):  # or each refusal would cost a line that nobody reads
                log.log(level, "%s", log_line(event))
            if self._on_event is not None:
                self._tell(event, self._on_event)

    def _tell(self, event: Event, on_event: OnEvent) -> None:
        try:
            result = on_event(event)
            if inspect.iscoroutine(result):
                result.close()
                raise TypeError("it returned a coroutine, which nobody awaits")
        except Exception:
            log.exception("on_event failed at %s", type(event).__name__)


def log_line(event: Event) -> str:
    """The text that an event has in the log. Control characters come escaped."""
    text, request = _text(event), event.request
    sender = f" from {request.client}" if request.client else ""
    line = f"{text} ({request.method} {request.path[:MAX_PATH_CHARS]!r}{sender})"
    return line if line.isprintable() else line.encode("unicode_escape").decode()


def _text(event: Event) -> str:
    match event:
        case SignedIn():
            return f"signed in: {event.sub}"
        case SignInFailed():
            return f"a sign-in failed: {event.code}: {event.reason}"
        case Refreshed():
            return f"a session was refreshed: {event.sub}"
        case RefreshFailed():
            end = "; the session continues until its access token expires" if event.goes_on else ""
            return f"a session was not refreshed: {event.reason}{end}"
        case SessionEnded():
            return f"a session ended: {_CAUSES[event.cause]}"
        case SignedOut():
            return f"signed out: {event.sub or 'an unknown visitor'}"
        case SessionsRevoked():
            whose = f"the session {event.session}" if event.session else f"those of {event.sub}"
            return f"sessions were ended by an operator: {whose} (request {event.revocation})"
        case Refused():
            rule = f" (by {event.rule})" if event.rule else ""
            return f"{event.code}: {event.reason}{rule}"
        case BearerRejected():
            return f"a bearer token was rejected: {event.reason}"
    return type(event).__name__


def level_of(event: Event) -> int:
    """The level that an event has in the log. What an operator can change is a warning, or an error
    where it does not end by itself; that somebody has yet to sign in is no news."""
    match event:
        case Refreshed() | Refused(code="login_required"):
            return logging.DEBUG
        case RefreshFailed():
            lasting = event.code in ("grant_refused", "invalid_token")
            return logging.ERROR if lasting else logging.WARNING
        case Refused() | SignInFailed():
            ours = event.status >= 500 or event.code == "session_too_large"
            return logging.WARNING if ours else logging.INFO
    return logging.INFO
