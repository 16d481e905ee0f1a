"""The servers of a fleet: four workers behind one port, started by a command, ended by its pid.

Knows uvicorn and gunicorn; must not know which fault is being made.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tests.faults.processes import Resources, children, resources
from tests.faults.provider import Provider
from tests.journey.stage import REFRESH, SECRET_KEY
from tests.servers.catalogue import ASGI, WSGI
from tests.servers.process import free_port, served

WORKERS = 4


@dataclass(frozen=True)
class Fleet:
    """A server that runs with so many workers, and the provider that it asks."""

    name: str
    size: int
    port: int
    pid: int
    provider: Provider

    def at(self) -> int:
        return self.port

    def workers(self) -> list[int]:
        """The processes that serve, as Linux lists the children of the one that was started."""
        return children(self.pid, ("spawn_main", "gunicorn"))

    def resources(self) -> list[Resources]:
        """What each worker holds."""
        return [resources(pid) for pid in self.workers()]

    def signal(self, number: signal.Signals) -> None:
        """Tell the process that was started."""
        os.kill(self.pid, number)


def command(name: str, port: int, workers: int = WORKERS) -> list[str]:
    """The command line of a server."""
    name, *more = name.split()
    program = str(Path(sys.executable).with_name(name))
    if name == "uvicorn":
        options = ["--host=127.0.0.1", f"--port={port}", "--no-access-log", "--log-level=error"]
        # On a busy machine a worker may need longer than 5 seconds to start or to say that it
        # lives: it would be given up.
        several = [f"--workers={workers}", "--timeout-worker-healthcheck=60"] * (workers > 1)
        return [program, *options, *several, ASGI]
    return [
        *(program, f"--bind=127.0.0.1:{port}", f"--workers={workers}", "--threads=8"),
        *("--log-level=error", "--backlog=1024", *more, WSGI),
    ]


def environment(provider: Provider, settings: Mapping[str, str]) -> dict[str, str]:
    """The variables of a worker."""
    return {
        **provider.cognito.environment(),
        **REFRESH,
        "SECRET_KEY": SECRET_KEY,
        "COGNITO_GATE_PUBLIC_PATHS": "/open",
        "COGNITO_GATE_STORE_FOR": "refresh",
        **settings,
    }


@contextmanager
def fleet(
    name: str,
    settings: Mapping[str, str] = MappingProxyType({}),
    *,
    shared: bool = True,
    grace_seconds: int = 0,
    workers: int = WORKERS,
) -> Iterator[Fleet]:
    """Serve until the block ends, with a store in a file unless `settings` name another."""
    port = free_port()
    provider = Provider(f"http://localhost:{port}", grace_seconds)
    with tempfile.TemporaryDirectory() as directory, provider.serve():
        store = {"COGNITO_GATE_STORE": f"sqlite:///{directory}/store.db"} if shared else {}
        variables = environment(provider, {**store, **settings})
        with served(command(name, port, workers), port, variables) as pid:
            yield Fleet(name, workers, port, pid, provider)
