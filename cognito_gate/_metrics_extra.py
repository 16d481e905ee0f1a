"""The door to the metrics, which are loaded only where somebody may read them: prometheus-client is
an extra.

Must not know what is counted.
"""

from typing import Protocol

from ._driver import store_calls
from ._driver.calls import unobserved
from ._extras import needed_by
from ._gate.effects import HttpAnswer, HttpCall, StoreAnswer, StoreCall
from ._gate.flows.operations import Scrape
from ._gate.gate import Gate
from .events import Event
from .settings import Settings


class Measures(Protocol):
    """What a gate's parts are measured by. `scrape` is None where nobody may read it."""

    @property
    def scrape(self) -> Scrape | None: ...

    def count(self, event: Event) -> None: ...

    def called(self, call: HttpCall, answer: HttpAnswer, seconds: float) -> None: ...

    def asked(self, call: StoreCall, answer: StoreAnswer, seconds: float) -> None: ...

    def watch(self, gate: Gate) -> None: ...

    def audit_line_lost(self) -> None: ...


class Unmeasured:
    """For a gate without metrics."""

    scrape = None
    called = staticmethod(unobserved)
    asked = staticmethod(store_calls.unobserved)

    def count(self, event: Event) -> None:
        """Count nothing."""

    def watch(self, gate: Gate) -> None:
        """Leave the gate as it is."""

    def audit_line_lost(self) -> None:
        """Count nothing."""


UNMEASURED = Unmeasured()


def metrics_of(settings: Settings) -> Measures:
    """The metrics of a gate with these settings.

    Raises:
        SettingsError: they are on, and the extra is not installed.
    """
    if settings.disabled or not settings.has_metrics:
        return UNMEASURED
    name = "TOKEN" if settings.metrics_token else "ADDRESSES"
    with needed_by(f"COGNITO_GATE_METRICS_{name}", "metrics", "prometheus_client"):
        from ._metrics import Metrics  # noqa: PLC0415
    return Metrics()
