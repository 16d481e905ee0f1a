"""Chromium in front of the gate, with MiniStack's own login page between them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.judges.conftest import App

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.tab import Tab

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(app: App, chromium: Browser) -> Iterator[Tab]:
    """A tab of a new profile, which must not complain in its console."""
    from tests.browser.tab import opened

    with opened(chromium, app.origin) as made:
        yield made


def _seen(tab: Tab) -> dict[str, Any]:
    """What the app saw of the page that is open."""
    found: dict[str, Any] = json.loads(tab.page.inner_text("body"))
    return found


@pytest.mark.parametrize("app", ["asgi"], indirect=True)
def test_from_a_deep_link_to_signed_out(tab: Tab, app: App) -> None:
    link = "/reports/2024?year=2024&q=a+b%20c%26d&path=%2Fx"
    tab.open(link)
    tab.sees_login()
    tab.fill_in("ada", "Wrong-Horse-1")
    assert "Incorrect username or password." in tab.page.inner_text("body")
    tab.fill_in("ada")
    tab.page.wait_for_url(f"**{link}")
    seen = _seen(tab)
    assert tab.path == link
    assert (seen["username"], set(seen["groups"])) == ("ada", {"admin", "editors"})
    tab.page.context.clear_cookies(name="cognito_access_token")
    tab.visits.clear()
    tab.open("/y")
    assert _seen(tab)["username"] == "ada"
    assert tab.visits == ["/y"]  # renewed, and nobody noticed
    tab.open("/auth/logout")
    tab.heading("Signed out")
    assert tab.path == "/auth/signed-out"
    assert tab.cookies(app.origin) == []
    tab.open("/x")
    tab.sees_login()
