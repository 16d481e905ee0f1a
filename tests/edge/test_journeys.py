"""One journey of each flow on both edges: the facts reach the gate, its decisions the browser.

What is decided, and all that is refused, is tested on the core (tests/flows).
"""

import json

import pytest

from tests.edge.conftest import Open
from tests.world import faults
from tests.world.browser import Browser
from tests.world.pool import APP, CLIENT, DOMAIN, Pool

SESSION = {f"__Host-cognito_{kind}_token" for kind in ("access", "id", "refresh")}
SAME_SITE = {"sec-fetch-site": "same-origin"}


def test_sign_in(browser: Browser, pool: Pool) -> None:
    started = browser.go("/reports?year=2026&x=%2F%20")
    assert (started.status, started.app, started.body) == (303, None, b"")
    assert started.location.startswith(f"{DOMAIN}/oauth2/authorize?")
    assert started.value("cache-control") == "no-store"
    returned = browser.go(pool.sign_in(started.location))
    assert (returned.status, returned.location) == (303, "/reports?year=2026&x=%2F%20")
    assert set(returned.stored) == SESSION - {"__Host-cognito_refresh_token"}
    assert len(returned.cleared) == 1
    for _ in range(2):  # verified, then known
        shown = browser.go(returned.location)
        assert (shown.status, shown.body, shown.cookies) == (200, b"hello from the app", {})
        assert (shown.identity.username, shown.identity.email) == ("ada", "ada@example.com")


def test_sign_out(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(refresh_flow_enabled=True))
    browser.sign_in(pool)
    other = browser.go("/auth/logout", method="POST", headers={"sec-fetch-site": "cross-site"})
    assert (other.status, other.cookies) == (403, {})
    reply = browser.go("/auth/logout", method="POST", headers={**SAME_SITE, "origin": APP})
    assert (reply.status, reply.location.partition("?")[0]) == (303, f"{DOMAIN}/logout")
    assert set(reply.cleared) >= SESSION
    (revoked,) = pool.named("revoke")
    assert max(revoked.request.extensions["timeout"].values()) <= 2
    assert not browser.jar
    assert b"Signed out" in browser.go("/auth/signed-out").body


def test_refusals(browser: Browser) -> None:
    page = browser.go("/auth/callback?error=access_denied&error_description=%3Cscript%3E")
    assert (page.status, page.value("content-type")) == (400, "text/html; charset=utf-8")
    assert b"<script" not in page.body
    assert int(page.value("content-length")) == len(page.body)
    script = browser.fetch("/api", method="POST")
    assert (script.status, script.app, script.cookies) == (401, None, {})
    assert json.loads(script.body) == {"error": "login_required", "login_url": "/auth/login"}
    head = browser.fetch("/api", method="HEAD")
    assert (head.status, head.body) == (401, b"")
    assert head.value("content-length") == script.value("content-length")
    method = browser.go("/auth/me", method="DELETE")
    assert (method.status, method.value("allow")) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "name", ["500", "huge", "garbage", "redirect", "no connection", "hangs up"]
)
@pytest.mark.parametrize("endpoint", ["jwks", "token"])
def test_an_outage(browser: Browser, pool: Pool, endpoint: str, name: str) -> None:
    url = pool.sign_in(browser.go("/page").location)
    pool.faults[endpoint] = faults.OUTAGES[name]
    reply = browser.go(url)
    assert (reply.status, reply.app, reply.cookies) == (503, None, {})
    assert reply.value("retry-after") == "5"
    del pool.faults[endpoint]
    assert browser.go(url).location == "/page"


def test_bearer_tokens(make_site: Open, pool: Pool) -> None:
    api = Browser(make_site(bearer=True))
    token = f"Bearer {pool.access_token()}"
    for _ in range(2):
        assert api.send("GET", "/api", {"authorization": token}).identity.username == "ada"
    assert json.loads(api.send("GET", "/auth/me", {"authorization": token}).body)["sub"] == pool.sub
    refused = api.send("GET", "/api", {"authorization": f"Bearer {pool.id_token()}"})
    assert (refused.status, refused.app) == (401, None)
    assert refused.value("www-authenticate") == 'Bearer error="invalid_token"'
    twice = api.request("GET", "/", {"authorization": token})
    twice.headers.append((b"authorization", token.encode()))
    assert api.site.handle(twice).status == 401


def test_an_authorization_header_that_is_the_apps(browser: Browser, pool: Pool) -> None:
    """Bearer tokens are not looked at unless it is set: the session counts, verified and cached."""
    browser.sign_in(pool)
    for _ in range(2):
        reply = browser.send("GET", "/api", {"authorization": "Bearer x"})
        assert reply.identity.username == "ada"


