"""The rows of the table: one function for each fault, which makes it and counts what was noticed.

Each takes how many seconds it may last (some last as long as a lease), and says in words what else
is to be known. What visitors noticed is judged in `__main__.py`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.clients import Counts, Session, expire, many, new_session
from tests.faults.fleet import WORKERS, Fleet, fleet
from tests.faults.processes import asking

CLIENTS = 50
PATIENCE = 15.0  # the circuit breaker's longest pause, and some more
QUICK = {"COGNITO_GATE_HTTP_TIMEOUT_SECONDS": "0.5"}
LEASE = 0.5 * 4 + 5  # of a refresh with that time-out


class Skipped(Exception):
    """A row that cannot be run here; its text says why."""


@dataclass
class Result:
    """What a row came to. `outage`: 5xx are to be expected, while it lasts; `cut`: so are requests
    without an answer, of a worker that was killed."""

    counts: Counts = field(default_factory=Counts)
    note: str = ""
    outage: bool = False
    cut: bool = False
    problems: list[str] = field(default_factory=list)

    def expect(self, holds: bool, problem: str) -> None:
        if not holds:
            self.problems.append(problem)


async def warm(site: Fleet) -> None:
    """Let each worker load what its first requests need."""
    for _ in range(3):
        sessions = [new_session(site.provider) for _ in range(site.size)]
        await many(site.at, sessions, Counts(), parallel=site.size, at_once=site.size)
    site.provider.refreshes.clear()


def sessions_of(site: Fleet, number: int) -> list[Session]:
    return [new_session(site.provider) for _ in range(number)]


def parallel(name: str, seconds: float, *, shared: bool = True, workers: int = WORKERS) -> Result:
    """Pages that make six requests at once when their token has expired."""
    result = Result()
    with fleet(name, shared=shared, workers=workers) as site:

        async def main() -> None:
            await warm(site)
            sessions = sessions_of(site, int(50 * seconds))
            await many(site.at, sessions, result.counts)
            calls = sum(site.provider.refreshes.values())
            result.note = f"{len(sessions)} expiries, {calls} refreshes"
            result.expect(calls == len(sessions), "a session was refreshed more than once")

        asyncio.run(main())
    return result


def two_hundred(name: str, seconds: float, *, shared: bool = True) -> Result:
    """One session, expired, and two hundred requests for it."""
    result = Result()
    with fleet(name, shared=shared) as site:

        async def main() -> None:
            await warm(site)
            [session] = sessions_of(site, 1)
            answers = await expire(site.at, session, result.counts, 200)
            calls = sum(site.provider.refreshes.values())
            workers = len({answer.pid for answer in answers})
            result.note = f"{calls} refresh, {workers} workers answered"
            result.expect(calls == 1, f"{calls} refreshes")
            result.expect(workers > 1, "one worker answered them all")

        asyncio.run(main())
    return result


def killed(
    name: str, mode: str, seconds: float, *, shared: bool = True, workers: int = WORKERS
) -> Result:
    """The worker that refreshes a session is killed; the others go on, after the lease at most."""
    result = Result(outage=True, cut=True)
    grace = 60 if mode == "lose" else 0
    with fleet(name, QUICK, shared=shared, grace_seconds=grace, workers=workers) as site:
        provider = site.provider

        async def main() -> None:
            await warm(site)
            victim, *others = sessions_of(site, 41)
            provider.mode = mode
            first = asyncio.create_task(expire(site.at, victim, Counts(), 3))
            await asyncio.to_thread(provider.asked.wait, 20)
            os.kill(asking(site.workers(), provider.asked_from), signal.SIGKILL)
            provider.mode, began = "", time.monotonic()
            await asyncio.gather(first, many(site.at, others, result.counts))
            while not (answers := await expire(site.at, victim, result.counts, 3))[0].username:
                if time.monotonic() - began > LEASE + 5:
                    break
                await asyncio.sleep(0.2)  # as a person who tries again
            passed = time.monotonic() - began
            result.note = f"its session went on after {passed:.1f} s (lease {LEASE:.0f} s)"
            result.expect(answers[0].username is not None, "its session did not go on")

        asyncio.run(main())
    return result


def failing(mode: str, seconds: float, *, shared: bool = True) -> Result:
    """The provider fails under fifty clients: who has time left goes on, who has none gets 503, and
    nobody is signed out."""
    result = Result(outage=True)
    settings = {"COGNITO_GATE_HTTP_TIMEOUT_SECONDS": "1"}
    with fleet("uvicorn", settings, shared=shared) as site:
        provider = site.provider

        async def main() -> None:
            await warm(site)
            expired = sessions_of(site, CLIENTS // 2)
            alive = [new_session(provider, 55 + int(seconds)) for _ in range(CLIENTS // 2)]
            calm = Counts()
            with provider.failing(mode):
                end = time.monotonic() + seconds
                await asyncio.gather(
                    *(_again(site, session, result.counts, end) for session in expired),
                    *(_again(site, session, calm, end) for session in alive),
                )
            result.expect(calm.errors == 0, f"{calm.errors} 5xx for sessions that lived")
            result.counts.add(calm)
            began = time.monotonic()
            await asyncio.gather(
                *(_recovered(site, session, result, began) for session in (*expired, *alive))
            )
            result.note = f"all went on {time.monotonic() - began:.0f} s after it"

        asyncio.run(main())
    return result


async def _recovered(site: Fleet, session: Session, result: Result, began: float) -> None:
    """Try until the session goes on: after an outage each worker asks one question first."""
    while not (await expire(site.at, session, result.counts, 1))[0].username:
        if time.monotonic() - began > PATIENCE:
            result.problems.append("a session did not go on")
            return
        await asyncio.sleep(0.3)


async def _again(site: Fleet, session: Session, counts: Counts, end: float) -> None:
    while time.monotonic() < end:
        await expire(site.at, session, counts, 2)
        await asyncio.sleep(0.1)


def rolling(name: str, seconds: float, *, shared: bool = True) -> Result:
    """All workers are replaced while visitors go on."""
    result = Result(Counts(retries=True))
    with fleet(name, shared=shared) as site:

        async def main() -> None:
            await warm(site)
            before = set(site.workers())
            load = asyncio.create_task(until(site, result.counts, lambda: replaced() or late()))
            end = time.monotonic() + 60

            def late() -> bool:
                return time.monotonic() > end

            def replaced() -> bool:
                now = set(site.workers())
                return len(now) == WORKERS and not now & before

            await asyncio.sleep(0.3)
            site.signal(signal.SIGHUP)
            await load
            result.expect(replaced(), "the workers were not replaced")
            result.note = f"{WORKERS} workers replaced, {result.counts.retried} requests sent again"

        asyncio.run(main())
    return result


async def until(site: Fleet, counts: Counts, done: Callable[[], bool]) -> None:
    async def visitor() -> None:
        while not done():
            await expire(site.at, new_session(site.provider), counts, 4)

    await asyncio.gather(*(visitor() for _ in range(4)))


def soak(seconds: float, *, shared: bool = True) -> Result:
    """Sessions come and go: memory and file descriptors of the workers stay as they are. The cache
    of sessions is small, so that it is full when the measuring begins: what grows then has no
    bound."""
    result = Result()
    with fleet("uvicorn", {"COGNITO_GATE_SESSION_CACHE": "200"}, shared=shared) as site:

        async def main() -> None:
            await warm(site)
            await _visits(site, result.counts, seconds / 2)
            before = site.resources()
            await _visits(site, result.counts, seconds)
            after = site.resources()
            memory = sum(one.memory for one in after) / sum(one.memory for one in before)
            files = [max(one.files for one in each) for each in (before, after)]
            sessions = len(site.provider.refreshes)
            result.note = (
                f"{sessions} sessions, memory x {memory:.2f}, "
                f"file descriptors {files[0]} -> {files[1]}"
            )
            result.expect(memory < 1.2, "memory grows")
            result.expect(files[1] <= files[0] + 20, "file descriptors are left open")

        asyncio.run(main())
    return result


async def _visits(site: Fleet, counts: Counts, seconds: float) -> None:
    end = time.monotonic() + seconds
    await until(site, counts, lambda: time.monotonic() > end)
