"""The pictures of the sign-in pages in the README: made by `make screenshots`, always tried."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from cognito_gate.demo import make_app
from tests.browser.test_browser_pages import IMAGES
from tests.browser.walk import Person, Place, Walk, walking
from tests.journey.stage import Stage, staged

PAGES = {
    "COGNITO_GATE_LOGIN": "custom",
    "COGNITO_GATE_SIGN_UP": "true",
    "COGNITO_GATE_SIGN_UP_ATTRIBUTES": "email name",
    "COGNITO_GATE_APP_NAME": "Analytical Engines",
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(PAGES, app=make_app) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """SCREENSHOTS=1 replaces those of the README."""
    return IMAGES if os.environ.get("SCREENSHOTS") else tmp_path


@contextmanager
def screen(browser: Browser, stage: Stage, width: int, height: int, **look: Any) -> Iterator[Walk]:
    size = {"width": width, "height": height}
    place = Place(stage.origin, stage.cognito.origin)
    with walking(browser, place, viewport=size, **look) as walk:
        yield walk


def keep(page: Page, file: Path) -> None:
    """A picture, small enough to be fetched with a page that shows several."""
    page.screenshot(path=file, animations="disabled", caret="hide")
    assert file.stat().st_size < 60_000


def test_signing_in(chromium: Browser, stage: Stage, folder: Path) -> None:
    with screen(chromium, stage, 560, 640, color_scheme="light") as walk:
        walk.start("/")
        walk.hands.fill("username", "ada@example.com")
        keep(walk.page, folder / "own-sign-in.png")


def test_signing_up_on_a_phone(chromium: Browser, stage: Stage, folder: Path) -> None:
    with screen(chromium, stage, 375, 720, color_scheme="dark", is_mobile=True) as walk:
        walk.page.goto("/auth/sign-up")
        walk.at("sign_up.title")
        walk.fill_in(email="grace@example.com", name="Grace Hopper", password="Compiler")
        keep(walk.page, folder / "own-sign-up.png")


def test_setting_up_an_authenticator_app(chromium: Browser, stage: Stage, folder: Path) -> None:
    with screen(chromium, stage, 560, 1010, color_scheme="light") as walk:
        walk.start("/auth/account")
        walk.sign_in(Person("ada", "Correct-Horse-7"))
        walk.at("account.title")
        walk.unfold("account.totp_title")
        walk.hands.press("Set up")
        walk.at("totp_setup.title")
        keep(walk.page, folder / "own-authenticator.png")
