"""The script that the documentation shows, in a real browser: what it does with the gate's 401."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.browser.tab import opened
from tests.journey.stage import staged

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "single-page-apps.md"
TEXT = PAGE.read_text(encoding="utf-8")
SCRIPT = re.search(r"^```js\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
LINK = re.search(r"^```html\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
BUTTON = "<button onclick=\"ask('/data').then(r => document.title = r.status)\">Load</button>"


async def page(request: Request) -> HTMLResponse:
    assert SCRIPT
    assert LINK
    body = f"<!doctype html><h1>Shop</h1>{LINK[1]}{BUTTON}<script>{SCRIPT[1]}</script>"
    return HTMLResponse(body)


def test_a_script_that_is_refused_signs_in_and_comes_back(chromium: Browser) -> None:
    app = Starlette(routes=[Route("/shop", page), Route("/data", page)])
    public = {"COGNITO_GATE_PUBLIC_PATHS": "/shop"}
    with staged(public, app=lambda *_: app) as stage, opened(chromium, stage.origin) as tab:
        tab.open("/shop?tab=2&x=a b")
        tab.page.get_by_role("button").click()
        tab.fill_in()
        tab.heading("Shop")
        assert tab.path == "/shop?tab=2&x=a%20b"
        tab.page.get_by_role("button").click()
        expect(tab.page).to_have_title("200")
        tab.page.get_by_role("link", name="Sign out").click()
        tab.heading("Signed out")
