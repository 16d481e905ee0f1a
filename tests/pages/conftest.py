"""The stage of the page tests, on the core; and what is looked at after each of them."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from cognito_gate._driver import breaker
from cognito_gate.errors import GateError
from tests.pages.stage import Run, Stage
from tests.pages.watch import check_untold


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    with ExitStack() as stack:
        yield Run(stack)


@pytest.fixture
def edge(request: pytest.FixtureRequest) -> str:
    """Where a test runs: the core played by hand, or each edge in turn (`BOTH_EDGES`)."""
    return getattr(request, "param", "core")


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[GateError]:
    """Every error of the gate's that is made during the test, whatever becomes of it."""
    found: list[GateError] = []

    def noted(kind: type[GateError], *args: Any, **_: Any) -> GateError:
        found.append(Exception.__new__(kind, *args))
        return found[-1]

    monkeypatch.setattr(GateError, "__new__", noted)
    return found


@pytest.fixture
def stage(
    run: Run, edge: str, raised: list[GateError], caplog: pytest.LogCaptureFixture
) -> Iterator[Stage]:
    """A stage; afterwards, that no secret of the test came out of it."""
    caplog.set_level(logging.DEBUG, "cognito_gate")
    stage = Stage(run, edge)
    yield stage
    told = [*map(caplog.handler.format, caplog.get_records("call"))]
    told += [f"{error} {error!r} {error.__cause__!r}" for error in raised]
    for served in stage.used.values():
        calls = [*served.cloud.past, *served.cloud.calls]
        check_untold(stage.replies, "\n".join(told), stage.typed, calls)


@pytest.fixture(autouse=True)
def asks_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often an operation has failed in earlier tests (test_driver_breaker.py)."""
    monkeypatch.setattr(breaker, "FAILURES", 1000)
