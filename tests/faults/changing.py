"""The rows in which something beside the workers changes: the secret, the store's server."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack

from tests.faults.clients import Counts, Session, many, new_session
from tests.faults.fleet import command, environment, fleet
from tests.faults.provider import Provider
from tests.faults.rows import Result, Skipped, until, warm
from tests.journey.stage import SECRET_KEY
from tests.servers.process import free_port, served

NEW_KEY = "a-newer-secret-of-the-tests-that-all-may-know"
PHASES: tuple[dict[str, str], ...] = (
    {},
    {"SECRET_KEY_FALLBACKS": NEW_KEY},
    {"SECRET_KEY": NEW_KEY, "SECRET_KEY_FALLBACKS": SECRET_KEY},
)
"""The secret everywhere; then both steps of the README's "Changing SECRET_KEY"."""


class _Site:
    """Three servers of one worker each, each at a port of its own, as hosts behind a balancer."""

    def __init__(self, provider: Provider, store: str) -> None:
        self._provider, self._store = provider, store
        self._ports = [free_port() for _ in range(3)]
        self._running = {port: ExitStack() for port in self._ports}
        self._ready: list[int] = []
        self._turn = itertools.count()

    def start(self, port: int, settings: dict[str, str]) -> None:
        """Start a server anew, without the balancer's requests meanwhile."""
        self._ready = [other for other in self._ready if other != port]
        time.sleep(0.3)  # as balancers do, for requests that are on their way
        self._running[port].close()
        variables = environment(self._provider, {"COGNITO_GATE_STORE": self._store, **settings})
        self._running[port].enter_context(served(command("uvicorn", port, 1), port, variables))
        self._ready = [*self._ready, port]

    def start_all(self) -> Iterator[tuple[int, dict[str, str]]]:
        """What is to be started, in this order."""
        for settings in PHASES:
            for port in self._ports:
                yield port, settings

    def at(self) -> int:
        return self._ready[next(self._turn) % len(self._ready)]

    def close(self) -> None:
        for stack in self._running.values():
            stack.close()


def secrets(seconds: float) -> Result:
    """The secret is changed, one worker after the other, while the same visitors go on."""
    result = Result()
    provider = Provider("http://localhost:8000")
    with tempfile.TemporaryDirectory() as directory, provider.serve(), ExitStack() as stack:
        site = _Site(provider, f"sqlite:///{directory}/store.db")
        stack.callback(site.close)

        async def main() -> None:
            people = [new_session(provider) for _ in range(10)]
            for number, (port, settings) in enumerate(site.start_all()):
                started = asyncio.create_task(asyncio.to_thread(site.start, port, settings))
                if number >= 3:
                    await _visit(site, people, result.counts)
                await started
            await _visit(site, people, result.counts)
            result.note = "3 workers, 2 steps each"

        asyncio.run(main())
    return result


async def _visit(site: _Site, people: Sequence[Session], counts: Counts) -> None:
    for session in people:
        session.age()
    await many(site.at, people, counts)


def redis(seconds: float, *, shared: bool = True) -> Result:
    """The store's server is ended and started again under load; it keeps what it had on disk."""
    if shutil.which("redis-server") is None:
        raise Skipped("redis-server is not installed")
    result = Result(outage=True)  # of who has no living token, and waited for the store in vain
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        port, server = free_port(), stack.enter_context(ExitStack())
        server.enter_context(_redis(port, directory))
        settings = {"COGNITO_GATE_STORE": f"redis://127.0.0.1:{port}/0"} if shared else {}
        site = stack.enter_context(fleet("uvicorn", settings, shared=False))

        def restart() -> None:
            server.close()
            time.sleep(1)  # so long it is away
            server.enter_context(_redis(port, directory))

        async def main() -> None:
            await warm(site)
            restarted = asyncio.Event()
            load = asyncio.create_task(until(site, result.counts, restarted.is_set))
            await asyncio.sleep(seconds / 3)
            await asyncio.to_thread(restart)
            await asyncio.sleep(seconds / 3)
            restarted.set()
            await load
            calls = max(site.provider.refreshes.values())
            result.note = f"{len(site.provider.refreshes)} refreshes"
            result.expect(calls == 1, f"a refresh token was used {calls} times")

        asyncio.run(main())
    return result


def _redis(port: int, directory: str) -> AbstractContextManager[int]:
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", directory]
    return served([*command, "--appendonly", "yes", "--save", ""], port, {})
