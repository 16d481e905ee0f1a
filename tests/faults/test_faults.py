"""The two most telling rows of `make faults`, in a short form."""

import sys

import pytest

from tests.faults import rows
from tests.faults.__main__ import judged
from tests.faults.rows import Result

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")


def test_workers_refresh_a_session_once() -> None:
    result = rows.parallel("gunicorn", 0.5)
    assert judged(result) == [], result


def test_a_killed_worker_holds_nobody_up_for_long() -> None:
    result = rows.killed("uvicorn", "hang", 1)
    assert judged(result) == [], result


def test_what_makes_a_row_red() -> None:
    assert judged(Result()) == ["nothing was asked"]
    bad = Result()
    bad.counts.requests, bad.counts.lost, bad.counts.wrong = 3, 1, 1
    bad.counts.errors, bad.counts.failed = 1, 1
    assert len(judged(bad)) == 4
