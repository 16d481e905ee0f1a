"""Several processes that share the secret and nothing else."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from cognito_gate.local import LocalCognito
from tests.journey.process import gate_command, running
from tests.journey.serving import listen, port_of
from tests.journey.stage import REFRESH, SECRET_KEY, session_of
from tests.journey.visitor import Visitor
from tests.signing_keys import with_ready_keys

ROOT = Path(__file__).parents[2]


@contextmanager
def pool_for(port: int) -> Iterator[LocalCognito]:
    """A pool whose app is on that port."""
    origin = f"http://localhost:{port}"
    cognito = with_ready_keys(
        LocalCognito(
            callback_urls=(f"{origin}/auth/callback",), logout_urls=(f"{origin}/auth/signed-out",)
        )
    )
    with cognito.serve():
        yield cognito


def free_port() -> int:
    with listen() as listener:
        return port_of(listener)


@pytest.fixture(scope="module")
def trio() -> Iterator[tuple[LocalCognito, list[str]]]:
    """One pool, and three processes of `cognito-gate run`, each on a port of its own."""
    ports = [free_port() for _ in range(3)]
    with pool_for(ports[0]) as cognito, ExitStack() as stack:
        environment = {**cognito.environment(), **REFRESH, "SECRET_KEY": SECRET_KEY}
        started = []
        for port in ports:
            command = gate_command("run", "tests.journey.probe:app", "--port", str(port))
            started.append(stack.enter_context(running(command, environment=environment, cwd=ROOT)))
        for process in started:
            process.wait_for("Uvicorn running on")
        yield cognito, [f"http://localhost:{port}" for port in ports]


def test_each_step_may_be_another_process(trio: tuple[LocalCognito, list[str]]) -> None:
    cognito, (first, second, third) = trio
    with Visitor(first, cognito.origin) as visitor:
        callback = httpx.URL(visitor.callback_url("/x?y=1"))  # begun in the first
        landed = visitor.ask(f"{second}{callback.raw_path.decode()}")
        assert (landed.status_code, landed.headers["location"]) == (303, "/x?y=1")
        seen = [visitor.ask(f"{origin}/").json() for origin in (first, second, third)]
        assert {answer["username"] for answer in seen} == {"ada"}
        assert len({answer["pid"] for answer in seen}) == 3
        signed_out = visitor.ask(f"{third}/auth/logout")
        assert signed_out.is_redirect
        assert not visitor.cookies


def test_a_session_is_renewed_by_any_process(trio: tuple[LocalCognito, list[str]]) -> None:
    cognito, origins = trio
    cognito.switch(rotation=True, grace_seconds=60)
    with Visitor(origins[0], cognito.origin) as visitor:
        visitor.sign_in()
        spent = visitor.session | session_of(cognito.tokens_for("ada", exp=1))
        for origin in origins:  # within Cognito's grace each may spend the same token
            visitor.hold(spent)
            assert visitor.ask(f"{origin}/").json()["username"] == "ada"
        for origin in origins:
            assert visitor.ask(f"{origin}/").json()["username"] == "ada"
