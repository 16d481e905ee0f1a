"""A proxy asks about a request, and gets the answer that the gate would give to that request."""

from collections.abc import Mapping
from typing import Any

import pytest

from cognito_gate import Require, Rule
from cognito_gate.events import Refused
from tests.flows.stage import DUE, SESSION, START, Stage, end, reply, until
from tests.world import faults
from tests.world.browser import FETCH, NAVIGATION, Browser, Extra, Raw, Reply, Request
from tests.world.pool import APP

PROXY, VISITOR = "10.0.0.7", "192.0.2.44"
ADMINS = Rule(paths=("/admin", "/admin/*"), require=Require(groups=("admin",)))
READERS = Rule(paths=("/notes/*",), methods=("POST", "DELETE"), require=Require(groups=("admin",)))
SETTINGS: dict[str, Any] = {
    "trusted_proxies": ("10.0.0.0/8",),
    "headers": ("x-auth-request",),
    "public_paths": ("/open/*",),
    "refresh_flow_enabled": True,
    "rules": (ADMINS, READERS),
}
TRAEFIK = ("x-forwarded-method", "x-forwarded-uri")
NGINX = ("x-original-method", "x-original-uri")


class Proxy:
    """A proxy that asks the gate, as `names` say, about the requests of one browser."""

    def __init__(self, stage: Stage, names: tuple[str, str] = TRAEFIK, query: str = "") -> None:
        self.stage = stage
        self.names = names
        self.query = query

    def ask(
        self,
        browser: Browser,
        uri: str,
        method: str = "GET",
        headers: Extra = NAVIGATION,
        client: str = PROXY,
        added: Raw | None = None,
    ) -> Reply:
        said = {self.names[0]: method, self.names[1]: uri, "x-forwarded-host": "app.example"}
        said["x-forwarded-for"] = VISITOR
        request = browser.request("GET", f"/auth/verify{self.query}", {**headers, **said})
        request = Request("GET", request.target, [*request.headers, *(added or [])], b"", client)
        return self.stage.handle(request)


@pytest.fixture
def stage() -> Stage:
    return Stage(SETTINGS)


@pytest.fixture
def proxy(stage: Stage) -> Proxy:
    return Proxy(stage)


@pytest.fixture
def ada(stage: Stage) -> Browser:
    stage.pool.id = {"email": "ada@example.com", "email_verified": True}
    stage.pool.access = {"cognito:groups": ["staff"]}
    return stage.signed_in()


def passes(reply: Reply) -> bool:
    assert reply.status in (200, 401, 403)
    assert reply.app is None  # an answer of the gate's, and never the app's
    assert reply.value("cache-control") == "no-store"
    return reply.status == 200


# Who is there


@pytest.mark.parametrize("names", [TRAEFIK, NGINX])
def test_who_is_signed_in_passes(stage: Stage, ada: Browser, names: tuple[str, str]) -> None:
    reply = Proxy(stage, names).ask(ada, "/page?x=1")
    assert passes(reply)
    assert reply.body == b""
    told = {name: value for name, value in reply.headers if name.startswith("x-auth-")}
    assert told == {
        "x-auth-request-user": "sub-of-ada",
        "x-auth-request-email": "ada@example.com",
        "x-auth-request-groups": "staff",
        "x-auth-request-preferred-username": "ada",
        "x-auth-request-access-token": "",
    }


def test_nobody_on_a_public_path_has_empty_headers(stage: Stage, proxy: Proxy) -> None:
    """Some proxies replace only the headers that are there, and keep a visitor's own."""
    reply = proxy.ask(stage.browser(), "/open/x")
    assert passes(reply)
    told = {name: value for name, value in reply.headers if name.startswith("x-auth-")}
    assert set(told.values()) == {""}
    assert len(told) == 5


def test_a_bearer_token_passes() -> None:
    stage = Stage({**SETTINGS, "bearer": True})
    token = {**FETCH, "authorization": f"Bearer {stage.pool.access_token()}"}
    reply = Proxy(stage).ask(stage.browser(), "/page", headers=token)
    assert passes(reply)
    assert reply.value("x-auth-request-user") == "sub-of-ada"
    token["authorization"] = "Bearer x"
    assert not passes(Proxy(stage).ask(stage.browser(), "/page", headers=token))


# Who is not


