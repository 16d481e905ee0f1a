"""The store by which the workers of one server share refreshes, where no other one is set.

Knows the settings and the environment of the workers; must not know how a store works.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..settings import Settings
from .process import export_variables


def worker_count(server: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> int:
    """How many processes uvicorn starts to serve, of these options of its own."""
    if server.get("reload"):
        return 1
    variable = environ.get("WEB_CONCURRENCY", "")
    return server["workers"] or (int(variable) if variable.isdecimal() else 1)


@contextmanager
def store_for_workers(settings: Settings, workers: int) -> Iterator[None]:
    """A store for the block and the processes that are started in it: several workers would
    refresh the same session at the same time, which ends it where refresh tokens rotate.

    It is a file that nobody else can read, and that is removed at the end.
    """
    if workers < 2 or settings.disabled or settings.store or not settings.refresh_flow_enabled:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="cognito-gate-") as directory:
        variables = {
            "COGNITO_GATE_STORE": f"sqlite:///{Path(directory) / 'refreshes.db'}",
            "COGNITO_GATE_STORE_FOR": "refresh",
        }
        with export_variables(variables):
            yield
