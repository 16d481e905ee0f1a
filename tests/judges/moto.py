"""The server of moto, an emulator of AWS that others wrote, in an environment of its own.

It lets people in for any proof of a password by SRP, and takes most codes: it is asked for the
shapes of requests and answers, and for nothing that a sign-in rests on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.process import free_port, served

VARIABLE = "COGNITO_GATE_MOTO"
DEFAULT = Path(sys.prefix, "judges", "moto", "bin", "moto_server")


def command() -> Path:
    """Its program; without one the tests are skipped, saying how to get it."""
    program = Path(os.environ.get(VARIABLE) or DEFAULT)
    if not os.access(program, os.X_OK):
        pytest.skip(f"moto is not installed: no {program} (`make judges` installs it)")
    return program


@contextmanager
def running() -> Iterator[str]:
    """Run it on a free loopback port until the block ends; its origin."""
    program, port = command(), free_port()
    with served([str(program), "--host", "127.0.0.1", "--port", str(port)], port, {}):
        yield f"http://127.0.0.1:{port}"
