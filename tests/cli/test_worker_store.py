"""The store that `run` gives its workers, so that they refresh each session once."""

import os
import stat
from pathlib import Path

import pytest

from cognito_gate import Settings
from cognito_gate.cli.worker_store import store_for_workers, worker_count
from tests.parts.made import ENVIRON, settings

REFRESH = {"AWS_COGNITO_REFRESH_FLOW_ENABLED": "true"}


@pytest.mark.parametrize(
    ("server", "environ", "count"),
    [
        ({"workers": None}, {}, 1),
        ({"workers": 3}, {"WEB_CONCURRENCY": "5"}, 3),
        ({"workers": None}, {"WEB_CONCURRENCY": "5"}, 5),  # uvicorn reads it, too
        ({"workers": None}, {"WEB_CONCURRENCY": "many"}, 1),
        ({"workers": 3, "reload": True}, {}, 1),
    ],
)
def test_how_many_workers_there_are(
    server: dict[str, object], environ: dict[str, str], count: int
) -> None:
    assert worker_count(server, environ) == count


def test_a_file_of_theirs_alone_and_for_as_long_as_they_run() -> None:
    with store_for_workers(settings(**REFRESH), 2):
        shared = Settings.from_env({**ENVIRON, **os.environ}, env_file=None)
        assert shared.store_for == "refresh"
        directory = Path(shared.store.removeprefix("sqlite:///")).parent
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert not directory.exists()
    assert "COGNITO_GATE_STORE" not in os.environ


@pytest.mark.parametrize(
    ("changes", "workers"),
    [
        (REFRESH, 1),
        ({}, 2),
        ({**REFRESH, "COGNITO_GATE_STORE": "redis://localhost"}, 2),
        ({**REFRESH, "AWS_COGNITO_DISABLED": "true"}, 2),
    ],
    ids=["one", "no-refresh", "another-store", "off"],
)
def test_where_none_is_needed(changes: dict[str, str], workers: int) -> None:
    with store_for_workers(settings(**changes), workers):
        assert "COGNITO_GATE_STORE" not in os.environ
