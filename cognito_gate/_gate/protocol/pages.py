"""How the gate's own pages and JSON look as responses.

Knows looks and headers, no words; must not know why a page is shown. Nothing external is loaded,
no script runs, and everything put into a page is escaped.
"""

import hashlib
import json
from base64 import b64encode
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from ..messages import Headers, Respond

FILES = Path(__file__).parents[2] / "templates"
NO_STORE = ("cache-control", "no-store")
_HTML: Headers = (
    ("content-type", "text/html; charset=utf-8"),
    NO_STORE,
    ("x-content-type-options", "nosniff"),
)
_JSON: Headers = (
    ("content-type", "application/json"),
    NO_STORE,
    ("x-content-type-options", "nosniff"),
)

_SECOND = ' class="second"'


class Link(NamedTuple):
    """Where a link of a page leads, and its words."""

    address: str
    label: str


class Fact(NamedTuple):
    """A fact, and what it is called."""

    label: str
    text: str


class Section(NamedTuple):
    """A part of a page, under a heading of its own."""

    title: str
    text: str = ""
    facts: tuple[Fact, ...] = ()


class Button(NamedTuple):
    """A button of a form, which sends `action=<action>`, or nothing where that is empty."""

    action: str
    label: str


class Form(NamedTuple):
    """A form of buttons, and of `fields` that nobody sees. `note` says what to know first; `ways`
    are the sources (CSP) that it may lead to, redirects included."""

    address: str
    buttons: tuple[Button, ...]
    note: str = ""
    ways: str = "'self'"
    fields: tuple[tuple[str, str], ...] = ()


class Page(NamedTuple):
    """What a page says, and its links: the first is the way on, the others are ways out. `onward`
    follows the first by itself, unless the page has a script, which then does so. `script` is the
    name of its file. `language` is the tag of the language that all of it is written in. Of several
    forms, the `ways` of the first count. `note` is small print. `referrer` is the policy of what
    the page tells others of its address."""

    title: str
    text: str
    links: tuple[Link, ...] = ()
    onward: bool = False
    script: str = ""
    language: str = "en"
    sections: tuple[Section, ...] = ()
    forms: tuple[Form, ...] = ()
    note: str = ""
    referrer: str = "no-referrer"


class Frame(NamedTuple):
    """What is the same on each page: the app's name, the style, and the logo as an address that
    holds all of it, or empty."""

    app: str
    style: str
    logo: str = ""

    def policy(self, script: str, ways: str = "'none'") -> str:
        """The Content-Security-Policy of a page with this script, or without one, whose form may
        lead to `ways`."""
        images = "img-src data:; " if self.logo else ""
        scripts = f"script-src {source(script)}; " if script else ""
        return (
            f"default-src 'none'; style-src {source(self.style)}; {scripts}{images}"
            f"base-uri 'none'; form-action {ways}; frame-ancestors 'none'"
        )

    @property
    def brand(self) -> str:
        """The logo, or the app's name beside a mark."""
        app = escape(self.app)
        if self.logo:
            return f'<img src="{escape(self.logo)}" alt="{app}">'
        mark = escape(self.app[:1].upper())
        return f'<span class="mark" aria-hidden="true">{mark}</span>{app}'


def escape(text: str) -> str:
    """Text for HTML, in an element or an attribute."""
    import html  # noqa: PLC0415 - only whoever shows a page needs its table of entities

    return html.escape(text)


@cache
def _template() -> Template:
    return Template((FILES / "page.html").read_text(encoding="utf-8"))


@cache
def _script(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")


@cache
def source(content: str) -> str:
    """An inline style or script, as a Content-Security-Policy names it (CSP 3, section 2.3.1)."""
    return f"'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def show(status: int, page: Page, frame: Frame, headers: Headers = ()) -> Respond:
    """An HTML response."""
    script = _script(page.script) if page.script else ""
    body = _template().substitute(
        refresh=_refresh(page),
        title=escape(page.title),
        app=escape(frame.app),
        brand=frame.brand,
        style=frame.style,
        text=escape(page.text),
        sections="".join(map(_section, page.sections)),
        form="".join(map(_form, page.forms, [True, *[False] * len(page.forms)])),
        links=_links(page.links, first="" if page.forms else ' class="button"'),
        note=f'<p class="fine">{escape(page.note)}</p>\n' if page.note else "",
        script=f"<script>{script}</script>\n" if script else "",
        language=escape(page.language),
    )
    ways = page.forms[0].ways if page.forms else "'none'"
    policy = ("content-security-policy", frame.policy(script, ways))
    referrer = ("referrer-policy", page.referrer)
    head = (*_HTML, referrer, policy, ("content-language", page.language), *headers)
    return Respond(status, head, body.encode("utf-8", "replace"))


def _refresh(page: Page) -> str:
    if not page.onward:
        return ""
    refresh = f'<meta http-equiv="refresh" content="0; url={escape(page.links[0].address)}">'
    return f"<noscript>{refresh}</noscript>\n" if page.script else f"{refresh}\n"


def _section(section: Section) -> str:
    text = f"<p>{escape(section.text)}</p>\n" if section.text else ""
    rows = "".join(
        f"<div><dt>{escape(fact.label)}</dt><dd>{escape(fact.text)}</dd></div>\n"
        for fact in section.facts
    )
    facts = f"<dl>\n{rows}</dl>\n" if rows else ""
    return f"<section>\n<h2>{escape(section.title)}</h2>\n{text}{facts}</section>\n"


def _form(form: Form, first: bool) -> str:
    note = f'<p class="text">{escape(form.note)}</p>\n' if form.note else ""
    fields = "".join(map(_field, form.fields))
    looks = ["" if first else _SECOND, *[_SECOND] * len(form.buttons)]
    buttons = "".join(map(_button, form.buttons, looks))
    start = f'<form method="post" action="{escape(form.address)}" autocomplete="off">'
    return f"{start}\n{note}{fields}{buttons}</form>\n"


def _field(field: tuple[str, str]) -> str:
    name, value = map(escape, field)
    return f'<input type="hidden" name="{name}" value="{value}">\n'


def _button(button: Button, looks: str) -> str:
    value = f' name="action" value="{escape(button.action)}"' if button.action else ""
    return f"<button{looks}{value}>{escape(button.label)}</button>\n"


def _links(links: tuple[Link, ...], first: str) -> str:
    if not links:
        return ""
    shown = "".join(map(_link, links, [first, *[""] * len(links)]))
    return f'<p class="links">\n{shown}</p>\n'


def _link(link: Link, looks: str) -> str:
    return f'<a{looks} href="{escape(link.address)}">{escape(link.label)}</a>\n'


def show_json(status: int, content: dict[str, Any], headers: Headers = ()) -> Respond:
    """A JSON response, ASCII only."""
    return Respond(status, (*_JSON, *headers), json.dumps(content).encode())
