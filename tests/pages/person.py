"""A person at a browser: reads the page that is shown, fills in a form that is on it, sends it.

Knows HTML, cookies and what browsers send by themselves; nothing of the gate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.pages.watch import check_answer, parsed
from tests.parts.html import Element, Page
from tests.world.browser import NAVIGATION, ORIGIN, Browser, Extra, Reply, Request

HERE: Extra = {**NAVIGATION, "sec-fetch-site": "same-origin"}
FORM: Extra = {**HERE, "origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
SECRET = ("password", "previous", "proof", "code", "credential")


@dataclass(frozen=True)
class Form:
    """One form of a page, and what a browser would send of it as it stands."""

    method: str
    action: str
    fields: Mapping[str, str]
    shown: frozenset[str]
    buttons: tuple[Element, ...]

    def pressed(self, text: str) -> "Form":
        """The form with that button; the first one when no text is given."""
        found = [button for button in self.buttons if not text or button.text == text]
        name = found[0].get("name") if found else ""
        more = {name: found[0].get("value")} if name else {}
        return replace(self, fields={**self.fields, **more})

    def with_(self, changes: Mapping[str, str | None]) -> "Form":
        """The form with other values; a field that is None is not sent."""
        both = {**self.fields, **changes}
        return replace(
            self, fields={key: value for key, value in both.items() if value is not None}
        )


@dataclass(frozen=True)
class Shown:
    """An answer as it is seen: a page of ours, the app's, or where the way led off this site."""

    target: str
    reply: Reply

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def page(self) -> Page:
        return parsed(self.reply.body)

    @property
    def title(self) -> str:
        return self.page.one("h1").text

    @property
    def told(self) -> list[str]:
        """What the page says of success or trouble, beside the fields as well."""
        kinds = ("note", "notice", "problem", "wrong")
        said = [item.text for item in self.page.every("p") if item.get("class") in kinds]
        return [text.removeprefix("Error:").strip() for text in said if text]

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields that a person can fill in."""
        return {item.get("name"): item.get("value") for item in self.page.shown_fields()}

    @property
    def forms(self) -> list[Form]:
        page = self.page
        return [_form(page, element) for element in page.every("form")]

    def form(self, button: str = "", *names: str) -> Form:
        """The one form that has this button and these fields."""
        found = [
            form
            for form in self.forms
            if set(names) <= form.shown | form.fields.keys()
            and (not button or any(item.text == button for item in form.buttons))
        ]
        assert found, f"no such form: {button!r} {names} on {self.target}: {self.title}"
        return found[0].pressed(button)

    @property
    def links(self) -> dict[str, str]:
        return {link.text: link.get("href") for link in self.page.every("a")}


def _form(page: Page, element: Element) -> Form:
    inputs = [item for item in page.every("input") if element in item.around and item.get("name")]
    buttons = [item for item in page.every("button") if element in item.around]
    shown = [item for item in inputs if item in page.shown_fields()]
    return Form(
        element.get("method").upper(),
        element.get("action"),
        {item.get("name"): item.get("value") for item in inputs},
        frozenset(item.get("name") for item in shown),
        tuple(item for item in buttons if item.get("type") != "button"),
    )


@dataclass
class Person(Browser):
    """Somebody with a browser, at an address of their own. Remembers all that came back."""

    client: str = "192.0.2.1"
    seen: list[Shown] = field(default_factory=list)
    typed: set[str] = field(default_factory=set)

    @property
    def last(self) -> Shown:
        return self.seen[-1]

    def open(self, target: str, headers: Extra | None = None) -> Shown:
        """Go to an address, and on to wherever that leads on this site."""
        return self.follow(self._ask("GET", target, headers or NAVIGATION))

    def fill_in(self, button: str = "", /, **typed: str) -> Shown:
        """Type into the form on the page that has these fields, and send it."""
        form = self.last.form(button, *typed)
        assert set(typed) <= form.shown, f"nobody can type {set(typed) - form.shown}"
        return self.follow(self.post(form, **typed))

    def press(self, button: str) -> Shown:
        """Press a button that needs nothing typed."""
        return self.fill_in(button)

    def click(self, text: str) -> Shown:
        """Follow a link of the page."""
        target = self.last.links[text]
        if target.startswith("?"):
            target = self.last.path + target
        return self.open(target, HERE)

    def post(self, form: Form, headers: Extra | None = None, /, **changes: str | None) -> Shown:
        """Send a form, some of its fields or headers changed, and stay at what comes back."""
        body = urlencode(form.with_(changes).fields)
        return self.post_bytes(form.action, body.encode(), {**FORM, **(headers or {})})

    def post_bytes(self, target: str, body: bytes, headers: Extra = FORM) -> Shown:
        """Send any body at all."""
        pairs = parse_qsl(body.decode("latin-1"), max_num_fields=10_000)
        self.typed |= {value for name, value in pairs if name in SECRET and len(value) > 5}
        return self._ask("POST", target, headers, body)

    def _ask(self, method: str, target: str, headers: Extra, body: bytes = b"") -> Shown:
        asked = replace(self.request(method, target, headers), body=body, client=self.client)
        return self._shown(target, asked)

    def _shown(self, target: str, asked: Request) -> Shown:
        reply = self.site.handle(asked)
        check_answer(reply)
        self.keep(reply)
        self.seen.append(Shown(target.removeprefix(ORIGIN), reply))
        return self.last

    def follow(self, shown: Shown) -> Shown:
        for _ in range(8):
            target = shown.reply.location.removeprefix(ORIGIN)
            if not target.startswith("/"):
                return shown
            shown = self._ask("GET", target, HERE)
        raise AssertionError(f"the way does not end: {shown.reply.location}")
