"""The audit log: one line of JSON for each event, on standard error or at the end of a file.

Knows the fields of a line, and how lines of several processes stay whole. Must not know how a
decision was come by. Fields are only ever added; whatever else changes gets a new `v`.
"""

import errno
import json
import logging
import os
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from .events import Event

STDERR_DESCRIPTOR = 2
VERSION = 1
WARN_SECONDS = 60.0  # between two warnings that lines are lost
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

    Raises:
        OSError: the file cannot be opened, at the start, or there is no standard error.
    """

    def __init__(self, path: str = "", write: Callable[[int, bytes], int] = os.write) -> None:
        """`path` is empty for standard error; `write` is replaceable in tests."""
        self._path = path
        self._write = write
        self._lock = threading.Lock()
        self._descriptor = _opened(path) if path else _stderr()
        self._broken = False
        self._lost = 0
        self._warned_at = float("-inf")

    def record(self, event: Event) -> None:
        """Write the line of an event. Raises nothing: a full disk must not fail a request."""
        with self._lock:
            try:
                self._append(audit_line(event))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told
                self._lost += 1
                self._warn(str(error), event.request.at)
            else:
                if self._lost:
                    self._warn("it is written again", event.request.at)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._path and self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1

    def _append(self, line: bytes) -> None:
        if self._path:
            self._follow()
        # What stands after half a line, as a full disk leaves it, begins a line of its own.
        whole = b"\n" + line if self._broken else line
        written = self._write(self._descriptor, whole)
        self._broken = written < len(whole)
        if self._broken:
            raise OSError(f"only {written} of {len(whole)} bytes were written")

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

    def _warn(self, reason: str, now: float) -> None:
        if 0 <= now - self._warned_at < WARN_SECONDS:  # a clock may be set back, too
            return
        log.warning("the audit log lost %d lines: %s", self._lost, reason)
        self._warned_at, self._lost = now, 0


def _stderr() -> int:
    """Where the process was started without one (`2>&-`), its number is that of whatever was opened
    next: a database, or a visitor's connection."""
    if sys.__stderr__ is None:
        raise OSError(errno.EBADF, "the process has no standard error")
    return STDERR_DESCRIPTOR


def _opened(path: str) -> int:
    return os.open(path, _OPEN, 0o600)
