"""Events -> log lines, the audit log, the operator's own function. The only place that logs
decisions.

Knows what each event says in a log. Must not know how a decision was come by.
"""

import inspect
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from .errors import SettingsError
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
from .settings import Settings
from .settings.operator_checks import STDERR

if TYPE_CHECKING:
    from ._audit_log import AuditLog

OnEvent: TypeAlias = Callable[[Event], object]
Start: TypeAlias = Callable[[Coroutine[Any, Any, object], str], None]
"""Runs a coroutine beside the requests; told what it is for."""
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
    """Hands events on: to the log `cognito_gate`, to the audit log, to `count`, and to `on_event`.

    `start` runs what an async `on_event` returns; without it, only a plain function is taken.
    `count` is to raise nothing.

    Raises:
        TypeError: `on_event` is no function, or an async one that nobody could run.
    """

    def __init__(
        self,
        on_event: OnEvent | None,
        start: Start | None = None,
        count: Callable[[Event], None] | None = None,
    ) -> None:
        if on_event is not None and not callable(on_event):
            raise TypeError("on_event takes a function of one event")
        if start is None and any(map(inspect.iscoroutinefunction, _functions(on_event))):
            raise TypeError(
                "on_event takes a plain function under WSGI, and no async one: there is no event "
                "loop to run it"
            )
        self._on_event = on_event
        self._start = start
        self._count = count
        self._audit: AuditLog | None = None

    @classmethod
    def of(
        cls,
        settings: Settings,
        on_event: OnEvent | None,
        start: Start | None = None,
        count: Callable[[Event], None] | None = None,
    ) -> "Delivery":
        """With an audit log, if the settings say so.

        Raises:
            SettingsError: the audit log cannot be opened. TypeError: as above.
        """
        delivery = cls(on_event, start, count)
        if settings.audit_log and not settings.disabled:
            delivery._audit = _open_audit_log(settings.audit_log)
        return delivery

    def deliver(self, events: Iterable[Event]) -> None:
        """Hand on each event. Raises nothing: an operator's mistake must not fail a request."""
        for event in events:
            level = level_of(event)
            if log.isEnabledFor(level):  # or each refusal would cost a line that nobody reads
                log.log(level, "%s", log_line(event))
            if self._audit is not None:
                self._audit.record(event)
            if self._count is not None:
                self._count(event)
            if self._on_event is not None:
                self._tell(event, self._on_event)

    def close(self) -> None:
        """Close the audit log's file; a later event opens it again."""
        if self._audit is not None:
            self._audit.close()

    def _tell(self, event: Event, on_event: OnEvent) -> None:
        try:
            result = on_event(event)
            if not inspect.iscoroutine(result):
                return
            if self._start is None:
                result.close()
                raise TypeError("it returned a coroutine, which nobody awaits")
            self._start(result, type(event).__name__)
        except Exception:
            log.exception("on_event failed at %s", type(event).__name__)


def _functions(on_event: OnEvent | None) -> tuple[object, object]:
    """What is called: the function itself, or the method of an object."""
    return on_event, type(on_event).__call__


def _open_audit_log(value: str) -> "AuditLog":
    from ._audit_log import AuditLog  # noqa: PLC0415 - only where settings ask for one

    try:
        return AuditLog("" if value == STDERR else value)
    except OSError as error:
        problem = f"is {value!r}, which cannot be opened: {error.strerror}"
        raise SettingsError({"COGNITO_GATE_AUDIT_LOG": problem}) from error


def log_line(event: Event) -> str:
    """The text that an event has in the log. Control characters come escaped."""
    text, request = _text(event), event.request
    sender = f" from {request.client}" if request.client else ""
    named = f", request {request.id}" if request.id else ""
    line = f"{text} ({request.method} {request.path[:MAX_PATH_CHARS]!r}{sender}{named})"
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
    from ._sign_in_log import text  # noqa: PLC0415 - only pages of our own have other events

    return text(event)


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
