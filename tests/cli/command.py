"""Commands as people run them: in a process of their own, or in this one, until Ctrl-C."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from click.testing import CliRunner, Result

from cognito_gate.cli import main

PATIENCE = 40.0
LOGGERS = ("uvicorn", "uvicorn.access", "uvicorn.asgi", "uvicorn.error", "cognito_gate")
OURS = ("AWS_", "COGNITO_GATE_", "SECRET_KEY", "WEB_CONCURRENCY", "FORWARDED_")


def clean_environment() -> dict[str, str]:
    """This process's variables without any that a command would read as a setting."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


class Process:
    """A command in a process of its own; its output is there to wait for."""

    def __init__(self, words: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            words,
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.end()

    @property
    def output(self) -> str:
        """All that it has printed so far."""
        return "".join(self._lines)

    def wait_for(self, pattern: str) -> str:
        """Wait until the output matches; the first group."""
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while not (found := re.search(pattern, self.output)):
                left = deadline - time.monotonic()
                if left <= 0 or self._ended:
                    raise AssertionError(f"no {pattern!r} in:\n{self.output}")
                self._news.wait(left)
        return found[1] if found.groups() else found[0]

    def end(self, sent: signal.Signals = signal.SIGINT) -> int:
        """Send a signal to this one process, and wait; the exit code."""
        self.process.send_signal(sent)
        return self.exit_code()

    def exit_code(self) -> int:
        """Wait for the end."""
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self._reader.join(PATIENCE)
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                with self._news:
                    self._lines.append(line)
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


class Command(Process):
    """`cognito-gate` in a process of its own."""

    def __init__(self, *words: str, cwd: Path, environ: Mapping[str, str] | None = None) -> None:
        script = Path(sysconfig.get_path("scripts")) / "cognito-gate"
        merged = {**clean_environment(), **(environ or {})}
        super().__init__([str(script), *words], cwd=cwd, environ=merged)


def here(*words: str, environ: Mapping[str, str] | None = None, typed: str | None = None) -> Result:
    """Run a command that ends by itself, in this process; what is `typed` it reads."""
    return CliRunner().invoke(main, words, env=_settings(environ), input=typed)


@contextmanager
def logging_as_before() -> Iterator[None]:
    """A command that is run in this process sets up logging: that ends with the block."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(item, item.handlers[:], item.level, item.propagate) for item in loggers]
    try:
        yield
    finally:
        for item, handlers, level, propagate in before:
            item.handlers[:] = handlers
            item.setLevel(level)
            item.propagate = propagate


def here_until_ctrl_c(
    *words: str, url: str, visit: Callable[[], None], environ: Mapping[str, str] | None = None
) -> Result:
    """Run a command that serves, in this process; `visit` once `url` answers; then Ctrl-C."""
    over = threading.Event()
    troubles: list[BaseException] = []

    def meanwhile() -> None:
        try:
            if until_answers(url, over):
                visit()
        except BaseException as trouble:  # noqa: BLE001  (raised in the main thread)
            troubles.append(trouble)
        for sent in (signal.SIGINT, signal.SIGTERM):
            if not over.is_set():
                os.kill(os.getpid(), sent)
                over.wait(PATIENCE)

    thread = threading.Thread(target=meanwhile)
    thread.start()
    try:
        with logging_as_before():
            result = CliRunner().invoke(main, words, env=_settings(environ))
    finally:
        over.set()
        thread.join(PATIENCE)
    assert not troubles, troubles
    return result


def until_answers(url: str, over: threading.Event | None = None) -> bool:
    """Poll until something answers; False when it is over before."""
    deadline = time.monotonic() + PATIENCE
    over = over or threading.Event()
    while time.monotonic() < deadline and not over.is_set():
        try:
            httpx.get(url, timeout=5)
        except httpx.TransportError:
            over.wait(0.05)
        else:
            return True
    return False


def gone(url: str) -> bool:
    """Whether nothing listens there any more."""
    try:
        httpx.get(url, timeout=5)
    except httpx.ConnectError:
        return True
    return False


def free_port() -> int:
    """A port that nobody has right now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def taken_port() -> Iterator[int]:
    """A port that somebody has; the next one is free."""
    for _ in range(100):
        with socket.create_server(("127.0.0.1", 0)) as holder:
            port: int = holder.getsockname()[1]
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except OSError:
                continue
            yield port
            return


def _settings(environ: Mapping[str, str] | None) -> dict[str, str | None]:
    unset = {name: None for name in os.environ if name.startswith(OURS)}
    return {**unset, **(environ or {})}


assert sys.platform != "win32", "these tests send SIGINT to single processes"
