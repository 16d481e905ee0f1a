"""Renewing a session at the edges: one call however many ask, and cookies on the app's response."""

from collections.abc import Callable, Iterator

import pytest

from tests.edge.conftest import Open
from tests.world import faults
from tests.world.browser import FETCH, NAVIGATION, Browser
from tests.world.pool import Pool
from tests.world.site import Site

SESSION = {f"__Host-cognito_{kind}_token" for kind in ("access", "id", "refresh")}


@pytest.fixture
def site(make_site: Open) -> Site:
    return make_site(refresh_flow_enabled=True)


@pytest.fixture
def due(site: Site, pool: Pool) -> Iterator[Browser]:
    """A browser whose session is due: its tokens end within a minute."""
    pool.lifetime = 30
    browser = Browser(site)
    browser.sign_in(pool)
    pool.lifetime = 3600
    pool.calls.clear()
    yield browser
    assert all(
        call.request.headers["user-agent"].startswith("cognito-gate/") for call in pool.calls
    )


def test_a_due_session_is_renewed_in_the_request_itself(due: Browser, pool: Pool) -> None:
    reply = due.go("/page")
    assert (reply.status, reply.body) == (200, b"hello from the app")
    assert set(reply.stored) == SESSION
    assert reply.identity.expires_at > 3000
    assert due.go("/page").headers == [("content-type", "text/plain")]
    assert len(pool.named("token")) == 1


@pytest.mark.parametrize("method", ["POST", "HEAD"])
def test_for_every_method(due: Browser, method: str) -> None:
    reply = due.fetch("/api", method=method)
    assert reply.status == 200
    assert set(reply.stored) == SESSION


def test_a_response_with_our_cookies_is_not_cached(due: Browser) -> None:
    due.site.headers += [  # type: ignore[attr-defined]
        ("Cache-Control", "public, max-age=3600"),
        ("Expires", "Thu, 01 Jan 2099 00:00:00 GMT"),
        ("Set-Cookie", "app=1; Path=/; HttpOnly; SameSite=Lax"),
        ("X-App", "kept"),
    ]
    first, second = due.go("/"), due.go("/")
    assert first.value("cache-control") == "no-store"
    assert first.values("expires") == []
    assert first.value("x-app") == "kept"
    assert first.stored[0] == "app"
    assert second.value("cache-control") == "public, max-age=3600"
    assert second.value("expires").startswith("Thu")
    assert second.stored == ["app"]


STORES = ["Cache-Control", "Surrogate-Control", "CDN-Cache-Control", "Cloudflare-CDN-Cache-Control"]
KEPT = ["Surrogate-Key", "Vary", "Age", "ETag", "X-Cache-Control", "Last-Modified", "CDN-Loop"]


@pytest.mark.parametrize("spelled", [str, str.lower, str.upper])
def test_nobody_may_store_a_response_with_our_cookies(
    due: Browser, site: Site, spelled: Callable[[str], str]
) -> None:
    stores = [(spelled(name), "public, max-age=3600") for name in STORES]
    stores.append((spelled("Expires"), "Thu, 01 Jan 2099 00:00:00 GMT"))
    kept = [(spelled(name), "kept") for name in KEPT]
    usual = list(site.headers)
    site.headers += [*stores, *kept]
    first, second = due.go("/"), due.go("/")
    ours = {"set-cookie", "cache-control"}
    assert [pair for pair in first.headers if pair[0].lower() not in ours] == [*usual, *kept]
    assert first.values("cache-control") == ["no-store"]
    assert set(first.stored) == SESSION
    assert second.headers == [*usual, *stores, *kept]


@pytest.mark.parametrize("rotation", [True, False])
def test_a_late_request_with_the_old_cookie_spends_nothing(
    due: Browser, pool: Pool, rotation: bool
) -> None:
    pool.rotation = rotation
    late = Browser(due.site, dict(due.jar))
    first = due.go("/")
    second = late.go("/")
    assert len(pool.named("token")) == 1
    assert second.identity.access_token == first.identity.access_token
    assert set(second.stored) == SESSION
    assert late.go("/").status == due.go("/").status == 200
    assert len(pool.named("token")) == 1


@pytest.mark.parametrize("dead", [False, True], ids=["due", "dead"])
def test_many_at_once_make_one_call(due: Browser, site: Site, pool: Pool, dead: bool) -> None:
    pool.rotation = True  # a second call would end the session
    if dead:
        due.jar = {name: value for name, value in due.jar.items() if "refresh" in name}
    request = due.request("GET", "/api", FETCH)
    replies = site.together([request] * 32)
    assert [reply.status for reply in replies] == [200] * 32
    assert len({reply.identity.access_token for reply in replies}) == 1
    assert all(set(reply.stored) == SESSION for reply in replies)
    assert len(pool.named("token")) == 1


def test_many_at_once_share_one_failure(due: Browser, site: Site, pool: Pool) -> None:
    pool.faults["token"] = faults.reply(500)
    request = due.request("GET", "/api", FETCH)
    replies = site.together([request] * 8)
    assert [reply.status for reply in replies] == [200] * 8
    assert not any(reply.headers[1:] for reply in replies)


def test_many_sign_ins_at_once_fetch_the_keys_once(make_site: Open, pool: Pool) -> None:
    site = make_site()
    browsers = [Browser(site) for _ in range(8)]
    urls = [pool.sign_in(browser.go("/").location) for browser in browsers]
    pairs = zip(browsers, urls, strict=True)
    replies = site.together([browser.request("GET", url, NAVIGATION) for browser, url in pairs])
    assert [reply.status for reply in replies] == [303] * 8
    assert len(pool.named("jwks")) == 1
    assert len(pool.named("token")) == 8


def test_an_outage_and_its_end(due: Browser, pool: Pool) -> None:
    pool.faults["token"] = faults.reply(503)
    assert due.go("/").identity.username == "ada"  # the access token still lives
    due.jar = {name: value for name, value in due.jar.items() if "refresh" in name}
    reply = due.go("/page")
    assert (reply.status, reply.app, reply.cookies) == (503, None, {})
    assert reply.value("retry-after") == "5"
    assert due.fetch("/page").body == b'{"error": "unavailable"}'
    del pool.faults["token"]
    assert set(due.go("/page").stored) == SESSION


def test_an_end_clears_all(due: Browser, pool: Pool) -> None:
    due.jar = dict.fromkeys(SESSION, "garbage")
    reply = due.go("/page")
    assert (reply.status, reply.app) == (303, None)
    assert set(reply.cleared) == SESSION


def test_a_session_that_grew_too_large_goes_on_and_then_is_a_page(due: Browser, pool: Pool) -> None:
    pool.id["custom:story"] = pool.access["custom:story"] = "x" * 9_000
    assert due.go("/page").identity.username == "ada"
    due.jar = {name: value for name, value in due.jar.items() if "refresh" in name}
    reply = due.go("/page")
    assert (reply.status, reply.app, reply.stored) == (431, None, [])
