"""Which paths are open: by the decoded path alone, in plain form only; all others are closed."""

from typing import Any

import pytest

from cognito_gate import Rule
from tests.flows.site import CoreSite, Open
from tests.world import faults
from tests.world.browser import ORIGIN, Browser
from tests.world.pool import Pool

POSTS = (Rule(("/x",), methods=("POST",), signed_in=True),)
PATHS = ("/health", "/static/*", "/a/b")
OPEN = [
    "/health",
    "/health?x=1",
    "/health?next=/secret",
    "/static/app.css",
    "/static/a/b/c.js?v=1",
    "/static/",
    "/a/b",
    "/auth/signed-out",
    "/%68ealth",  # decodes to /health
]
CLOSED = [
    "/",
    "/secret",
    "/health/",
    "/healthy",
    "/health/x",
    "/Health",
    "/HEALTH",
    "/static",
    "/staticprivate",
    "/static-private/x",
    "/STATIC/app.css",
    "/x/static/app.css",
    "/a",
    "/a/b/",
    "/a/b/c",
    "//health",
    "/static//x",
    "//static/x",
    "/static/../secret",
    "/static/./x",
    "/static/..",
    "/static/%2e%2e/secret",
    "/static/%2e%2e%2fsecret",
    "/static/..%2fsecret",
    "/static/..%5csecret",
    "/static/..;/secret",
    "/static/;x",
    "/static/a%3bb",
    "/static/%252e%252e/secret",
    "/static/%25",
    "/static\\x",
    "/static/%5c..%5csecret",
    "/health%00",
    "/static/%00",
    "/static/%0a",
    "/static/%7f",
    "/static/%c3%a9",
    "/static/%ff",
    "/static/%e2%80%ae",
    "/health%23",
    "/static/%23x",
    "/health%3fx",
    "/health%20",
    "/health;x=1",
    "/secret?x=/health",
    "/secret?/static/",
    "/secret%3f/static/x",
]


@pytest.fixture
def site(make_site: Open) -> CoreSite:
    return make_site(public_paths=PATHS)


def test_open(browser: Browser, pool: Pool) -> None:
    for path in OPEN:
        for reply in (browser.go(path), browser.fetch(path)):
            assert (reply.status, reply.cookies) == (200, {}), path
            called = reply.app is not None and reply.app.identity is None
            assert called or path.startswith("/auth"), path
    assert not pool.calls


def test_closed(site: CoreSite) -> None:
    assert Browser(site).go("/health").status == 200
    for path in CLOSED:
        reply = Browser(site).go(path)
        assert (reply.status, reply.app) == (303, None), path
        assert Browser(site).fetch(path).status == 401, path


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_open_for_every_method(browser: Browser, method: str) -> None:
    assert browser.go("/health", method=method).app is not None
    assert browser.go("/secret", method=method).app is None


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-uri": "/health"},
        {"x-original-url": "/health"},
        {"x-rewrite-url": "/health"},
        {"x-forwarded-prefix": "/static"},
        {"x-http-method-override": "GET"},
        {"host": "app.example/health?"},
        {"x-middleware-subrequest": "middleware"},
        {"x-script-name": "/static"},
    ],
)
def test_no_header_opens_a_path(browser: Browser, headers: dict[str, str]) -> None:
    reply = browser.go("/secret", headers=headers)
    assert (reply.status, reply.app) == (303, None)


def test_nothing_is_open_by_default(make_site: Open) -> None:
    for path in ("/", "/health", "/static/x", "/favicon.ico", "/robots.txt"):
        assert Browser(make_site()).go(path).status == 303


