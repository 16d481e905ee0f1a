"""What is ended in one process is ended in all that share a store, wherever sessions live."""

import json
from typing import Any

import pytest

from cognito_gate import Require, Rule
from cognito_gate._gate.messages import Pass
from tests.flows.fleet import SESSION_ID, Fleet
from tests.flows.stage import ACCESS, DUE, SESSION, Stage, incoming
from tests.flows.test_revoke import signature
from tests.world.browser import NAVIGATION, Browser, Reply

KEY = "a key of at least 32 characters, for operators"
PLACES = pytest.mark.parametrize("place", ["sessions", "refresh", "large"])


@pytest.fixture
def fleet_() -> Fleet:
    return Fleet()


def fleet_of(place: str, **more: Any) -> Fleet:
    return Fleet({"store_for": place, "revoke_key": KEY}, **more)


def order(stage: Stage, now: float, name: str = "first", **what: Any) -> Reply:
    """An operator's tool ends something by way of one process."""
    body = json.dumps({"id": name, "at": int(now), **what}).encode()
    signed = {"x-cognito-gate-signature": signature(body, int(now), KEY)}
    return stage.browser().send_form("/auth/revoke", body, signed)


@PLACES
@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_a_sign_out_reaches_every_process_at_once(place: str, *, warm: bool) -> None:
    fleet = fleet_of(place)
    browser = fleet[0].signed_in()
    copied = Browser(fleet[1], dict(browser.jar))
    if warm:
        assert copied.go("/").status == 200
    socket = fleet[1].gate
    before = fleet[1].cached(incoming(copied.request("GET", "/", NAVIGATION), fleet.now))
    assert browser.go("/auth/logout").status == 303
    assert copied.fetch("/").status == 401
    if warm:
        assert isinstance(before, Pass)
        assert socket.signed_out(before, fleet.now)  # its WebSockets end, and what it streams
    fleet.now += DUE
    assert copied.fetch("/").status == 401


@PLACES
def test_a_process_that_starts_later_reads_the_list(place: str) -> None:
    fleet = fleet_of(place)
    browser = fleet[0].signed_in()
    copied = dict(browser.jar)
    browser.go("/auth/logout")
    later = fleet.start()
    assert Browser(later, copied).fetch("/").status == 401
    asked = [call.operation for call in fleet.store.asked if call.key == "revocations"]
    assert asked == ["list"] * 2  # each of the two that was asked, once


@PLACES
def test_without_messages_the_list_is_read_again(place: str) -> None:
    fleet = fleet_of(place, publishes=False)
    browser = fleet[0].signed_in()
    copied = Browser(fleet[1], dict(browser.jar))
    assert copied.go("/").status == 200
    browser.go("/auth/logout")
    assert copied.go("/").status == 200  # it does not know yet
    fleet.now += 5.1
    assert copied.fetch("/").status == 401


def test_messages_that_were_missed_are_read_from_the_list() -> None:
    fleet = fleet_of("refresh")
    browser = fleet[0].signed_in()
    copied = Browser(fleet[1], dict(browser.jar))
    copied.go("/")
    listeners, fleet.store.listeners = fleet.store.listeners, []
    browser.go("/auth/logout")
    assert copied.go("/").status == 200
    fleet.store.listeners = listeners
    assert fleet[1].gate.shared is not None
    fleet[1].gate.shared.missed()
    assert copied.fetch("/").status == 401


def test_even_where_nothing_seems_missed() -> None:
    fleet = fleet_of("refresh")
    browser = fleet[0].signed_in()
    copied = Browser(fleet[1], dict(browser.jar))
    copied.go("/")
    fleet.store.listeners = []
    browser.go("/auth/logout")
    fleet.now += 61
    assert copied.fetch("/").status == 401


@PLACES
def test_everywhere_ends_what_others_have(place: str) -> None:
    fleet = fleet_of(place)
    here, elsewhere = fleet[0].signed_in(), fleet[1].signed_in()
    elsewhere.go("/")
    page = {"sec-fetch-site": "same-origin", **NAVIGATION}
    here.send_form("/auth/sessions", b"action=everywhere", page)
    assert elsewhere.fetch("/").status == 401


@PLACES
def test_who_signs_in_just_after_has_a_new_session_everywhere(place: str) -> None:
    """Tokens say in whole seconds when a session began, and so may the order to end all."""
    fleet = fleet_of(place)
    fleet.now += 0.5
    sub = fleet[0].signed_in().go("/").identity.sub
    assert order(fleet[0], fleet.now, sub=sub).status == 204
    again = fleet[0].browser()
    again.sign_in(fleet.pool)
    assert again.go("/").status == 200
    assert fleet.at(1, again).go("/").status == 200
    assert Browser(fleet.start(), again.jar).go("/").status == 200


