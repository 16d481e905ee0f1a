"""`{prefix}/sessions` where sessions are in a store: a user sees theirs, and ends each."""

import json
from typing import Any

import pytest

from cognito_gate.events import SignedOut
from tests.flows.fleet import Fleet
from tests.flows.stage import START
from tests.world.browser import FETCH, NAVIGATION, Browser

PATH = "/auth/sessions"
POST = {**NAVIGATION, "sec-fetch-site": "same-origin"}
AGENT = "Firefox on a train\x00"


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


@pytest.fixture
def browser(fleet: Fleet) -> Browser:
    return fleet[0].signed_in()


def elsewhere(fleet: Fleet, agent: str = AGENT) -> Browser:
    """The same user, at another process, with another browser."""
    browser = fleet[1].browser()
    back = fleet.pool.sign_in(browser.go("/").location)
    browser.go(back, headers={"sec-fetch-site": None, "user-agent": agent})
    return browser


def listed(browser: Browser) -> list[dict[str, Any]]:
    reply = browser.fetch(PATH)
    assert reply.status == 200
    others: list[dict[str, Any]] = json.loads(reply.body)["others"]
    return others


def test_the_others_are_listed(fleet: Fleet, browser: Browser) -> None:
    assert listed(browser) == []
    assert "You are not signed i" in browser.go(PATH).body.decode()
    fleet.now += 60
    other = elsewhere(fleet)
    (one,) = listed(browser)
    assert one.pop("id") not in other.jar.values()
    at = int(START) + 60
    assert one == {
        "created_at": at,
        "active_at": at,
        "until": at + 86_400,
        "device": "Firefox on a train",
    }
    page = browser.go(PATH).body.decode()
    assert "Sign out 1. Firefox on a train" in page
    assert fleet.pool.named("api") == []  # Cognito is not asked


def test_one_is_ended(fleet: Fleet, browser: Browser) -> None:
    other, third = elsewhere(fleet), elsewhere(fleet, "")
    assert other.go("/").status == third.go("/").status == 200
    target = next(one["id"] for one in listed(browser) if one["device"])
    done = browser.send_form(PATH, f"action={target}".encode(), POST)
    assert (done.status, done.location) == (303, PATH)
    assert other.fetch("/").status == 401
    assert (third.go("/").status, browser.go("/").status) == (200, 200)
    assert [one["device"] for one in listed(browser)] == [""]
    ended = [event for event in fleet[0].events if isinstance(event, SignedOut)]
    assert [(event.sub, event.revoked, event.everywhere) for event in ended] == [
        ("sub-of-ada", True, False)
    ]
    again = browser.send_form(PATH, f"action={target}".encode(), FETCH)
    assert (again.status, json.loads(again.body)) == (200, {"ended": target})


def test_nobody_ends_anothers(fleet: Fleet, browser: Browser) -> None:
    fleet.pool.access["sub"] = fleet.pool.id["sub"] = "sub-of-ben"
    ben = elsewhere(fleet)
    fleet.pool.access.pop("sub"), fleet.pool.id.pop("sub")
    own, item = fleet.store.of("session:")
    assert own.owner != item.owner
    target = item.key.partition(":")[2]
    assert listed(browser) == []
    browser.send_form(PATH, f"action={target}".encode(), POST)
    assert ben.go("/").status == 200
    stranger = fleet[0].browser()
    assert stranger.send_form(PATH, f"action={target}".encode(), POST).status == 303
    assert ben.go("/").status == 200
    cross = {**POST, "sec-fetch-site": "cross-site"}
    assert browser.send_form(PATH, f"action={target}".encode(), cross).status == 403
    assert browser.send_form(PATH, b"action=" + b"g" * 64, POST).status == 400


def test_a_token_for_less_lists_and_ends_none(fleet: Fleet) -> None:
    fleet = Fleet({"bearer": True})
    other = elsewhere(fleet)
    (item,) = fleet.store.of("session:")
    token = fleet.pool.access_token(scope="openid")
    bearer = {"authorization": f"Bearer {token}", **FETCH}
    assert json.loads(fleet[0].browser().fetch(PATH, headers=bearer).body)["others"] is None
    target = f"action={item.key.partition(':')[2]}".encode()
    assert fleet[0].browser().send_form(PATH, target, bearer).status == 403
    assert other.go("/").status == 200


def test_what_cannot_be_read_is_not_listed(fleet: Fleet, browser: Browser) -> None:
    elsewhere(fleet)
    assert len(listed(browser)) == 1
    for item in fleet.store.of("session:")[1:]:
        fleet.store.overwrite(item.key, b"gAAAA")
    assert listed(browser) == []


def test_without_refreshes_there_is_no_token_to_revoke() -> None:
    fleet = Fleet({"refresh_flow_enabled": False})
    browser, other = fleet[0].signed_in(), elsewhere(fleet)
    (one,) = listed(browser)
    browser.send_form(PATH, f"action={one['id']}".encode(), POST)
    assert other.fetch("/").status == 401
    assert fleet.pool.named("revoke") == []


def test_many_are_shown_in_part(fleet: Fleet, browser: Browser) -> None:
    for number in range(22):
        elsewhere(fleet, f"Browser {number}")
    assert len(listed(browser)) == 22
    page = browser.go(PATH).body.decode()
    assert "Sign out 20. Browser" in page
    assert "Sign out 21. Browser" not in page


def test_a_session_in_cookies_has_no_such_name() -> None:
    browser = Fleet({"store_for": "refresh"})[0].signed_in()
    assert browser.send_form(PATH, b"action=" + b"a" * 64, POST).status == 400
