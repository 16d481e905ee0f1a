"""Chromium in front of the gate's own pages, with MiniStack behind them: from nothing to out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.judges.own_pages import PASSWORD, OwnApp
from tests.judges.person import ENGLISH
from tests.judges.test_own_pages_account import about, code_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.browser
@pytest.mark.parametrize("site", ["addresses"], indirect=True)
def test_from_no_account_to_signed_out(site: OwnApp, chromium: Browser) -> None:
    from tests.browser.hands import Mouse
    from tests.browser.tab import opened

    name = site.login("visitor")
    with opened(chromium, site.origin) as tab:
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
