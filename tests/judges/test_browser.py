"""Chromium in front of the gate, before MiniStack's own login page and before the gate's pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.judges.conftest import App, gated
from tests.judges.ministack import MiniStack
from tests.judges.own_pages import KINDS, PASSWORD, make_own_pool, own_app
from tests.judges.person import ENGLISH
from tests.judges.test_own_pages_account import about, code_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.tab import Tab

pytestmark = pytest.mark.browser


def _seen(tab: Tab) -> dict[str, Any]:
    """What the app saw of the page that is open."""
    found: dict[str, Any] = json.loads(tab.page.inner_text("body"))
    return found


# Apps of their own: the fixtures for all would put other tests between these two, and Chromium
# would be started twice.
def test_from_a_deep_link_to_signed_out(judge: MiniStack, chromium: Browser) -> None:
    from tests.browser.tab import opened

    with gated(judge, "asgi") as app, opened(chromium, app.origin) as tab:
        _goes_from_a_deep_link_to_signed_out(tab, app)


def _goes_from_a_deep_link_to_signed_out(tab: Tab, app: App) -> None:
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


def test_pages_of_its_own_from_no_account_to_signed_out(
    judge: MiniStack, chromium: Browser
) -> None:
    from tests.browser.hands import Mouse
    from tests.browser.tab import opened

    kind = KINDS["addresses"]
    pool = make_own_pool(judge.origin, kind)
    with own_app(pool, kind) as site, opened(chromium, site.origin) as tab:
        name = site.login("visitor")
        hands = Mouse(tab.page)
        tab.open("/reports?year=2024")
        hands.follow(ENGLISH.text("sign_in.sign_up"))
        for field, typed in {**about(site, name), "password": PASSWORD}.items():
            hands.fill(field, typed)
        hands.press(ENGLISH.text("sign_up.button"))
        tab.heading(ENGLISH.text("confirm.title"))
        hands.fill("code", code_for(site, name))
        hands.press(ENGLISH.text("confirm.button"))
        tab.heading(ENGLISH.text("sign_in.title", app="localhost"))
        hands.fill("username", name)
        hands.fill("password", PASSWORD)
        hands.press(ENGLISH.text("sign_in.button"))
        tab.page.wait_for_url("**/reports?year=2024")
        assert json.loads(tab.page.inner_text("body"))["username"]
        tab.open("/auth/account")
        hands.press(ENGLISH.text("account.sign_out"))
        tab.heading(ENGLISH.text("message.signed_out.title"))
        assert "cognito_access_token" not in tab.cookies(site.origin)
        tab.open("/reports")
        tab.heading(ENGLISH.text("sign_in.title", app="localhost"))
