"""Gates before a fake pool in this process, and requests for them; for what is measured here.

Knows ASGI and the fake pool; measures nothing itself.
"""

import time
from typing import Any

import httpx

from cognito_gate import ASGIGate
from tests.bench.inprocess import bare, browser, scope
from tests.world.pool import Pool

Headers = list[tuple[bytes, bytes]]


def make_gate(pool: Pool, **changes: Any) -> ASGIGate:
    """A gate around the bare app of the benchmarks."""
    client = httpx.AsyncClient(transport=httpx.MockTransport(pool))
    return ASGIGate(bare, pool.settings(**changes), client)


def session(pool: Pool, others: int = 0) -> Headers:
    """A browser's headers with a fresh session, and so many cookies of others before it."""
    cookies = [f"other_{number}={'x' * 20}" for number in range(others)]
    tokens = {"access": pool.access_token(), "id": pool.id_token()}
    cookies += [f"__Host-cognito_{kind}_token={token}" for kind, token in tokens.items()]
    return browser("; ".join(cookies).encode())


async def ask(gate: ASGIGate, requests: list[Headers], path: str = "/") -> float:
    """The seconds of CPU time that one request takes, on average."""
    scopes = [{**scope(headers), "path": path} for headers in requests]
    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    begin = time.process_time()
    for item in scopes:
        await gate(item, _receive, send)
    taken = time.process_time() - begin
    assert set(statuses) == {200}, set(statuses)
    return taken / len(scopes)


async def _receive() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}
