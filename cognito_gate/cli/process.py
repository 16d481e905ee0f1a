"""What a command does to its own process: signals, exported variables, logging.

Must not know what runs meanwhile.
"""

import copy
import logging
import os
import re
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from uvicorn.config import LOG_LEVELS, LOGGING_CONFIG

_SPENT = re.compile(r"\b(code|state)=[^&\s]+")


@contextmanager
def until_stopped() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block, quietly and in order."""
    # SIGINT as well: a shell without job control starts background commands with it ignored.
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(item, signal.default_int_handler) for item in signals]
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for item, handler in zip(signals, before, strict=True):
            signal.signal(item, handler)


def wait() -> None:
    """Until a signal comes."""
    while True:
        time.sleep(3600)  # unlike a lock, Ctrl-C ends a sleep on Windows too


@contextmanager
def exported(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for the block, and for the processes started in it."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def log_config(level: str) -> dict[str, Any]:
    """uvicorn's own logging, and the gate's beside it."""
    config = copy.deepcopy(LOGGING_CONFIG)
    gate = {"handlers": ["default"], "level": LOG_LEVELS[level], "propagate": False}
    config["loggers"]["cognito_gate"] = gate
    config["filters"] = {"discreet": {"()": Discreet}}
    config["handlers"]["access"]["filters"] = ["discreet"]
    return config


class Discreet(logging.Filter):
    """Takes authorization codes and states out of the access log's addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _SPENT.sub(r"\1=...", item) if isinstance(item, str) else item
                for item in record.args
            )
        return True
