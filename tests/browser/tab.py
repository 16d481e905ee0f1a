"""A tab and the things a person does in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tests.journey.visitor import PASSWORDS

PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)


@contextmanager
def opened(browser: Browser, origin: str) -> Iterator[Tab]:
    """A tab of a new profile, for one site; it must not complain in its console."""
    with browser.new_context(base_url=origin) as context:
        tab = Tab(context.new_page())
        yield tab
        assert tab.complaints == []


class Tab:
    """A page, what its console said against us, and which addresses it went to."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.visits: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)

    def another(self) -> Tab:
        """A second tab of the same profile."""
        return Tab(self.page.context.new_page())

    @property
    def path(self) -> str:
        """Path and query that the address bar shows."""
        parts = urlsplit(self.page.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def heading(self, text: str) -> None:
        """The page's one heading is this."""
        expect(self.page.locator("h1")).to_have_text(text)

    def open(self, path: str = "/") -> None:
        """Go to an address."""
        self.page.goto(path)

    def sees_login(self) -> None:
        """Cognito asks for the password."""
        expect(self.page.get_by_label("Password")).to_be_visible()

    def fill_in(self, username: str = "ada", password: str | None = None) -> None:
        """Fill Cognito's form in and send it."""
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password or PASSWORDS[username])
        self.page.get_by_role("button", name="Sign in").click()

    def sign_in(self, path: str = "/", username: str = "ada") -> None:
        """The whole sign-in, beginning at a page of the app."""
        self.open(path)
        self.fill_in(username)
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def sign_out(self) -> None:
        """The demo's button."""
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.page.locator("h1")).to_contain_text("igned out")  # ours, or of own pages

    def cookies(self, origin: str) -> list[str]:
        """The names of the cookies that the browser holds for a site."""
        return [cookie["name"] for cookie in self.page.context.cookies(origin)]

    def _console(self, message: ConsoleMessage) -> None:
        # A page with an error status is noted by Chromium itself; that is no fault of the page.
        noted = message.text.startswith("Failed to load resource: the server responded")
        if message.type in ("error", "warning") and not noted:
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        if request.is_navigation_request():
            self.visits.append(urlsplit(request.url).path)
