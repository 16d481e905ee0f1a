"""Somebody writes to the store who has not our key: nobody's session ends, and they are nobody."""

from dataclasses import replace

import pytest

from cognito_gate._gate.protocol.seal import Encrypted
from cognito_gate._gate.records import VERSION
from cognito_gate._gate.sessions.stored_session import SessionSeal
from cognito_gate._gate.store_messages import MAX_BYTES, Messages, Notice
from cognito_gate.errors import TokenRefused
from tests.flows.fleet import SESSION_ID, Fleet
from tests.flows.stage import Stage
from tests.world.browser import Browser

OTHER = {"secret_key": "another secret key of at least 32 characters"}


@pytest.fixture
def fleet() -> Fleet:
    return Fleet({"store_cache_seconds": 0})


@pytest.fixture
def browser(fleet: Fleet) -> Browser:
    return fleet[0].signed_in()


def settings_of(stage: Stage):  # type: ignore[no-untyped-def]
    return stage.gate._context.settings


def is_nobody(fleet: Fleet, browser: Browser) -> bool:
    """Nobody, and neither the cookie nor the item is taken away."""
    items, jar = dict(fleet.store.items), dict(browser.jar)
    reply = browser.fetch("/")
    return (reply.status, reply.cookies, fleet.store.items, browser.jar) == (401, {}, items, jar)


def test_values_that_are_swapped(fleet: Fleet, browser: Browser) -> None:
    mallory = fleet[0].signed_in()
    one, two = fleet.store.of("session:")
    fleet.store.overwrite(one.key, two.value)
    fleet.store.overwrite(two.key, one.value)
    assert is_nobody(fleet, browser)
    assert is_nobody(fleet, mallory)


def test_values_that_are_changed(fleet: Fleet, browser: Browser) -> None:
    (item,) = fleet.store.of("session:")
    middle = len(item.value) // 2
    flipped = item.value[:middle] + bytes([item.value[middle] ^ 1]) + item.value[middle + 1 :]
    for value in (flipped, item.value[:-1], item.value + b"=", b"", b"{}", b"\xff" * 99):
        fleet.store.overwrite(item.key, value)
        assert is_nobody(fleet, browser)
    fleet.store.overwrite(item.key, item.value)
    assert browser.go("/").identity.username == "ada"


def test_a_value_of_another_key_or_purpose(fleet: Fleet, browser: Browser) -> None:
    (item,) = fleet.store.of("session:")
    settings = settings_of(fleet[0])
    session = SessionSeal(settings).open(item.key, item.value)
    others = settings_of(Stage(fleet.changes | OTHER))
    for value in (
        SessionSeal(others).seal(session, fleet.now),
        Encrypted(settings.secrets, "refresh").seal(session.to_json(), fleet.now).encode(),
    ):
        fleet.store.overwrite(item.key, value)
        assert is_nobody(fleet, browser)


def test_a_later_version_is_neither_used_nor_deleted(fleet: Fleet, browser: Browser) -> None:
    (item,) = fleet.store.of("session:")
    seal = Encrypted(settings_of(fleet[0]).secrets, "stored session")
    text = seal.open(item.value.decode()).replace(f'"v":{VERSION}', f'"v":{VERSION + 1}')
    fleet.store.overwrite(item.key, seal.seal(text, fleet.now).encode())
    assert is_nobody(fleet, browser)
    signed_out = browser.go("/auth/logout")
    assert (signed_out.status, signed_out.cleared) == (303, [SESSION_ID])
    assert len(fleet.store.of("session:")) == 1


def test_tokens_in_the_store_are_verified(fleet: Fleet, browser: Browser) -> None:
    """Whoever has the key, too, but not Cognito's, gets no further than to what Cognito signed."""
    (item,) = fleet.store.of("session:")
    seal = SessionSeal(settings_of(fleet[0]))
    session = seal.open(item.key, item.value)
    head, body, signature = session.access.split(".")
    forged = replace(session, access=f"{head}.{body}.{signature[:-4]}AAAA", refresh="")
    fleet.store.overwrite(item.key, seal.seal(forged, fleet.now))
    assert browser.fetch("/").status == 401


def test_a_key_is_changed_one_process_after_the_other(browser: Browser, fleet: Fleet) -> None:
    old = settings_of(fleet[0]).secret_key
    new = fleet.start(OTHER | {"secret_key_fallbacks": (old,)})
    assert fleet.at(2, browser).go("/").identity.username == "ada"
    later = new.signed_in()
    assert is_nobody(fleet, Browser(fleet[0], later.jar))  # it has not the new key yet
    assert later.go("/").status == 200


# Messages


def heard(fleet: Fleet, message: bytes) -> None:
    shared = fleet[1].gate.shared
    assert shared is not None
    shared.hear(message)


@pytest.fixture
def target(fleet: Fleet, browser: Browser) -> tuple[Browser, Notice]:
    """A session, and the notice that would end it."""
    (event,) = fleet[0].events
    name = getattr(event, "session")  # noqa: B009
    return fleet.at(1, browser), Notice("session", name, 0.0, fleet.now + 999)


def test_a_message_with_our_key_ends_a_session(
    fleet: Fleet, target: tuple[Browser, Notice]
) -> None:
    browser, notice = target
    assert browser.go("/").status == 200
    heard(fleet, Messages(settings_of(fleet[0])).write(notice, fleet.now))
    assert browser.fetch("/").status == 401


def test_a_message_without_it_does_not(fleet: Fleet, target: tuple[Browser, Notice]) -> None:
    browser, notice = target
    settings, others = settings_of(fleet[0]), settings_of(Stage(fleet.changes | OTHER))
    right = Messages(settings).write(notice, fleet.now)
    odd = Encrypted(settings.secrets, "store message")
    for message in (
        Messages(others).write(notice, fleet.now),
        notice.to_json().encode(),
        right[:-1],
        right + b"=" * MAX_BYTES,
        Encrypted(settings.secrets, "stored session").seal(notice.to_json(), 0).encode(),
        odd.seal(notice.to_json().replace('"session"', '"everything"'), fleet.now).encode(),
        odd.seal("[]", fleet.now).encode(),
        b"\xff\xfe",
        b"",
    ):
        heard(fleet, message)
        assert browser.go("/").status == 200


def test_a_message_of_a_kind_to_come_is_refused(
    fleet: Fleet, target: tuple[Browser, Notice]
) -> None:
    settings, text = settings_of(fleet[0]), target[1].to_json()
    sealed = Encrypted(settings.secrets, "store message")
    with pytest.raises(TokenRefused):
        Messages(settings).read(sealed.seal(text.replace('"session"', '"all"', 1), 0).encode())


def test_an_entry_of_the_list_without_it_does_not(
    fleet: Fleet, target: tuple[Browser, Notice]
) -> None:
    browser, notice = target
    others = Messages(settings_of(Stage(fleet.changes | OTHER)))
    item = others.as_item(notice, fleet.now)
    fleet.store.items[item.key] = item
    fleet.now += 61
    assert browser.go("/").status == 200
    right = Messages(settings_of(fleet[0])).as_item(notice, fleet.now)
    fleet.store.items["revoked:another"] = replace(right, key="revoked:another")
    fleet.now += 61
    assert browser.fetch("/").status == 401


def test_what_the_store_holds_tells_nothing(fleet: Fleet, browser: Browser) -> None:
    browser.go("/auth/logout")
    fleet[0].signed_in()
    for item in fleet.store.items.values():
        shown = f"{item!r} {item.key} {item.owner} {item.value!r}"
        assert "sub-of-ada" not in shown
        assert b"." not in item.value  # as every token has them
