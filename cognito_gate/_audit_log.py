"""The audit log: one line of JSON for each event, on standard error or at the end of a file.

Knows the fields of a line, and how lines of several processes stay whole. Must not know how a
decision was come by. Fields are only ever added; whatever else changes gets a new `v`.
"""

import errno
import json
import logging
import os
import re
import select
import sys
import threading
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from ._audit_losses import Losses, Lost
from ._background import Background
from .events import Event

STDERR_DESCRIPTOR = 2
VERSION = 1
# The most characters of each value as they stand in the line. A line stays below 4,096 bytes, which
# a pipe takes in one piece whatever other processes write to it (POSIX, PIPE_BUF).
MAX_CHARS = {
    **{"event": 64, "outcome": 16, "rule": 128, "sub": 128, "username": 256, "client": 128},
    **{"origin_jti": 128, "address": 64, "user_agent": 512, "method": 32, "path": 1024},
    **{"request_id": 128, "code": 64, "reason": 512},
}
MAX_DETAIL_CHARS = 64
_OUTCOMES = {
    **{"SignedIn": "success", "Refreshed": "success", "SignedOut": "success"},
    **{"SignInFailed": "failure", "RefreshFailed": "failure"},
    **{"WrongPassword": "failure", "WrongCode": "failure"},
    **{"Refused": "refused", "BearerRejected": "refused", "RateLimited": "refused"},
    **{"SessionEnded": "ended", "SessionsRevoked": "ended"},
}
_TOLD = {"code", "reason", "request", "rule", "session", "status", "sub", "username"}
_CUT = "..."
_OPEN = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
log = logging.getLogger("cognito_gate")


def audit_line(event: Event) -> bytes:
    """The line of an event. ASCII without control characters, so that nothing can forge another."""
    request, who = event.request, event.request.visitor
    told: dict[str, Any] = {name: getattr(event, name, "") for name in _TOLD}
    texts = {
        "event": event_name(type(event)),
        "outcome": _OUTCOMES.get(type(event).__name__, "success"),
        "rule": told["rule"],
        "sub": told["sub"] or who.sub,
        "username": told["username"] or who.username,
        "client": who.app_client,
        "origin_jti": told["session"] or who.session,
        "address": request.client,
        "user_agent": request.user_agent,
        "method": request.method,
        "path": request.path,
        "request_id": request.id,
        "code": told["code"],
        "reason": told["reason"],
    }
    line = {
        "v": VERSION,
        "time": _time(request.at),
        **{name: _short(text, MAX_CHARS[name]) or None for name, text in texts.items()},
        "status": told["status"] or None,
        "details": {
            item.name: _detail(getattr(event, item.name))
            for item in fields(event)
            if item.name not in _TOLD
        },
    }
    return _json(line).encode() + b"\n"


def _line_of_losses(lost: Lost) -> bytes:
    """That lines are missing here: as many as that, the first and the last of them at these times.
    It has no request."""
    line = {
        "v": VERSION,
        "time": _time(lost.last),
        **dict.fromkeys(MAX_CHARS),
        "event": "lines_lost",
        "outcome": "failure",
        "reason": _short(lost.reason, MAX_CHARS["reason"]),
        "status": None,
        "details": {"lines": lost.lines, "since": _time(lost.first)},
    }
    return _json(line).encode() + b"\n"


def _json(value: object) -> str:
    """JSON in ASCII, without the one control character that JSON may leave as it is."""
    return json.dumps(value, separators=(",", ":")).replace("\x7f", "\\u007f")


