"""How the gate's own pages and JSON look as responses.

Knows looks and headers, no words; must not know why a page is shown. Nothing external is loaded,
no script runs, and everything put into a page is escaped.
"""

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from ..messages import Headers, Respond

_FILES = Path(__file__).parents[2] / "templates"
_TEMPLATE = Template((_FILES / "page.html").read_text(encoding="utf-8"))
_STYLE = (_FILES / "page.css").read_text(encoding="utf-8").rstrip("\n")
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
NO_STORE = ("cache-control", "no-store")
_HTML: Headers = (
    ("content-type", "text/html; charset=utf-8"),
    NO_STORE,
    ("content-security-policy", _POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
)
_JSON: Headers = (
    ("content-type", "application/json"),
    NO_STORE,
    ("x-content-type-options", "nosniff"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, and where its one link leads. `onward` leads there by itself. `language` is
    the tag of the language that all of it is written in."""

    title: str
    text: str
    link: str = ""
    label: str = ""
    onward: bool = False
    language: str = "en"


def show(status: int, page: Page, headers: Headers = ()) -> Respond:
    """An HTML response."""
    link, label = escape(page.link), escape(page.label)
    refresh = f'<meta http-equiv="refresh" content="0; url={link}">\n' if page.onward else ""
    body = _TEMPLATE.substitute(
        refresh=refresh,
        title=escape(page.title),
        style=_STYLE,
        text=escape(page.text),
        link=f'<a href="{link}">{label}</a>\n' if page.link else "",
        language=escape(page.language),
    )
    head = (*_HTML, ("content-language", page.language), *headers)
    return Respond(status, head, body.encode("utf-8", "replace"))


def show_json(status: int, content: dict[str, Any], headers: Headers = ()) -> Respond:
    """A JSON response, ASCII only."""
    return Respond(status, (*_JSON, *headers), json.dumps(content).encode())
