"""The attempt cookies: small enough to be kept, few, and ended once their sign-in is."""

from urllib.parse import quote

import pytest

from tests.edge.browser import Browser
from tests.edge.pool import DOMAIN
from tests.flows.stage import START, Stage

LOGIN = "__Host-cognito_login_"


def attempts(browser: Browser) -> list[str]:
    return [name for name in browser.jar if name.startswith(LOGIN)]


@pytest.mark.parametrize("char", ['"', "<", "a"])
def test_a_strange_address_makes_no_cookie_that_browsers_drop(stage: Stage, char: str) -> None:
    """JSON writes a quotation mark with two characters, and the seal adds a third."""
    address = "/" + char * 2040
    browser = stage.browser()
    reply = browser.go(f"/auth/login?next={quote(address, safe='')}")
    ((name, cookie),) = reply.cookies.items()
    assert len(name) + len(cookie.value) < 4096
    kept = "/" if char == '"' else address
    assert browser.go(stage.pool.sign_in(reply.location)).location == kept


def test_an_address_that_fits_is_kept(stage: Stage) -> None:
    address = '/?q="' + "a" * 500 + '"'
    browser = stage.browser()
    reply = browser.go(f"/auth/login?next={quote(address, safe='')}")
    assert browser.go(stage.pool.sign_in(reply.location)).location == address


@pytest.mark.parametrize("target", ["/page", "/auth/login", "/auth/logout"])
def test_a_flood_of_junk_makes_few_lines(stage: Stage, target: str) -> None:
    junk = "; ".join(f"{LOGIN}{number}=x" for number in range(4000))
    browser = Browser(stage, raw=[junk.encode()])
    reply = browser.go(target)
    assert reply.status == 303
    assert 0 < len([name for name in reply.cleared if name.startswith(LOGIN)]) <= 20
    assert len(reply.values("set-cookie")) <= 24


def test_within_one_second_the_first_makes_room(stage: Stage) -> None:
    browser = stage.browser()
    urls = [stage.pool.sign_in(browser.go(f"/tab/{tab}").location) for tab in range(5)]
    assert stage.now == START
    assert len(attempts(browser)) == 4
    for tab in (1, 2, 3, 4):
        assert browser.go(urls[tab]).location == f"/tab/{tab}"
    assert not attempts(browser)


# The end of an attempt


def test_a_spent_attempt_ends_where_a_new_one_begins(stage: Stage) -> None:
    browser = stage.browser()
    url = stage.pool.sign_in(browser.go("/page").location)
    (spent,) = attempts(browser)
    stage.pool.codes.clear()  # invalid_grant
    reply = browser.go(url)
    assert reply.location.startswith(f"{DOMAIN}/oauth2/authorize?")
    assert reply.cleared == [spent]
    assert attempts(browser) == reply.stored


def test_a_spent_attempt_ends_beside_a_live_session(stage: Stage) -> None:
    browser = stage.signed_in()
    url = stage.pool.sign_in(browser.go("/auth/login?next=/page").location)
    (spent,) = attempts(browser)
    stage.pool.codes.clear()
    reply = browser.go(url)
    assert (reply.location, reply.cleared, reply.stored) == ("/page", [spent], [])
    assert not attempts(browser)


def test_a_spent_attempt_ends_on_the_page_that_gives_up(stage: Stage) -> None:
    browser = stage.browser()
    url = stage.pool.sign_in(browser.go("/page").location)
    for _ in range(2):
        stage.pool.codes.clear()
        reply = browser.go(url)
        url = stage.pool.sign_in(reply.location) if reply.location else ""
    assert reply.status == 400
    assert not attempts(browser)


@pytest.mark.parametrize("spent", [0, 3], ids=["the oldest", "the newest"])
def test_a_spent_attempt_takes_no_others_place(stage: Stage, spent: int) -> None:
    browser = stage.browser()
    urls = [stage.pool.sign_in(browser.go(f"/tab/{tab}").location) for tab in range(4)]
    del stage.pool.codes[list(stage.pool.codes)[spent]]
    assert len(browser.go(urls[spent]).cleared) == 1  # which also says: none is cleared twice
    for tab in {0, 1, 2, 3} - {spent}:
        assert browser.go(urls[tab]).location == f"/tab/{tab}"
