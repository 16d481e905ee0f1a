"""A session that is ended in one browser is refused in the other within one request, on either
edge."""

import hmac
import json
import time
from collections.abc import Callable
from typing import TypeAlias

import pytest

from tests.edge.conftest import Open
from tests.world.browser import FETCH, NAVIGATION, Browser
from tests.world.pool import APP, Pool
from tests.world.site import Site

KEY = "a-key-of-the-operators-with-32-characters"
ADMIN = "aws.cognito.signin.user.admin"
IDLE = "__Host-cognito_idle"
SETTINGS = {
    "refresh_flow_enabled": True,
    "bearer": True,
    "revoke_key": KEY,
    "scopes": ("openid", ADMIN),
    "idle_seconds": 600,
}
End: TypeAlias = Callable[[Browser], None]


@pytest.fixture
def site(make_site: Open) -> Site:
    return make_site(**SETTINGS)


def everywhere(browser: Browser) -> None:
    headers = {**NAVIGATION, "sec-fetch-site": "same-origin", "origin": APP}
    assert browser.send_form("/auth/sessions", b"action=everywhere", headers).status == 303


def by_operator(browser: Browser) -> None:
    at = int(time.time())
    body = json.dumps({"sub": "sub-of-ada", "at": at, "id": "1"}).encode()
    signed = hmac.digest(KEY.encode(), f"{at}.".encode() + body, "sha256").hex()
    headers = {"x-cognito-gate-signature": f"t={at},v1={signed}"}
    done = Browser(browser.site).send_form("/auth/revoke", body, headers)
    assert (done.status, done.body, done.values("content-length")) == (204, b"", [])


ENDS = pytest.mark.parametrize("ends", [everywhere, by_operator])


def signed_in(site: Site, pool: Pool) -> Browser:
    browser = Browser(site)
    assert browser.sign_in(pool).status == 303
    return browser


@ENDS
@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_the_other_browser(site: Site, pool: Pool, ends: End, warm: bool) -> None:
    here, there = signed_in(site, pool), signed_in(site, pool)
    if warm:
        assert there.go("/").status == there.go("/").status == 200
    ends(here)
    shown = there.go("/")
    assert (shown.status, shown.app) == (303, None)


@ENDS
@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_its_bearer_token(site: Site, pool: Pool, ends: End, warm: bool) -> None:
    here = signed_in(site, pool)
    bearer = {"authorization": f"Bearer {pool.access_token()}"}
    if warm:
        assert Browser(site).fetch("/", headers=bearer).status == 200
    ends(here)
    shown = Browser(site).fetch("/", headers=bearer)
    assert (shown.status, shown.app) == (401, None)


def test_a_wrong_signature_ends_nothing(site: Site, pool: Pool) -> None:
    browser = signed_in(site, pool)
    refused = browser.send_form("/auth/revoke", b"{}", {"x-cognito-gate-signature": "t=1"})
    assert refused.status == 401
    assert browser.go("/").status == 200


@pytest.mark.parametrize("size", [4097, 16_384, 16_385, 1_000_000])
def test_a_long_body_is_no_error(site: Site, size: int) -> None:
    refused = Browser(site).send_form("/auth/revoke", b" " * size, FETCH)
    assert refused.status == 401


def test_the_page_of_sessions(site: Site, pool: Pool) -> None:
    browser = signed_in(site, pool)
    shown = browser.go("/auth/sessions")
    assert (shown.status, shown.app) == (200, None)
    assert b"Sign out everywhere" in shown.body


def test_the_cookie_of_the_last_use_rides_on_the_apps_response(
    site: Site, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(site, pool)
    assert browser.go("/").cookies == {}
    monkeypatch.setattr(time, "time", ahead(100))
    shown = browser.go("/")
    assert shown.identity.username == "ada"
    assert shown.stored == [IDLE]
    assert shown.value("cache-control") == "no-store"
    monkeypatch.setattr(time, "time", ahead(100 + 599))
    assert browser.go("/").status == 200
    monkeypatch.setattr(time, "time", ahead(100 + 599 + 600))
    over = browser.go("/")
    assert (over.status, over.app) == (303, None)
    assert IDLE in over.cleared


def ahead(seconds: float, clock: Callable[[], float] = time.time) -> Callable[[], float]:
    return lambda: clock() + seconds
