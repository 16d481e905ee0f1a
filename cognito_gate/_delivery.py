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
            level, text = log_line(event)
            log.log(level, "%s", text)
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


def log_line(event: Event) -> tuple[int, str]:
    """The level and the text that an event has in the log. Control characters come escaped."""
    level, text = _said(event)
    request = event.request
    sender = f" from {request.client}" if request.client else ""
    line = f"{text} ({request.method} {request.path[:MAX_PATH_CHARS]!r}{sender})"
    return level, line if line.isprintable() else line.encode("unicode_escape").decode()


def _said(event: Event) -> tuple[int, str]:
    match event:
        case SignedIn():
            return logging.INFO, f"signed in: {event.sub}"
        case SignInFailed():
            return _level(event), f"a sign-in failed: {event.code}: {event.reason}"
        case Refreshed():
            return logging.DEBUG, f"a session was refreshed: {event.sub}"
        case RefreshFailed():
            end = "; the session continues until its access token expires" if event.goes_on else ""
            return _level_of_set_up(event), f"a session was not refreshed: {event.reason}{end}"
        case SessionEnded():
            return logging.INFO, f"a session ended: {_CAUSES[event.cause]}"
        case SignedOut():
            return logging.INFO, f"signed out: {event.sub or 'an unknown visitor'}"
        case Refused():
            return _level(event), f"{event.code}: {event.reason}"
        case BearerRejected():
            return logging.INFO, f"a bearer token was rejected: {event.reason}"
    return logging.INFO, type(event).__name__


def _level(event: Refused | SignInFailed) -> int:
    """What an operator can change is a warning; that somebody has yet to sign in is no news."""
    if event.code == "login_required":
        return logging.DEBUG
    ours = event.status >= 500 or event.code == "session_too_large"
    return logging.WARNING if ours else logging.INFO


def _level_of_set_up(event: RefreshFailed) -> int:
    """An outage ends by itself; a wrong client or tokens that do not hold do not."""
    lasting = event.code in ("grant_refused", "invalid_token")
    return logging.ERROR if lasting else logging.WARNING
