"""A server as a process: started, waited for at its port, and ended by its own pid."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tests.journey.serving import listen, port_of

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


def free_port() -> int:
    """A loopback port that nobody uses right now."""
    with listen() as taken:
        return port_of(taken)


@contextmanager
def served(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """Run a command that listens on a port, until the block ends; its pid.

    Nothing but `environment` and the PATH goes in. Output is kept for the case that it fails.
    """
    with TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_open(port, process, output)
            yield process.pid
        finally:
            _end(process)


def _wait_until_open(port: int, process: subprocess.Popen[bytes], output: IO[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)  # the pause of a poll
        else:
            return
    output.seek(0)
    raise AssertionError(f"nobody listens on port {port}:\n{output.read().decode()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
