"""A WebSocket in a real browser: opened by a signed-in page, refused to pages of other
sites."""

import importlib

from playwright.sync_api import Browser, expect

from tests.browser.tab import opened
from tests.journey.stage import staged

LISTEN = """url => new Promise(resolve => {
  const socket = new WebSocket(url)
  socket.onopen = () => socket.send("hello")
  socket.onmessage = event => resolve("said " + event.data)
  socket.onclose = event => resolve("closed " + event.code)
})"""


def test_a_page_and_its_socket(chromium: Browser) -> None:
    app = importlib.import_module("examples.fastapi_websocket").app
    with staged(app=lambda _: app) as site, opened(chromium, site.origin) as tab:
        tab.open("/")
        tab.fill_in("ada")
        expect(tab.page.locator("output")).to_have_text("ada: hello")


def test_a_page_of_another_site_is_refused(chromium: Browser) -> None:
    app = importlib.import_module("examples.fastapi_websocket").app
    with staged(app=lambda _: app) as site, opened(chromium, site.origin) as tab:
        tab.open("/")
        tab.fill_in("ada")
        expect(tab.page.locator("output")).to_have_text("ada: hello")
        address = f"{site.origin.replace('http', 'ws')}/echo"
        assert tab.page.evaluate(LISTEN, address) == "said ada: hello"
        # The same host on another port: cookies ignore ports, so this page's socket carries them.
        with staged({"COGNITO_GATE_PUBLIC_PATHS": "/health"}, app=lambda _: app) as other:
            tab.page.goto(f"{other.origin}/health")
            assert tab.page.evaluate(LISTEN, address) == "closed 1006"
        tab.complaints.clear()  # Chromium notes a refused socket in the console
