"""Requests per second over HTTP where sessions are in a store, beside sessions in cookies.

Each server is a process of its own, and rounds alternate. With a warm local copy the store is not
asked; without copies each request is one question, as tests/flows/test_session_store.py counts.
"""

import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from cognito_gate import Settings
from cognito_gate._driver.stores.opening import store_of
from cognito_gate._gate import store_keys
from cognito_gate._gate.cookie_kinds import Names
from cognito_gate._gate.effects import Item, StoreCall
from cognito_gate._gate.protocol.jwt import parse, session_of
from cognito_gate._gate.sessions.stored_session import SessionSeal, StoredSession
from cognito_gate.local import LocalCognito
from tests.bench import overhttp
from tests.bench.inprocess import session
from tests.servers.process import free_port, served

LIMIT = 0.95  # of the requests that cookie sessions answer
GATED = "tests.bench.gated:gated"


@dataclass(frozen=True)
class Runner:
    """A server with the gate, and the Cookie header of a session that it knows."""

    url: str
    cookie: str

    def load(self) -> tuple[float, str]:
        return overhttp.load(self.url, self.cookie)


def kept(cognito: LocalCognito, settings: Settings) -> str:
    """The Cookie header of a fresh session in the store of these settings."""
    tokens, now = cognito.tokens_for("ada"), int(time.time())
    claims = parse(tokens["access_token"], "access").claims
    session_id = secrets.token_urlsafe(32)
    key = store_keys.of_session(session_id)
    stored = StoredSession(
        item=key,
        sub=str(claims["sub"]),
        name=session_of(claims),
        agent="",
        began=now,
        used_at=now,
        ends_at=now + 3600,
        access=tokens["access_token"],
        id=tokens["id_token"],
        refresh="",
    )
    item = Item(key, SessionSeal(settings).seal(stored, now), stored.ends_at)
    calls = store_of(settings)
    assert calls is not None
    assert calls.answer(StoreCall("save", key, item)).done
    calls.close()
    return f"{Names.of(settings).session}={session_id}"


@contextmanager
def stores() -> Iterator[dict[str, str]]:
    """The addresses of the stores that there are, by name."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        found = {"SQLite": f"sqlite:///{folder}/store.db"}
        if shutil.which("redis-server"):
            port = free_port()
            command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
            stack.enter_context(served(command, port, {}))
            found["Redis"] = f"redis://127.0.0.1:{port}/0"
        yield found


def main() -> None:
    """Print the table."""
    if shutil.which("wrk") is None:
        return  # which overhttp has told
    cognito = LocalCognito(
        callback_urls=("http://localhost:8000/auth/callback",),
        logout_urls=("http://localhost:8000/auth/signed-out",),
    )
    with cognito.serve(), stores() as addresses:
        env = {**cognito.environment(), "SECRET_KEY": "a benchmark key of enough characters"}
        print(f"\n{'known session, uvicorn':44} {'ratio':>6} {'at least':>8} {'':>10} {'p99':>10}")
        for name, address in addresses.items():
            _race(name, cognito, env, {**env, "COGNITO_GATE_STORE": address})


def _race(name: str, cognito: LocalCognito, env: dict[str, str], shared: dict[str, str]) -> None:
    usual, stored = (Settings.from_env(each, env_file=None) for each in (env, shared))
    cookies = session(cognito, usual).decode(), kept(cognito, stored), kept(cognito, stored)
    copies = {"COGNITO_GATE_STORE_CACHE_SECONDS": "60"}, {"COGNITO_GATE_STORE_CACHE_SECONDS": "0"}
    environments = env, {**shared, **copies[0]}, {**shared, **copies[1]}
    with ExitStack() as stack:
        runners = []
        for variables, cookie in zip(environments, cookies, strict=True):
            server = overhttp.server(overhttp.UVICORN, GATED, variables)
            runners.append(Runner(stack.enter_context(server), cookie))
            runners[-1].load()  # it is up and warm
        rounds = [[runner.load() for runner in runners] for _ in range(overhttp.ROUNDS)]
    for number, what in ((1, "with a copy"), (2, "asked each time")):
        ratio = statistics.median(row[number][0] / row[0][0] for row in rounds)
        speed = statistics.median(row[number][0] for row in rounds)
        limit = f"{LIMIT:8.2f}" if number == 1 else " " * 8
        flag = "  !" if number == 1 and ratio < LIMIT else ""
        title = f"{name}, {what} / in cookies"
        print(f"{title:44} {ratio:6.2f} {limit} {speed:8.0f}/s {rounds[-1][number][1]:>10}{flag}")
