"""The presets of COGNITO_GATE_SESSION_BYTES hold at the servers that they are named after, and the
limits that they leave room below are still there."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from cognito_gate.settings.header_budgets import HEADER_BUDGETS
from tests.flows.site import CoreSite
from tests.servers.headers_app import cookies
from tests.servers.process import free_port, served
from tests.servers.proxies import KINDS
from tests.world.browser import Browser
from tests.world.pool import Pool

BESIDE = 650
"""Bytes of a callback's response beside the lines of the session's cookies, at most."""
BROWSER = [("user-agent", "x" * 250), ("accept", "x" * 150), ("accept-language", "x" * 100)]
NGINX = """
events {{}}
http {{
  access_log off; {temporary} {buffers}
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{app}; }} }}
}}
"""
BUFFERS = {"nginx": "", "nginx-8k": "proxy_buffer_size 8k; proxy_buffers 8 8k;"}


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _gunicorn(port: int) -> Sequence[str]:
    app = "tests.servers.headers_app:wsgi"
    return (_program("gunicorn"), f"--bind=127.0.0.1:{port}", app)


def _uvicorn(port: int) -> Sequence[str]:
    app = "tests.servers.headers_app:asgi"
    return (_program("uvicorn"), "--http=h11", "--lifespan=off", f"--port={port}", app)


@pytest.fixture(scope="module", params=["gunicorn", "nginx", "nginx-8k", "uvicorn-h11"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """A preset's name, and the address of what it is named after."""
    port, name = free_port(), str(request.param)
    with ExitStack() as stack:
        command = _gunicorn(port) if name == "gunicorn" else _uvicorn(port)
        stack.enter_context(served(command, port, {}))
        if name in BUFFERS:
            directory, app, port = tmp_path_factory.mktemp(name), port, free_port()
            kind = KINDS[0]
            names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            temporary = "".join(f"{each}_temp_path {directory}/{each};" for each in names)
            file = directory / kind.file
            file.write_text(
                NGINX.format(temporary=temporary, buffers=BUFFERS[name], port=port, app=app)
            )
            stack.enter_context(served(kind.command(kind.program(), file, port), port, {}))
        yield name, f"http://127.0.0.1:{port}/"


def _ask(url: str, sent: int = 0, asked: int = 0) -> int:
    """The status of a request that sends so many bytes of cookies, and gets so many."""
    pairs = [line.partition(";")[0] for line in cookies(sent)] if sent else []
    headers = [*BROWSER, *([("cookie", "; ".join(pairs))] if pairs else [])]
    try:
        return httpx.get(f"{url}?{asked}", headers=headers).status_code
    except httpx.TransportError:  # the server hung up
        return 0


def test_what_is_beside_a_session() -> None:
    """What clears the login cookie, an address to go on to, a request id, and the server's own."""
    pool = Pool()
    browser = Browser(CoreSite(pool.settings(refresh_flow_enabled=True), pool))
    reply = browser.sign_in(pool, f"/reports?{'x' * 150}")
    session = [line for line in reply.values("set-cookie") if "_token" in line]
    assert len(session) == 3
    line_end, of_server = len(": \r\n"), 120
    each = [len(name) + len(value) + line_end for name, value in reply.headers]
    own = sum(each) - sum(len("set-cookie") + len(line) + line_end for line in session)
    assert own + of_server <= BESIDE


def test_a_session_of_that_size_passes(server: tuple[str, str]) -> None:
    name, url = server
    budget = HEADER_BUDGETS[name]
    assert _ask(url, sent=budget) == 200
    assert _ask(url, asked=budget + BESIDE) == 200


def test_the_limit_is_there(server: tuple[str, str]) -> None:
    """Or the preset could be larger."""
    name, url = server
    if name in BUFFERS:
        assert _ask(url, asked=HEADER_BUDGETS[name] + 1_300) == 502
    more = {"uvicorn-h11": 80_000}.get(name, 1_000)
    sent = _ask(url, sent=max(HEADER_BUDGETS[name], HEADER_BUDGETS["gunicorn"]) + more)
    assert sent in (0, 400, 431)
