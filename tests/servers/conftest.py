"""Each server once, as a process on a free loopback port, in front of a pool of its own."""

from __future__ import annotations

import importlib.metadata
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import pytest

from cognito_gate.local import LocalCognito
from tests.journey.serving import listen, port_of
from tests.journey.stage import REFRESH, SECRET_KEY, session_of
from tests.journey.visitor import Visitor
from tests.servers.catalogue import SERVERS, Server
from tests.servers.process import free_port, served
from tests.servers.release import VARIABLE
from tests.signing_keys import with_ready_keys

SETTINGS = {**REFRESH, "COGNITO_GATE_PUBLIC_PATHS": "/open/*", "SECRET_KEY": SECRET_KEY}


@dataclass(frozen=True)
class Site:
    """A server that runs, the pool it asks, and the listener its `/stream` calls."""

    server: Server
    cognito: LocalCognito
    origin: str
    releases: socket.socket

    def visitor(self) -> Visitor:
        """Another browser, without cookies."""
        return Visitor(self.origin, self.cognito.origin)

    def cookies(self, username: str, *, seconds: int) -> dict[str, str]:
        """Session cookies (not sealed) whose tokens end so many seconds from now."""
        return session_of(self.cognito.tokens_for(username, exp=int(time.time()) + seconds))


@contextmanager
def started(
    server: Server, path: str = "", settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Site]:
    """Run a server until the block ends; below `path`, when one is given."""
    _require(server)
    port = free_port()
    origin = f"http://localhost:{port}"
    cognito = with_ready_keys(
        LocalCognito(
            callback_urls=(f"{origin}{path}/auth/callback",),
            logout_urls=(f"{origin}{path}/auth/signed-out",),
        )
    )
    options = server.mount(path) if path else ()
    environment = dict(option.split("=", 1) for option in options if not option.startswith("-"))
    command = server.command(port, *(option for option in options if option.startswith("-")))
    with cognito.serve(), listen() as releases:
        environment |= {**cognito.environment(), **SETTINGS, VARIABLE: str(port_of(releases))}
        with served(command, port, {**environment, **settings}):
            yield Site(server, cognito, origin, releases)


def _require(server: Server) -> None:
    try:
        importlib.metadata.version(server.distribution)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{server.distribution} is not installed (pip install '.[test]')")


def each(chosen: Callable[[Server], bool] = lambda _: True) -> pytest.MarkDecorator:
    """Run a test for each server that is chosen."""
    found = [server for server in SERVERS if chosen(server)]
    return pytest.mark.parametrize("site", found, ids=lambda server: server.name, indirect=True)


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A running server; refresh tokens rotate, with no grace."""
    with started(request.param) as made:
        made.cognito.switch(rotation=True)
        yield made


@pytest.fixture
def calls(site: Site) -> Callable[[], Counter[str]]:
    """What the pool has been asked for since the test began."""
    before = site.cognito.calls
    return lambda: site.cognito.calls - before


@pytest.fixture
def visitor(site: Site) -> Iterator[Visitor]:
    """A browser in front of the site."""
    with site.visitor() as made:
        yield made


@pytest.fixture
def member(visitor: Visitor) -> Visitor:
    """A browser that is signed in as ada."""
    visitor.sign_in()
    return visitor
