"""Pictures of every page in every state, language, theme and width, to be looked at.

`make screenshots` runs it; the pictures go to screenshots/, with an index.html that shows them all.
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from cognito_gate._sign_in.views import SAMPLES
from tests.browser.chromium import OPTIONS
from tests.browser.gallery import GATE_PAGES, STATES, open_gallery

FOLDER = Path(__file__).parents[2] / "screenshots"
CHROMIUM = "/usr/bin/chromium"
LANGUAGES = ("en", "de")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (320, 1024)
PATHS = [
    *(f"{state}/{screen}" for screen in SAMPLES for state in STATES),
    *(f"gate/{name}" for name in GATE_PAGES),
]


def main() -> int:
    """Take them all; returns the exit status."""
    FOLDER.mkdir(exist_ok=True)
    with open_gallery() as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        for theme, width in product(THEMES, WIDTHS):
            _take(browser, origin, theme, width)
        browser.close()
    (FOLDER / "index.html").write_text(_index(), encoding="utf-8")
    print(f"{len(list(FOLDER.glob('*.png')))} pictures: {FOLDER / 'index.html'}")
    return 0


def _take(browser: Browser, origin: str, theme: Literal["light", "dark"], width: int) -> None:
    size: ViewportSize = {"width": width, "height": 700}
    with browser.new_context(base_url=origin, color_scheme=theme, viewport=size) as context:
        page = context.new_page()
        for path, language in product(PATHS, LANGUAGES):
            page.goto(f"/{path}?lang={language}")
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            file = FOLDER / _name(path, language, theme, width)
            page.screenshot(path=file, full_page=True, animations="disabled", caret="hide")


def _name(path: str, language: str, theme: str, width: int) -> str:
    return f"{path.replace('/', '-')}-{language}-{theme}-{width}.png"


def _index() -> str:
    """All pictures of a page in one row."""
    rows = []
    for path in PATHS:
        shown = product(LANGUAGES, THEMES, WIDTHS)
        pictures = (f'<img loading="lazy" src="{_name(path, *look)}" alt="">' for look in shown)
        rows.append(f"<h2>{path}</h2><p>{''.join(pictures)}</p>")
    style = "p { display: flex; gap: 1rem; overflow-x: auto } img { height: 30rem }"
    return f"<!doctype html><title>Pages</title><style>{style}</style>{''.join(rows)}"


if __name__ == "__main__":
    sys.exit(main())
