"""What all tests share: in which order they run, and that nothing may be skipped where
COGNITO_GATE_REQUIRE_ALL is set."""

import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

# How long an example takes says more about the machine than about the code. Fifty of them show
# what goes wrong often; HYPOTHESIS_EXAMPLES=2000 looks for what goes wrong seldom.
settings.register_profile(
    "ours",
    deadline=None,
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "50")),
    suppress_health_check=[HealthCheck.too_slow],
)
# A mutant is killed by the first example that fails; the smallest one is of no interest then.
settings.register_profile(
    "mutants",
    settings.get_profile("ours"),
    max_examples=10,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("ours")

# A shell lets what it starts in the background ignore Ctrl-C, and every process that a test starts
# and ends by it would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

REQUIRE_ALL = bool(os.environ.get("COGNITO_GATE_REQUIRE_ALL"))


TESTS = Path(__file__).parent
PROCESSES_FIRST = (
    *("faults", "cli/test_processes.py", "pool/test_cdk.py", "servers", "browser", "judges"),
    *("test_wheel.py", "test_testing.py", "test_examples.py"),
    "integrations/test_django_project.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what starts servers, emulators and browsers.

    With `--dist worksteal` the first worker is given the beginning, and others take from its end:
    so one worker starts them, once, and the run ends with short tests that are easily shared out.
    """
    places = [TESTS / name for name in PROCESSES_FIRST]

    def place(item: pytest.Item) -> int:
        found = (n for n, path in enumerate(places) if item.path.is_relative_to(path))
        return next(found, len(places))

    items.sort(key=place)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure, where everything is required."""
    report = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"nothing may be skipped here, and this was: {report.longrepr}"
    return report
