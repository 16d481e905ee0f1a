"""A visitor of the gate's own sign-in pages, played with httpx: fills in forms."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urljoin

import httpx

from tests.journey.visitor import PASSWORDS, Visitor

OUTBOX = "/_local/outbox.json"


class Guest(Visitor):
    """A browser that reads forms: their addresses, and the fields that are hidden in them."""

    page: httpx.Response

    def __enter__(self) -> Guest:
        return self

    def open(self, url: str = "/") -> httpx.Response:
        """A page, wherever it leads; forms are filled in there."""
        self.page = self.go(url)
        return self.page

    def send(self, **typed: str) -> httpx.Response:
        """Fill in the form that has these fields and send it; where that leads."""
        action, hidden = self._form(typed)
        address = urljoin(str(self.page.url), action)
        headers = {"origin": str(self.app.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
        answer = self.app.post(address, data={**hidden, **typed}, headers=headers)
        self.page = self.follow(answer)
        return self.page

    @property
    def heading(self) -> str:
        """What the page is called."""
        found = re.search(r"<h1>(.*?)</h1>", self.page.text, re.DOTALL)
        return html.unescape(found[1]).strip() if found else ""

    def sign_in(self, url: str = "/", username: str = "ada", password: str = "") -> httpx.Response:
        """The whole sign-in; the page that was asked for."""
        self.open(url)
        return self.send(username=username, password=password or PASSWORDS[username])

    def register(self, username: str, email: str, password: str) -> httpx.Response:
        """Sign up, and confirm with the code from the outbox."""
        self.open("/auth/sign-up")
        self.send(username=username, email=email, password=password)
        return self.send(code=self.letter(email))

    def letter(self, address: str) -> str:
        """The newest code that went to an address."""
        messages: list[dict[str, Any]] = self.cognito.get(OUTBOX).json()["messages"]
        return next(str(one["code"]) for one in messages if one["to"] == address)

    def _form(self, typed: dict[str, str]) -> tuple[str, dict[str, str]]:
        """The first form with all these fields, and what is hidden in it."""
        for action, body in re.findall(
            r'<form[^>]* action="([^"]*)"[^>]*>(.*?)</form>', self.page.text, re.DOTALL
        ):
            hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body))
            if all(f'name="{name}"' in body for name in typed):
                return action, {name: html.unescape(value) for name, value in hidden.items()}
        raise AssertionError(f"no form with {', '.join(typed)} in:\n{self.page.text}")
