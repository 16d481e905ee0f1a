"""Starting a sign-in: what goes to Cognito, what stays in the browser, and who may start one."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.flows.site import CoreSite, Open
from tests.parts.html import Page
from tests.world.browser import Browser, Reply
from tests.world.pool import APP, CLIENT, Pool

BESIDES = {
    "fetch": {"sec-fetch-mode": "cors", "accept": "*/*"},
    "same-origin fetch": {"sec-fetch-mode": "same-origin"},
    "no-cors image": {"sec-fetch-mode": "no-cors"},
    "websocket over HTTP": {"sec-fetch-mode": "websocket"},
    "XHR": {"x-requested-with": "XMLHttpRequest"},
    "HTMX": {"hx-request": "true"},
    "JSON": {"accept": "application/json"},
    "an image by Accept": {"accept": "image/avif,image/webp"},
    "prefetch": {"sec-purpose": "prefetch;prerender"},
    "prefetch of Safari": {"purpose": "prefetch"},
    "prefetch of others": {"x-purpose": "prefetch"},
    "prefetch of old Firefox": {"x-moz": "prefetch"},
}


def asked(reply: Reply) -> dict[str, str]:
    """The parameters of the authorize URL a reply leads to; none of them twice."""
    found = parse_qs(urlsplit(reply.location).query, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}


def test_an_anonymous_navigation_leads_to_cognito(browser: Browser) -> None:
    reply = browser.go("/page?a=1")
    assert (reply.status, reply.app) == (303, None)
    sent = asked(reply)
    assert sent["client_id"] == CLIENT
    assert sent["redirect_uri"] == f"{APP}/auth/callback"
    assert sent["response_type"] == "code"
    assert sent["code_challenge_method"] == "S256"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", sent["code_challenge"])
    assert "scope" not in sent
    assert reply.value("cache-control") == "no-store"


def test_twenty_starts_have_twenty_distinct_triples(site: CoreSite) -> None:
    starts = [asked(Browser(site).go("/")) for _ in range(20)]
    for name in ("state", "nonce", "code_challenge"):
        values = {start[name] for start in starts}
        assert len(values) == 20
        assert all(len(value) >= 43 for value in values)  # 256 bits in base64url


@pytest.mark.parametrize("secret", ["", "client-secret"], ids=["public", "confidential"])
def test_pkce_is_sent_for_every_client(make_site: Open, pool: Pool, secret: str) -> None:
    pool.secret = secret
    browser = Browser(make_site())
    assert browser.sign_in(pool).status == 303
    assert browser.go("/").identity.username == "ada"
    assert len(pool.named("token")[0].form["code_verifier"]) >= 43


def test_scopes_are_those_of_the_settings(make_site: Open) -> None:
    reply = Browser(make_site(scopes=("openid", "api/read"))).go("/")
    assert asked(reply)["scope"] == "openid api/read"


def test_the_attempt_cookie(browser: Browser) -> None:
    reply = browser.go("/secret-page")
    (cookie,) = reply.cookies.values()
    assert re.fullmatch(r"__Host-cognito_login_[0-3]", cookie.name)
    wanted = {"max-age": "900", "path": "/", "httponly": "", "secure": "", "samesite": "Lax"}
    assert cookie.attributes == wanted
    sent = asked(reply)
    assert "secret-page" not in reply.location
    assert sent["state"] not in cookie.value
    assert sent["nonce"] not in cookie.value


@pytest.mark.parametrize(
    ("changes", "name", "attributes"),
    [
        ({"cookie_samesite": "strict"}, "__Host-cognito_login_", {"samesite": "Lax"}),
        ({"cookie_domain": "app.example"}, "cognito_login_", {"domain": "app.example"}),
        ({"login_seconds": 60}, "__Host-cognito_login_", {"max-age": "60"}),
    ],
)
def test_the_attempt_cookie_by_settings(
    make_site: Open, changes: dict[str, object], name: str, attributes: Mapping[str, str]
) -> None:
    (cookie,) = Browser(make_site(**changes)).go("/").cookies.values()
    assert cookie.name.startswith(name)
    assert attributes.items() <= cookie.attributes.items()


def test_over_loopback_http_no_cookie_is_secure(make_site: Open) -> None:
    local = {"redirect_url": "http://localhost:8000/cb", "logout_url": "http://localhost:8000/"}
    (cookie,) = Browser(make_site(**local)).go("/page").cookies.values()
    assert cookie.name.startswith("cognito_login_")
    assert "secure" not in cookie.attributes


def test_sixty_starts_leave_four_attempts(browser: Browser, pool: Pool) -> None:
    starts = [browser.go(f"/page/{number}") for number in range(60)]
    assert len(browser.jar) == 4
    line = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    assert len(line) < 8192
    latest = browser.go(pool.sign_in(starts[-1].location))
    assert latest.location == "/page/59"


def test_sixty_starts_with_long_return_addresses_stay_under_8_kib(browser: Browser) -> None:
    for number in range(60):
        browser.go(f"/page/{number}?" + "q" * 2000)
        line = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
        assert len(line) < 8192
        assert browser.jar


@pytest.mark.parametrize("headers", BESIDES.values(), ids=BESIDES)
def test_what_is_no_navigation_starts_nothing(site: CoreSite, headers: Mapping[str, str]) -> None:
    for path in ("/page", "/auth/login"):
        assert Browser(site).go(path).status == 303
        reply = Browser(site).go(path, headers=headers)
        assert (reply.status, reply.app) == (401, None)
        assert reply.value("www-authenticate") == "Bearer"
        assert reply.value("content-type") == "application/json"
        assert reply.body == b'{"error": "login_required", "login_url": "/auth/login"}'
        assert not reply.cookies
        assert reply.value("cache-control") == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"])
def test_other_methods_start_nothing(browser: Browser, method: str) -> None:
    reply = browser.go("/page", method=method)
    assert (reply.status, reply.app, reply.cookies) == (401, None, {})
    assert bool(reply.body) == (method != "HEAD")
    assert browser.go("/auth/login", method=method).status == 405


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"accept": None},
        {"accept": "*/*"},
        {"sec-fetch-mode": None, "sec-fetch-dest": None, "sec-fetch-site": None},
        {"sec-fetch-site": "cross-site"},
        {"user-agent": None},
    ],
)
def test_every_navigation_may_start(browser: Browser, headers: dict[str, str | None]) -> None:
    assert browser.go("/page", headers=headers).status == 303


@pytest.mark.parametrize(
    "name",
    [
        "host",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-for",
        "x-forwarded-prefix",
        "x-forwarded-uri",
        "x-original-url",
        "x-rewrite-url",
        "forwarded",
        "x-middleware-subrequest",
    ],
)
def test_headers_change_neither_the_redirect_uri_nor_the_decision(
    browser: Browser, name: str
) -> None:
    reply = browser.go("/page", headers={name: "evil.example/auth/signed-out?"})
    assert (reply.status, reply.app) == (303, None)
    assert asked(reply)["redirect_uri"] == f"{APP}/auth/callback"
    assert "evil" not in reply.location


@pytest.mark.parametrize("agent", ["GoogleHC/1.0", "kube-probe/1.29", "ELB-HealthChecker/2.0"])
def test_no_user_agent_opens_the_gate(browser: Browser, agent: str) -> None:
    assert browser.go("/page", headers={"user-agent": agent}).status == 303


def test_the_login_route_passes_its_parameters_on(browser: Browser) -> None:
    extra = {
        "identity_provider": "Google",
        "idp_identifier": "example.com",
        "login_hint": "ada+1@example.com",
        "lang": "pt-BR",
        "prompt": "login",
    }
    query = "&".join(f"{name}={value}" for name, value in extra.items()).replace("+", "%2B")
    sent = asked(browser.go(f"/auth/login?{query}&next=/page&scope=admin&redirect_uri=x&state=y"))
    assert extra.items() <= sent.items()
    assert "scope" not in sent
    assert sent["redirect_uri"] == f"{APP}/auth/callback"
    assert sent["state"] != "y"


@pytest.mark.parametrize(
    "query",
    [
        "next=/a&next=/b",
        "lang=de&lang=en",
        "lang=" + "x" * 513,
        "lang=%ff",
        "&".join(f"a{number}=1" for number in range(60)),
        "next=\xff",
    ],
)
def test_a_wrong_login_query_is_refused(browser: Browser, query: str) -> None:
    assert browser.go("/auth/login?lang=de&next=/a").status == 303
    reply = Browser(browser.site).go(f"/auth/login?{query}")
    assert (reply.status, reply.app, reply.cookies) == (400, None, {})


def test_the_401_of_a_script_names_the_login_route(make_site: Open) -> None:
    reply = Browser(make_site(prefix="/gate")).fetch("/api")
    assert b'"login_url": "/gate/login"' in reply.body


# What stands behind the hash of an address


def test_the_browser_is_asked_for_what_stands_behind_the_hash(make_site: Open) -> None:
    """Only a script sees it: the page hands it to the login route, and goes there without one."""
    browser = Browser(make_site(keep_fragment=True))
    shown = browser.go("/deep?a=b")
    login = "/auth/login?next=/deep%3Fa%3Db"
    assert (shown.status, shown.app) == (401, None)
    page = Page(shown.body.decode())
    assert page.one("a", class_="button").get("href") == login
    script = "".join(page.one("script").words)
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in shown.value("content-security-policy")
    refresh = page.one("meta", http_equiv="refresh")
    assert refresh.get("content") == f"0; url={login}"
    assert refresh.around[-1].tag == "noscript"
    assert asked(browser.go(f"{login}%23part"))["client_id"] == CLIENT


def test_it_is_lost_unless_asked_for(browser: Browser) -> None:
    shown = browser.go("/deep")
    assert (shown.status, shown.body) == (303, b"")
