"""The shared store does not answer: nothing is lost or faked, and nobody is somebody else."""

import json

import pytest

from cognito_gate._gate.effects import StoreCall
from tests.flows.fleet import SESSION_ID, Fleet
from tests.flows.stage import DUE, SESSION, spent
from tests.flows.test_fleet import PLACES, fleet_of, order
from tests.world.browser import NAVIGATION, Browser

SAME_SITE = {**NAVIGATION, "sec-fetch-site": "same-origin"}


def test_a_session_in_the_store_is_unavailable_and_not_lost() -> None:
    fleet = Fleet()
    browser = fleet[0].signed_in()
    fleet.store.down = True
    assert browser.go("/").status == 200  # the local copy still counts
    fleet.now += 6
    page = browser.go("/page")
    assert (page.status, page.cookies, page.value("retry-after")) == (503, {}, "5")
    assert b"Nothing is lost" in page.body
    assert b'href="/page"' in page.body
    answer = browser.fetch("/")
    assert (answer.status, json.loads(answer.body)) == (503, {"error": "store"})
    fleet.store.down = False
    assert browser.go("/").identity.username == "ada"


def test_a_public_path_is_served_to_nobody() -> None:
    fleet = Fleet({"public_paths": ("/open",)})
    browser = fleet[0].signed_in()
    fleet.now += 6
    fleet.store.down = True
    reply = browser.go("/open")
    assert (reply.status, reply.cookies) == (200, {})
    assert reply.app is not None
    assert reply.app.identity is None


def test_a_session_that_is_due_goes_on_by_the_copy() -> None:
    fleet = Fleet({"store_cache_seconds": 90})
    browser = fleet[0].signed_in()
    fleet.now += DUE - 70
    assert browser.go("/").status == 200
    fleet.now += 75
    fleet.store.down = True
    assert browser.go("/").status == 200
    assert spent(fleet[0]) == 0  # what is refreshed could not be kept
    fleet.now += 10
    fleet.store.down = False
    assert browser.go("/").status == 200
    assert spent(fleet[0]) == 1


def test_a_session_that_has_ended_by_then_is_unavailable() -> None:
    fleet = Fleet({"store_cache_seconds": 300, "expiration_leeway": 0})
    browser = fleet[0].signed_in()
    fleet.now += DUE - 70
    assert browser.go("/").status == 200
    fleet.now += 200
    fleet.store.down = True
    assert browser.go("/").status == 503
    assert spent(fleet[0]) == 0
    fleet.store.down = False
    assert browser.go("/").status == 200


def test_an_outage_between_the_refresh_and_its_keeping() -> None:
    """The refresh token is spent: its answer is remembered, and kept when the store is back."""
    fleet = Fleet({"store_cache_seconds": 0})
    fleet.pool.rotation = True
    fleet.pool.__class__ = type("Kept", (_remembering(),), {})
    browser = fleet[0].signed_in()
    fleet.now += 3700

    def meanwhile(call: StoreCall) -> None:
        fleet.store.down = call.operation == "replace"

    fleet.store.before = meanwhile
    assert browser.go("/").status == 503
    fleet.store.before, fleet.store.down = lambda call: None, False
    assert browser.go("/").status == 200
    assert spent(fleet[0]) == 1


def _remembering() -> type:
    from tests.flows.stage import Remembering

    return Remembering


@PLACES
def test_a_sign_out_says_that_it_is_not_final(place: str) -> None:
    fleet = fleet_of(place)
    browser = fleet[0].signed_in()
    copied = Browser(fleet[1], dict(browser.jar))
    copied.go("/")
    before = dict(browser.jar)
    fleet.store.down = True
    page = browser.go("/auth/logout")
    assert (page.status, page.stored, page.cleared) == (503, [], [])
    assert b"could not be completed" in page.body
    assert b'href="/auth/logout"' in page.body
    assert browser.jar == before
    assert browser.fetch("/").status == 401  # here it is over
    fleet.store.down = False
    assert copied.go("/").status == 200
    assert browser.go("/auth/logout").status == 303
    assert copied.fetch("/").status == 401


@PLACES
def test_ending_all_says_so_too(place: str) -> None:
    fleet = fleet_of(place)
    browser = fleet[0].signed_in()
    fleet.store.down = True
    page = browser.send_form("/auth/sessions", b"action=everywhere", SAME_SITE)
    assert (page.status, page.cookies) == (503, {})
    assert b"could not be completed" in page.body


