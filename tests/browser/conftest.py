"""Debian's Chromium, driven by Playwright, in front of the demo app."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from cognito_gate.demo import make_app
from tests.browser.chromium import SHARED
from tests.journey.stage import REFRESH, Stage, staged

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from tests.browser.tab import Tab

PUBLIC = {"COGNITO_GATE_PUBLIC_PATHS": "/public"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = os.path.dirname(__file__) + os.sep
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    SHARED.next_test = nextitem


@pytest.fixture(autouse=True)
def chromium_for_the_next() -> Iterator[None]:
    """Chromium stays for the next test that drives it. Else it ends here: after what this test has
    opened in it, before what whole sessions share, such as the loops of others."""
    yield
    SHARED.end_before_next()


@pytest.fixture
def driver() -> Playwright:
    """Playwright itself."""
    return SHARED.driver()


@pytest.fixture
def chromium() -> Browser:
    """One browser; each test has its own profile in it."""
    return SHARED.browser()


@pytest.fixture
def demo() -> Iterator[Stage]:
    """The demo app behind the gate, with sessions that are renewed."""
    with staged(REFRESH | PUBLIC, app=make_app) as made:
        made.cognito.switch(rotation=True)
        yield made


@pytest.fixture
def tab(chromium: Browser, demo: Stage) -> Iterator[Tab]:
    """A tab of a new profile, which must not complain in its console."""
    from tests.browser.tab import opened

    with opened(chromium, demo.origin) as made:
        yield made
