"""A newcomer's way through the sign-in pages, step by step, with a look at every page there.

Finds its way by the texts of a language file, so that it can be walked in any language.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import Browser, BrowserContext, Page, expect

import cognito_gate
from tests.browser.authenticator import App
from tests.browser.hands import Hands, Mouse
from tests.browser.tab import PATIENCE, Tab
from tests.browser.test_browser_pages import WIDER

LANGUAGES = Path(cognito_gate.__file__).parent / "templates" / "languages"
# What password managers and phones need to know of a field (WCAG 2.2, 1.3.5).
UNTOLD = """() => [...document.querySelectorAll("input:not([type=hidden])")]
  .filter(one => !one.autocomplete || one.autocomplete === "off").map(one => one.outerHTML)"""
NAMELESS = """() => [...document.querySelectorAll("input[type=password]")]
  .filter(one => !one.form.querySelector("[autocomplete=username]")).map(one => one.outerHTML)"""
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """Where the app is, and where its Cognito is."""

    app: str
    cognito: str


@dataclass
class Person:
    """Somebody who has no account yet."""

    name: str = field(default_factory=lambda: f"grace{next(_NUMBERS)}")
    password: str = "First-Compiler-1"

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"


class Words:
    """The texts of a language, by their ids."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self._texts = tomllib.loads((LANGUAGES / f"{tag}.toml").read_text("utf-8"))

    def __call__(self, name: str) -> str:
        found: Any = self._texts
        for part in name.split("."):
            found = found[part]
        return str(found)