def test_what_could_not_be_told_is_told_later() -> None:
    fleet = fleet_of("refresh")
    browser, other = fleet[0].signed_in(), fleet[0].signed_in()
    copied = Browser(fleet[1], dict(browser.jar))
    copied.go("/")
    fleet.store.down = True
    browser.go("/auth/logout")
    fleet.store.down = False
    assert copied.go("/").status == 200
    fleet.now += 61
    other.go("/")  # any request of that process
    assert copied.fetch("/").status == 401


def test_an_operators_order_may_come_again() -> None:
    fleet = fleet_of("refresh")
    sub = fleet[1].signed_in().go("/").identity.sub
    fleet.store.down = True
    assert order(fleet[0], fleet.now, sub=sub).status == 503
    fleet.store.down = False
    assert order(fleet[0], fleet.now, sub=sub).status == 204


def test_cookie_sessions_go_on_without_the_store() -> None:
    fleet = fleet_of("refresh")
    browser = fleet[0].signed_in()
    gone = fleet[0].signed_in()
    ended = Browser(fleet[1], dict(gone.jar))
    gone.go("/auth/logout")
    fleet.store.down = True
    fleet.now += DUE + 1
    assert browser.go("/").status == 200
    assert spent(fleet[0]) == 1
    assert fleet[0].signed_in().go("/").status == 200
    ended.go("/")
    assert ended.fetch("/").status == 401  # by the list as it was last known


def test_a_list_that_cannot_be_read_is_asked_for_rarely() -> None:
    fleet = fleet_of("refresh")
    browser = fleet[0].signed_in()
    fleet.now += 61
    fleet.store.down = True
    fleet.store.operations()
    for _ in range(5):
        assert browser.go("/").status == 200
    assert fleet.store.operations() == ["list"]
    fleet.now += 1.1
    browser.go("/")
    assert fleet.store.operations() == ["list"]


def test_no_code_is_spent_for_a_session_that_cannot_be_kept() -> None:
    fleet = Fleet()
    browser = fleet[0].browser()
    back = fleet.pool.sign_in(browser.go("/").location)
    fleet.store.down = True
    page = browser.go(back, headers={"sec-fetch-site": None})
    assert (page.status, page.cookies) == (503, {})
    assert fleet.pool.named("token") == []
    fleet.store.down = False
    assert browser.go(back, headers={"sec-fetch-site": None}).stored == [SESSION_ID]


@pytest.mark.parametrize("operation", ["create", "delete"])
def test_a_sign_in_that_cannot_be_kept_gives_no_id(operation: str) -> None:
    fleet = Fleet()
    browser = fleet[0].signed_in()
    back = fleet.pool.sign_in(browser.go("/auth/login").location)

    def meanwhile(call: StoreCall) -> None:
        fleet.store.down = call.operation == operation and call.key.startswith("session:")

    fleet.store.before = meanwhile
    page = browser.go(back, headers={"sec-fetch-site": None})
    assert (page.status, page.stored) == (503, [])


def test_a_sign_in_that_is_kept_twice_over_a_lost_connection() -> None:
    fleet = Fleet()
    browser = fleet[0].browser()
    back = fleet.pool.sign_in(browser.go("/").location)

    kept: list[StoreCall] = []

    def twice(call: StoreCall) -> None:
        if call.operation == "create" and call.key.startswith("session:") and not kept:
            kept.append(call)
            assert fleet.store.answer(call).done

    fleet.store.before = twice
    assert browser.go(back, headers={"sec-fetch-site": None}).stored == [SESSION_ID]
    assert kept


def test_a_copy_that_others_keep_is_theirs_for_seconds() -> None:
    """A sign-in whose message does not arrive: the old id lasts as long as a copy elsewhere."""
    fleet = Fleet()
    browser = fleet[0].signed_in()
    elsewhere = Browser(fleet[1], dict(browser.jar))
    elsewhere.go("/")
    back = fleet.pool.sign_in(browser.go("/auth/login").location)

    def meanwhile(call: StoreCall) -> None:
        fleet.store.down = call.operation == "publish"

    fleet.store.before = meanwhile
    assert browser.go(back, headers={"sec-fetch-site": None}).stored == [SESSION_ID]
    fleet.now += 5.1
    assert elsewhere.fetch("/").status == 401


def test_the_code_is_used_up_also_where_that_cannot_be_told() -> None:
    fleet = fleet_of("refresh")
    browser = fleet[0].browser()
    back = fleet.pool.sign_in(browser.go("/").location)
    attempt = dict(browser.jar)
    fleet.store.down = True
    assert set(browser.go(back, headers={"sec-fetch-site": None}).stored) >= SESSION
    again = Browser(fleet[0], attempt).go(back, headers={"sec-fetch-site": None})
    assert not again.stored or not SESSION & set(again.stored)
    assert len(fleet.pool.named("token")) == 1