def test_nobody_is_told_where_to_sign_in(stage: Stage, proxy: Proxy) -> None:
    reply = proxy.ask(stage.browser(), "/page?a=1&b=%2F")
    assert reply.status == 401
    sign_in = f"{APP}/auth/login?next=/page%3Fa%3D1%26b%3D%252F"
    assert reply.value("x-auth-request-redirect") == sign_in
    assert reply.value("www-authenticate") == "Bearer"
    assert (reply.location, reply.stored) == ("", [])


def test_or_sent_there(stage: Stage) -> None:
    reply = Proxy(stage, query="?redirect=1").ask(stage.browser(), "/page?a=1")
    assert (reply.status, reply.location) == (303, f"{APP}/auth/login?next=/page%3Fa%3D1")
    assert reply.stored == []


def test_the_sign_in_leads_back_to_the_page(stage: Stage, proxy: Proxy) -> None:
    browser = stage.browser()
    way = proxy.ask(browser, "/page?a=1&b=%2F").value("x-auth-request-redirect")
    callback = stage.pool.sign_in(browser.go(way).location)
    assert browser.go(callback).location == "/page?a=1&b=%2F"
    assert passes(proxy.ask(browser, "/page?a=1"))


@pytest.mark.parametrize("uri", ["//evil.example/x", "/\\evil.example", "/a/%0d%0aset-cookie:x//b"])
def test_and_never_to_another_site(stage: Stage, proxy: Proxy, uri: str) -> None:
    reply = proxy.ask(stage.browser(), uri)
    assert reply.status == 401
    assert reply.value("x-auth-request-redirect").startswith(f"{APP}/auth/login")
    browser = stage.browser()
    way = browser.go(reply.value("x-auth-request-redirect")).location
    back = browser.go(stage.pool.sign_in(way))
    assert back.location.startswith("/")
    assert not back.location.startswith(("//", "/\\"))


def test_a_program_gets_no_redirect(stage: Stage) -> None:
    for query in ("", "?redirect=1"):
        reply = Proxy(stage, query=query).ask(stage.browser(), "/page", headers=FETCH)
        assert reply.status == 401
        assert not reply.values("x-auth-request-redirect") + reply.values("location")
        assert b"login_required" in reply.body


def test_our_own_sign_in_page_is_named_in_full() -> None:
    """A redirect that begins with a slash would be taken as one of the gate's own address."""
    rule = Rule(paths=("/*",), require=Require(max_auth_age=60))
    stage = Stage({**SETTINGS, "rules": (rule,), "login": "custom"})
    stage.now = START
    browser = Browser(stage, jar=dict(_session_of_minutes_ago(stage)))
    reply = Proxy(stage, query="?redirect=1").ask(browser, "/page")
    assert reply.status == 303
    assert reply.location.startswith(f"{APP}/auth/sign-in?")
    assert "__Host-cognito_step_up" in reply.stored


def _session_of_minutes_ago(stage: Stage) -> Mapping[str, str]:
    stage.pool.access = {"auth_time": int(stage.now) - 600}
    return {
        "__Host-cognito_access_token": stage.pool.access_token(),
        "__Host-cognito_id_token": stage.pool.id_token(),
    }


# Rules


@pytest.mark.parametrize("query", ["", "?redirect=1"])
@pytest.mark.parametrize(
    ("method", "uri", "passed"),
    [
        ("GET", "/admins", True),
        ("GET", "/admin", False),
        ("GET", "/admin/x?y=/open/z", False),
        ("GET", "/ADMIN/x", False),
        ("GET", "/%61dmin/x", False),
        ("GET", "/open/..%2fadmin/x", False),
        ("GET", "/open/../admin/x", False),
        ("GET", "//admin/x", False),
        ("GET", "/admin;x/y", False),
        ("GET", "/notes/1", True),
        ("DELETE", "/notes/1", False),
        ("delete", "/notes/1", False),
        ("POST", "/notes/1", False),
        ("POST", "/page", True),
    ],
)
def test_a_rule_decides_on_the_method_and_path(
    stage: Stage, ada: Browser, method: str, uri: str, passed: bool, query: str
) -> None:
    reply = Proxy(stage, query=query).ask(ada, uri, method)
    assert passes(reply) == passed
    if not passed:
        assert reply.status == 403
        event = stage.events[-1]
        assert isinstance(event, Refused)
        assert (event.sub, event.request.method) == ("sub-of-ada", method)
        assert (event.request.client, event.request.path) != (PROXY, "/auth/verify")
        assert event.request.client == VISITOR


