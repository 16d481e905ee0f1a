"""What a command changes in its own process: signals, environment variables, logging.

Must not know what the process runs.
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

_CODE_OR_STATE = re.compile(r"\b(code|state)=[^&\s]+")


@contextmanager
def until_stopped() -> Iterator[None]:
    """End the block at Ctrl-C or SIGTERM, without a traceback."""
    # SIGINT as well: a shell without job control starts background commands with it ignored.
    signals = (signal.SIGINT, signal.SIGTERM)
    old_handlers = [signal.signal(item, signal.default_int_handler) for item in signals]
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for item, handler in zip(signals, old_handlers, strict=True):
            signal.signal(item, handler)


def wait() -> None:
    """Wait until a signal comes."""
    while True:
        time.sleep(3600)  # unlike a lock, Ctrl-C ends a sleep on Windows too


@contextmanager
def export_variables(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for the block, and for the processes started in it."""
    old_environment = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(old_environment)


def log_config(level: str) -> dict[str, Any]:
    """uvicorn's logging configuration, with the gate's logger added."""
    config = copy.deepcopy(LOGGING_CONFIG)
    gate = {"handlers": ["default"], "level": LOG_LEVELS[level], "propagate": False}
    config["loggers"]["cognito_gate"] = gate
    config["filters"] = {
        "redacting": {"()": RedactingFilter},
        "one_server": {"()": OneServerFilter},
    }
    config["handlers"]["default"]["filters"] = ["one_server"]
    config["handlers"]["access"]["filters"] = ["redacting"]
    return config


class OneServerFilter(logging.Filter):
    """Removes the start and end of the local Cognito's server, which runs in another thread."""

    def filter(self, record: logging.LogRecord) -> bool:
        in_main_thread = record.threadName == "MainThread"
        return in_main_thread or record.name != "uvicorn.error" or record.levelno > logging.INFO


class RedactingFilter(logging.Filter):
    """Removes authorization codes and states from the URLs in the access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _CODE_OR_STATE.sub(r"\1=...", item) if isinstance(item, str) else item
                for item in record.args
            )
        return True
