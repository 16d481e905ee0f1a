"""A WebSocket that comes as a GET with `Upgrade: websocket`: flask-sock and the like under WSGI,
and servers that leave the upgrade to the app. The rule is that of WebSocket scopes."""

import pytest

from tests.flows.site import CoreSite, Open
from tests.world.browser import Browser
from tests.world.pool import APP, Pool

PARTNER = "https://partner.example"
OTHERS = [
    "https://evil.example",
    "http://app.example",
    "https://app.example:8443",
    "https://app.example.evil.example",
    "https://sub.app.example",
    "null",
    "x",
]


@pytest.fixture
def site(make_site: Open) -> CoreSite:
    return make_site(public_paths=("/open",), websocket_origins=(PARTNER,))


def upgrade(origin: str | None, upgrade: str = "websocket") -> dict[str, str | None]:
    return {"connection": "Upgrade", "upgrade": upgrade, "origin": origin}


@pytest.mark.parametrize("origin", OTHERS)
@pytest.mark.parametrize("path", ["/ws", "/open", "/auth/me"])
def test_another_origin_is_refused(browser: Browser, pool: Pool, origin: str, path: str) -> None:
    browser.sign_in(pool)
    assert browser.send("GET", "/ws", {}).app is not None  # the session is known from here on
    reply = browser.send("GET", path, upgrade(origin))
    assert (reply.status, reply.app) == (403, None)


@pytest.mark.parametrize("spelled", ["WebSocket", "h2c, websocket", " websocket "])
def test_however_the_upgrade_is_spelled(browser: Browser, pool: Pool, spelled: str) -> None:
    browser.sign_in(pool)
    assert browser.send("GET", "/ws", upgrade("https://evil.example", spelled)).status == 403


@pytest.mark.parametrize("origin", [APP, "HTTPS://APP.EXAMPLE", PARTNER, None])
def test_an_origin_of_ours_is_not(browser: Browser, pool: Pool, origin: str | None) -> None:
    browser.sign_in(pool)
    assert browser.send("GET", "/ws", upgrade(origin)).identity.username == "ada"


def test_without_a_session_it_is_refused(browser: Browser) -> None:
    assert browser.send("GET", "/ws", upgrade(APP)).status == 401


def test_other_requests_may_come_from_elsewhere(browser: Browser, pool: Pool) -> None:
    """What CORS lets another origin do is the app's to say."""
    browser.sign_in(pool)
    elsewhere = {"origin": "https://evil.example"}
    assert browser.send("GET", "/api", elsewhere).app is not None
    assert browser.send("GET", "/api", {**elsewhere, "upgrade": "h2c"}).app is not None
