"""MiniStack, a Cognito emulator that others wrote, and boto3's clients of it.

It lives in an environment of its own, since it decides on botocore's version.
`make judges` installs them; COGNITO_GATE_MINISTACK may name another interpreter that has them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
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
    """One that runs, and its origin."""

    origin: str

    def call(self, *calls: tuple[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Make calls of the `cognito-idp` API with boto3; their answers."""
        api = client(self.origin)
        return [getattr(api, operation)(**parameters) for operation, parameters in calls]


@cache
def client(origin: str, service: str = "cognito-idp") -> Any:
    """boto3's client of a judge, made once: reading what a service can do takes its time."""
    keys = {name.lower(): value for name, value in CREDENTIALS.items()}
    return boto3.client(service, region_name="us-east-1", endpoint_url=origin, **keys)


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
        yield MiniStack(f"http://127.0.0.1:{port}")
