"""Metrics for Prometheus: what events and calls to Cognito are counted as.

The only module that imports prometheus-client. No label holds anything of a user, and the values of
each are few. All gates of a process count together, as do all processes that are given the same
PROMETHEUS_MULTIPROC_DIR.
"""

import logging
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from ._gate.cached_decisions import Find
from ._gate.effects import HttpAnswer, HttpCall, StoreAnswer, StoreCall
from ._gate.gate import Gate
from ._gate.messages import Pass
from .errors import GateError
from .events import (
    AccountConfirmed,
    BearerRejected,
    CodeSent,
    Event,
    PasskeyAdded,
    PasskeyRemoved,
    PasswordChanged,
    RateLimited,
    Refreshed,
    RefreshFailed,
    Refused,
    SecondFactorSetUp,
    SecondFactorTurnedOff,
    SessionEnded,
    SessionsRevoked,
    SignedIn,
    SignedOut,
    SignedUp,
    SignInFailed,
    WrongCode,
    WrongPassword,
)

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
log = logging.getLogger("cognito_gate")

REGISTRY = CollectorRegistry()
"""Ours alone: the app's own metrics are not shown here, and none of its names is in our way."""


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"cognito_gate_{name}", text, labels, registry=REGISTRY)


SIGN_INS = _counter("sign_ins", "Sign-ins, complete (success) or not (failure).", "outcome")
WRONG_PROOFS = _counter("wrong_proofs", "Wrong passwords and codes on sign-in pages.", "proof")
RATE_LIMITED = _counter("rate_limited", "Forms that met a rate limit of the sign-in pages.")
ACCOUNT_CHANGES = _counter("account_changes", "What sign-in pages changed or sent.", "change")
REFRESHES = _counter(
    "refreshes",
    "Refreshes of sessions: new tokens (success), none for now (failure), never again (refused).",
    "outcome",
)
SESSIONS_ENDED = _counter("sessions_ended", "Sessions that ended without a sign-out.", "cause")
SIGN_OUTS = _counter("sign_outs", "Sign-outs.")
REFUSALS = _counter("refusals", "Requests that were answered with an error.", "code")
REQUESTS = _counter(
    "requests", "HTTP requests: known a moment ago (cached), or decided in full (full).", "way"
)
CACHED_SESSIONS = Gauge(
    "cognito_gate_cached_sessions",
    "Verified sessions and bearer tokens that are remembered, at most.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
AUDIT_LINES_LOST = _counter("audit_lines_lost", "Lines that the audit log could not write.")
CALLS = Histogram(
    "cognito_gate_cognito_call_seconds",
    "Calls to Cognito, by operation and class of status (none: no answer).",
    ("operation", "status"),
    registry=REGISTRY,
    buckets=SECONDS,
)

STORE_CALLS = Histogram(
    "cognito_gate_store_call_seconds",
    "Questions to the shared store, by operation, answered (success) or not (failure).",
    ("operation", "outcome"),
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, *SECONDS[:-2]),
)


def _codes(kind: type[GateError]) -> set[str]:
    return {kind.code}.union(*map(_codes, kind.__subclasses__()))


_CODES = _codes(GateError)


class Metrics:
    """Counts for one gate. Nothing here raises: a metric must not fail a request."""

    def count(self, event: Event) -> None:
        """Count an event."""
        try:
            _count(event)
        except Exception:
            log.exception("a metric failed at %s", type(event).__name__)

    def called(self, call: HttpCall, answer: HttpAnswer, seconds: float) -> None:
        """Count a call to Cognito that was made."""
        try:
            status = f"{answer.status // 100}xx" if answer.status else "none"
            CALLS.labels(_operation(call), status).observe(seconds)
        except Exception:
            log.exception("a metric failed at a call")

    def asked(self, call: StoreCall, answer: StoreAnswer, seconds: float) -> None:
        """Count a question that the store was asked."""
        try:
            outcome = "failure" if answer.failure else "success"
            STORE_CALLS.labels(call.operation, outcome).observe(seconds)
        except Exception:
            log.exception("a metric failed at a question to the store")

    def audit_line_lost(self) -> None:
        """Count a line that the audit log could not write."""
        try:
            AUDIT_LINES_LOST.inc()
        except Exception:
            log.exception("a metric failed at a lost line of the audit log")

    def watch(self, gate: Gate) -> None:
        """Count the requests of a gate, and what its caches hold. A gate that is not watched pays
        nothing for it."""
        gate.cached = _counted(gate.cached, gate.cached_sessions)

    def scrape(self) -> tuple[str, bytes]:
        """The media type and the text of all metrics, those of sibling processes included."""
        registry = REGISTRY
        directory = os.environ.get(MULTIPROCESS)
        if directory:
            _forget_ended(Path(directory))
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # has no types
        return CONTENT_TYPE_LATEST, generate_latest(registry)


