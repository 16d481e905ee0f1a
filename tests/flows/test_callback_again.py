"""Callbacks that come twice, too late, or from browsers that keep nothing: never a loop."""

import pytest

from tests.flows.site import CoreSite, Open
from tests.world import faults
from tests.world.browser import Browser
from tests.world.pool import DOMAIN, Pool


def test_a_replay_with_a_live_session_goes_home(browser: Browser, pool: Pool) -> None:
    url = pool.sign_in(browser.go("/page").location)
    browser.go(url)
    reply = browser.go(url)
    assert (reply.status, reply.location) == (303, "/")
    assert len(pool.named("token")) == 1
    assert browser.go("/").status == 200


def test_a_replay_without_a_session_starts_over_once(browser: Browser, pool: Pool) -> None:
    url = pool.sign_in(browser.go("/page").location)
    browser.go(url)
    browser.jar.clear()
    again = browser.go(url)
    assert again.status == 303
    assert again.location.startswith(f"{DOMAIN}/oauth2/authorize?")
    assert len(pool.named("token")) == 1
    assert browser.go(pool.sign_in(again.location)).location == "/"
    assert browser.go("/").status == 200


def test_a_browser_without_cookies_ends_on_a_page(site: CoreSite, pool: Pool) -> None:
    browser = Browser(site, keeps=False)
    reply = browser.go("/page")
    for _ in range(5):
        if reply.status != 303:
            break
        reply = browser.go(pool.sign_in(reply.location))
    assert reply.status == 400
    assert b"cookies" in reply.body
    assert b'href="/auth/login"' in reply.body
    assert not pool.named("token")


def test_a_stale_callback_of_a_script_starts_nothing(browser: Browser) -> None:
    reply = browser.fetch("/auth/callback?code=x&state=y")
    assert (reply.status, reply.cookies) == (400, {})
    assert reply.body == b'{"error": "cookies"}'


def test_a_spent_code_starts_over_once_and_keeps_the_address(browser: Browser, pool: Pool) -> None:
    url = pool.sign_in(browser.go("/page").location)
    pool.codes.clear()  # used, or over five minutes old
    again = browser.go(url)
    assert again.location.startswith(f"{DOMAIN}/oauth2/authorize?")
    returned = pool.sign_in(again.location)
    pool.codes.clear()
    shown = browser.go(returned)
    assert shown.status == 400
    assert b"next=/page" in shown.body
    assert not [name for name in browser.jar if "token" in name]


