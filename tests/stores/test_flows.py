"""The same journeys over each store, on both edges: sessions in the store, or in cookies.

Each site is a process's gate, with a sender and connections of its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest

from tests.flows.fleet import SESSION_ID
from tests.flows.stage import SESSION
from tests.flows.test_revoke import signature
from tests.stores.conftest import Kind
from tests.world.browser import FETCH, NAVIGATION, Browser
from tests.world.pool import Pool
from tests.world.site import ASGISite, Site, WSGISite

KEY = "a key of at least 32 characters, for operators"
POST = {**NAVIGATION, "sec-fetch-site": "same-origin"}
SECONDS = 20.0  # far more than a message or a copy's life takes


def soon(condition: Callable[[], bool]) -> bool:
    """Whether it comes true: messages take a moment, and some stores have none."""
    end = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(params=["asgi-sessions", "wsgi-sessions", "asgi-refresh"])
def case(request: pytest.FixtureRequest) -> list[str]:
    """The edge, and what the store is for."""
    return str(request.param).split("-")


@pytest.fixture
def place(case: list[str]) -> str:
    return case[1]


@pytest.fixture
def start(case: list[str], kind: Kind, place: str) -> Iterator[Callable[[], Site]]:
    """Starts one more process."""
    sites: list[Site] = []
    pool, name = Pool(), kind.fresh()

    def start() -> Site:
        settings = pool.settings(
            store=_address(kind, name),
            store_for=place,
            store_cache_seconds=1,
            store_timeout_seconds=10,
            refresh_flow_enabled=True,
            revoke_key=KEY,
        )
        site = (ASGISite if case[0] == "asgi" else WSGISite)(settings, pool)
        sites.append(site)
        return site

    yield start
    for site in sites:
        site.close()


def _address(kind: Kind, name: str) -> str:
    if kind.name == "sqlite":
        return f"{kind.url}/{name}.db"
    return f"{kind.url}{'&' if '?' in kind.url else '?'}prefix={name}"


def signed_in(site: Site) -> Browser:
    browser = Browser(site)
    assert browser.sign_in(pool_of(site)).status == 303
    assert browser.go("/").identity.username == "ada"
    return browser


def pool_of(site: Site) -> Pool:
    assert isinstance(site.pool, Pool)
    return site.pool


def is_nobody(browser: Browser) -> bool:
    return browser.fetch("/").status == 401


def test_a_day_of_a_session(start: Callable[[], Site], place: str) -> None:
    """Signed in by one, refreshed by another, ended by a third, and the fourth says so."""
    one, two, three, four = (start() for _ in range(4))
    pool = pool_of(one)
    pool.rotation = True
    pool.lifetime = 30
    browser = Browser(one)
    browser.sign_in(pool)
    pool.lifetime = 3600
    assert set(browser.jar) == ({SESSION_ID} if place == "sessions" else SESSION)
    browser.site = two
    assert browser.go("/").identity.expires_at > 3000
    for site in (one, three, four, two):
        browser.site = site
        assert browser.go("/").identity.username == "ada"
    refreshes = [
        call for call in pool.named("token") if call.form["grant_type"] != "authorization_code"
    ]
    assert len(refreshes) >= 1
    copied = Browser(four, dict(browser.jar))
    assert copied.go("/").status == 200
    browser.site = three
    assert browser.go("/auth/logout").status == 303
    assert browser.jar == {}
    assert soon(lambda: is_nobody(copied))
    assert is_nobody(Browser(start(), copied.jar))


def test_all_of_a_user_are_ended(start: Callable[[], Site]) -> None:
    one, two = start(), start()
    here, there = signed_in(one), signed_in(two)
    assert here.send_form("/auth/sessions", b"action=everywhere", POST).status in (200, 303)
    assert soon(lambda: is_nobody(there))
    assert signed_in(two).go("/").status == 200


def test_an_order_serves_once(start: Callable[[], Site]) -> None:
    one, two = start(), start()
    browser = signed_in(two)
    at = int(time.time())
    body = json.dumps({"id": "an-order", "at": at, "sub": "sub-of-ada"}).encode()
    signed = {"x-cognito-gate-signature": signature(body, at, KEY)}
    assert Browser(one).send_form("/auth/revoke", body, signed).status == 204
    assert soon(lambda: is_nobody(browser))
    assert Browser(two).send_form("/auth/revoke", body, signed).status == 401


def test_a_sign_in_comes_back_once(start: Callable[[], Site]) -> None:
    one, two = start(), start()
    pool = pool_of(one)
    browser = Browser(one)
    back = pool.sign_in(browser.go("/").location)
    attempt = dict(browser.jar)
    assert browser.go(back, headers={"sec-fetch-site": None}).stored
    exchanges = len(pool.named("token"))
    assert not {SESSION_ID, *SESSION} & {
        *Browser(two, attempt).go(back, headers={"sec-fetch-site": None}).stored
    }
    assert len(pool.named("token")) == exchanges


@pytest.mark.parametrize("case", [["asgi", "sessions"], ["wsgi", "sessions"]], ids=["asgi", "wsgi"])
def test_ids_and_the_list(start: Callable[[], Site]) -> None:
    one, two = start(), start()
    browser, other = signed_in(one), signed_in(two)
    old = Browser(two, dict(browser.jar))
    assert old.go("/").status == 200
    browser.go(pool_of(one).sign_in(browser.go("/auth/login").location))
    assert browser.jar != old.jar
    assert soon(lambda: is_nobody(old))
    assert is_nobody(Browser(one, {SESSION_ID: "x" * 43}))
    (listed,) = json.loads(browser.fetch("/auth/sessions").body)["others"]
    ended = browser.send_form("/auth/sessions", f"action={listed['id']}".encode(), FETCH)
    assert ended.status == 200
    assert soon(lambda: is_nobody(other))
    assert browser.go("/").status == 200
