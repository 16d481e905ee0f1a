"""The stage of the edge tests: a pool, and sites on either edge."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from tests.world.browser import Browser
from tests.world.pool import Pool
from tests.world.site import ASGISite, Site, WSGISite

Open: TypeAlias = Callable[..., Site]


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture(params=["asgi", "wsgi"])
def edge(request: pytest.FixtureRequest) -> str:
    """Every edge test runs on both edges."""
    return str(request.param)


@pytest.fixture
def make_site(edge: str, pool: Pool) -> Iterator[Open]:
    """Makes a site of this edge before the pool, with some settings changed."""
    opened: list[Site] = []

    def make(*, mount: str = "", transport: Any = None, **changes: Any) -> Site:
        kind = ASGISite if edge == "asgi" else WSGISite
        site = kind(pool.settings(**changes), transport or pool, mount)
        opened.append(site)
        return site

    yield make
    for site in opened:
        site.close()


@pytest.fixture
def site(make_site: Open) -> Site:
    """The usual site."""
    return make_site()


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site)
