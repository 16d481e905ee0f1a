"""The gate's module for apps in the browser: what fetch does when there is no session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from tests.browser.tab import Tab, opened
from tests.journey.stage import Stage, staged

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "single-page-apps.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```js\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
POLICY = "default-src 'self'; script-src 'self'"
BODY = """<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<input aria-label="Draft"><button id="popup">In a window</button>
<button id="redirect">By leaving</button><button id="none">By myself</button>
<output></output><p id="ended"></p><script type="module" src="/shop.js"></script></html>"""
SCRIPT = """import { fetch, keepAlive, me } from "/auth/client.js";
const output = document.querySelector("output");
addEventListener("cognito-gate:session-ended", () => {
  document.getElementById("ended").textContent += "ended ";
});
for (const button of document.querySelectorAll("button"))
  button.addEventListener("click", async () => {
    const options = { method: "POST", body: "some text", signIn: button.id };
    const answer = await fetch("/data", options).catch((error) => ({ status: error.name }));
    output.textContent = `${answer.status} ${answer.status === 200 ? await answer.text() : ""}`;
  });
window.keepAlive = keepAlive;
window.me = me;
window.withSignIn = fetch;
"""


async def page(request: Request) -> HTMLResponse:
    return HTMLResponse(BODY, headers={"content-security-policy": POLICY})


async def script(request: Request) -> HTMLResponse:
    return HTMLResponse(SCRIPT, media_type="text/javascript")


async def documented(request: Request) -> HTMLResponse:
    """What the documentation shows, with its answer as the title."""
    [block] = [one for one in BLOCKS if "client.js" in one]
    html = f"<!doctype html><script type=module>{block}document.title = answer.status</script>"
    return HTMLResponse(html)


async def data(request: Request) -> JSONResponse:
    sent = (await request.body()).decode()
    who = request.scope["cognito_gate.identity"].username
    request.app.state.sent.append(who)
    return JSONResponse({"got": sent, "by": who})


@pytest.fixture(scope="module")
def module_sent() -> list[str]:
    return []


@pytest.fixture
def sent(module_sent: list[str]) -> list[str]:
    """As whom requests reached the app, in this test."""
    module_sent.clear()
    return module_sent


@pytest.fixture(scope="module")
def shop(module_sent: list[str]) -> Iterator[Stage]:
    routes = [
        *(Route("/shop", page), Route("/shop.js", script), Route("/readme", documented)),
        Route("/data", data, methods=["GET", "POST"]),
    ]
    public = {"COGNITO_GATE_PUBLIC_PATHS": "/shop /shop.js"}
    app = Starlette(routes=routes)
    app.state.sent = module_sent
    with staged(public, app=lambda *_: app) as stage:
        yield stage


@pytest.fixture
def tab(chromium: Browser, shop: Stage) -> Iterator[Tab]:
    with opened(chromium, shop.origin) as made:
        made.open("/shop#part")
        yield made


def result(tab: Tab, text: str) -> None:
    expect(tab.page.locator("output")).to_have_text(text)


def test_in_a_window_the_page_stays(tab: Tab) -> None:
    tab.page.get_by_label("Draft").fill("half a sentence")
    with tab.page.expect_popup() as window:
        tab.page.locator("#popup").click()
    Tab(window.value).fill_in()
    result(tab, '200 {"got":"some text","by":"ada"}')
    expect(tab.page.get_by_label("Draft")).to_have_value("half a sentence")
    expect(tab.page.locator("#ended")).to_have_text("ended")
    assert window.value.is_closed()


def test_a_window_that_is_closed_ends_the_wait(tab: Tab) -> None:
    with tab.page.expect_popup() as window:
        tab.page.locator("#popup").click()
    Tab(window.value).sees_login()
    tab.page.wait_for_timeout(2_100)  # what is gone before may only be out of sight
    window.value.close()
    result(tab, "AbortError")


def test_by_leaving_the_page_comes_back(tab: Tab) -> None:
    tab.page.locator("#redirect").click()
    tab.fill_in()
    tab.page.wait_for_url("**/shop#part")
    tab.page.locator("#redirect").click()
    result(tab, '200 {"got":"some text","by":"ada"}')


def test_the_refusal_may_be_the_pages_own_business(tab: Tab) -> None:
    tab.page.locator("#none").click()
    result(tab, "401")
    expect(tab.page.locator("#ended")).to_have_text("ended")


def test_who_it_is_and_how_long(tab: Tab) -> None:
    assert tab.page.evaluate("me()") is None
    tab.page.evaluate("keepAlive()")
    expect(tab.page.locator("#ended")).to_have_text("ended")
    tab.page.locator("#redirect").click()
    tab.fill_in()
    tab.page.wait_for_url("**/shop#part")
    who = tab.page.evaluate("me()")
    assert who["username"] == "ada"
    assert 3590 < who["expires_in"] <= 3601  # the date header has whole seconds


def test_what_one_person_began_is_not_sent_as_another(tab: Tab, sent: list[str]) -> None:
    tab.page.locator("#redirect").click()
    tab.fill_in()
    tab.page.wait_for_url("**/shop#part")
    assert tab.page.evaluate("me().then((who) => who.username)") == "ada"
    tab.page.context.clear_cookies()
    with tab.page.expect_popup() as window:
        tab.page.locator("#popup").click()
    Tab(window.value).fill_in("bob")
    result(tab, "401")
    assert sent == []
    tab.page.locator("#popup").click()  # what bob begins himself is
    result(tab, '200 {"got":"some text","by":"bob"}')
    # A request without credentials would meet the same 401 for ever, and nobody is signed out.
    told = tab.page.locator("#ended").text_content()
    script = "withSignIn('/data', { credentials: 'omit' }).then((answer) => answer.status)"
    assert tab.page.evaluate(script) == 401
    assert tab.page.locator("#ended").text_content() == told
    assert sent == ["bob"]


def test_what_readme_shows(tab: Tab) -> None:
    tab.open("/readme")
    tab.fill_in()
    expect(tab.page).to_have_title("200")