def test_a_member_of_the_group_passes(stage: Stage, proxy: Proxy) -> None:
    stage.pool.access = {"cognito:groups": ["admin"]}
    ada = stage.signed_in()
    assert passes(proxy.ask(ada, "/admin/x"))
    assert passes(proxy.ask(ada, "/notes/1", "DELETE"))


def test_a_header_that_names_another_method_counts(ada: Browser, proxy: Proxy) -> None:
    override = {**NAVIGATION, "x-http-method-override": "DELETE"}
    assert not passes(proxy.ask(ada, "/notes/1", headers=override))


@pytest.mark.parametrize("uri", ["/open/%2e%2e/x", "/open/../x", "/open//x", "/open/x%00", "/open"])
def test_an_odd_path_is_not_public(stage: Stage, proxy: Proxy, uri: str) -> None:
    assert passes(proxy.ask(stage.browser(), "/open/x"))
    assert not passes(proxy.ask(stage.browser(), uri))


def test_a_websocket_of_another_site_is_refused(ada: Browser, proxy: Proxy) -> None:
    """Whether the proxy passes on its Upgrade header or keeps it to itself; by HTTP/2 there is
    none, and no key."""
    for header in ("sec-websocket-key", "upgrade", "sec-websocket-version"):
        opening = {**FETCH, header: "websocket", "origin": APP}
        assert passes(proxy.ask(ada, "/live", headers=opening))
        evil = {**opening, "origin": "https://evil.example"}
        assert proxy.ask(ada, "/live", headers=evil).status == 403


def test_a_websocket_by_http2_is_opened_as_get() -> None:
    """Such a CONNECT becomes GET on its way to the app, and may say no more of itself than that."""
    rule = Rule(paths=("/live",), methods=("GET",), require=Require(groups=("admin",)))
    proxy = Proxy(Stage({**SETTINGS, "rules": (rule,)}))
    ada = proxy.stage.signed_in()
    for method in ("GET", "CONNECT"):
        assert not passes(proxy.ask(ada, "/live", method, {**FETCH, "origin": APP}))
    assert passes(proxy.ask(ada, "/other", "CONNECT", {**FETCH, "origin": APP}))
    evil = {**FETCH, "origin": "https://evil.example"}
    assert proxy.ask(ada, "/other", "CONNECT", evil).status == 403


# What a proxy says counts, and nobody else's word


def refused(stage: Stage, reply: Reply) -> str:
    """That nobody listened; why."""
    assert reply.status == 403
    event = stage.events[-1]
    assert isinstance(event, Refused)
    assert event.code == "proxy_refused"
    return event.reason


@pytest.mark.parametrize("client", ["192.0.2.1", "127.0.0.1", "11.0.0.7", "", "::1", "10.0.0.7x"])
def test_others_than_the_proxy_are_refused(
    stage: Stage, ada: Browser, proxy: Proxy, client: str
) -> None:
    assert passes(proxy.ask(ada, "/page", client="::ffff:10.0.0.7"))
    assert "trusted" in refused(stage, proxy.ask(ada, "/page", client=client))


@pytest.mark.parametrize("words", [("unix",), ("unix", "10.0.0.0/8")])
def test_a_unix_socket_has_no_address(words: tuple[str, ...]) -> None:
    stage = Stage({**SETTINGS, "trusted_proxies": words})
    assert passes(Proxy(stage).ask(stage.signed_in(), "/page", client=""))
    refused(stage, Proxy(stage).ask(stage.signed_in(), "/page", client="127.0.0.1"))


def test_without_the_setting_there_is_no_such_route() -> None:
    stage = Stage({**SETTINGS, "trusted_proxies": ()})
    for path in ("/auth/verify", "/auth/verify/x"):
        assert stage.signed_in().go(path).app is not None
        assert stage.browser().fetch(path).status == 401


