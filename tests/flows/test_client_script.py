"""What the gate serves to scripts in the browser: the module, and the page that ends a window."""

from tests.flows.site import CoreSite
from tests.parts.html import Page
from tests.world.browser import FETCH, Browser


def test_the_module_is_there_for_everybody(site: CoreSite) -> None:
    reply = Browser(site).send("GET", "/auth/client.js", FETCH)
    assert (reply.status, reply.app) == (200, None)
    assert reply.value("content-type") == "text/javascript; charset=utf-8"
    assert reply.value("x-content-type-options") == "nosniff"
    assert b"export async function fetch" in reply.body


def test_a_window_tells_that_it_is_done(site: CoreSite) -> None:
    reply = Browser(site).go("/auth/signed-in")
    page = Page(reply.body.decode())
    assert (reply.status, page.one("h1").text) == (200, "You are signed in")
    assert "BroadcastChannel" in "".join(page.one("script").words)
    assert "script-src 'sha256-" in reply.value("content-security-policy")


def test_they_are_only_read(site: CoreSite) -> None:
    for path in ("/auth/client.js", "/auth/signed-in"):
        assert Browser(site).send("POST", path, FETCH).status == 405
