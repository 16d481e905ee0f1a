"""Events -> log lines, the audit log, the operator's own function. The only place that logs
decisions.

Knows what each event says in a log. Must not know how a decision was come by.
"""

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

from . import _lambda_event
from ._metrics_extra import UNMEASURED, Measures
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
    from ._on_event import Hook, Tasks

OnEvent: TypeAlias = Callable[[Event], object]
MAX_PATH_CHARS = 200  # of a path in the log; an event has all of it
MAX_METHOD_CHARS, MAX_ADDRESS_CHARS = 32, 64  # a proxy may pass on what a visitor made up
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

    Neither the audit log nor a plain `on_event` holds up a request, unless it `waits` for them.
    `tasks` run what an async `on_event` returns; without them, only a plain function is taken.
    `count` is to raise nothing.

    Raises:
        TypeError: `on_event` is no function, or an async one that nobody could run.
    """

    def __init__(
        self,
        on_event: OnEvent | None,
        tasks: "Tasks | None" = None,
        count: Callable[[Event], None] | None = None,
        *,
        waits: bool = False,
    ) -> None:
        self._hook = None if on_event is None else _hook(on_event, tasks, waits=waits)
        self._count = count
        self._audit: AuditLog | None = None

    @classmethod
    def of(
        cls,
        settings: Settings,
        on_event: OnEvent | None,
        tasks: "Tasks | None" = None,
        metrics: Measures = UNMEASURED,
    ) -> "Delivery":
        """With an audit log, if the settings say so.

        Raises:
            SettingsError: the audit log cannot be opened. TypeError: as above.
        """
        waits = settings.wait_for_events
        if waits is None:
            waits = _lambda_event.stands_still_between_requests()
        delivery = cls(on_event, tasks, metrics.count, waits=waits)
        if settings.audit_log and not settings.disabled:
            opened = _open_audit_log(settings.audit_log, metrics.audit_line_lost, waits=waits)
            delivery._audit = opened
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
            if self._hook is not None:
                self._hook.tell(event)

    @property
    def is_waiting(self) -> bool:
        """Whether something is left that `close` would wait for."""
        parts = (self._hook, self._audit)
        return any(part is not None and part.is_waiting for part in parts)

    def close(self) -> None:
        """Wait, some seconds at most, until all is told, and close the audit log's file; a later
        event opens it again."""
        if self._hook is not None:
            self._hook.finish()
        if self._audit is not None:
            self._audit.close()


def _hook(on_event: OnEvent, tasks: "Tasks | None", *, waits: bool) -> "Hook":
    from ._on_event import Hook  # noqa: PLC0415 - only where there is one

    return Hook(on_event, tasks, waits=waits)


def _open_audit_log(value: str, lost: Callable[[], None], *, waits: bool) -> "AuditLog":
    from ._audit_log import AuditLog  # noqa: PLC0415 - only where settings ask for one

    try:
        return AuditLog("" if value == STDERR else value, waits=waits, lost=lost)
    except OSError as error:
        problem = f"is {value!r}, which cannot be opened: {error.strerror}"
        raise SettingsError({"COGNITO_GATE_AUDIT_LOG": problem}) from error


def log_line(event: Event) -> str:
    """The text that an event has in the log. Control characters come escaped."""
    text, request = _text(event), event.request
    sender = f" from {request.client[:MAX_ADDRESS_CHARS]}" if request.client else ""
    named = f", request {request.id}" if request.id else ""
    asked = f"{request.method[:MAX_METHOD_CHARS]} {request.path[:MAX_PATH_CHARS]!r}"
    line = f"{text} ({asked}{sender}{named})"
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
            where = f", on another device ({event.other})" if event.other else ""
            return f"signed out: {event.sub or 'an unknown visitor'}{where}"
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
