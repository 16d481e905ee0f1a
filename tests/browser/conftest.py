"""Debian's Chromium, driven by Playwright, in front of the demo app."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from cognito_gate.demo import make_app
from tests.journey.stage import REFRESH, Stage, staged

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from tests.browser.tab import Tab

PUBLIC = {"COGNITO_GATE_PUBLIC_PATHS": "/public"}
# No sandbox: CI runs as root. The rest keeps the browser from calling home.
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = os.path.dirname(__file__) + os.sep
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


# Of a module and not of the session: while Playwright runs, this thread can run no other loop.
@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """Playwright itself."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def launch_options() -> dict[str, Any]:
    """How to start Chromium, wherever it is."""
    path = shutil.which("chromium") or "/usr/bin/chromium"
    if not os.access(path, os.X_OK):
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    return {"executable_path": path, "args": list(OPTIONS)}


@pytest.fixture(scope="module")
def chromium(driver: Playwright, launch_options: dict[str, Any]) -> Iterator[Browser]:
    """One browser; each test has its own profile in it."""
    browser = driver.chromium.launch(**launch_options)
    yield browser
    browser.close()


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