@PLACES
def test_an_operators_order_counts_in_all_and_serves_once(place: str) -> None:
    fleet = fleet_of(place)
    browser = fleet[1].signed_in()
    fleet.now += 10
    sub = browser.go("/").identity.sub
    assert order(fleet[0], fleet.now, sub=sub).status == 204
    assert browser.fetch("/").status == 401
    assert order(fleet[1], fleet.now, sub=sub).status == 401
    assert order(fleet[1], fleet.now, "second", sub=sub).status == 204


def test_an_order_for_earlier_takes_nothing_back() -> None:
    fleet = fleet_of("refresh")
    browser = fleet[0].signed_in()
    sub = browser.go("/").identity.sub
    order(fleet[0], fleet.now, sub=sub)
    order(fleet[1], fleet.now, "second", sub=sub, before=int(fleet.now) - 100)
    assert Browser(fleet.start(), browser.jar).fetch("/").status == 401


def test_a_sign_in_comes_back_once_in_all_processes() -> None:
    fleet = fleet_of("refresh")
    browser = fleet[0].browser()
    back = fleet.pool.sign_in(browser.go("/").location)
    attempt = dict(browser.jar)
    assert browser.go(back, headers={"sec-fetch-site": None}).stored
    other = Browser(fleet[1], attempt)
    before = len(fleet.pool.named("token"))
    assert other.go(back, headers={"sec-fetch-site": None}).status == 303
    assert len(fleet.pool.named("token")) == before
    assert not SESSION & set(other.jar)


# The id


def test_a_sign_in_changes_the_id(fleet_: Fleet) -> None:
    browser = fleet_[0].signed_in()
    old = Browser(fleet_[0], dict(browser.jar))
    elsewhere = Browser(fleet_[1], dict(browser.jar))
    assert elsewhere.go("/").status == 200
    browser.go(fleet_.pool.sign_in(browser.go("/auth/login").location))
    assert browser.jar[SESSION_ID] != old.jar[SESSION_ID]
    assert browser.go("/").status == 200
    assert len(fleet_.store.of("session:")) == 1
    assert old.fetch("/").status == 401
    assert elsewhere.fetch("/").status == 401  # though its copy would have lasted


def test_a_step_up_changes_the_id() -> None:
    fleet = Fleet({"rules": (Rule(("/bank",), require=Require(max_auth_age=60)),)})
    browser = fleet[0].signed_in()
    old = Browser(fleet[1], dict(browser.jar))
    old.go("/")
    fleet.now += 61
    asked = browser.go("/bank")
    assert "prompt=login" in asked.location
    browser.go(fleet.pool.sign_in(asked.location), headers={"sec-fetch-site": None})
    assert browser.go("/bank").status == 200
    assert old.fetch("/").status == 401


def test_an_id_from_before_the_sign_in_is_not_taken_up(fleet_: Fleet) -> None:
    planted = "p" * 43
    browser = Browser(fleet_[0], {SESSION_ID: planted})
    browser.sign_in(fleet_.pool)
    assert browser.jar[SESSION_ID] != planted
    assert Browser(fleet_[0], {SESSION_ID: planted}).fetch("/").status == 401


def test_an_id_comes_by_its_cookie_alone(fleet_: Fleet) -> None:
    given = fleet_[0].signed_in().jar[SESSION_ID]
    stranger = fleet_[0].browser()
    for target in (f"/?{SESSION_ID}={given}", f"/;{SESSION_ID}={given}"):
        assert stranger.fetch(target).status == 401
    for name in (SESSION_ID, "authorization", "x-session-id"):
        assert stranger.fetch("/", headers={name: given}).status == 401
    (item,) = fleet_.store.of("session:")
    assert Browser(fleet_[0], {SESSION_ID: item.key.partition(":")[2]}).fetch("/").status == 401
    assert Browser(fleet_[0], {ACCESS: given}).fetch("/").status == 401


def test_of_two_cookies_of_the_name_one_that_leads_somewhere(fleet_: Fleet) -> None:
    given = fleet_[0].signed_in().jar[SESSION_ID]
    lines = [f"{SESSION_ID}={'x' * 43}; {SESSION_ID}={given}".encode()]
    browser = Browser(fleet_[0], {}, raw=lines)
    fleet_.questions()
    assert browser.go("/").identity.username == "ada"
    assert len(fleet_.questions()) <= 2
    many = "; ".join(f"{SESSION_ID}={number:043}" for number in range(40))
    assert Browser(fleet_[0], {}, raw=[many.encode()]).fetch("/").status == 401
    assert len(fleet_.questions()) == 2
