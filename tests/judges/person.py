"""A person in front of the gate's own sign-in pages: reads them, fills their forms in, sends them.

Nothing is sent that the page has no field for, and no button is pressed that it does not show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from cognito_gate._gate.languages import Languages
from tests.journey.visitor import Visitor
from tests.parts.html import Element, Page

ENGLISH = Languages().catalogs["en"]


@dataclass(frozen=True)
class Screen:
    """A page of the gate's, or what the app behind it answered."""

    response: httpx.Response

    @property
    def path(self) -> str:
        return urlsplit(str(self.response.url)).path

    @property
    def seen(self) -> dict[str, Any]:
        """What the app saw; an error when the app was not reached."""
        found: dict[str, Any] = self.response.json()
        return found

    @property
    def page(self) -> Page:
        return Page(self.response.text)

    @property
    def heading(self) -> str:
        return self.page.one("h1").text

    @property
    def said(self) -> str:
        """What the page tells, above a form or beside a field; empty when it tells nothing."""
        kinds = ("note", "notice", "problem", "wrong")
        shown = [item.text for item in self.page.every("p") if item.get("class") in kinds]
        return " ".join(shown).removeprefix("Error:").strip()

    @property
    def fields(self) -> set[str]:
        """The names of what can be filled in."""
        return {element.get("name") for element in self.page.shown_fields()}

    @property
    def secret(self) -> str:
        """The key that an authenticator app is told."""
        return self.page.one("code").text.replace(" ", "")

    def form(self, button: str) -> tuple[str, dict[str, str]]:
        """Where the form goes that has this button, and what is in its fields."""
        page = self.page
        [pressed] = [item for item in page.every("button") if item.text == button]
        [form] = [item for item in pressed.around if item.tag == "form"]
        inputs = [item for item in page.every("input") if any(form is one for one in item.around)]
        held = {item.get("name"): item.get("value") for item in inputs if item.get("name")}
        return form.get("action"), held | _of_button(pressed)


def _of_button(button: Element) -> dict[str, str]:
    return {button.get("name"): button.get("value")} if button.get("name") else {}


class Person(Visitor):
    """Has one browser, whose cookies are `cookies`."""

    def __init__(self, origin: str) -> None:
        super().__init__(origin, "http://cognito.invalid")  # where these pages never lead
        self.origin = origin

    def __enter__(self) -> Person:
        return self

    def opens(self, url: str) -> Screen:
        """Go to an address, and wherever that leads."""
        return Screen(self.go(url))

    def sends(self, screen: Screen, button: str, /, **typed: str) -> Screen:
        """Fill a form in and press its button; the page that this leads to."""
        return Screen(self.follow(self.sent(screen, button, typed)))

    def sent(self, screen: Screen, button: str, typed: Mapping[str, str]) -> httpx.Response:
        """The same, as far as the form's own answer."""
        action, held = screen.form(ENGLISH.text(button))
        assert typed.keys() <= held.keys(), f"{screen.path} has no such field"
        # As browsers do. The gate refuses a form that says it comes from elsewhere.
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        address = urljoin(str(screen.response.url), action)
        return self.app.post(address, data={**held, **typed}, headers=headers)

    def signs_in(self, username: str, password: str, url: str = "/") -> Screen:
        """From a page of the app through the sign-in page; where that ends."""
        screen = self.opens(url)
        assert screen.path == "/auth/sign-in", screen.response.text
        return self.sends(screen, "sign_in.button", username=username, password=password)

    def leaves(self) -> Screen:
        """Sign out."""
        return Screen(self.sign_out())


def text(name: str, /, **values: str) -> str:
    """A text of the catalogue, as a page shows it."""
    return " ".join(ENGLISH.text(name, **values).split())


def code_in(message: str) -> str:
    """The code in a message: its run of six digits."""
    [found] = re.findall(r"\b\d{6}\b", message)
    return str(found)