def event_name(kind: type[Event]) -> str:
    """The name of a kind of event in a line: `signed_in` for `SignedIn`."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


def _time(at: float) -> str:
    """RFC 3339, in UTC and milliseconds."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _short(text: str, limit: int) -> str:
    """As much of a text as takes up `limit` characters in JSON, which may escape each by twelve."""
    shortened, size = text[:limit], len(_json(text[:limit])) - 2
    if text == shortened and size <= limit:
        return text
    limit -= len(_CUT)
    while size > limit:
        shortened = shortened[: len(shortened) * limit // size]
        size = len(_json(shortened)) - 2
    return shortened + _CUT


def _detail(value: object) -> object:
    return _short(value, MAX_DETAIL_CHARS) if isinstance(value, str) else value


class AuditLog:
    """Writes lines, each by one write at the end of the file, so that those of several processes
    and threads never mix. A file that was moved away or removed is made anew, at the next line.

    A thread writes them, and only so many wait for it: a pipe that nobody reads and a disk that
    does not answer hold up no request. Lines that could not be written are counted, and told in
    the log, to `lost`, and by a line of their own once there is one that can be written again.

    Raises:
        OSError: the file cannot be opened, at the start, or there is no standard error.
    """

    def __init__(
        self,
        path: str = "",
        write: Callable[[int, bytes], int] = os.write,
        *,
        waits: bool = False,
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        """`path` is empty for standard error; `write` is replaceable in tests. With `waits` each
        line is written before `record` returns. `lost` is called for each line that is lost."""
        self._path = path
        self._write = write
        self._lock = threading.Lock()
        self._descriptor = _opened(path) if path else _stderr()
        self._broken = False
        self._waits = waits
        self._losses = Losses(lost, beside=not waits)
        self._lines: Background[tuple[bytes, float]] = Background(
            self._put_down, forked=self._begin_anew
        )

    def record(self, event: Event) -> None:
        """Write the line of an event. Raises nothing: a full disk must not fail a request."""
        at = event.request.at
        try:
            line = audit_line(event), at
            if self._waits:
                self._put_down(line)
            elif not self._lines.put(line):
                self._losses.add("its lines are not taken fast enough, or not at all", at)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            self._losses.add(str(error), at)

    @property
    def is_waiting(self) -> bool:
        """Whether there are lines, or warnings of lost ones, that are not written yet."""
        return self._lines.left > 0 or self._losses.is_waiting

    def finish(self) -> int:
        """Wait for the lines that are not written yet, some seconds at most; how many are left."""
        left = self._lines.finish()
        self._losses.finish()
        return left

    def close(self) -> None:
        """Write what is left, and close the file; a later event opens it again."""
        left = self.finish()
        if left:  # it may be opened no more, and its number may be another file's by then
            log.error("the audit log ends, and %d lines were not taken", left)
            return
        with self._lock:
            if self._path and self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1

    def _begin_anew(self) -> None:
        """In a child process: the parent's thread, which may hold the lock, is not there."""
        self._lock = threading.Lock()
        self._losses.begin_anew()

    def _put_down(self, item: tuple[bytes, float]) -> None:
        line, at = item
        with self._lock:
            try:
                self._append(line)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told
                self._losses.add(str(error), at)
                return
            self._tell_losses()
            self._losses.warn_after_all(at)

    def _tell_losses(self) -> None:
        told = self._losses.untold
        if not told.lines:
            return
        try:
            self._append(_line_of_losses(told))
        except Exception as error:  # noqa: BLE001 - it is told with the next line
            log.debug("the audit log does not take the number of its lost lines: %s", error)
        else:
            self._losses.tell(told)

    def _append(self, line: bytes) -> None:
        if self._path:
            self._follow()
        # What stands after half a line, as a full disk leaves it, begins a line of its own.
        whole = b"\n" + line if self._broken else line
        written = self._written(whole)
        self._broken = written < len(whole)
        if self._broken:
            raise OSError(f"only {written} of {len(whole)} bytes were written")

    def _written(self, whole: bytes) -> int:
        while True:
            try:
                return self._write(self._descriptor, whole)
            except BlockingIOError:  # a named pipe, or a standard error that others made so
                if self._waits:
                    raise
                _wait_for_room(self._descriptor)

    def _follow(self) -> None:
        """Open the file anew where its name leads to another one by now, or to none."""
        if self._descriptor >= 0:
            held = os.fstat(self._descriptor)
            try:
                named = os.stat(self._path)
                if (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino):
                    return
            except FileNotFoundError:
                pass
            os.close(self._descriptor)
            self._descriptor = -1
        self._descriptor, self._broken = _opened(self._path), False


def _wait_for_room(descriptor: int) -> None:
    """Until a pipe takes something, or nobody is there any more who reads it."""
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    poll.poll()


def _stderr() -> int:
    """Where the process was started without one (`2>&-`), its number is that of whatever was opened
    next: a database, or a visitor's connection."""
    if sys.__stderr__ is None:
        raise OSError(errno.EBADF, "the process has no standard error")
    return STDERR_DESCRIPTOR


def _opened(path: str) -> int:
    return os.open(path, _OPEN, 0o600)
