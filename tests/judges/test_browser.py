"""Chromium in front of the gate, with MiniStack's own login page between them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import chromium, driver, launch_options
from tests.judges.conftest import App

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.tab import Tab

__all__ = ["chromium", "driver", "launch_options"]
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


def _signed_in(tab: Tab, link: str) -> dict[str, Any]:
    tab.open(link)
    tab.sees_login()
    tab.fill_in()
    tab.page.wait_for_url(f"**{link}")
    return _seen(tab)


def test_a_deep_link_with_its_query_is_where_it_ends(tab: Tab) -> None:
    link = "/reports/2024?year=2024&q=a+b%20c%26d&path=%2Fx"
    seen = _signed_in(tab, link)
    assert tab.path == link
    assert (seen["username"], set(seen["groups"])) == ("ada", {"admin", "editors"})
    tab.open("/again")
    assert _seen(tab)["username"] == "ada"


def test_a_wrong_password_is_said(tab: Tab) -> None:
    tab.open("/x?y=1")
    tab.fill_in("ada", "Wrong-Horse-1")
    assert "Incorrect username or password." in tab.page.inner_text("body")
    tab.fill_in("ada")
    tab.page.wait_for_url("**/x?y=1")
    assert _seen(tab)["path"] == "/x"


def test_a_session_is_renewed_unnoticed(tab: Tab, app: App) -> None:
    _signed_in(tab, "/x")
    tab.page.context.clear_cookies(name="cognito_access_token")
    tab.visits.clear()
    tab.open("/y")
    assert _seen(tab)["username"] == "ada"
    assert tab.visits == ["/y"]
    assert "cognito_access_token" in tab.cookies(app.origin)


def test_signing_out_really_signs_out(tab: Tab, app: App) -> None:
    _signed_in(tab, "/x")
    tab.open("/auth/logout")
    tab.heading("Signed out")
    assert tab.path == "/auth/signed-out"
    assert tab.cookies(app.origin) == []
    tab.open("/x")
    tab.sees_login()
