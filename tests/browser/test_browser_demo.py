"""The demo in a real browser: things are broken by each button, looked at as a visitor, and fixed.

What a button does to Cognito and to cookies is told without a browser, in test_demo_story.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from cognito_gate.local import LocalCognito
from tests.browser.tab import Tab, opened
from tests.browser.test_browser_accessible import check
from tests.browser.test_browser_pages import WIDER
from tests.browser.whole_demo import open_demo

LIVES = ("Rotate the signing keys", "Withdraw the signing keys")
REFRESHED = ("Let the access token end", "Change the access token")
ENDED = ("Change all session cookies", "End your session at Cognito")


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[str, LocalCognito]]:
    with open_demo() as made:
        yield made


@pytest.fixture
def origin(running: tuple[str, LocalCognito]) -> str:
    """One demo for all tests, whatever the test before left broken."""
    origin, cognito = running
    cognito.heal()
    return origin


def press(tab: Tab, button: str) -> None:
    """Press a button of the page; what it did is said, and has the focus."""
    tab.open("/break")
    tab.page.get_by_role("button", name=button).click()
    expect(tab.page.get_by_role("status")).to_be_focused()


def sees_home(tab: Tab) -> None:
    tab.open("/")
    tab.heading("Ada Lovelace")


def test_things_are_broken_looked_at_and_fixed(chromium: Browser, origin: str) -> None:
    with opened(chromium, origin) as tab:
        tab.open("/break")
        expect(tab.page.get_by_role("button", name="Change")).to_have_count(0)  # nobody's session
        tab.sign_in()
        expect(tab.page.locator(".story h3")).to_have_count(7)
        for button in LIVES:
            press(tab, button)
            sees_home(tab)
        for button in REFRESHED:
            press(tab, button)
            sees_home(tab)
            tab.open("/live")
            expect(tab.page.locator(".log tbody th").first).to_have_text("refreshed")
        for button in ENDED:
            press(tab, button)
            visits = len(tab.visits)
            sees_home(tab)  # by way of Cognito, which still knows this browser
            assert "/oauth2/authorize" in tab.visits[visits:]


def test_cognito_is_taken_down_and_brought_back(chromium: Browser, origin: str) -> None:
    with opened(chromium, origin) as tab:
        tab.sign_in()
        press(tab, "Take Cognito down")
        sees_home(tab)  # a session needs no call to Cognito
        tab.open("/auth/login?prompt=login")
        tab.heading("Cognito is not available")
        tab.page.get_by_role("link", name="Back to the app").click()
        tab.heading("Ada Lovelace")
        press(tab, "Bring Cognito back")
        tab.open("/auth/login?prompt=login")
        tab.sees_login()
        tab.complaints.clear()


def test_the_live_log_renews_itself(chromium: Browser, origin: str) -> None:
    with opened(chromium, origin) as tab:
        tab.page.clock.install()
        tab.open("/live")
        before = tab.page.locator(".requests tbody tr").count()
        tab.page.request.get("/public?again")
        tab.page.clock.run_for(2500)
        expect(tab.page.locator(".requests tbody th").first).to_have_text("GET /public")
        assert tab.page.locator(".requests tbody tr").count() in (before + 1, 15)


@pytest.mark.parametrize(
    ("scheme", "paths"),
    [("light", ("/break", "/live", "/public", "/nowhere")), ("dark", ("/", "/live"))],
)
def test_each_page_can_be_read_and_fits_a_phone(
    chromium: Browser, origin: str, scheme: Literal["light", "dark"], paths: tuple[str, ...]
) -> None:
    size: ViewportSize = {"width": 320, "height": 640}
    with chromium.new_context(base_url=origin, color_scheme=scheme, viewport=size) as context:
        tab = Tab(context.new_page())
        tab.page.emulate_media(reduced_motion="reduce")  # no color is on its way to another
        tab.open("/break")
        check(tab.page)  # nobody is signed in
        tab.sign_in()
        press(tab, "Rotate the signing keys")
        for path in ("", *paths):
            if path:
                tab.open(path)
            check(tab.page)
            assert tab.page.evaluate(WIDER) <= 0, path
            assert tab.page.title().endswith(" - cognito-gate demo"), path
        assert tab.complaints == []
