"""MiniStack once for all; for each edge and kind of client an app of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from cognito_gate import Settings
from tests.browser.conftest import chromium, chromium_for_the_next, pytest_runtest_teardown
from tests.journey import stage
from tests.journey.probe import Probe
from tests.journey.serving import listen, port_of
from tests.journey.stage import REFRESH, SECRET_KEY
from tests.judges.account import SERVICES, Account
from tests.judges.ministack import MiniStack, running
from tests.judges.own_pages import KINDS, OwnApp, make_own_pool, own_app
from tests.judges.person import Person
from tests.judges.pool import Guest, Pool, make_pool
from tests.world.aws_files import parsed_once

# They take a gigabyte and a minute: `make data-apps`.
collect_ignore = [] if os.environ.get("DATA_APPS") else ["test_data_apps.py"]
__all__ = ["chromium", "chromium_for_the_next", "parsed_once", "pytest_runtest_teardown"]
_SETTINGS = {**REFRESH, "SECRET_KEY": SECRET_KEY, "COGNITO_GATE_BEARER": "true"}


@dataclass(frozen=True)
class App:
    """A gated app on http://localhost, and the pool it asks."""

    pool: Pool
    origin: str

    def guest(self) -> Guest:
        """A browser without cookies."""
        return Guest(self.origin, self.pool.judge.origin)


@contextmanager
def gated(judge: MiniStack, edge: str, *, confidential: bool = True) -> Iterator[App]:
    """Serve an app whose gate knows only environment variables, until the block ends."""
    listener = listen()
    origin = f"http://localhost:{port_of(listener)}"
    pool = make_pool(judge, origin, confidential=confidential)
    settings = Settings.from_env({**pool.environment, **_SETTINGS}, env_file=None)
    with listener, stage.gated(edge, Probe(), settings, listener):
        yield App(pool, origin)


@pytest.fixture(scope="package")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniStack]:
    """MiniStack itself."""
    with running(tmp_path_factory.mktemp("ministack")) as made:
        yield made


@pytest.fixture(scope="package")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Another MiniStack, with all that a template of ours needs, and nothing in it."""
    with running(tmp_path_factory.mktemp("account"), SERVICES) as made:
        yield Account(made, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="package", params=["asgi", "wsgi"])
def app(request: pytest.FixtureRequest, judge: MiniStack) -> Iterator[App]:
    """An app with a confidential client, on each edge."""
    with gated(judge, request.param) as made:
        yield made


@pytest.fixture
def guest(app: App) -> Iterator[Guest]:
    """A browser in front of `app`."""
    made = app.guest()
    with made:
        yield made


@pytest.fixture(scope="package", params=sorted(KINDS))
def site(request: pytest.FixtureRequest, judge: MiniStack) -> Iterator[OwnApp]:
    """An app with sign-in pages of its own, for each kind of client."""
    kind = KINDS[request.param]
    with own_app(make_own_pool(judge.origin, kind), kind) as made:
        yield made


@pytest.fixture
def person(site: OwnApp) -> Iterator[Person]:
    """Somebody in front of `site`."""
    with site.person() as made:
        yield made
