"""WCAG 2.2 AA as far as a program can tell: axe-core on every page, in the light and the dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from cognito_gate._sign_in.views import SAMPLES
from tests.browser.gallery import GATE_PAGES, open_gallery
from tests.browser.tab import Tab
from tests.browser.test_browser_pages import Shown, demo_pages, demo_stage
from tests.journey.stage import Stage

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    with open_gallery() as origin:
        yield origin


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with demo_stage() as made:
        yield made


def check(page: Page) -> None:
    """Nothing that axe-core finds fault with; sections that open are open."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = Axe().run(page, options=RULES)
    assert found.response["passes"], "the rules were asked"
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


@pytest.mark.parametrize(
    ("state", "scheme"), [("fields", "light"), ("error", "light"), ("notice", "dark")]
)
def test_the_sign_in_pages(chromium: Browser, gallery: str, state: str, scheme: Scheme) -> None:
    with chromium.new_context(base_url=gallery, color_scheme=scheme) as context:
        page = context.new_page()
        for screen in SAMPLES:
            page.goto(f"/{state}/{screen}")
            check(page)


def test_the_gates_own_pages(chromium: Browser, gallery: str) -> None:
    with chromium.new_context(base_url=gallery) as context:
        page = context.new_page()
        for name in GATE_PAGES:
            page.goto(f"/gate/{name}")
            check(page)


@pytest.mark.parametrize("shown", demo_pages)
def test_the_demo_and_the_local_cognito(chromium: Browser, stage: Stage, shown: Shown) -> None:
    stage.cognito.heal()
    with chromium.new_context(base_url=stage.origin) as context:
        tab = Tab(context.new_page())
        shown(tab, stage)
        check(tab.page)