def test_a_spent_code_with_a_live_session_goes_to_its_address(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    url = pool.sign_in(browser.go("/auth/login?next=/page").location)
    pool.codes.clear()
    reply = browser.go(url)
    assert (reply.status, reply.location) == (303, "/page")


def test_a_second_sign_in_after_the_second_try_may_start_over_again(
    browser: Browser, pool: Pool
) -> None:
    url = pool.sign_in(browser.go("/page").location)
    pool.codes.clear()
    assert browser.go(pool.sign_in(browser.go(url).location)).location == "/page"


@pytest.mark.parametrize("name", faults.OUTAGES | faults.BAD_GRANTS)
def test_an_outage_at_the_exchange_keeps_the_attempt(
    browser: Browser, pool: Pool, name: str
) -> None:
    url = pool.sign_in(browser.go("/page").location)
    held = dict(browser.jar)
    pool.faults["token"] = (faults.OUTAGES | faults.BAD_GRANTS)[name]
    reply = browser.go(url)
    assert (reply.status, reply.app, reply.cookies) == (503, None, {})
    assert reply.value("retry-after") == "5"
    assert reply.value("content-type").startswith("text/html")
    assert len(pool.named("token")) == 1  # a code is never sent twice by itself
    assert browser.jar == held
    del pool.faults["token"]
    assert browser.go(url).location == "/page"


@pytest.mark.parametrize("name", faults.OUTAGES)
def test_without_keys_a_code_is_not_spent(browser: Browser, pool: Pool, name: str) -> None:
    url = pool.sign_in(browser.go("/page").location)
    pool.faults["jwks"] = faults.OUTAGES[name]
    reply = browser.go(url)
    assert (reply.status, reply.cookies) == (503, {})
    assert reply.value("retry-after") == "5"
    assert not pool.named("token")
    assert len(pool.named("jwks")) <= 2  # a GET that could not connect is tried once more
    del pool.faults["jwks"]
    assert browser.go(url).location == "/page"
    assert browser.go("/page").status == 200


def test_a_redirect_to_other_keys_is_not_followed(browser: Browser, pool: Pool) -> None:
    url = pool.sign_in(browser.go("/page").location)
    pool.faults["jwks"] = faults.reply(302, location=f"{DOMAIN}/oauth2/token")
    assert browser.go(url).status == 503
    assert [call.name for call in pool.calls] == ["jwks"]


@pytest.mark.parametrize(
    "error", ["invalid_client", "unauthorized_client", "invalid_scope", "invalid_request", "new"]
)
@pytest.mark.parametrize("status", [400, 401])
def test_a_wrong_set_up_is_a_page_and_a_loud_log_line(
    browser: Browser, pool: Pool, error: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    url = pool.sign_in(browser.go("/page").location)
    pool.faults["token"] = faults.refuses(error, status)
    reply = browser.go(url)
    assert (reply.status, reply.app, reply.stored) == (502, None, [])
    assert error.encode() not in reply.body
    assert [record.levelname for record in caplog.records if error in record.getMessage()] == [
        "WARNING"
    ]


def test_an_account_that_was_just_linked_starts_over_once(browser: Browser, pool: Pool) -> None:
    text = "Already+found+an+entry+for+username+google_1"
    location = browser.go("/page").location
    for last in (False, True):
        state = pool.sign_in(location).partition("state=")[2]
        query = f"error=invalid_request&error_description={text}&state={state}"
        reply = browser.go(f"/auth/callback?{query}")
        assert not pool.named("token")
        assert reply.status == (400 if last else 303)
        location = "" if last else reply.location
    other = browser.go(f"/auth/callback?error=invalid_request&error_description={text}&state=x")
    assert other.status == 400


def test_what_cognito_says_is_logged_on_one_line(
    browser: Browser, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    state = pool.sign_in(browser.go("/page").location).partition("state=")[2]
    browser.go(f"/auth/callback?error=a%0d%0aFORGED&error_description=b%0aFORGED%1b&state={state}")
    messages = [record.getMessage() for record in caplog.records]
    assert any("FORGED" in message for message in messages)
    assert all(message.isprintable() for message in messages)


def test_with_strict_cookies_a_page_of_ours_leads_on(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(cookie_samesite="strict"))
    reply = browser.sign_in(pool, '/page?x="><script>')
    assert (reply.status, reply.app) == (200, None)
    assert b"<script" not in reply.body
    assert b"/page?x=" in reply.body
    assert b"http-equiv" in reply.body
    session = [cookie for cookie in reply.cookies.values() if not cookie.clears]
    assert [cookie.attributes["samesite"] for cookie in session] == ["Strict", "Strict"]
    assert browser.go("/page").status == 200


def test_a_new_sign_in_replaces_another_user(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    before = dict(browser.jar)
    pool.sub, pool.username = "sub-of-bob", "bob"
    url = pool.sign_in(browser.go("/auth/login").location)
    assert browser.go(url).status == 303
    assert browser.go("/").identity.username == "bob"
    assert not set(before.values()) & set(browser.jar.values())


def test_a_new_sign_in_of_the_same_user_has_new_cookies(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    before = dict(browser.jar)
    browser.sign_in(pool, "/auth/login")
    assert not set(before.values()) & set(browser.jar.values())


def test_a_refresh_token_that_is_not_kept_does_not_count(browser: Browser, pool: Pool) -> None:
    url = pool.sign_in(browser.go("/page").location)
    pool.reword = lambda answer: {**answer, "refresh_token": "r" * 15_500}
    assert browser.go(url).status == 303
    assert browser.go("/page").identity.username == "ada"


@pytest.mark.parametrize("enabled", [True, False])
def test_a_refresh_cookie_is_kept_only_when_enabled(
    make_site: Open, pool: Pool, enabled: bool
) -> None:
    browser = Browser(make_site(refresh_flow_enabled=enabled))
    browser.sign_in(pool)
    assert ("__Host-cognito_refresh_token" in browser.jar) == enabled
    (refresh_token,) = pool.refreshes
    assert all(refresh_token not in value for value in browser.jar.values())


def test_a_session_that_is_too_large_is_a_page(
    browser: Browser, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    url = pool.sign_in(browser.go("/page").location)
    pool.id["custom:story"] = "x" * 9_000
    pool.access["custom:story"] = "x" * 9_000
    reply = browser.go(url)
    assert (reply.status, reply.app, reply.stored) == (431, None, [])
    assert "does not fit into cookies" in caplog.text  # which shows without any configuration


def test_a_session_just_small_enough_works(browser: Browser, pool: Pool) -> None:
    pool.id["custom:story"] = "x" * 8_000
    browser.sign_in(pool)
    assert sorted(name for name in browser.jar if "id_token" in name) == [
        f"__Host-cognito_id_token.{index}" for index in range(3)
    ]
    assert browser.go("/").identity.id_claims["custom:story"] == "x" * 8_000
