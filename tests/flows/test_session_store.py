"""Sessions in a store that processes share: what the browser has, what the store is asked."""

from dataclasses import replace

import pytest

from cognito_gate._gate.effects import StoreCall
from cognito_gate._gate.protocol.jwks import KeyRing
from cognito_gate._gate.sessions.stored_session import SessionSeal
from cognito_gate.events import Refreshed, SessionEnded, SignedIn, SignedOut
from tests.flows.fleet import SESSION_ID, Fleet
from tests.flows.stage import DUE, START, spent
from tests.world.browser import Browser

LIFE = 86_400


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


@pytest.fixture
def browser(fleet: Fleet) -> Browser:
    return fleet[0].signed_in()


def test_the_browser_has_an_id_and_no_token(fleet: Fleet, browser: Browser) -> None:
    assert set(browser.jar) == {SESSION_ID}
    (item,) = fleet.store.of("session:")
    assert browser.jar[SESSION_ID] not in item.key
    assert b"." not in item.value  # as every token has them
    assert item.ends_at == START + LIFE


def test_the_cookie_is_as_strict_as_the_others() -> None:
    stage = Fleet()[0]
    reply = stage.browser().sign_in(stage.pool)
    cookie = reply.cookies[SESSION_ID]
    assert {"secure", "httponly"} <= set(cookie.attributes)
    assert (cookie.attributes["path"], cookie.attributes["samesite"]) == ("/", "Lax")
    assert cookie.attributes["max-age"] == str(LIFE)


def test_a_session_that_is_known_asks_nothing(fleet: Fleet, browser: Browser) -> None:
    fleet.questions()
    for _ in range(3):
        assert browser.go("/").identity.username == "ada"
    assert fleet.questions() == []


def test_another_process_asks_once(fleet: Fleet, browser: Browser) -> None:
    other = fleet.at(1, browser)
    fleet.questions()
    for _ in range(3):
        assert other.go("/").identity.username == "ada"
    assert fleet.questions() == ["load"]


def test_after_the_copy_one_question_and_no_signature(fleet: Fleet, browser: Browser) -> None:
    fleet.now += 6
    fleet.questions()
    fleet.pool.roll_keys("another")  # the session's signatures cannot be verified any more
    object.__setattr__(fleet[0].gate._context, "keys", KeyRing())
    for _ in range(3):
        assert browser.go("/").identity.username == "ada"
    assert fleet.questions() == ["load"]


def test_without_copies_each_request_is_one_question() -> None:
    """One in all, revocations included: those are read now and then, not at each request."""
    fleet = Fleet({"store_cache_seconds": 0})
    browser = fleet[0].signed_in()
    assert browser.go("/").status == 200
    fleet.store.asked.clear()
    for _ in range(3):
        assert browser.go("/").identity.username == "ada"
    assert fleet.store.operations() == ["load"] * 3


@pytest.mark.parametrize("copies", [5, 0])
def test_an_id_that_nobody_gave_is_nobody(copies: float) -> None:
    fleet = Fleet({"store_cache_seconds": copies})
    browser = fleet[0].signed_in()
    fleet.questions()
    made_up = Browser(fleet[0], {SESSION_ID: "x" * 43})
    for _ in range(3):
        reply = made_up.fetch("/")
        assert (reply.status, reply.cookies) == (401, {})
    assert fleet.questions() == ["load"] * (1 if copies else 3)
    for form in ("x" * 39, "x" * 65, "x" * 42 + "/", ""):
        assert Browser(fleet[0], {SESSION_ID: form}).fetch("/").status == 401
    assert fleet.questions() == []
    assert browser.go("/").status == 200


def test_a_flood_of_ids_takes_bounded_room(fleet: Fleet) -> None:
    copies = fleet[0].gate.shared.copies  # type: ignore[union-attr]
    for number in range(1_050):
        Browser(fleet[0], {SESSION_ID: f"{number:043}"}).fetch("/")
    assert copies._unknown.any() == 1_000
    assert not copies._young


