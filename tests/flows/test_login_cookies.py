"""The attempt cookies: small enough to be kept, few, and ended once their sign-in is."""

from urllib.parse import quote

import pytest

from tests.flows.conftest import MakeStage
from tests.flows.stage import START, Stage
from tests.world.browser import Browser
from tests.world.pool import DOMAIN

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


def test_tabs_that_open_at_once_share_a_few_slots(stage: Stage) -> None:
    """None of them sees another's cookies: twelve must not fill a server's 8 KiB for headers."""
    browser = stage.browser()
    target = "/restored/" + "x" * 300
    replies = [stage.browser().go(f"{target}{tab}") for tab in range(12)]
    for reply in replies:
        browser.keep(reply)
    assert len(attempts(browser)) == 4
    assert sum(len(name) + len(value) for name, value in browser.jar.items()) < 6_000
    for tab in (8, 9, 10, 11):  # the last of each slot
        assert browser.go(stage.pool.sign_in(replies[tab].location)).location == f"{target}{tab}"


def test_two_tabs_at_once_both_come_back(stage: Stage) -> None:
    browser = stage.browser()
    replies = [stage.browser().go(f"/tab/{tab}") for tab in range(2)]
    for reply in replies:
        browser.keep(reply)
    for tab in (1, 0):
        assert browser.go(stage.pool.sign_in(replies[tab].location)).location == f"/tab/{tab}"


def test_long_addresses_take_turns_in_one_slot(stage: Stage) -> None:
    browser = stage.browser()
    for tab in range(3):
        browser.keep(stage.browser().go(f"/{'x' * 1900}{tab}"))
    assert attempts(browser) == [f"{LOGIN}0"]


@pytest.mark.parametrize("site", ["cross-site", "same-origin"])
def test_another_site_cannot_fill_the_cookies(stage: Stage, site: str) -> None:
    reply = stage.browser().go(f"/auth/login?next=/{'x' * 1000}", headers={"sec-fetch-site": site})
    (cookie,) = reply.cookies.values()
    assert (len(cookie.value) < 600) == (site == "cross-site")


@pytest.mark.parametrize(("samesite", "kept"), [("strict", False), ("lax", True)])
def test_a_session_that_is_not_seen_keeps_its_room(
    make_stage: MakeStage, samesite: str, kept: bool
) -> None:
    """Strict cookies stay behind when another site links here: there may be a session."""
    stage = make_stage(cookie_samesite=samesite)
    link = f"/{'x' * 1000}"
    reply = stage.browser().go(link, headers={"sec-fetch-site": "cross-site"})
    (cookie,) = reply.cookies.values()
    assert (len(cookie.value) > 1000) == kept


def test_session_and_attempts_fit_a_header_together(lasting: Stage) -> None:
    """A visitor who is signed in is sent to the login route again and again."""
    lasting.pool.id["custom:story"] = "x" * 3_000
    browser = lasting.signed_in()
    for number in range(6):
        browser.go(f"/auth/login?next=/{'x' * 1800}{number}")
        assert sum(len(name) + len(value) + 3 for name, value in browser.jar.items()) < 8_000


def test_other_cookies_of_the_site_leave_room_for_few(stage: Stage) -> None:
    """A new attempt counts as well: the oldest go until all together fit."""
    browser = stage.browser()
    browser.jar["of-the-app"] = "x" * 5_000
    for number in range(4):
        browser.go(f"/auth/login?next=/{'x' * 300}{number}")
        assert sum(len(name) + len(value) for name, value in browser.jar.items()) < 7_000
    assert len(attempts(browser)) == 2


def test_a_session_makes_room_when_it_begins(stage: Stage) -> None:
    stage.pool.id["custom:story"] = "x" * 3_000
    browser = stage.browser()
    replies = [browser.go(f"/{'x' * length}") for length in (1800, 300, 300, 300)]
    browser.go(stage.pool.sign_in(replies[-1].location))
    assert sum(len(name) + len(value) + 3 for name, value in browser.jar.items()) < 8_000
    assert browser.go("/").status == 200


def test_an_address_that_fits_is_kept(stage: Stage) -> None:
    address = '/?q="' + "a" * 500 + '"'
    browser = stage.browser()
    reply = browser.go(f"/auth/login?next={quote(address, safe='')}")
    assert browser.go(stage.pool.sign_in(reply.location)).location == address


@pytest.mark.parametrize(("seconds", "counts"), [(60, True), (61, False)])
def test_another_instances_clock_may_be_a_minute_ahead(
    stage: Stage, seconds: int, counts: bool
) -> None:
    browser = stage.browser()
    url = stage.pool.sign_in(browser.go("/page").location)
    stage.now -= seconds
    assert (browser.go(url).location == "/page") == counts


@pytest.mark.parametrize("target", ["/page", "/auth/login", "/auth/logout"])
def test_a_flood_of_junk_makes_few_lines(stage: Stage, target: str) -> None:
    junk = "; ".join(f"{LOGIN}{number}=x" for number in range(400))
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
    # Its slot is taken by the one that begins in its place; no cookie is set and cleared at once.
    assert browser.go(urls[spent]).cleared == []
    for tab in {0, 1, 2, 3} - {spent}:
        assert browser.go(urls[tab]).location == f"/tab/{tab}"