CONFUSING: dict[str, Raw] = {
    "another URI": [(b"x-original-uri", b"/open/x"), (b"x-original-method", b"GET")],
    "half of the other names": [(b"x-original-uri", b"/page")],
    "another method": [(b"x-original-uri", b"/page"), (b"x-original-method", b"POST")],
    "a second URI": [(b"x-forwarded-uri", b"/open/x")],
    "a second method": [(b"x-forwarded-method", b"POST")],
    "a second host": [(b"x-forwarded-host", b"evil.example")],
    "an identity in another spelling": [(b"x_auth_request_user", b"root")],
    "in a mixed one": [(b"x-auth-request_user", b"root")],
}


@pytest.mark.parametrize("added", CONFUSING.values(), ids=CONFUSING)
def test_what_a_visitor_adds_is_not_believed(
    stage: Stage, ada: Browser, proxy: Proxy, added: Raw
) -> None:
    """Proxies pass on what they got from the visitor, too."""
    assert passes(proxy.ask(ada, "/page"))
    refused(stage, proxy.ask(ada, "/page", added=added))


def test_the_same_said_twice_is_said_once(ada: Browser, proxy: Proxy) -> None:
    added = [(b"x-original-uri", b"/page"), (b"x-original-method", b"GET")]
    assert passes(proxy.ask(ada, "/page", added=added))


@pytest.mark.parametrize(
    ("method", "uri"),
    [
        ("", "/page"),
        ("GET", ""),
        ("", ""),
        ("GET", "page"),
        ("GET", "http://app.example/page"),
        ("GET", "*"),
        ("GET", "/pa ge"),
        ("GET", "/open/x,/page"),
        ("GET", "/page?x=1,/page"),
        ("GET,POST", "/page"),
        ("G T", "/page"),
        ("G" * 33, "/page"),
        ("GET", "/" + "x" * 16_384),
    ],
)
def test_what_cannot_be_read_is_refused(
    stage: Stage, ada: Browser, proxy: Proxy, method: str, uri: str
) -> None:
    refused(stage, proxy.ask(ada, uri, method))


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("app.example", True),
        ("APP.example:443", True),
        ("app.example:8443", False),
        ("evil.example", False),
    ],
)
def test_a_gate_is_for_one_host(
    stage: Stage, ada: Browser, proxy: Proxy, host: str, ours: bool
) -> None:
    request = ada.request("GET", "/auth/verify", {**NAVIGATION, "x-forwarded-host": host})
    said = [(b"x-forwarded-method", b"GET"), (b"x-forwarded-uri", b"/page")]
    reply = stage.handle(Request("GET", "/auth/verify", [*request.headers, *said], b"", PROXY))
    if ours:
        assert passes(reply)
    else:
        assert "host" in refused(stage, reply)


def test_the_visitors_address_is_that_before_the_trusted_ones(stage: Stage) -> None:
    browser, proxy = stage.browser(), Proxy(stage)
    for line, seen in (
        ("198.51.100.1, 192.0.2.9, 10.1.2.3", "192.0.2.9"),
        ("10.1.2.3", PROXY),
        ("", PROXY),
    ):
        proxy.ask(browser, "/page", headers={**FETCH}, added=None)
        request = browser.request("GET", "/auth/verify", {**FETCH, "x-forwarded-for": line})
        said = [(b"x-forwarded-method", b"GET"), (b"x-forwarded-uri", b"/page")]
        stage.handle(Request("GET", "/auth/verify", [*request.headers, *said], b"", PROXY))
        assert stage.events[-1].request.client == seen


# Envoy


def envoy(stage: Stage, browser: Browser, uri: str, method: str = "GET", **more: Any) -> Reply:
    request = browser.request(method, f"/auth/verify{uri}", {**NAVIGATION, **more})
    return stage.handle(Request(method, request.target, request.headers, b"", PROXY))


def test_envoy_puts_the_path_behind_its_own(stage: Stage, ada: Browser) -> None:
    assert passes(envoy(stage, ada, "/page?redirect=0&cookies=numbered"))
    assert envoy(stage, ada, "/admin/x").status == 403
    assert passes(envoy(stage, ada, "/notes/1"))
    assert envoy(stage, ada, "/notes/1", "DELETE").status == 403
    assert envoy(stage, ada, "/open/../admin/x").status == 403
    assert passes(envoy(stage, stage.browser(), "/open/x"))
    reply = envoy(stage, stage.browser(), "/page?a=1")
    assert (reply.status, reply.location) == (303, f"{APP}/auth/login?next=/page%3Fa%3D1")