def test_a_visitor_with_a_session_is_known_there(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    for _ in range(2):
        assert browser.go("/health").identity.username == "ada"


def test_a_dead_session_is_nobody_there(browser: Browser, pool: Pool) -> None:
    """It is cleared elsewhere: a slow page must not clear what a sign-in has set meanwhile."""
    browser.sign_in(pool)
    browser.jar = dict.fromkeys(browser.jar, "x")
    reply = browser.go("/health")
    assert reply.app is not None
    assert reply.app.identity is None
    assert reply.cookies == {}


@pytest.mark.parametrize("name", ["503", "garbage", "no connection"])
@pytest.mark.parametrize("endpoint", ["token", "jwks"])
def test_an_outage_never_closes_one(make_site: Open, pool: Pool, name: str, endpoint: str) -> None:
    browser = Browser(make_site(public_paths=PATHS, refresh_flow_enabled=True))
    browser.sign_in(pool)
    browser.jar = {name: value for name, value in browser.jar.items() if "refresh" in name}
    pool.roll_keys("2")
    pool.faults[endpoint] = faults.OUTAGES[name]
    held = dict(browser.jar)
    reply = browser.go("/health")
    assert (reply.status, reply.cookies) == (200, {})
    assert reply.app is not None
    assert reply.app.identity is None
    assert browser.jar == held
    assert browser.go("/secret").status == 503


def test_a_session_too_large_never_closes_one(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(public_paths=PATHS, refresh_flow_enabled=True))
    browser.sign_in(pool)
    browser.jar = {name: value for name, value in browser.jar.items() if "refresh" in name}
    pool.id["custom:story"] = pool.access["custom:story"] = "x" * 9_000
    reply = browser.go("/health")
    assert reply.status == 200
    assert reply.app is not None


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client", "new_one"])
def test_a_wrong_set_up_never_closes_one(make_site: Open, pool: Pool, error: str) -> None:
    browser = Browser(make_site(public_paths=PATHS, refresh_flow_enabled=True))
    browser.sign_in(pool)
    browser.jar = {name: value for name, value in browser.jar.items() if "refresh" in name}
    pool.faults["token"] = faults.refuses(error)
    reply = browser.go("/health")
    assert (reply.status, reply.cookies) == (200, {})
    assert reply.app is not None
    assert reply.app.identity is None
    assert browser.go("/secret").status == 503


@pytest.mark.parametrize("value", ["Bearer", "Bearer x", "Bearer a.b.c", "bearer  ", "Bearer\tx"])
def test_a_bearer_token_never_closes_one(make_site: Open, value: str) -> None:
    browser = Browser(make_site(public_paths=PATHS, bearer=True))
    reply = browser.fetch("/health", headers={"authorization": value})
    assert (reply.status, reply.cookies) == (200, {})
    assert reply.app is not None
    assert reply.app.identity is None
    assert browser.fetch("/secret", headers={"authorization": value}).status == 401


# Mounts


@pytest.mark.parametrize(
    ("mount", "path", "open_"),
    [
        ("/app", "/app/health", True),
        ("/app", "/app/static/x", True),
        ("/app", "/app/", True),
        ("/app/", "/app/health", True),
        ("/app", "/app/secret", False),
        ("/app", "/app/app/health", False),
    ],
)
def test_under_a_mount_whole_paths_count(
    make_site: Open, mount: str, path: str, open_: bool
) -> None:
    patterns = ("/app/health", "/app/static/*", "/app/")
    below = "https://app.example/app/auth/callback"
    site = make_site(mount=mount, public_paths=patterns, redirect_url=below)
    reply = Browser(site).go(path)
    assert (reply.app is not None) == open_


@pytest.mark.parametrize("mount", ["/static", "/static/app"])
def test_a_mount_named_like_a_public_prefix_opens_nothing(make_site: Open, mount: str) -> None:
    browser = Browser(make_site(mount=mount, public_paths=PATHS))
    reply = browser.go(f"{mount}/secret")
    assert (reply.status, reply.app) == (303, None)


@pytest.mark.parametrize("as_rule", [False, True])
@pytest.mark.parametrize(
    ("mount", "path"),
    [
        *(("/open", "/open"), ("/open", "/open/"), ("/open/", "/open/")),
        *(("/open", "/open/app/x"), ("/ope", "/open/app/x"), ("/open/a", "/open/app/x")),
    ],
)
def test_a_mount_that_a_client_has_named_opens_no_other_page(
    make_site: Open, mount: str, path: str, as_rule: bool
) -> None:
    """daphne takes it from a header of anybody's, gunicorn from one that a proxy passes on: apps
    see the rest of the path only. Where an app is really mounted, the gate's callback is, too."""
    paths = ("/open", "/open/", "/open/app/*")
    opens: dict[str, Any] = {"rules": (Rule(paths, public=True),), "public_paths": ()}
    changes = opens if as_rule else {"public_paths": paths}
    assert Browser(make_site(**changes)).go(path).app is not None
    assert Browser(make_site(mount="/elsewhere", **changes)).go(path).app is not None
    assert Browser(make_site(mount=mount, **changes)).go(path).status == 303


def test_nor_the_page_after_sign_out(make_site: Open) -> None:
    left = {"logout_url": "https://app.example/left/home"}
    assert Browser(make_site(**left)).go("/left/home").app is not None
    assert Browser(make_site(mount="/left", **left)).go("/left/home").status == 303


def test_the_gates_routes_under_a_mount(make_site: Open, pool: Pool) -> None:
    url = "https://app.example/app/auth/callback"
    site = make_site(mount="/app", prefix="/app/auth", redirect_url=url)
    browser = Browser(site)
    assert browser.go("/app/auth/login").status == 303
    assert browser.fetch("/app/auth/me").status == 401
    assert browser.go("/app/auth/callback").status == 400


@pytest.mark.parametrize("rules", [(), (Rule(("/x",), signed_in=True),), POSTS])
@pytest.mark.parametrize("name", ["x-http-method-override", "x-method-override", "x_http_method"])
def test_the_page_after_sign_out_is_for_reading_only_whatever_a_header_says(
    pool: Pool, rules: tuple[Rule, ...], name: str
) -> None:
    """Some apps take the method from there."""
    site = CoreSite(pool.settings(logout_url=f"{ORIGIN}/bye", rules=rules), pool)
    browser = Browser(site)
    assert browser.go("/bye").app is not None
    assert browser.go("/bye", headers={name: "POST"}).app is None
