"""One Playwright and one Chromium, which several tests share.

While Playwright runs, its thread can run no other loop: both end before a test that drives no
browser (`end_before_next`).
"""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

# No sandbox: CI runs as root. The rest keeps the browser from calling home.
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Shared:
    """Starts each when it is first asked for."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self.next_test: pytest.Item | None = None

    def driver(self) -> Playwright:
        if self._driver is None:
            reason = "playwright is not installed"
            playwright = pytest.importorskip("playwright.sync_api", reason=reason)
            self._driver = self._stack.enter_context(playwright.sync_playwright())
        return self._driver

    def browser(self) -> Browser:
        if self._browser is None:
            options = launch_options()
            self._browser = self.driver().chromium.launch(**options)
            self._stack.callback(self._browser.close)
        return self._browser

    def end_before_next(self) -> None:
        if self.next_test is None or self.next_test.get_closest_marker("browser") is None:
            self._driver = self._browser = None
            self._stack.close()


SHARED = Shared()


def launch_options() -> dict[str, Any]:
    """How to start Chromium, wherever it is."""
    path = shutil.which("chromium") or "/usr/bin/chromium"
    if not os.access(path, os.X_OK):
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    return {"executable_path": path, "args": list(OPTIONS)}
