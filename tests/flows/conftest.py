"""The stage of the flow tests."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from tests.flows.site import CoreSite, Open
from tests.flows.stage import Stage
from tests.world.browser import Browser
from tests.world.pool import Pool

MakeStage: TypeAlias = Callable[..., Stage]


@pytest.fixture
def make_stage() -> MakeStage:
    """Makes a stage with some settings changed."""

    def make(**changes: Any) -> Stage:
        return Stage(changes)

    return make


@pytest.fixture
def stage() -> Stage:
    """The usual stage."""
    return Stage()


@pytest.fixture
def lasting(make_stage: MakeStage) -> Stage:
    """A stage with refresh: tokens last an hour, sessions a day in all."""
    return make_stage(refresh_flow_enabled=True)


# Sites at the real time, for stories of many requests


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture
def make_site(pool: Pool) -> Open:
    """Makes a site before the pool, with some settings changed."""

    def make(*, mount: str = "", **changes: Any) -> CoreSite:
        return CoreSite(pool.settings(**changes), pool, mount)

    return make


@pytest.fixture
def site(make_site: Open) -> CoreSite:
    """The usual site."""
    return make_site()


@pytest.fixture
def browser(site: CoreSite) -> Browser:
    return Browser(site)
