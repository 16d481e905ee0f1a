"""What a proxy asks arrives on either edge, and so does the answer."""

from typing import Any

import pytest

from cognito_gate import Require, Rule
from tests.edge.conftest import Open
from tests.world.browser import NAVIGATION, Browser, Raw, Reply, Request
from tests.world.pool import APP, Pool

PROXY = "10.0.0.7"
RULE = Rule(paths=("/admin/*",), require=Require(groups=("admin",)))


@pytest.fixture
def browser(make_site: Open) -> Browser:
    settings: dict[str, Any] = {"trusted_proxies": (PROXY,), "headers": ("x-auth-request",)}
    return Browser(make_site(**settings, rules=(RULE,), public_paths=("/open/*",)))


def ask(browser: Browser, uri: str, client: str = PROXY, added: Raw | None = None) -> Reply:
    said = {"x-original-method": "GET", "x-original-uri": uri}
    request = browser.request("GET", "/auth/verify", {**NAVIGATION, **said})
    headers = [*request.headers, *(added or [])]
    return browser.site.handle(Request("GET", request.target, headers, b"", client))


def test_who_may_pass_and_who_may_not(browser: Browser, pool: Pool) -> None:
    reply = ask(browser, "/page?x=%2F")
    assert reply.status == 401
    sign_in = f"{APP}/auth/login?next=/page%3Fx%3D%252F"
    assert reply.value("x-auth-request-redirect") == sign_in
    assert ask(browser, "/open/x").status == 200
    browser.sign_in(pool)
    reply = ask(browser, "/page")
    assert (reply.status, reply.app) == (200, None)
    assert reply.value("x-auth-request-user") == "sub-of-ada"
    assert ask(browser, "/admin/x").status == 403
    assert ask(browser, "/open/../admin/x").status == 403


def test_only_the_proxy_is_answered(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    assert ask(browser, "/page").status == 200
    assert ask(browser, "/page", client="10.0.0.8").status == 403


@pytest.mark.parametrize("added", [b"/open/x", b"/admin/x"])
def test_lines_of_one_header_are_not_one_path(browser: Browser, pool: Pool, added: bytes) -> None:
    """WSGI servers join them by a comma."""
    browser.sign_in(pool)
    assert ask(browser, "/page", added=[(b"x-original-uri", added)]).status == 403


def test_an_identity_in_another_spelling_is_refused(browser: Browser, pool: Pool) -> None:
    """Which a proxy would pass on beside its own. By WSGI nobody can say what was sent."""
    browser.sign_in(pool)
    for name in (b"x_auth_request_user", b"x-auth_request-email"):
        assert ask(browser, "/page", added=[(name, b"root")]).status == 403


def test_envoys_way_with_a_path_that_is_not_plain(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    for uri, status in (("/page%20x?a=b", 200), ("/admin/%2Fx", 403), ("/open/..%2Fadmin/x", 403)):
        request = browser.request("GET", f"/auth/verify{uri}", NAVIGATION)
        request = Request("GET", request.target, request.headers, b"", PROXY)
        assert browser.site.handle(request).status == status