def test_a_refresh_keeps_the_id(fleet: Fleet, browser: Browser) -> None:
    before = dict(browser.jar)
    fleet.pool.rotation = True
    fleet.now += DUE + 1
    reply = browser.go("/")
    assert reply.identity.username == "ada"
    assert reply.cookies == {}
    assert browser.jar == before
    assert spent(fleet[0]) == 1
    assert len(fleet.store.of("session:")) == 1
    assert fleet.at(1, browser).go("/").identity.username == "ada"
    assert spent(fleet[0]) == 1


def test_who_has_a_copy_of_before_reads_again_before_a_refresh(fleet: Fleet) -> None:
    fleet = Fleet({"store_cache_seconds": 60})
    fleet.pool.rotation = True
    browser = fleet[0].signed_in()
    fleet.now += DUE - 1
    assert fleet.at(1, browser).go("/").status == 200
    fleet.now += 2
    assert browser.go("/").status == 200
    assert fleet.at(1, browser).go("/").status == 200
    assert spent(fleet[0]) == 1


def test_two_refreshes_at_once_keep_the_first(fleet: Fleet, browser: Browser) -> None:
    """Without a shared refresh: the second finds that the item was changed, and leaves it."""
    fleet.at(1, browser).go("/")
    fleet.now += DUE + 1
    kept: list[bytes] = []

    def meanwhile(call: StoreCall) -> None:
        if call.operation == "replace":
            fleet.store.before = lambda call: None
            fleet.at(1, browser).go("/")
            kept.append(fleet.store.of("session:")[0].value)

    fleet.store.before = meanwhile
    assert browser.go("/").identity.username == "ada"
    assert fleet.store.of("session:")[0].value == kept[0]
    assert spent(fleet[0]) == 2
    assert browser.go("/").status == 200


def test_a_refresh_does_not_bring_back_what_was_ended(fleet: Fleet, browser: Browser) -> None:
    fleet.now += DUE + 1

    def meanwhile(call: StoreCall) -> None:
        if call.operation == "replace":
            fleet.store.items.clear()

    fleet.store.before = meanwhile
    assert browser.fetch("/").status == 401
    assert fleet.store.of("session:") == []


def test_a_sign_out_ends_it_for_good(fleet: Fleet, browser: Browser) -> None:
    copied = Browser(fleet[0], dict(browser.jar))
    reply = browser.go("/auth/logout")
    assert reply.status == 303
    assert reply.cookies[SESSION_ID].clears
    assert fleet.store.of("session:") == []
    assert copied.go("/").status == 303
    assert [type(event) for event in fleet[0].events] == [SignedIn, SignedOut]


def test_the_events_are_the_same(fleet: Fleet, browser: Browser) -> None:
    fleet.now += DUE + 1
    browser.go("/")
    signed_in, refreshed = fleet[0].events
    assert isinstance(signed_in, SignedIn)
    assert isinstance(refreshed, Refreshed)
    assert refreshed.session == signed_in.session


def test_the_absolute_life(fleet: Fleet, browser: Browser) -> None:
    fleet.now += LIFE + 1
    assert browser.go("/").status == 303
    assert fleet.pool.named("token")[-1].form["grant_type"] == "authorization_code"


def test_without_refreshes_a_session_ends_with_its_cookie_age() -> None:
    fleet = Fleet({"refresh_flow_enabled": False, "cookie_age_seconds": 600})
    browser = fleet[0].signed_in()
    (item,) = fleet.store.of("session:")
    assert item.ends_at == START + 600
    fleet.now += 601
    assert browser.go("/").status == 303


# The time that a session may be idle


@pytest.fixture
def idle() -> Fleet:
    return Fleet({"idle_seconds": 600})


def test_the_last_use_is_rewritten_rarely(idle: Fleet) -> None:
    browser = idle[0].signed_in()
    assert set(browser.jar) == {SESSION_ID}
    idle.questions()
    for _ in range(12):
        idle.now += 10
        assert browser.go("/").status == 200
    assert idle.questions().count("replace") == 1


