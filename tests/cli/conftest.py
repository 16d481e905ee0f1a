"""Commands run in this process change it; here that is undone."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import logging_as_before


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The import path, the working directory and logging are afterwards as before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    with logging_as_before():
        yield
