"""The stores, asked as flows ask them: by threads, and by event loops."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import pytest

from cognito_gate._driver.event_loop import AsyncSender, run_async
from cognito_gate._driver.store_calls import StoreCalls
from cognito_gate._driver.stores.dynamodb import DynamoDBStore
from cognito_gate._driver.stores.interface import Store
from cognito_gate._driver.stores.redis import RedisStore
from cognito_gate._driver.stores.sqlite import SQLiteStore
from cognito_gate._driver.threads import Sender, run
from cognito_gate._gate.effects import Flow
from cognito_gate.settings.stores import RedisAddress, SQLiteAddress, parse_store
from tests.stores.servers import CREDENTIALS, PASSWORD, TABLE, dynamodb, redis_like

KINDS = ("sqlite", "redis", "valkey", "dynamodb")
SECONDS = 10.0  # that a store has: time limits have tests of their own
T = TypeVar("T")
_numbers = itertools.count()


@dataclass(frozen=True)
class Kind:
    """A kind of store, and where it is."""

    name: str
    url: str

    def fresh(self) -> str:
        """The name of a part of it that nobody has used."""
        return f"{self.name}-{next(_numbers)}-{time.monotonic_ns()}"

    def open(self, name: str, clock: Callable[[], float] = time.time) -> Store:
        """The part of this name."""
        match parse_store(self.url):
            case SQLiteAddress(folder):
                return SQLiteStore(folder / f"{name}.db", SECONDS, clock)
            case RedisAddress() as address:
                return RedisStore(address, SECONDS, name, clock)
            case table:
                return DynamoDBStore(table, SECONDS, name, clock)


@contextmanager
def _url(name: str, folder: Path) -> Iterator[str]:
    """Where a store of this kind is, until the block ends."""
    with ExitStack() as stack:
        if name == "sqlite":
            yield f"sqlite:///{folder}"
        elif name == "dynamodb":
            origin = stack.enter_context(dynamodb())
            yield f"dynamodb://{TABLE}?region=eu-west-1&endpoint={origin}"
        else:
            options = ("--requirepass", PASSWORD)
            port = stack.enter_context(redis_like(f"{name}-server", 0, *options))
            yield f"{name}://:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/2"


@pytest.fixture(scope="session", params=KINDS)
def kind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kind]:
    """Each kind in turn, its server started once."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in CREDENTIALS.items():
            patch.setenv(variable, value)
        with _url(request.param, folder) as url:
            yield Kind(request.param, url)


@dataclass(frozen=True)
class Asked:
    """A store of which flows ask something."""

    calls: StoreCalls
    run: Callable[[Flow[T]], T]


@pytest.fixture(params=["threads", "loop"])
def asked(request: pytest.FixtureRequest, kind: Kind) -> Iterator[Asked]:
    """A new store, asked by threads or on an event loop."""
    calls = StoreCalls(partial(kind.open, kind.fresh()), SECONDS)
    if request.param == "threads":
        sender = Sender(store=calls)
        yield Asked(calls, lambda flow: run(flow, sender))
        sender.close()
        return
    with asyncio.Runner() as runner:
        loops_sender = AsyncSender(store=calls)
        yield Asked(calls, lambda flow: runner.run(run_async(flow, loops_sender)))
        runner.run(loops_sender.aclose())
