"""A form that is typed while the session ends, in a real browser: what the app gets of it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from cognito_gate import Settings
from tests.browser.tab import opened
from tests.journey.stage import staged

KEEP = {"COGNITO_GATE_KEEP_FORMS": "true"}
# The policy of many apps, which lets no form lead to another site.
POLICY = "default-src 'self'; form-action 'self'"
FORM = """<!doctype html><html lang="en"><title>Order</title><h1>Order</h1>
<form method="post" action="/order?kind=a%20b"><input type="hidden" name="csrf" value="t&quot;1">
<textarea aria-label="Note" name="note"></textarea><input type="checkbox" name="x" checked>
<input type="hidden" name="empty"><button name="go" value="ä">Order</button></form></html>"""


def test_the_app_gets_what_was_typed(chromium: Browser) -> None:
    got: list[tuple[str, bytes, str]] = []

    def make_app(settings: Settings) -> Starlette:
        async def order(request: Request) -> Response:
            if request.method == "GET":
                return HTMLResponse(FORM, headers={"content-security-policy": POLICY})
            got.append((request.url.query, await request.body(), request.headers["origin"]))
            return RedirectResponse(f"{settings.domain_origin}/error", 303)  # another site

        return Starlette(routes=[Route("/order", order, methods=["GET", "POST"])])

    with staged(KEEP, app=make_app) as stage, opened(chromium, stage.origin) as tab:
        tab.open("/order")
        tab.fill_in()
        tab.heading("Order")
        tab.page.get_by_label("Note").fill("Grüße <b>&amp;\n second line +%41")
        session: tuple[dict[str, Any], ...] = (
            {"name": re.compile("_token$")},
            {"domain": "127.0.0.1"},
        )
        for ended in session:
            tab.page.context.clear_cookies(**ended)
        tab.page.get_by_role("button", name="Order").click()
        tab.heading("Sign-in required")
        assert got == []
        tab.page.get_by_role("link", name="Sign in").click()
        tab.fill_in()
        tab.heading("Send your form?")
        expect(tab.page.get_by_role("main")).to_contain_text("a form to /order.")
        tab.page.reload()
        tab.page.get_by_role("button", name="Send it now").click()
        tab.page.wait_for_url(f"{stage.cognito.origin}/**")
        [(query, body, origin)] = got
        assert (query, origin) == ("kind=a%20b", stage.origin)
        assert parse_qsl(body.decode(), keep_blank_values=True) == [
            ("csrf", 't"1'),
            ("note", "Grüße <b>&amp;\r\n second line +%41"),
            ("x", "on"),
            ("empty", ""),
            ("go", "ä"),
        ]
        assert "cognito_kept_form" not in tab.cookies(stage.origin)
        tab.open("/auth/resume")
        expect(tab.page.get_by_role("main")).to_contain_text("There is no form waiting")
