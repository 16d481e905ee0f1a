"""How the gate's own pages and JSON look as responses.

Knows looks and headers, no words; must not know why a page is shown. Nothing external is loaded,
no script runs, and everything put into a page is escaped.
"""

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from ..messages import Headers, Respond

FILES = Path(__file__).parents[2] / "templates"
_TEMPLATE = Template((FILES / "page.html").read_text(encoding="utf-8"))
NO_STORE = ("cache-control", "no-store")
_HTML: Headers = (
    ("content-type", "text/html; charset=utf-8"),
    NO_STORE,
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
)
_JSON: Headers = (
    ("content-type", "application/json"),
    NO_STORE,
    ("x-content-type-options", "nosniff"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link of a page leads, and its words."""

    address: str
    label: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, and its links: the first is the way on, the others are ways out. `onward`
    follows the first by itself. `language` is the tag of the language that all of it is written
    in."""

    title: str
    text: str
    links: tuple[Link, ...] = ()
    onward: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same on each page: the app's name, the style and its source for the policy, and
    the logo as an address that holds all of it, or empty."""

    app: str
    style: str
    style_source: str
    logo: str = ""

    @property
    def policy(self) -> str:
        """The Content-Security-Policy of each page."""
        images = "img-src data:; " if self.logo else ""
        return (
            f"default-src 'none'; style-src {self.style_source}; {images}"
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    @property
    def brand(self) -> str:
        """The logo, or the app's name beside a mark."""
        app = escape(self.app)
        if self.logo:
            return f'<img src="{escape(self.logo)}" alt="{app}">'
        mark = escape(self.app[:1].upper())
        return f'<span class="mark" aria-hidden="true">{mark}</span>{app}'


def show(status: int, page: Page, frame: Frame, headers: Headers = ()) -> Respond:
    """An HTML response."""
    body = _TEMPLATE.substitute(
        refresh=_refresh(page),
        title=escape(page.title),
        app=escape(frame.app),
        brand=frame.brand,
        style=frame.style,
        text=escape(page.text),
        links=_links(page.links),
        language=escape(page.language),
    )
    policy = ("content-security-policy", frame.policy)
    head = (*_HTML, policy, ("content-language", page.language), *headers)
    return Respond(status, head, body.encode("utf-8", "replace"))


def _refresh(page: Page) -> str:
    if not page.onward:
        return ""
    return f'<meta http-equiv="refresh" content="0; url={escape(page.links[0].address)}">\n'


def _links(links: tuple[Link, ...]) -> str:
    if not links:
        return ""
    shown = "".join(map(_link, links, [' class="button"', *[""] * len(links)]))
    return f'<p class="links">\n{shown}</p>\n'


def _link(link: Link, looks: str) -> str:
    return f'<a{looks} href="{escape(link.address)}">{escape(link.label)}</a>\n'


def show_json(status: int, content: dict[str, Any], headers: Headers = ()) -> Respond:
    """A JSON response, ASCII only."""
    return Respond(status, (*_JSON, *headers), json.dumps(content).encode())
