"""The audit log: what a line holds, that nothing forges one, and that lines stay whole."""

import asyncio
import errno
import json
import logging
import os
import select
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cognito_gate import ASGIGate, SettingsError, WSGIGate, _background
from cognito_gate._audit_log import MAX_CHARS, AuditLog, audit_line
from cognito_gate._audit_losses import Losses, Lost
from cognito_gate._delivery import Delivery
from cognito_gate.events import (
    Event,
    RefreshFailed,
    Refused,
    RequestFacts,
    SessionEnded,
    SignedIn,
    SignedOut,
    Visitor,
)
from tests.parts.made import settings

ADA = Visitor("a-sub", "ada", "the-sign-in", "client-1")
FACTS = RequestFacts(1_800_000_000.25, "http", "GET", "/a", "192.0.2.1", "id-1", "Mozilla/5.0", ADA)
SIGNED_OUT = {"revoked": True, "everywhere": False}


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_line_and_its_fields() -> None:
    line = audit_line(Refused(FACTS, 403, "forbidden", "not in the group", "a-sub"))
    assert line.endswith(b"}\n")
    assert json.loads(line) == {
        "v": 1,
        "time": "2027-01-15T08:00:00.250Z",
        "event": "refused",
        "outcome": "refused",
        "rule": None,
        "sub": "a-sub",
        "username": "ada",
        "client": "client-1",
        "origin_jti": "the-sign-in",
        "address": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        "method": "GET",
        "path": "/a",
        "request_id": "id-1",
        "code": "forbidden",
        "reason": "not in the group",
        "status": 403,
        "details": {},
    }


def test_the_rule_that_refused_is_named() -> None:
    line = audit_line(Refused(FACTS, 403, "forbidden", "a reason", "a-sub", "rules.toml: rule 3"))
    assert json.loads(line)["rule"] == "rules.toml: rule 3"


def test_the_event_says_more_than_the_request_came_with() -> None:
    facts = replace(FACTS, visitor=replace(ADA, username="eve", sub="b"))
    found = json.loads(audit_line(SignedIn(facts, "c", "grace", "another", "custom")))
    assert (found["event"], found["outcome"]) == ("signed_in", "success")
    assert (found["sub"], found["username"], found["origin_jti"]) == ("c", "grace", "another")
    assert found["details"] == {"pages": "custom"}


@pytest.mark.parametrize(
    ("event", "outcome", "details"),
    [
        (SessionEnded(FACTS, "lifetime"), "ended", {"cause": "lifetime"}),
        (
            SignedOut(FACTS, "a", "b", revoked=True, other="tkn1"),
            "success",
            {"revoked": True, "everywhere": False, "other": "tkn1"},
        ),
        (RefreshFailed(FACTS, "a", "b", "c", "d", goes_on=False), "failure", {"goes_on": False}),
    ],
)
def test_what_only_this_kind_tells(event: Event, outcome: str, details: dict[str, Any]) -> None:
    found = json.loads(audit_line(event))
    assert (found["outcome"], found["details"]) == (outcome, details)