def test_a_visitors_uri_counts_no_more_than_envoys(stage: Stage, ada: Browser) -> None:
    said = {"x-forwarded-uri": "/open/x", "x-forwarded-method": "GET"}
    refused(stage, envoy(stage, ada, "/page", **said))
    said["x-forwarded-uri"] = "/page"
    assert passes(envoy(stage, ada, "/page", **said))


def test_a_path_that_is_written_oddly_up_to_there_is_refused(stage: Stage, ada: Browser) -> None:
    request = ada.request("GET", "/auth/%76erify/page", NAVIGATION)
    refused(stage, stage.handle(Request("GET", request.target, request.headers, b"", PROXY)))


def test_no_route_of_the_gate_answers_for_its_path(stage: Stage, ada: Browser) -> None:
    """Nor does it ask itself, for ever."""
    for path in ("/auth/me", "/auth/verify", "/auth/logout", "/auth/verify/x", "/auth/callback"):
        assert passes(Proxy(stage).ask(ada, path))
        assert not passes(Proxy(stage).ask(stage.browser(), path))
        assert ada.jar.keys() >= SESSION


# Sessions


def test_a_refresh_rides_on_the_answer(stage: Stage, ada: Browser) -> None:
    stage.now += DUE
    reply = Proxy(stage, query="?cookies=numbered").ask(ada, "/page")
    assert passes(reply)
    lines = reply.values("set-cookie")
    assert set(reply.stored) == SESSION
    assert [reply.value(f"x-set-cookie-{number}") for number in (1, 2, 3)] == lines


def test_which_are_numbered_for_nginx_only(stage: Stage, ada: Browser, proxy: Proxy) -> None:
    stage.now += DUE
    reply = proxy.ask(ada, "/page")
    assert set(reply.stored) == SESSION
    assert not reply.values("x-set-cookie-1")


def test_a_sign_out_reaches_what_the_proxy_asks(stage: Stage, ada: Browser, proxy: Proxy) -> None:
    before = dict(ada.jar)
    assert passes(proxy.ask(ada, "/page"))
    ada.go("/auth/logout")
    assert not passes(proxy.ask(Browser(stage, jar=before), "/page"))


def test_an_outage_is_no_permission(stage: Stage, ada: Browser, proxy: Proxy) -> None:
    stage.now += 3700
    stage.pool.faults["token"] = faults.reply(500)
    reply = proxy.ask(ada, "/page")
    assert (reply.status, reply.app) == (503, None)


def test_more_cookies_than_anybody_reads_are_no_permission(stage: Stage, proxy: Proxy) -> None:
    browser = Browser(stage, raw=[b"a=b; " * 4000])
    assert proxy.ask(browser, "/page").status == 431


def test_a_preflight_passes_where_the_setting_says_so(stage: Stage) -> None:
    asked = {"origin": "https://other.example", "access-control-request-method": "POST"}
    for passed in (True, False):
        opened = Stage({**SETTINGS, "cors_preflight": passed})
        reply = Proxy(opened).ask(opened.browser(), "/api", "OPTIONS", asked)
        assert passes(reply) == passed


def test_a_sign_out_meanwhile_keeps_the_new_cookies_back(stage: Stage, ada: Browser) -> None:
    """The refresh was under way: a browser that has signed out must not get its tokens."""
    stage.now += DUE
    said = {"x-forwarded-method": "GET", "x-forwarded-uri": "/page"}
    asked = ada.request("GET", "/auth/verify?cookies=numbered", {**NAVIGATION, **said})
    flow = stage.decide(Request("GET", asked.target, asked.headers, b"", PROXY))
    refreshing = until(flow, stage.pool, "/oauth2/token")
    ada.go("/auth/logout")
    answer = reply(end(flow, stage.pool.answer(refreshing)))
    assert not answer.stored
    assert not [name for name, _ in answer.headers if name.startswith("x-set-cookie-")]


def test_a_session_that_nobody_used_is_over_here_too() -> None:
    stage = Stage({**SETTINGS, "idle_seconds": 600})
    browser, proxy = stage.signed_in(), Proxy(stage)
    stage.now += 599
    shown = proxy.ask(browser, "/page")
    assert (shown.status, shown.stored) == (200, ["__Host-cognito_idle"])
    browser.keep(shown)
    stage.now += 600
    assert proxy.ask(browser, "/page").status == 401
