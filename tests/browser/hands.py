"""How a person works a page: with the mouse, or with the keyboard alone.

Knows fields by their id, buttons and links by their text.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

# What has the focus: where it comes in the document, and what a person sees of it.
FOCUS = """() => {
  const node = document.activeElement, style = getComputedStyle(node);
  const box = node.getBoundingClientRect();
  return {
    index: [...document.querySelectorAll("*")].indexOf(node),
    ring: node.matches(":focus-visible") && style.outlineStyle !== "none"
      && parseFloat(style.outlineWidth) > 0,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    top: box.top + scrollY, bottom: box.bottom + scrollY,
    what: node.outerHTML.slice(0, 120), body: node === document.body,
  };
}"""


@dataclass(frozen=True)
class Mouse:
    """A hand on the mouse, and one on the keys for what is typed."""

    page: Page

    def fill(self, field: str, text: str) -> None:
        self.page.locator(f"#{field}").fill(text)

    def press(self, button: str) -> None:
        _button(self.page, button).click()

    def follow(self, link: str) -> None:
        _link(self.page, link).click()

    def unfold(self, section: str) -> None:
        _section(self.page, section).click()


@dataclass(frozen=True)
class Keyboard:
    """Tab, Space, Enter and letters. Each step of the focus has to be seen, and leads onward."""

    page: Page

    def fill(self, field: str, text: str) -> None:
        self.reach(self.page.locator(f"#{field}"))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def press(self, button: str) -> None:
        self.reach(_button(self.page, button))
        self.page.keyboard.press("Space")

    def follow(self, link: str) -> None:
        self.reach(_link(self.page, link))
        self.page.keyboard.press("Enter")

    def unfold(self, section: str) -> None:
        self.reach(_section(self.page, section))
        self.page.keyboard.press("Enter")

    def reach(self, wanted: Locator) -> None:
        """Tab until it has the focus: forward only, and never out of the page."""
        expect(wanted).to_have_count(1)
        before = self.page.evaluate(FOCUS)
        while not wanted.evaluate("node => node === document.activeElement"):
            self.page.keyboard.press("Tab")
            now = self.page.evaluate(FOCUS)
            assert not now["body"], f"{wanted} cannot be reached; the last was {before['what']}"
            assert now["ring"], f"not seen to be focused: {now['what']}"
            assert now["seen"], f"focused out of sight: {now['what']}"
            assert now["index"] > before["index"] or before["body"], (before, now)
            assert now["bottom"] > before["top"] or before["body"], (before, now)
            before = now


Hands = Mouse | Keyboard


def _button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def _section(page: Page, title: str) -> Locator:
    return page.locator("summary").filter(has_text=title)


def _link(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=name, exact=True)
