"""`doctor --watch`: the checks again and again, until nothing is left to fix.

Knows when the env file has changed; must not know what is checked, nor how it is shown.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from .findings import Finding

PAUSE_SECONDS = 10.0
"""Between two runs where the env file stays as it is: most fixes are made at Cognito."""
_LOOK_SECONDS = 0.5


class Run(Protocol):
    """One run of all checks."""

    def __call__(self) -> Sequence[Finding]: ...


def repeat(
    run: Run,
    show: Callable[[Sequence[Finding]], None],
    is_ok: Callable[[Sequence[Finding]], bool],
    wait: Callable[[], None],
) -> None:
    """Run the checks until all is well, and show each result that differs from the last one.

    Args:
        run: makes the findings.
        show: prints them.
        is_ok: whether nothing is left to fix.
        wait: returns when it is time for the next run.
    """
    last: Sequence[Finding] = ()
    while True:
        findings = run()
        if findings != last:
            show(findings)
        if is_ok(findings):
            return
        last = findings
        wait()


def wait_for_change(env_file: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Return when the env file has changed, or after the pause."""
    before = _state(env_file)
    for _ in range(int(PAUSE_SECONDS / _LOOK_SECONDS)):
        sleep(_LOOK_SECONDS)
        if _state(env_file) != before:
            return


def _state(env_file: str) -> tuple[int, int]:
    """What changes with a file: when it was written, and its size. Zeros for one not there."""
    try:
        status = Path(env_file).stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
