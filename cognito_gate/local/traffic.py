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
class _Armed:
    fault: Fault
    left: int | None


class Traffic:
    """Counts, the latest requests, and armed faults. Safe to use from several threads."""

    def __init__(self, limit: int = 1000) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._requests: deque[Request] = deque(maxlen=limit)
        self._armed: dict[str, _Armed] = {}

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
            self._armed[endpoint] = _Armed(fault, times)

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
