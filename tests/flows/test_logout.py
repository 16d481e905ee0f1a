"""Signing out: everything of ours is cleared, the refresh token revoked, and only by this site."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.flows.site import Open
from tests.world import faults
from tests.world.browser import Browser
from tests.world.pool import APP, CLIENT, DOMAIN, Pool

LOGOUT = (
    f"{DOMAIN}/logout?client_id={CLIENT}&logout_uri=https%3A%2F%2Fapp.example%2Fauth%2Fsigned-out"
)
OLD: Mapping[str, str | None] = {"sec-fetch-site": None, "sec-fetch-mode": None}
SAME_SITE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def browser(make_site: Open, pool: Pool) -> Browser:
    """A browser with a session in chunks, a refresh token, and two sign-ins under way."""
    pool.id["custom:story"] = "x" * 2_700
    browser = Browser(make_site(refresh_flow_enabled=True))
    browser.sign_in(pool)
    for tab in ("a", "b"):
        browser.go(f"/auth/login?next=/{tab}")
    assert len(browser.jar) == 6
    return browser


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_clears_revokes_and_leads_to_cognito(browser: Browser, pool: Pool, method: str) -> None:
    held = set(browser.jar)
    (token,) = pool.refreshes
    reply = browser.go("/auth/logout", method=method, headers=SAME_SITE)
    assert (reply.status, reply.location, reply.app) == (303, LOGOUT, None)
    assert held <= set(reply.cleared)
    assert reply.stored == []
    assert not browser.jar
    assert reply.value("cache-control") == "no-store"
    assert [call.form["token"] for call in pool.named("revoke")] == [token]
    assert not pool.refreshes
    assert browser.go("/").status == 303


def test_cleared_with_the_attributes_they_were_set_with(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(cookie_domain="app.example", cookie_samesite="strict"))
    stored = browser.sign_in(pool).cookies
    browser.go("/auth/login")
    for name, cookie in browser.go("/auth/logout").cookies.items():
        lax = "_login_" in name
        wanted = dict(
            stored["cognito_access_token"].attributes, samesite="Lax" if lax else "Strict"
        )
        del wanted["max-age"]
        found = dict(cookie.attributes)
        assert found.pop("max-age") == "0"
        assert found.pop("expires")
        assert found == wanted


def test_without_a_session_it_clears_all_the_same(make_site: Open, pool: Pool) -> None:
    reply = Browser(make_site()).go("/auth/logout")
    assert (reply.status, reply.location) == (303, LOGOUT)
    assert len(reply.cleared) == 3
    assert not pool.calls


@pytest.mark.parametrize("secret", ["client-secret", ""], ids=["confidential", "public"])
def test_how_it_revokes(make_site: Open, pool: Pool, secret: str) -> None:
    pool.secret = secret
    browser = Browser(make_site(refresh_flow_enabled=True))
    browser.sign_in(pool)
    browser.go("/auth/logout")
    (call,) = pool.named("revoke")
    assert call.form.get("client_id") == (None if secret else CLIENT)
    assert ("authorization" in call.request.headers) == bool(secret)
    assert not pool.refreshes


@pytest.mark.parametrize("name", faults.OUTAGES)
def test_a_revocation_that_fails_does_not_matter(browser: Browser, pool: Pool, name: str) -> None:
    pool.faults["revoke"] = faults.OUTAGES[name]
    reply = browser.go("/auth/logout")
    assert (reply.status, reply.location) == (303, LOGOUT)
    assert not browser.jar
    assert len(pool.named("revoke")) == 1


REFUSED: dict[str, Mapping[str, str | None]] = {
    "cross-site": {"sec-fetch-site": "cross-site"},
    "prefetch": {"sec-purpose": "prefetch"},
    "prefetch of Safari": {"purpose": "prefetch"},
    "prefetch of old Firefox": {"x-moz": "prefetch", **OLD},
    "image": {"sec-fetch-mode": "no-cors"},
    "fetch": {"sec-fetch-mode": "cors"},
    "old browser, other origin": {"origin": "https://evil.example", **OLD},
    "old browser, sub-domain": {"origin": "https://evil.app.example", **OLD},
    "old browser, http": {"origin": "http://app.example", **OLD},
    "old browser, no origin": {"origin": "null", **OLD},
    "old browser, a link": {"referer": "https://evil.com/", **OLD},
    "old browser, a link of a host that begins alike": {"referer": f"{APP}.evil.com/", **OLD},
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_others_cannot_sign_anybody_out(
    browser: Browser, pool: Pool, headers: Mapping[str, str | None]
) -> None:
    held = dict(browser.jar)
    reply = browser.go("/auth/logout", headers={**SAME_SITE, **headers})
    assert (reply.status, reply.app, reply.cookies) == (403, None, {})
    assert not pool.named("revoke")
    assert browser.jar == held
    assert browser.go("/").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example", **OLD},
        {"origin": "null", **OLD},
    ],
)
def test_a_form_of_another_site_is_refused(
    browser: Browser, pool: Pool, headers: Mapping[str, str | None]
) -> None:
    own = {**SAME_SITE, "origin": APP}
    reply = browser.go("/auth/logout", method="POST", headers={**own, **headers})
    assert (reply.status, reply.cookies) == (403, {})
    assert not pool.named("revoke")


@pytest.mark.parametrize(
    "headers",
    [
        {**SAME_SITE, "origin": APP},
        {**SAME_SITE, "origin": "null"},  # of a page with the policy no-referrer
        {"origin": APP, **OLD},
        {"referer": f"{APP}/page", **OLD},
        OLD,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_its_own_links_and_forms_may(
    browser: Browser, method: str, headers: Mapping[str, str | None]
) -> None:
    assert browser.go("/auth/logout", method=method, headers=headers).location == LOGOUT


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(browser: Browser, pool: Pool, method: str) -> None:
    reply = browser.go("/auth/logout", method=method)
    assert (reply.status, reply.value("allow"), reply.cookies) == (405, "GET, POST", {})
    assert not pool.named("revoke")


@pytest.mark.parametrize("query", ["next=//evil.example", "logout_uri=https://evil.example", "x=1"])
def test_the_query_changes_nothing(browser: Browser, query: str) -> None:
    assert browser.go(f"/auth/logout?{query}").location == LOGOUT


def test_the_page_to_return_to_is_public(browser: Browser) -> None:
    browser.jar.clear()
    reply = browser.go("/auth/signed-out")
    assert (reply.status, reply.app, reply.cookies) == (200, None, {})
    assert b"Signed out" in reply.body
    assert b'href="/auth/login"' in reply.body
    assert browser.go("/auth/signed-out", method="POST").status == 405


def test_a_page_of_the_app_can_be_returned_to(make_site: Open) -> None:
    browser = Browser(make_site(logout_url=f"{APP}/goodbye"))
    reply = browser.go("/goodbye")
    assert reply.app is not None
    assert reply.app.identity is None
    assert browser.go("/goodbye/").status == 303
    assert browser.fetch("/goodbye", method="HEAD").app is not None
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        assert browser.fetch("/goodbye", method=method).status == 401


def test_the_front_page_is_not_opened_by_signing_out_to_it(
    make_site: Open, caplog: pytest.LogCaptureFixture
) -> None:
    make_site()
    make_site(logout_url=f"{APP}/", public_paths=("/",))
    assert "AWS_COGNITO_LOGOUT_URL" not in caplog.text
    for url in (APP, f"{APP}/"):
        caplog.clear()
        browser = Browser(make_site(logout_url=url))
        assert "land on the sign-in page" in caplog.text
        assert f"{APP}/auth/signed-out" in caplog.text
        assert browser.go("/").status == 303
        assert browser.fetch("/", method="DELETE").status == 401
    assert Browser(make_site(logout_url=APP, public_paths=("/",))).go("/").app is not None


def test_a_page_of_another_origin_opens_nothing_here(make_site: Open) -> None:
    browser = Browser(make_site(logout_url="https://www.example/goodbye"))
    assert browser.go("/goodbye").status == 303
    query = parse_qs(urlsplit(browser.go("/auth/logout").location).query)
    assert query["logout_uri"] == ["https://www.example/goodbye"]
