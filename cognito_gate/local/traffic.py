"""The requests so far, and the faults to play on the next ones.

Knows counts, records and faults; nothing of OAuth.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass, replace

from .checks import require
from .model import ENDPOINTS, OPERATIONS, Fault, Request


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault that is switched on, for the next `left` requests or until it is removed."""

    fault: Fault
    left: int | None


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as the front page shows it, without anything that could be secret.

    `status` is 0 when no response went out; `note` names the operation or the fault.
    """

    at: float
    method: str
    path: str
    status: int
    note: str = ""


class Traffic:
    """Counts, the latest requests, and armed faults. Safe to use from several threads."""

    def __init__(self, limit: int = 1000, visits: int = 20) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._requests: deque[Request] = deque(maxlen=limit)
        self._visits: deque[Visit] = deque(maxlen=visits)
        self._armed: dict[str, Armed] = {}

    @property
    def calls(self) -> Counter[str]:
        """A snapshot of the counts per endpoint; 0 for one never called."""
        with self._lock:
            return Counter(self._calls)

    @property
    def requests(self) -> tuple[Request, ...]:
        """A snapshot of the latest requests, oldest first."""
        with self._lock:
            return tuple(self._requests)

    @property
    def visits(self) -> tuple[Visit, ...]:
        """A snapshot of the latest visits, oldest first."""
        with self._lock:
            return tuple(self._visits)

    @property
    def faults(self) -> dict[str, Armed]:
        """A snapshot of the faults that are switched on, by endpoint."""
        with self._lock:
            return dict(self._armed)

    def note(self, visit: Visit) -> None:
        """Keep one request for the front page."""
        with self._lock:
            self._visits.append(visit)

    def record(self, request: Request) -> Fault | None:
        """Note a request; the fault to play on it, if one is armed."""
        with self._lock:
            self._calls[request.endpoint] += 1
            self._requests.append(request)
            return self._spend(request.endpoint)

    def fail(self, endpoint: str, fault: Fault, times: int | None = None) -> None:
        """Arm a fault for the next `times` requests, or until healed."""
        require(
            endpoint in ENDPOINTS, f"endpoint {endpoint!r} is not one of {', '.join(ENDPOINTS)}"
        )
        of_api = endpoint in OPERATIONS
        require(
            fault.kind != "oauth_error" or not of_api, "oauth_error: the JSON API has api_error"
        )
        require(fault.kind != "api_error" or of_api, "api_error is for the JSON API only")
        times_fit = times is None or (
            isinstance(times, int) and not isinstance(times, bool) and times > 0
        )
        require(times_fit, "times must be a whole number above 0")
        with self._lock:
            self._armed[endpoint] = Armed(fault, times)

    def heal(self, endpoint: str | None = None) -> None:
        """Disarm one endpoint's fault, or all."""
        require(endpoint is None or endpoint in ENDPOINTS, f"endpoint {endpoint!r} is unknown")
        with self._lock:
            for name in [endpoint] if endpoint else list(self._armed):
                self._armed.pop(name, None)

    def _spend(self, endpoint: str) -> Fault | None:
        armed = self._armed.get(endpoint)
        if armed is None:
            return None
        if armed.left is not None:
            self._armed[endpoint] = replace(armed, left=armed.left - 1)
            if armed.left == 1:
                del self._armed[endpoint]
        return armed.fault