class Walk:
    """One person's browser. `secrets` are texts that no address may ever hold."""

    def __init__(
        self, context: BrowserContext, place: Place, hands: type[Hands], language: str
    ) -> None:
        self.tab = Tab(context.new_page())
        self.page = self.tab.page
        self.place = place
        self.hands = hands(self.page)
        self.words = Words(language)
        self.secrets: set[str] = set()
        self.addresses: list[str] = []
        context.on("request", lambda request: self.addresses.append(unquote(request.url)))
        self._letters: list[Tab] = []  # the tab with the outbox, once somebody looks there

    # Looking

    def at(self, title: str) -> None:
        """A page of ours is there, as it should be."""
        before, app, after = self.words(title).partition("{app}")
        name = re.escape(before) + (".+" if app else "") + re.escape(after)
        expect(self.page.locator("h1")).to_have_text(re.compile(f"^{name}$"))
        expect(self.page.locator("html")).to_have_attribute("lang", self.words.tag)
        assert self.page.evaluate(UNTOLD) == []
        assert self.page.evaluate(NAMELESS) == []
        self.fits()

    def fits(self) -> None:
        """Nothing has to be scrolled sideways."""
        assert self.page.evaluate(WIDER) <= 0, self.page.url

    def noticed(self, text: str) -> None:
        expect(self.page.locator("main > [role=status]")).to_have_text(self.words(text))

    def inside(self, person: Person, path: str = "/") -> None:
        """The app greets somebody, at that address."""
        expect(self.page.locator("h1")).to_have_text(person.name)
        assert self.tab.path == path
        self.fits()

    def reloads(self) -> None:
        """The page can be had again without a form being sent again."""
        before = self.page.locator("h1").inner_text()
        answer = self.page.reload()
        assert answer is not None
        assert (answer.request.method, answer.status) == ("GET", 200)
        expect(self.page.locator("h1")).to_have_text(before)

    def problem(self, text: str) -> None:
        """What is wrong is said once, and has the focus: the field it is about, or the message."""
        said = self.page.locator(".wrong, #message").filter(has_text=text)
        expect(said).to_have_count(1)
        name = str(said.get_attribute("id")).removesuffix("-wrong")
        expect(self.page.locator(f"#{name}")).to_be_focused()

    # Steps

    def start(self, path: str) -> None:
        self.page.goto(path)
        self.at("sign_in.title")

    def sign_up(self, person: Person) -> None:
        """From the sign-in page to the one that asks for the code."""
        self.hands.follow(self.words("sign_in.sign_up"))
        self.at("sign_up.title")
        self.fill_in(username=person.name, email=person.email, password=person.password)
        self.hands.press(self.words("sign_up.button"))
        self.at("confirm.title")

    def confirm(self, person: Person) -> None:
        self.fill_in(code=self.letter(person.email))
        self.hands.press(self.words("confirm.button"))
        self.at("sign_in.title")
        self.noticed("notice.confirmed")

    def sign_in(self, person: Person, by: str = "") -> None:
        name = by or person.name
        if self.page.locator("#username").input_value() != name:  # filled in after a sign-up
            self.fill_in(username=name)
        self.fill_in(password=person.password)
        self.hands.press(self.words("sign_in.button"))

    def enter(self, phone: App) -> None:
        """The code of the authenticator app."""
        self.at("code.title")
        self.fill_in(code=phone.code())
        self.hands.press(self.words("code.button"))

    def open_account(self) -> None:
        self.page.goto("/auth/account")
        self.at("account.title")

    def unfold(self, section: str) -> None:
        """Open a section of the account page."""
        self.hands.unfold(self.words(section))

    def set_up_app(self) -> App:
        """From the account page and back to it; the phone that has read the secret."""
        self.unfold("account.totp_title")
        self.hands.press(self.words("account.totp_set_up"))
        self.at("totp_setup.title")
        secret = self.page.locator("main code").inner_text()
        phone = App(secret)
        self.secrets.add(secret.replace(" ", ""))
        self.fill_in(code=phone.code())
        self.hands.press(self.words("totp_setup.button"))
        self.at("account.title")
        self.noticed("notice.totp_on")
        return phone

    def turn_app_off(self, person: Person) -> None:
        self.unfold("account.totp_title")
        self.fill_in(proof=person.password)
        self.hands.press(self.words("account.totp_turn_off"))
        self.at("account.title")
        self.noticed("notice.totp_off")

    def forget(self, person: Person) -> None:
        """From the sign-in page to the one that asks for the code and a new password."""
        self.hands.follow(self.words("sign_in.forgot"))
        self.at("forgot.title")
        self.fill_in(username=person.name)
        self.hands.press(self.words("forgot.button"))
        self.at("reset.title")
        self.noticed("notice.code_sent")

    def reset(self, person: Person, password: str) -> None:
        person.password = password
        self.fill_in(code=self.letter(person.email), password=password)
        self.hands.press(self.words("reset.button"))
        self.at("sign_in.title")
        self.noticed("notice.password_changed")

    def sign_out(self) -> None:
        """The app's button; the gate's page says so."""
        self.page.goto("/")
        self.hands.press("Sign out")
        self.page.wait_for_url("**/auth/signed-out", timeout=PATIENCE)
        self.fits()

    def fill_in(self, **texts: str) -> None:
        for name, text in texts.items():
            if name not in ("username", "email"):
                self.secrets.add(text)
            self.hands.fill(name, text)

    def letter(self, address: str) -> str:
        """The newest code that went there, from the outbox's page in another tab."""
        page = self._outbox()
        page.goto(f"{self.place.cognito}/_local/outbox")
        found = page.locator(".letters li").filter(has_text=f"to {address} ")
        code = found.first.locator("code").inner_text()
        assert page.evaluate(WIDER) <= 0
        self.page.bring_to_front()
        return code

    def letters(self, person: Person) -> int:
        """How many have been sent to somebody."""
        self.letter(person.email)
        found = self._outbox().locator(".letters li")
        return found.filter(has_text=f"to {person.email} ").count()

    def _outbox(self) -> Page:
        if not self._letters:
            self._letters.append(self.tab.another())
        return self._letters[0].page

    def end(self) -> None:
        """Nothing was complained about, and no secret has been where others could read it."""
        assert [tab.complaints for tab in (self.tab, *self._letters) if tab.complaints] == []
        spilt = {text for text in self.secrets for url in self.addresses if text in url}
        assert spilt == set()
        kept = self.page.context.storage_state()
        assert kept["origins"] == []  # localStorage and IndexedDB
        cookies = [item for item in kept["cookies"] if item["domain"] == "localhost"]
        assert all(item["httpOnly"] and item["sameSite"] == "Lax" for item in cookies)
        assert not any(text in item["value"] for text in self.secrets for item in cookies)


@contextmanager
def walking(
    browser: Browser,
    place: Place,
    hands: type[Hands] = Mouse,
    language: str = "en",
    **options: Any,
) -> Iterator[Walk]:
    """A browser of a newcomer who reads English at first, and a look back at its end."""
    with browser.new_context(base_url=place.app, **{"locale": "en-GB", **options}) as context:
        walk = Walk(context, place, hands, language)
        yield walk
        walk.end()
