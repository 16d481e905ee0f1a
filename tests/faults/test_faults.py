"""The two most telling rows of `make faults`, in a short form."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults import rows
from tests.faults.__main__ import judged
from tests.faults.rows import Result

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")


def test_two_rows() -> None:
    """Two workers refresh a session once, and one that is killed holds nobody up for long. At the
    same time, since the second row waits for a lease to end, which takes seven seconds."""
    with ThreadPoolExecutor() as pool:
        results = [
            pool.submit(rows.killed, "uvicorn", "hang", 1, workers=2),
            pool.submit(rows.parallel, "gunicorn", 0.5, workers=2),
        ]
    for result in (item.result() for item in results):
        assert judged(result) == [], result


def test_what_makes_a_row_red() -> None:
    assert judged(Result()) == ["nothing was asked"]
    bad = Result()
    bad.counts.requests, bad.counts.lost, bad.counts.wrong = 3, 1, 1
    bad.counts.errors, bad.counts.failed = 1, 1
    assert len(judged(bad)) == 4
