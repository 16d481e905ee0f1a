"""`cognito-gate demo --custom` to a newcomer: each step, then all of them over and over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.hands import Keyboard
from tests.browser.walk import Person, Place, Walk, Words, walking
from tests.cli.command import Command, until_answers
from tests.journey.guest import Guest

DEEP = "/?year=2024&q=a+b%20c%26d"
PHONE: dict[str, Any] = {
    "viewport": {"width": 320, "height": 640},
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The command itself, with addresses from what it prints."""
    words = ("demo", "--custom", "--port", "0")
    with Command(*words, cwd=tmp_path_factory.mktemp("demo")) as command:
        app = command.wait_for(r"Open +(\S+)")
        assert command.wait_for(r"Sign up +(\S+)") == f"{app}/auth/sign-up"
        assert command.wait_for(r"Account +(\S+)") == f"{app}/auth/account"
        cognito = command.wait_for(r"Codes +(\S+)/_local/outbox")
        command.wait_for("Ctrl-C")
        assert until_answers(f"{app}/public")
        yield Place(app, cognito)
        assert command.end() == 0
        assert "Traceback" not in command.output


def member(demo: Place) -> Person:
    """Somebody with an account, made without a browser."""
    person = Person()
    with Guest(demo.app, demo.cognito) as guest:
        guest.register(person.name, person.email, person.password)
        assert "Sign in" in guest.heading
    return person


# Each step


def test_the_code_can_be_sent_again(chromium: Browser, demo: Place) -> None:
    person = Person()
    with walking(chromium, demo) as walk:
        walk.page.clock.install()
        walk.start("/")
        walk.sign_up(person)
        first = walk.letter(person.email)
        walk.page.clock.fast_forward(30_000)
        walk.hands.press("Send the code again")
        walk.noticed("notice.code_sent_again")
        walk.reloads()
        assert walk.letters(person) == 2
        walk.fill_in(code=first)
        walk.hands.press("Confirm")
        walk.problem("That code is not right")
        walk.confirm(person)


def test_a_password_is_changed_by_its_owner(chromium: Browser, demo: Place) -> None:
    person = member(demo)
    with walking(chromium, demo) as walk:
        walk.start("/auth/account")
        walk.sign_in(person)
        walk.unfold("account.password_title")
        walk.fill_in(previous=person.password, password="Third-Compiler-3")
        walk.hands.press("Change password")
        walk.noticed("notice.password_changed")
        walk.reloads()
        walk.hands.press("Sign out")
        walk.page.wait_for_url("**/auth/signed-out")
        person.password = "Third-Compiler-3"
        walk.start("/")
        walk.sign_in(person)
        walk.inside(person)


def test_signing_out_ends_the_session_and_its_cookies(chromium: Browser, demo: Place) -> None:
    person = member(demo)
    with walking(chromium, demo) as walk:
        walk.start("/")
        walk.sign_in(person)
        walk.inside(person)
        walk.sign_out()
        walk.reloads()
        held = set(walk.tab.cookies(demo.app))
        assert held == {"cognito_form", "cognito_device"}
        walk.page.go_back()
        walk.at("sign_in.title")
        walk.hands.fill("username", person.name)  # a page of its own, not one from the past


# The whole way


def whole(walk: Walk, person: Person) -> None:
    """From no account to signed out, by way of every page."""
    walk.reloads()
    walk.sign_up(person)
    expect(walk.page.locator("main")).to_contain_text(person.email)
    walk.reloads()
    walk.confirm(person)
    walk.reloads()
    walk.sign_in(person)
    walk.inside(person, DEEP)
    walk.open_account()
    phone = walk.set_up_app()
    walk.reloads()
    walk.sign_out()
    walk.start("/")
    walk.sign_in(person, by=person.email)
    walk.at("code.title")
    walk.reloads()
    walk.enter(phone)
    walk.inside(person)
    walk.open_account()
    walk.turn_app_off(person)
    walk.sign_out()
    walk.start(DEEP)
    walk.forget(person)
    walk.reset(person, "Second-Compiler-2")
    walk.sign_in(person)
    walk.inside(person, DEEP)
    walk.sign_out()
    walk.start("/")
    assert walk.letters(person) == 2


def test_the_whole_way_without_scripts(chromium: Browser, demo: Place) -> None:
    with walking(chromium, demo, java_script_enabled=False) as walk:
        walk.start(DEEP)
        whole(walk, Person())


def test_the_whole_way_on_a_phone_in_german(chromium: Browser, demo: Place) -> None:
    with walking(chromium, demo, **PHONE) as walk:
        walk.start(DEEP)
        walk.hands.follow("Deutsch")
        walk.words = Words("de")
        walk.at("sign_in.title")
        whole(walk, Person())
        walk.hands.follow("English")
        walk.words = Words("en")
        walk.at("sign_in.title")


def test_the_whole_way_by_keyboard(chromium: Browser, demo: Place) -> None:
    with walking(chromium, demo, Keyboard) as walk:
        walk.start(DEEP)
        expect(walk.page.locator("#username")).to_be_focused()
        whole(walk, Person())
