"""MiniStack, a Cognito emulator that others wrote, and boto3 beside it.

Both live in an environment of their own, since MiniStack decides on botocore's version.
`make judges` installs them; COGNITO_GATE_MINISTACK may name another interpreter that has them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.servers.process import free_port, served

VARIABLE = "COGNITO_GATE_MINISTACK"
DEFAULT = Path(sys.prefix, "judges", "ministack", "bin", "python")
# Its other services would open ports of their own, on all interfaces, or look for Docker.
_QUIET = {
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "DOCKER_HOST": "unix:///nonexistent",
}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass(frozen=True)
class MiniStack:
    """One that runs: its origin, and the interpreter that has boto3."""

    origin: str
    python: Path

    def call(self, *calls: tuple[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Make calls of the `cognito-idp` API with boto3; their answers."""
        script = Path(__file__).with_name("aws.py")
        done = subprocess.run(
            [self.python, script, self.origin],
            env={"PATH": os.environ["PATH"], **CREDENTIALS},
            input=json.dumps(calls),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers


def interpreter() -> Path:
    """The Python that has MiniStack; without one the tests are skipped, saying how to get it."""
    python = Path(os.environ.get(VARIABLE) or DEFAULT)
    if not os.access(python, os.X_OK):
        pytest.skip(f"MiniStack is not installed: no {python} (`make judges` installs it)")
    return python


@contextmanager
def running(folder: Path, services: str = "cognito-idp") -> Iterator[MiniStack]:
    """Run MiniStack on a free loopback port until the block ends; its files go into `folder`."""
    python, port = interpreter(), free_port()
    environment = {
        **_QUIET,
        "SERVICES": services,
        **CREDENTIALS,
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "STATE_DIR": str(folder),
        "TMPDIR": str(folder),
    }
    with served([str(python), "-m", "ministack"], port, environment):
        yield MiniStack(f"http://127.0.0.1:{port}", python)
