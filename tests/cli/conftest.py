"""Commands run in this process change it; here that is undone."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_LOGGERS = ("uvicorn", "uvicorn.access", "uvicorn.asgi", "uvicorn.error", "cognito_gate")


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The import path, the working directory and logging are afterwards as before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(item, item.handlers[:], item.level, item.propagate) for item in loggers]
    yield
    for item, handlers, level, propagate in before:
        item.handlers[:] = handlers
        item.setLevel(level)
        item.propagate = propagate
