"""What Cognito may ask for between a password and a session, in front of a person: `run --local`
with users of a file, and an app that is one of the examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.authenticator import App
from tests.browser.hands import Keyboard
from tests.browser.walk import Person, Place, Walk, walking
from tests.cli.command import Command, until_answers

PASSWORD = "First-Compiler-1"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
USERS = f"""
[[users]]
username = "forced"
email = "forced@example.com"
password = "{PASSWORD}"
status = "FORCE_CHANGE_PASSWORD"

[[users]]
username = "texted"
password = "{PASSWORD}"
phone = "+15550100123"
mfa = ["sms"]

[[users]]
username = "careful"
password = "{PASSWORD}"
phone = "+15550100456"
mfa = ["sms", "totp"]
totp_secret = "{KEY}"

[[users]]
username = "plain"
password = "{PASSWORD}"
email = "plain@example.com"
"""
CUSTOM = {"COGNITO_GATE_LOGIN": "custom", "COGNITO_GATE_SIGN_IN": "username"}
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The command, with these users."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "users.toml").write_text(USERS)
    words = ("run", "--local", "--users=users.toml", "--port=0", f"--app-dir={EXAMPLES}")
    with Command(*words, "starlette_app:app", cwd=folder, environ=CUSTOM) as command:
        app = command.wait_for(r"Open +(\S+)")
        cognito = command.wait_for(r"Codes +(\S+)/_local/outbox")
        assert until_answers(app)
        yield Place(app, cognito)
        assert command.end() == 0
        assert "Traceback" not in command.output


@pytest.fixture
def walk(chromium: Browser, shop: Place) -> Iterator[Walk]:
    """Small, as on a phone, since here are the pages that no other walk sees."""
    with walking(chromium, shop, viewport={"width": 320, "height": 640}) as made:
        yield made


def begin(walk: Walk, name: str) -> Person:
    person = Person(name, PASSWORD)
    walk.start("/?here=1")
    walk.sign_in(person)
    return person


def inside(walk: Walk, name: str) -> None:
    expect(walk.page.locator("body")).to_contain_text(f"Hello, {name}")
    assert walk.tab.path == "/?here=1"


def switch(shop: Place, **changes: str) -> None:
    answer = httpx.post(f"{shop.cognito}/_local/switches", json=changes)
    assert answer.status_code == 200, answer.text


def test_a_new_password_is_demanded(walk: Walk) -> None:
    person = begin(walk, "forced")
    walk.at("new_password.title")
    walk.reloads()
    expect(walk.page.locator(".known")).to_contain_text("forced")
    walk.fill_in(password="short")
    walk.hands.press("Save and continue")
    walk.problem("That password lacks something. It needs at least 8 characters")
    assert "short" not in walk.page.content()
    person.password = "Second-Compiler-2"
    walk.fill_in(password=person.password)
    walk.hands.press("Save and continue")
    inside(walk, "forced")
    walk.page.context.clear_cookies()
    walk.start("/?here=1")
    walk.sign_in(person)
    inside(walk, "forced")


def test_a_code_is_sent(walk: Walk) -> None:
    begin(walk, "texted")
    walk.at("code.title")
    walk.reloads()
    expect(walk.page.locator("main")).to_contain_text("text message to +*******0123")
    expect(walk.page.locator("#code")).to_have_attribute("autocomplete", "one-time-code")
    expect(walk.page.locator("#code")).to_have_attribute("inputmode", "numeric")
    walk.fill_in(code="000 000")
    walk.hands.press("Continue")
    walk.problem("That code is not right")
    walk.fill_in(code=walk.letter("+15550100123"))
    walk.hands.press("Continue")
    inside(walk, "texted")


def test_there_is_a_choice_of_codes(walk: Walk) -> None:
    begin(walk, "careful")
    walk.at("choose.title")
    walk.reloads()
    walk.hands.press("Code from an authenticator app")
    walk.enter(App(KEY))
    inside(walk, "careful")


def test_an_authenticator_app_is_demanded(walk: Walk, shop: Place) -> None:
    switch(shop, mfa="on")
    try:
        begin(walk, "plain")
        walk.at("totp_setup.title")
        walk.reloads()
        phone = App(walk.page.locator("main code").inner_text())
        walk.fill_in(code=phone.code())
        walk.hands.press("Turn on")
        inside(walk, "plain")
        walk.page.context.clear_cookies()
        begin(walk, "plain")
        walk.enter(phone)
        inside(walk, "plain")
    finally:
        switch(shop, mfa="optional")


def test_what_is_wrong_is_mended_by_keyboard(chromium: Browser, shop: Place) -> None:
    with walking(chromium, shop, Keyboard) as walk:
        walk.start("/?here=1")
        walk.hands.press("Sign in")
        expect(walk.page.locator("#username-wrong")).to_contain_text("Please fill in")
        expect(walk.page.locator("#username")).to_be_focused()
        walk.page.keyboard.type("texted")
        expect(walk.page.locator("#username-wrong")).to_have_count(0)
        walk.fill_in(password=PASSWORD)
        walk.hands.press("Show Password")
        expect(walk.page.locator("#password")).to_have_attribute("type", "text")
        walk.page.keyboard.press("Space")
        expect(walk.page.locator("#password")).to_have_attribute("type", "password")
        walk.hands.press("Sign in")
        walk.at("code.title")
        expect(walk.page.locator("#code")).to_be_focused()
        walk.page.keyboard.type(walk.letter("+15550100123"))
        walk.page.keyboard.press("Enter")
        inside(walk, "texted")