def _forget_ended(directory: Path) -> None:
    """Take what processes hold out of the sum when they have ended, which not every server says
    (`mark_process_dead`): each restart of a worker would add to it."""
    for file in directory.glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdecimal() and not _runs(int(pid)):
            with suppress(FileNotFoundError):  # another scrape was faster
                mark_process_dead(int(pid), str(directory))  # type: ignore[no-untyped-call]  # as above


def _runs(pid: int) -> bool:
    """Whether there is such a process. Asking it would end it on Windows."""
    if os.name == "posix":
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except OSError:  # it is another user's
            return True
    return True


def _counted(find: Find, sessions: Callable[[], int]) -> Find:
    cached, full = REQUESTS.labels("cached"), REQUESTS.labels("full")

    def counted(
        path: str, headers: Iterable[tuple[bytes, bytes]], now: float, method: str, mount: str
    ) -> Pass | None:
        decision = find(path, headers, now, method, mount)
        if decision is not None:
            cached.inc()
        else:
            full.inc()
            CACHED_SESSIONS.set(sessions())
        return decision

    return counted


def _operation(call: HttpCall) -> str:
    """What is called: an operation of the JSON API, or the end of an address, as `token`. All come
    from the settings and the code, so that there are few."""
    target = next((value for name, value in call.headers if name == "x-amz-target"), "")
    return target.rpartition(".")[2] or call.url.rpartition("/")[2].removesuffix(".json")


def _count(event: Event) -> None:
    match event:
        case SignedIn():
            SIGN_INS.labels("success").inc()
        case SignInFailed():
            SIGN_INS.labels("failure").inc()
        case Refreshed():
            REFRESHES.labels("success").inc()
        case RefreshFailed():
            REFRESHES.labels("failure").inc()
        case SessionEnded():
            SESSIONS_ENDED.labels(event.cause).inc()
            if event.cause == "refused":
                REFRESHES.labels("refused").inc()
        case SignedOut():
            SIGN_OUTS.inc()
        case SessionsRevoked():
            SESSIONS_ENDED.labels("revoked").inc()
        case Refused():
            REFUSALS.labels(event.code if event.code in _CODES else "other").inc()
        case BearerRejected():
            REFUSALS.labels("invalid_token").inc()
        case _:
            _count_of_page(event)


def _count_of_page(event: Event) -> None:
    """An event of the sign-in pages."""
    match event:
        case WrongPassword():
            WRONG_PROOFS.labels("password").inc()
        case WrongCode():
            WRONG_PROOFS.labels("code").inc()
        case RateLimited():
            RATE_LIMITED.inc()
        case SignedUp():
            ACCOUNT_CHANGES.labels("signed_up").inc()
        case AccountConfirmed():
            ACCOUNT_CHANGES.labels("confirmed").inc()
        case CodeSent():
            ACCOUNT_CHANGES.labels("code_sent").inc()
        case PasswordChanged():
            ACCOUNT_CHANGES.labels("password_changed").inc()
        case PasskeyAdded():
            ACCOUNT_CHANGES.labels("passkey_added").inc()
        case PasskeyRemoved():
            ACCOUNT_CHANGES.labels("passkey_removed").inc()
        case SecondFactorSetUp():
            ACCOUNT_CHANGES.labels("second_factor_set_up").inc()
        case SecondFactorTurnedOff():
            ACCOUNT_CHANGES.labels("second_factor_turned_off").inc()