HOSTILE = [
    'a\n{"v":1,"sub":"x"}',
    "a\r\nb",
    "\u2028\u2029\x85",
    "\x1b[2J\x00\x7f",
    '","sub":"root","x":"',
    "\ud800",
    "ä漢\U0001f600",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_forges_a_line(text: str) -> None:
    facts = replace(FACTS, path=text, user_agent=text, id=text, client=text, method=text)
    line = audit_line(Refused(facts, 403, text, text, text))
    assert line.count(b"\n") == 1
    assert all(32 <= byte < 127 for byte in line[:-1])
    found = json.loads(line)
    for name in ("path", "user_agent", "request_id", "address", "method", "reason", "sub"):
        assert found[name] == text
    assert found["event"] == "refused"


@pytest.mark.parametrize("character", ["a", "ä", "\n", "\x7f", "\U0001f600", '"'])
def test_a_line_is_never_longer_than_a_pipe_takes_whole(character: str) -> None:
    long = character * 5000
    facts = RequestFacts(0.0, "http", long, long, long, long, long, Visitor(long, long, long, long))
    line = audit_line(Refused(facts, 403, long, long, long))
    assert len(line) <= 4096
    found = json.loads(line)
    for name in ("path", "user_agent", "reason", "username", "origin_jti"):
        assert 0 < len(found[name]) <= MAX_CHARS[name]
        assert found[name].endswith("...")
        assert set(found[name].removesuffix("...")) == {character}


@pytest.fixture
def refused() -> Event:
    return Refused(FACTS, 403, "forbidden", "not in the group")


def test_a_file_is_the_owners_alone_and_is_added_to(tmp_path: Path, refused: Event) -> None:
    path = tmp_path / "audit.jsonl"
    for _ in range(2):
        audit = AuditLog(str(path))
        audit.record(refused)
        audit.close()
    assert [line["code"] for line in read(path)] == ["forbidden"] * 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("remove", [False, True])
def test_after_a_rotation_the_next_line_goes_to_a_new_file(
    tmp_path: Path, refused: Event, remove: bool
) -> None:
    path, old = tmp_path / "audit.jsonl", tmp_path / "audit.1"
    audit = AuditLog(str(path), waits=True)
    audit.record(refused)
    path.rename(old)
    if remove:
        old.unlink()
    else:
        audit.record(refused)
        path.unlink()
        path.touch()
    audit.record(refused)
    assert len(read(path)) == 1
    assert remove or len(read(old)) == 1
    audit.close()


def test_lines_of_several_processes_and_threads_never_mix(tmp_path: Path) -> None:
    path, text = tmp_path / "audit.jsonl", "x" * 900
    code = (
        "import sys\n"
        "from cognito_gate._audit_log import AuditLog\n"
        "from cognito_gate.events import Refused, RequestFacts\n"
        "audit = AuditLog(sys.argv[1])\n"
        "for number in range(300):\n"
        "    facts = RequestFacts(0.0, 'http', 'GET', '/' + sys.argv[2])\n"
        "    audit.record(Refused(facts, 403, str(number), 'a reason'))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, path, text]) for _ in range(3)]
    audit = AuditLog(str(path))

    def write() -> None:
        for number in range(300):
            audit.record(Refused(replace(FACTS, path=f"/{text}"), 403, str(number), "a reason"))

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait(60) for process in running] == [0, 0, 0]
    audit.close()
    codes = [line["code"] for line in read(path)]
    assert sorted(codes) == sorted([str(number) for number in range(300)] * 6)


def test_standard_error_is_left_open(refused: Event) -> None:
    written: list[tuple[int, bytes]] = []

    def write(descriptor: int, line: bytes) -> int:
        written.append((descriptor, line))
        return len(line)

    audit = AuditLog("", write, waits=True)
    audit.record(refused)
    audit.close()
    audit.record(refused)
    assert written == [(2, audit_line(refused))] * 2
    os.fstat(2)


def test_standard_error() -> None:
    code = (
        "from cognito_gate._audit_log import AuditLog\n"
        "from cognito_gate.events import Refused, RequestFacts\n"
        "audit = AuditLog()\n"
        "audit.record(Refused(RequestFacts(0.0, 'http', 'GET', '/'), 403, 'c', 'r'))\n"
        "audit.close()\n"
        "audit.record(Refused(RequestFacts(0.0, 'http', 'GET', '/'), 403, 'd', 'r'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert [json.loads(line)["code"] for line in done.stderr.splitlines()] == ["c", "d"]


def test_a_full_disk_fails_nothing_and_is_told_once_a_minute(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    full = True

    def write(descriptor: int, line: bytes) -> int:
        if full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.write(descriptor, line)

    path = tmp_path / "audit.jsonl"
    audit = AuditLog(str(path), write, waits=True)

    def at(seconds: float) -> None:
        audit.record(Refused(replace(FACTS, at=FACTS.at + seconds), 403, str(seconds), "r"))

    for seconds in (0, 1, 59, 61):
        at(seconds)
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "lost 1 lines: [Errno 28]" in caplog.messages[0]
    assert "lost 3 lines: [Errno 28]" in caplog.messages[1]
    at(62)
    full = False
    at(63)
    at(130)
    assert caplog.messages[2:] == ["the audit log lost 1 lines: it is written again"]
    first, losses, last = read(path)
    assert [line["code"] for line in (first, losses, last)] == ["63", None, "130"]
    assert losses.keys() == first.keys()
    assert (losses["event"], losses["outcome"]) == ("lines_lost", "failure")
    assert losses["time"] == "2027-01-15T08:01:02.250Z"
    assert losses["details"] == {"lines": 5, "since": "2027-01-15T08:00:00.250Z"}
    assert losses["reason"] == "[Errno 28] No space left on device"
    audit.close()


def test_half_a_line_spoils_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    half = True

    def write(descriptor: int, line: bytes) -> int:
        return os.write(descriptor, line[:40] if half else line)

    path = tmp_path / "audit.jsonl"
    audit = AuditLog(str(path), write, waits=True)
    audit.record(Refused(FACTS, 403, "a", "r"))
    half = False
    audit.record(Refused(FACTS, 403, "b", "r"))
    first, second, third = path.read_bytes().splitlines()
    assert len(first) == 40
    assert json.loads(second)["code"] == "b"
    assert json.loads(third)["details"]["lines"] == 1
    assert "only 40 of" in caplog.text
    audit.close()


def test_a_directory_that_is_gone_fails_nothing(
    tmp_path: Path, refused: Event, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path / "logs"
    place.mkdir()
    audit = AuditLog(str(place / "audit.jsonl"), waits=True)
    (place / "audit.jsonl").unlink()
    place.rmdir()
    audit.record(refused)
    audit.record(refused)
    assert len(caplog.messages) == 1
    place.mkdir()
    audit.record(refused)
    assert [line["event"] for line in read(place / "audit.jsonl")] == ["refused", "lines_lost"]
    audit.close()
    audit.close()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A full pipe: what writes to it waits for whoever reads."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    yield reading, writing
    os.close(writing)
    os.close(reading)


class Piped:
    """An audit log on a pipe, of which so many lines may wait."""

    def __init__(self, writing: int, most: int, *, blocking: bool = True) -> None:
        self.begun, self.full = threading.Event(), threading.Event()
        self.lost = 0
        os.set_blocking(writing, blocking)
        self.audit = AuditLog("", self._write, lost=self._count)
        self.audit._descriptor = writing
        self.audit._lines._most = most

    def _count(self) -> None:
        self.lost += 1

    def _write(self, descriptor: int, line: bytes) -> int:
        self.begun.set()
        try:
            return os.write(descriptor, line)
        except BlockingIOError:
            self.full.set()
            raise

    def record(self, code: str) -> None:
        self.audit.record(Refused(FACTS, 403, code, "r"))


def drained(reading: int, lines: int) -> list[dict[str, Any]]:
    """So many lines of what the pipe had, and gets."""
    taken = b""
    while taken.count(b"\n") < lines:
        assert select.select([reading], [], [], 30)[0], "nothing comes"
        taken += os.read(reading, 65_536)
    return [json.loads(line) for line in taken.lstrip(b"x").splitlines()]


def test_no_request_waits_for_who_does_not_read_and_losses_are_told(
    pipe: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    reading, writing = pipe
    piped = Piped(writing, most=2)
    piped.record("first")
    assert piped.begun.wait(30)
    for number in range(5):
        piped.record(str(number))
    piped.audit._losses.finish()
    assert piped.lost == 3
    assert "lost 1 lines: its lines are not taken fast enough" in caplog.text
    lines = drained(reading, 4)
    assert [line["code"] for line in lines] == ["first", None, "0", "1"]
    assert lines[1]["details"]["lines"] == 3
    assert piped.audit.finish() == 0


def test_a_pipe_that_takes_no_more_for_now_is_waited_for(pipe: tuple[int, int]) -> None:
    """Others may have made standard error so, and a named pipe is."""
    reading, writing = pipe
    piped = Piped(writing, most=2, blocking=False)
    piped.record("first")
    assert piped.full.wait(30)
    assert [line["code"] for line in drained(reading, 1)] == ["first"]
    assert (piped.audit.finish(), piped.lost) == (0, 0)


def test_who_waits_for_lines_loses_those_that_a_pipe_does_not_take(pipe: tuple[int, int]) -> None:
    """As on AWS Lambda: the request must be answered."""
    _, writing = pipe
    os.set_blocking(writing, False)
    lost: list[bool] = []
    audit = AuditLog(
        "", lambda _, line: os.write(writing, line), waits=True, lost=lambda: lost.append(True)
    )
    audit.record(Refused(FACTS, 403, "a", "r"))
    assert lost == [True]


def test_the_end_does_not_wait_for_ever(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(_background, "FINISH_SECONDS", 0.01)
    reading, writing = pipe
    piped = Piped(writing, most=2)
    piped.record("first")
    piped.record("second")
    piped.audit.close()
    assert "the audit log ends, and 2 lines were not taken" in caplog.text
    assert len(drained(reading, 2)) == 2


def test_losses_that_nobody_takes_a_warning_of_are_warned_of_later() -> None:
    """The log may go to the same standard error: then no thread but one waits for it."""
    free, begun = threading.Event(), threading.Event()
    told: list[str] = []

    class Stuck(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            begun.set()
            assert free.wait(30)
            told.append(record.getMessage())

    handler = Stuck()
    logging.getLogger("cognito_gate").addHandler(handler)
    try:
        losses = Losses(lambda: None, beside=True)
        losses.add("full", 0.0)
        assert begun.wait(30)
        for at in (61.0, 122.0, 183.0):
            losses.add("full", at)
        free.set()
        losses.finish()
        losses.warn_after_all(244.0)
        losses.finish()
    finally:
        logging.getLogger("cognito_gate").removeHandler(handler)
    assert told == [
        *["the audit log lost 1 lines: full"] * 2,
        "the audit log lost 2 lines: it is written again",
    ]


def test_losses_that_cannot_be_told_are_told_with_the_next_line(tmp_path: Path) -> None:
    takes = iter([False, True, False, True, True])

    def write(descriptor: int, line: bytes) -> int:
        if not next(takes):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.write(descriptor, line)

    path = tmp_path / "audit.jsonl"
    audit = AuditLog(str(path), write, waits=True)
    for code in ("lost", "first", "second"):
        audit.record(Refused(FACTS, 403, code, "r"))
    lines = read(path)
    assert [line["code"] for line in lines] == ["first", "second", None]
    assert lines[2]["details"]["lines"] == 1


def test_a_child_process_waits_for_no_lock_of_its_parents(tmp_path: Path) -> None:
    audit = AuditLog(str(tmp_path / "audit.jsonl"))
    audit._lock.acquire()
    audit._losses.add("gone", 1.0)
    audit._lines.begin_anew()
    audit.record(Refused(FACTS, 403, "child", "r"))
    audit.close()
    assert [line["code"] for line in read(tmp_path / "audit.jsonl")] == ["child"]


def test_more_may_be_lost_while_it_is_told() -> None:
    losses = Losses(lambda: None, beside=False)
    losses.add("full", 1.0)
    told = losses.untold
    losses.add("gone", 2.0)
    losses.tell(told)
    assert losses.untold == Lost(1, 1.0, 2.0, "gone")


def test_an_event_that_makes_no_line_fails_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    audit = AuditLog(str(tmp_path / "audit.jsonl"))
    audit.record(SignedOut(replace(FACTS, at=float("inf")), "", "", False))
    audit.close()
    assert "the audit log lost 1 lines" in caplog.text


CHILD = """
import os, sys
from cognito_gate._audit_log import AuditLog
from cognito_gate.events import Refused, RequestFacts

audit = AuditLog(sys.argv[1])
facts = RequestFacts(0.0, "http", "GET", "/")
event = lambda code: Refused(facts, 403, code, "r")
reading, writing = os.pipe()
write, audit._write = audit._write, lambda *line: os.read(reading, 1) and write(*line)
audit.record(event("parent, before"))
{wait}
child = os.fork()
if not child:
    audit._write = write
    audit.record(event("child"))
    sys.exit()
assert os.waitpid(child, 0)[1] == 0
os.write(writing, b"xx")
audit.record(event("parent, after"))
"""


def test_a_child_process_writes_its_own_lines_and_its_parents_writes_theirs(
    tmp_path: Path,
) -> None:
    """As `gunicorn --preload` forks, in the middle of a line. Nothing closes the log: the end of
    the process waits for it."""
    path = tmp_path / "audit.jsonl"
    code = CHILD.format(wait="while not audit._lock.locked(): pass")
    subprocess.run([sys.executable, "-c", code, path], check=True, timeout=60)
    assert [line["code"] for line in read(path)] == ["child", "parent, before", "parent, after"]


@pytest.mark.parametrize("gate", [ASGIGate, WSGIGate])
def test_a_file_that_cannot_be_opened_stops_the_start(
    gate: Callable[..., object], tmp_path: Path
) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)  # nobody reads from it
    with pytest.raises(SettingsError, match=r"COGNITO_GATE_AUDIT_LOG: is .*cannot be opened"):
        gate(None, settings(COGNITO_GATE_AUDIT_LOG=str(fifo)))


def test_a_process_without_standard_error_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stderr__", None)  # as Python has it after `2>&-`
    with pytest.raises(SettingsError, match="cannot be opened: the process has no standard error"):
        Delivery.of(settings(COGNITO_GATE_AUDIT_LOG="stderr"), None)


def test_a_gate_that_is_turned_off_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    off = settings(COGNITO_GATE_AUDIT_LOG=str(path), AWS_COGNITO_DISABLED="true")
    Delivery.of(off, None)
    assert not path.exists()


@pytest.mark.parametrize("kind", ["directory", "no directory", "null byte"])
def test_a_place_where_no_file_can_be(tmp_path: Path, kind: str) -> None:
    place = {
        "directory": tmp_path,
        "no directory": tmp_path / "none" / "audit.jsonl",
        "null byte": "a\0b",
    }[kind]
    with pytest.raises(SettingsError, match="COGNITO_GATE_AUDIT_LOG"):
        settings(COGNITO_GATE_AUDIT_LOG=str(place))


def test_what_a_gate_decides_stands_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    delivery = Delivery.of(settings(COGNITO_GATE_AUDIT_LOG=str(path)), None)
    delivery.deliver([Refused(FACTS, 403, "forbidden", "r"), SignedOut(FACTS, "", "", False)])
    delivery.close()
    delivery.deliver([SignedOut(FACTS, "", "", False)])
    delivery.close()
    events = [line["event"] for line in read(path)]
    assert events == ["refused", "signed_out", "signed_out"], "it is opened again"
    Delivery(None).close()


def test_a_gate_that_is_closed_holds_no_file(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    on = settings(COGNITO_GATE_AUDIT_LOG=str(path))
    asgi, wsgi = ASGIGate(None, on), WSGIGate(None, on)  # type: ignore[arg-type]
    held = [gate._delivery._audit for gate in (asgi, wsgi)]
    asyncio.run(asgi.aclose())
    wsgi.close()
    assert [audit._descriptor for audit in held if audit] == [-1, -1]
