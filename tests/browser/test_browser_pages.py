"""How the pages look: small, readable in the light and in the dark, nothing broken."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from cognito_gate.demo import make_app
from cognito_gate.local import Fault
from tests.browser.conftest import PUBLIC
from tests.browser.tab import Tab
from tests.browser.whole_demo import open_demo
from tests.journey.stage import REFRESH, Stage, staged

IMAGES = Path(__file__).parents[2] / "examples" / "images"
Scheme = Literal["light", "dark"]

# WCAG 2.2, 1.4.3: the contrast of each text with the first background behind it.
CONTRASTS = """() => {
  const numbers = text => text.match(/[0-9.]+/g).map(Number);
  const light = text => {
    const part = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = numbers(text).map(part);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = node => {
    for (let at = node; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((numbers(color)[3] ?? 1) > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const own = node => [...node.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  const shown = [...document.body.querySelectorAll("*")].filter(
    n => own(n) && n.checkVisibility() && !["SCRIPT", "STYLE"].includes(n.tagName));
  return shown.map(node => {
    const [a, b] = [light(getComputedStyle(node).color), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return [ratio, node.tagName + ": " + node.textContent.trim().slice(0, 40)];
  });
}"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


def cancelled(tab: Tab, stage: Stage) -> None:
    tab.open("/admin")
    tab.page.get_by_role("link", name="Cancel").click()
    tab.heading("Sign-in did not work")


def outage(tab: Tab, stage: Stage) -> None:
    stage.cognito.fail("token", Fault("status"))
    tab.open("/admin")
    tab.fill_in()
    tab.heading("Sign-in is unavailable")


def signed_out(tab: Tab, stage: Stage) -> None:
    tab.open("/auth/signed-out")
    tab.heading("Signed out")


def login(tab: Tab, stage: Stage) -> None:
    tab.open("/")
    tab.fill_in("ada", "wrong")
    tab.page.get_by_role("alert").wait_for()


def home(tab: Tab, stage: Stage) -> None:
    tab.sign_in()


def forbidden(tab: Tab, stage: Stage) -> None:
    tab.sign_in("/admin", "bob")


def front(tab: Tab, stage: Stage) -> None:
    tab.open(stage.cognito.origin)


Shown: TypeAlias = Callable[[Tab, Stage], None]
demo_pages: list[Shown] = [login, front, home, forbidden]
"""Ways to pages that are neither the gate's nor for signing in to the app."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with demo_stage() as made:
        yield made


@contextmanager
def demo_stage() -> Iterator[Stage]:
    """The demo, with its token life; the pool is shared, so each test begins by healing it."""
    early = {"COGNITO_GATE_REFRESH_BEFORE_SECONDS": "270"}
    with staged(REFRESH | PUBLIC | early, app=make_app) as made:
        made.cognito.switch(access_seconds=300, id_seconds=300)
        yield made


@pytest.mark.parametrize(
    ("shown", "scheme"),
    [
        *((shown, "light") for shown in (cancelled, outage, signed_out, login, home, forbidden)),
        *((shown, "dark") for shown in (outage, login, home)),
    ],
)
def test_a_page_is_readable_on_a_small_screen(
    chromium: Browser, stage: Stage, shown: Callable[[Tab, Stage], None], scheme: Scheme
) -> None:
    stage.cognito.heal()
    with chromium.new_context(
        base_url=stage.origin, viewport={"width": 360, "height": 640}, color_scheme=scheme
    ) as context:
        tab = Tab(context.new_page())
        shown(tab, stage)
        assert tab.page.locator("h1").count() == 1
        assert tab.page.title()
        assert tab.page.locator("html").get_attribute("lang") == "en"
        assert tab.page.evaluate(WIDER) <= 0
        assert is_dark(tab.page) == (scheme == "dark")
        weak = [what for ratio, what in tab.page.evaluate(CONTRASTS) if ratio < 4.5]
        assert weak == []
        assert tab.complaints == []


def is_dark(page: Page) -> bool:
    """Whether the page's background is nearer to black than to white."""
    color = str(page.evaluate(BACKGROUND))
    red, green, blue = (int(part) for part in color[4:-1].split(","))
    return red + green + blue < 384


def test_screenshots(chromium: Browser, tmp_path: Path) -> None:
    """Those of the README: SCREENSHOTS=1 replaces them, otherwise they are only tried."""
    folder = IMAGES if os.environ.get("SCREENSHOTS") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    with open_demo() as (origin, _):
        take(chromium, origin, folder, "light", {"login": False, "demo": True})
        take(chromium, origin, folder, "dark", {"login-dark": False, "demo-dark": True})
    for name in ("login", "login-dark", "demo", "demo-dark"):
        assert (folder / f"{name}.png").stat().st_size < 200_000


def take(
    chromium: Browser, origin: str, folder: Path, scheme: Scheme, shots: dict[str, bool]
) -> None:
    """Pictures of the login page and, signed in, of the demo."""
    size: ViewportSize = {"width": 960, "height": 640}
    with chromium.new_context(
        base_url=origin, viewport=size, color_scheme=scheme, device_scale_factor=1.25
    ) as context:
        tab = Tab(context.new_page())
        for name, inside in shots.items():
            if inside:
                tab.sign_in()
            else:
                tab.open("/")
                tab.sees_login()
            tab.page.screenshot(path=folder / f"{name}.png", animations="disabled", caret="hide")