def test_public_paths(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(public_paths=("/health", "/static/*")))
    for target in ("/health", "/%68ealth?x=1", "/static/app.css"):
        reply = browser.go(target)
        assert reply.app is not None, target
        assert reply.app.identity is None
    for target in ("/static/%2e%2e/x", "/static/..%2fx", "/static/%ff", "//health", "/health%00"):
        assert (browser.go(target).status, browser.fetch(target).status) == (303, 401), target
    browser.sign_in(pool)
    assert browser.go("/health").identity.username == "ada"


def test_under_a_mount(make_site: Open, pool: Pool) -> None:
    url = f"{APP}/app/auth/callback"
    browser = Browser(
        make_site(mount="/app", prefix="/app/auth", redirect_url=url, public_paths=("/app/open",))
    )
    assert browser.go("/app/auth/login").status == 303
    assert browser.fetch("/app/auth/me").status == 401
    assert browser.go("/app/auth/callback").status == 400
    assert browser.go("/app/open").app is not None
    assert browser.go("/app/app/open").app is None
    assert Browser(make_site(mount="/open", public_paths=("/open/x",))).go("/open/y").app is None


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        ({}, True),
        ({"content-length": "3"}, False),
        ({"transfer-encoding": "chunked"}, False),
        ({"cookie": "theme=dark"}, False),
    ],
)
def test_preflights(make_site: Open, change: dict[str, str], passes: bool) -> None:
    asked = {"origin": "https://other.example", "access-control-request-method": "PUT", **change}
    forged = {**asked, "x-forwarded-user": "admin", "remote-user": "admin"}
    seen = Browser(make_site(bearer=True)).send("OPTIONS", "/api", forged).app
    assert (seen is not None) == passes
    if seen is not None:
        assert seen.identity is None
        assert "admin" not in str(seen.facts.get("headers", seen.facts))


def test_upgrades_to_a_websocket(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    assert browser.send("GET", "/ws", {}).app is not None  # the session is known from here on
    for origin, app in ((APP, 200), ("https://evil.example", 403)):
        upgrade = {"connection": "Upgrade", "upgrade": "websocket", "origin": origin}
        assert browser.send("GET", "/ws", upgrade).status == app


# Cookies


def test_cookies_over_several_headers(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    browser.raw = [b"x=\xff\xfe\x80", *(f"{n}={v}".encode() for n, v in browser.jar.items())]
    for _ in range(2):
        assert browser.go("/").identity.email == "ada@example.com"


def test_a_session_in_chunks(browser: Browser, pool: Pool) -> None:
    pool.id["custom:story"] = "x" * 7_000
    browser.sign_in(pool)
    assert len(browser.jar) == 4
    for _ in range(2):
        assert browser.go("/").identity.id_claims["custom:story"] == "x" * 7_000
    del browser.jar["__Host-cognito_id_token.2"]
    assert len(browser.go("/").cleared) >= 3


def test_a_dead_session_is_cleared(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    browser.jar = dict.fromkeys(browser.jar, "x")
    reply = browser.go("/page")
    assert (reply.status, reply.app) == (303, None)
    assert len([name for name in reply.cleared if "token" in name]) >= 2


def test_more_cookies_than_a_browser_sends(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(public_paths=("/open",)), raw=[b"a=" + b"x" * 65_536])
    assert browser.go("/page").status == 431
    assert browser.go("/open").app is not None
    assert not pool.calls


@pytest.mark.parametrize(
    ("setting", "story", "fits"),
    [
        (0, 1_500, {"asgi", "wsgi"}),
        (0, 3_500, {"asgi"}),  # 10,000 bytes: gunicorn and nginx refuse such a Cookie header
        (0, 6_500, set()),
        (5_000, 1_500, set()),
        (20_000, 6_500, {"asgi", "wsgi"}),
    ],
)
def test_how_much_fits_is_the_edges_to_say_unless_it_is_set(
    make_site: Open, pool: Pool, edge: str, setting: int, story: int, fits: set[str]
) -> None:
    browser = Browser(make_site(session_bytes=setting))
    pool.id["custom:story"] = pool.access["custom:story"] = "x" * story
    assert browser.sign_in(pool).status == (303 if edge in fits else 431)


def test_the_client_authenticates_itself(make_site: Open, pool: Pool) -> None:
    for secret in ("client-secret", ""):
        pool.secret = secret
        browser = Browser(make_site())
        assert browser.sign_in(pool).status == 303
        call = pool.named("token")[-1]
        assert ("authorization" in call.request.headers) == bool(secret)
        assert call.form.get("client_id", CLIENT) == CLIENT