def test_a_use_counts_in_every_process(idle: Fleet) -> None:
    browser = idle[0].signed_in()
    for number in range(6):
        idle.now += 400
        assert idle.at(number % 2, browser).go("/").status == 200
    idle.now += 601
    assert browser.go("/").status == 303
    assert [event.cause for event in idle[0].events if isinstance(event, SessionEnded)] == ["idle"]
    assert idle.store.of("session:") == []
    assert idle.pool.named("revoke")


def test_a_use_that_cannot_be_noted_loses_nothing(idle: Fleet) -> None:
    browser = idle[0].signed_in()
    idle.now += 100

    def meanwhile(call: StoreCall) -> None:
        idle.store.down = call.operation == "replace"

    idle.store.before = meanwhile
    assert browser.go("/").status == 200
    idle.now += 550
    assert browser.go("/").status == 200


def test_a_use_does_not_undo_a_refresh(idle: Fleet) -> None:
    browser = idle[0].signed_in()
    idle.pool.rotation = True
    for _ in range(7):
        idle.now += 480
        browser.go("/")
    assert spent(idle[0]) == 0

    def meanwhile(call: StoreCall) -> None:
        if call.operation == "replace":
            idle.store.before = lambda call: None
            idle.now += 100
            assert idle.at(1, browser).go("/").status == 200

    idle.now += 100
    idle.store.before = meanwhile
    assert browser.go("/").status == 200
    assert browser.go("/").status == 200
    assert spent(idle[0]) == 1


def test_a_use_that_others_keep_changing_is_left(idle: Fleet) -> None:
    browser = idle[0].signed_in()
    idle.now += 70
    seal = SessionSeal(idle[0].gate._context.settings)

    def meanwhile(call: StoreCall) -> None:
        if call.operation == "replace":
            (item,) = idle.store.of("session:")
            idle.store.overwrite(item.key, seal.seal(seal.open(item.key, item.value), idle.now + 1))

    idle.store.before = meanwhile
    idle.questions()
    assert browser.go("/").status == 200
    assert idle.questions().count("replace") == 3


def test_an_id_that_is_taken_is_given_to_nobody(fleet: Fleet) -> None:
    browser = fleet[0].browser()
    back = fleet.pool.sign_in(browser.go("/").location)

    def meanwhile(call: StoreCall) -> None:
        if call.operation == "create" and call.item and call.key.startswith("session:"):
            fleet.store.items[call.key] = replace(call.item, value=b"another's")

    fleet.store.before = meanwhile
    reply = browser.go(back, headers={"sec-fetch-site": None})
    assert (reply.status, reply.stored) == (503, [])


def test_who_finds_a_session_over_leaves_what_others_made_of_it(fleet: Fleet) -> None:
    browser = fleet[0].signed_in()
    fleet.now += 4000
    fleet.pool.refreshes.clear()
    assert browser.fetch("/").status == 401  # Cognito refuses the refresh token
    fleet.now += 20
    (item,) = fleet.store.of("session:")
    seal = SessionSeal(fleet[0].gate._context.settings)

    def meanwhile(call: StoreCall) -> None:
        if call.operation == "delete":
            fleet.store.overwrite(item.key, seal.seal(seal.open(item.key, item.value), fleet.now))

    fleet.store.before = meanwhile
    reply = browser.fetch("/")
    assert (reply.status, reply.cookies) == (401, {})
    assert len(fleet.store.of("session:")) == 1
    fleet.store.before = lambda call: None
    reply = browser.fetch("/")
    assert (reply.status, reply.cleared) == (401, [SESSION_ID])
    assert fleet.store.of("session:") == []


def test_what_is_read_while_it_goes_is_not_kept(fleet: Fleet, browser: Browser) -> None:
    """A copy that arrives after the message that it is gone."""
    other = fleet.at(1, browser)
    shared = fleet[1].gate.shared
    assert shared is not None

    def meanwhile(call: StoreCall) -> None:
        if call.operation == "load":
            shared.copies.forget(call.key)

    fleet.store.before = meanwhile
    assert other.go("/").status == 200
    fleet.store.items.clear()
    assert other.fetch("/").status == 401
