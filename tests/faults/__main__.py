"""`python -m tests.faults`: make each fault, and print what visitors noticed.

Options: --long (20 seconds for each, a soak of minutes), --without-store (what each process does
alone: sessions are lost), and words that names of rows must hold.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial

from tests.faults import changing, rows
from tests.faults.provider import KEYS
from tests.faults.rows import Result, Skipped

SHORT, LONG, SOAK = 3.0, 20.0, 300.0
SERVERS = ("uvicorn", "gunicorn")
Row = Callable[..., Result]
_LINE = "{:<46} {:>9} {:>6} {:>5} {:>5} {:>9} {:>9}  {}"


def table() -> Iterator[tuple[str, Row]]:
    """The rows, by name."""
    for name in SERVERS:
        yield f"six requests at once, 4 {name} workers", partial(rows.parallel, name)
    for name in SERVERS:
        yield f"200 requests at once, 4 {name} workers", partial(rows.two_hundred, name)
    yield "six requests at once, gunicorn --preload", partial(rows.parallel, "gunicorn --preload")
    for name in SERVERS:
        yield f"{name} worker killed, no answer yet", partial(rows.killed, name, "hang")
    yield "uvicorn worker killed, answer lost (60 s grace)", partial(rows.killed, "uvicorn", "lose")
    for mode in ("down", "hang", "503", "429", "garbage"):
        yield f"provider: {mode}, 50 clients", partial(rows.failing, mode)
    for mode in KEYS:
        yield f"provider: new {mode}, 50 clients", partial(rows.failing, mode)
    yield "Redis restarted under load", changing.redis
    for name in SERVERS:
        yield f"rolling restart, {name}", partial(rows.rolling, name)
    yield "secret changed, one worker at a time", changing.secrets
    yield "soak", rows.soak


def main() -> int:
    """Print the table; 1 if a row is not as it should be."""
    options = _options()
    bad = 0
    print(_LINE.format("fault", "requests", "wrong", "lost", "5xx", "unanswered", "p99 ms", ""))
    for name, row in table():
        if options.words and not any(word in name for word in options.words):
            continue
        seconds = (SOAK if name == "soak" else LONG) if options.long else SHORT
        try:
            result = row(seconds, **({"shared": False} if options.without_store else {}))
        except Skipped as reason:
            print(f"{name:<46} skipped: {reason}")
            continue
        problems = judged(result)
        bad += bool(problems)
        counts = result.counts
        numbers = (counts.requests, counts.wrong, counts.lost, counts.errors, counts.failed)
        note = "; ".join([result.note, *(f"WRONG: {problem}" for problem in problems)])
        print(_LINE.format(name, *numbers, f"{counts.p99():.0f}", note), flush=True)
    return min(bad, 1)


def judged(result: Result) -> list[str]:
    """What is not as it should be."""
    counts = result.counts
    found = [
        (counts.requests > 0, "nothing was asked"),
        (counts.wrong == 0, "another's identity"),
        (counts.lost == 0, "sessions were lost"),
        (result.outage or counts.errors == 0, "5xx"),
        (result.cut or counts.failed == 0, "requests without an answer"),
    ]
    return [*(text for holds, text in found if not holds), *result.problems]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument("--long", action="store_true", help="20 s for each fault, 5 min of soak")
    parser.add_argument("--without-store", action="store_true", help="each worker on its own")
    parser.add_argument("words", nargs="*", help="only rows whose names hold one of these")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
