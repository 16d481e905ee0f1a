"""The sign-in pages in a real browser, in every state: readable, usable, without complaint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from cognito_gate._sign_in.views import SAMPLES
from tests.browser.gallery import FIELDS, STATES, open_gallery
from tests.browser.tab import Tab
from tests.browser.test_browser_pages import CONTRASTS, WIDER, is_dark

# WCAG 2.2, 2.5.8: what can be clicked is 24 by 24 pixels, links within a sentence apart.
SMALL = """() => [...document.querySelectorAll("a, button, input")].filter(node => {
  const box = node.getBoundingClientRect();
  const small = Math.min(box.width, box.height) < 24;
  return small && node.checkVisibility();
}).map(node => node.outerHTML)"""
# WCAG 2.2, 1.4.11: the edge of a field against what is behind it.
EDGES = """() => [...document.querySelectorAll("input:not([hidden], [type=hidden])")].map(node => {
  const light = text => {
    const part = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = text.match(/[0-9.]+/g).map(Number).map(part);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = [getComputedStyle(node).borderTopColor,
    getComputedStyle(document.querySelector("main")).backgroundColor].map(light);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
})"""
ACTIVE = "document.activeElement.id"


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    with open_gallery() as origin:
        yield origin


@contextmanager
def visit(chromium: Browser, gallery: str, **options: Any) -> Iterator[Page]:
    """A phone's page, which must not complain."""
    small = {"viewport": {"width": 320, "height": 640}, "locale": "en-GB"}
    with chromium.new_context(base_url=gallery, **small | options) as context:
        tab = Tab(context.new_page())
        yield tab.page
        assert tab.complaints == []


@pytest.fixture
def page(chromium: Browser, gallery: str) -> Iterator[Page]:
    with visit(chromium, gallery) as made:
        yield made


def sent(page: Page) -> dict[str, str]:
    """What the form that was just sent held."""
    page.wait_for_url("**/auth/**")
    found: dict[str, str] = json.loads(page.inner_text("body"))
    return found


@pytest.mark.parametrize("state", STATES)
def test_each_page_fits_a_phone_and_can_be_read(page: Page, state: str) -> None:
    """In German, whose words are the longer ones; in the light and in the dark."""
    page.emulate_media(reduced_motion="reduce")  # no color is on its way to another
    for screen in SAMPLES:
        page.goto(f"/{state}/{screen}?lang=de")
        assert page.locator("html").get_attribute("lang") == "de", screen
        assert page.locator("h1").count() == 1, screen
        assert page.evaluate(WIDER) <= 0, screen
        assert page.evaluate(SMALL) == [], screen
        assert weak(page) == [], screen
        page.emulate_media(color_scheme="dark")
        assert is_dark(page), screen
        assert weak(page) == [], screen
        page.emulate_media(color_scheme="light")


def weak(page: Page) -> list[Any]:
    """Texts and edges of fields with too little contrast."""
    texts = [what for ratio, what in page.evaluate(CONTRASTS) if ratio < 4.5]
    return [*texts, *(ratio for ratio in page.evaluate(EDGES) if ratio < 3)]


@pytest.mark.parametrize("script", [True, False])
def test_what_is_wrong_has_the_focus(chromium: Browser, gallery: str, script: bool) -> None:
    with visit(chromium, gallery, java_script_enabled=script) as page:
        for screen, names in FIELDS.items():
            page.goto(f"/fields/{screen}")
            first = page.locator("[aria-invalid]").first
            expect(first).to_be_focused()
            assert first.get_attribute("name") == names[0]
        page.goto("/error/sign-in")
        expect(page.locator("#message")).to_be_focused()


def test_an_error_goes_when_its_field_is_changed(page: Page) -> None:
    page.goto("/fields/sign-in")
    wrong = page.locator(".wrong")
    expect(wrong).to_have_count(2)
    page.locator("#username").fill("ada")
    expect(wrong).to_have_count(1)
    expect(wrong).to_have_id("password-wrong")
    expect(page.locator("#username")).not_to_have_attribute("aria-invalid", "true")


def test_by_keyboard_alone(page: Page) -> None:
    page.goto("/empty/sign-in")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    page.keyboard.type("pass word")
    page.keyboard.press("Enter")
    assert sent(page) == {
        "path": "/auth/sign-in",
        "form": "a-token",
        "next": "/from?here=1",
        "username": "ada",
        "password": "pass word",
    }


def test_a_password_can_be_looked_at_until_it_is_sent(page: Page) -> None:
    page.goto("/empty/account")
    page.locator("summary").first.click()
    previous = page.locator("#previous")
    previous.fill("secret")
    show = page.locator("details[open]").get_by_role("button", name="Show Current password")
    show.press("Enter")
    hide = page.get_by_role("button", name="Hide Current password")
    expect(hide).to_be_visible()
    expect(previous).to_have_attribute("type", "text")
    expect(page.get_by_label("New password", exact=True)).to_have_attribute("type", "password")
    page.evaluate(
        "document.querySelector('form').addEventListener('submit', e => e.preventDefault())"
    )
    page.get_by_role("button", name="Change password", exact=True).click()
    expect(previous).to_have_attribute("type", "password")
    expect(show).to_be_visible()


def test_the_rules_tick_while_typing(page: Page) -> None:
    page.goto("/empty/reset")
    field = page.get_by_label("New password", exact=True)
    met = page.locator("li[data-is=met]")
    status = page.get_by_text("The password meets all rules.")
    expect(met).to_have_count(0)
    for typed, kept in (
        ("a", ["lower", "whitespace"]),
        ("aB", ["upper", "lower", "whitespace"]),
        ("aB3", ["upper", "lower", "digits", "whitespace"]),
        ("aB3 ", ["upper", "lower", "digits"]),
        ("é¬", ["whitespace"]),
        ("\N{GRINNING FACE}" * 4, ["whitespace"]),
        ("aB3/567", ["upper", "lower", "digits", "symbols", "whitespace"]),
    ):
        field.fill(typed)
        assert met.evaluate_all("all => all.map(one => one.dataset.rule)") == kept
        expect(status).to_have_count(0)
    field.fill("aB3/5678")
    expect(met).to_have_count(6)
    expect(status).to_have_count(1)
    expect(met.first).to_have_text("At least 8 characters (met)")


def test_each_symbol_of_cognitos_counts(page: Page) -> None:
    page.goto("/empty/reset")
    for symbol in "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-":
        page.locator("#password").fill(symbol)
        expect(page.locator("li[data-rule=symbols]")).to_have_attribute("data-is", "met")
        page.locator("#password").fill("a")
        expect(page.locator("li[data-rule=symbols]")).to_have_attribute("data-is", "unmet")


def test_sending_again_counts_down(page: Page) -> None:
    page.clock.install()
    page.goto("/empty/confirm")
    button = page.locator(".resend button")
    expect(button).to_have_text("Send the code again in 0:30")
    expect(button).to_be_disabled()
    page.clock.fast_forward(20_000)
    expect(button).to_have_text("Send the code again in 0:10")
    page.clock.fast_forward(10_000)
    expect(button).to_have_text("Send the code again")
    button.click()
    assert sent(page)["action"] == "resend"


def test_a_form_is_sent_once(page: Page) -> None:
    page.clock.install()
    page.goto("/empty/choose")
    page.evaluate("""() => {
      window.sent = [];
      addEventListener("submit", event => {
        window.sent.push(!event.defaultPrevented);
        event.preventDefault();
      });
    }""")
    button = page.get_by_role("button", name="Passkey")
    click = "button => { button.click(); button.click(); return window.sent.splice(0); }"
    assert button.evaluate(click) == [True, False]
    expect(button).to_have_attribute("aria-disabled", "true")
    assert button.evaluate(click) == [False, False]
    # Back from where it led, or when no answer came, it can be sent again.
    page.evaluate("() => { dispatchEvent(new PageTransitionEvent('pageshow')) }")
    assert button.evaluate(click) == [True, False]
    page.clock.fast_forward(10_000)
    assert button.evaluate(click) == [True, False]


def test_the_button_that_was_pressed_is_what_is_sent(page: Page) -> None:
    page.goto("/empty/choose")
    page.get_by_role("button", name="Passkey").click()
    assert sent(page)["choice"] == "WEB_AUTHN"


def test_the_other_language(page: Page) -> None:
    page.goto("/empty/sign-in")
    page.locator("#username").fill("ada")
    page.locator("#password").fill("pass word")
    page.get_by_role("link", name="Deutsch").click()
    expect(page.locator("h1")).to_have_text("Bei Analytical Engines anmelden")
    expect(page.locator("#username")).to_have_value("ada")
    expect(page.locator("#password")).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0
    assert page.url.endswith("/empty/sign-in?lang=de&next=%2Ffrom%3Fhere%3D1")


def test_what_stands_behind_the_hash_goes_along(page: Page) -> None:
    """From the page that was asked for, through redirects and forms, to the app."""
    page.goto("/empty/sign-in#part=2")
    page.get_by_role("link", name="Forgot your password?").click()
    page.wait_for_url("**/auth/forgot?next=*#part=2")
    page.goto("/empty/sign-in#part=2")
    page.locator("#username").fill("ada")
    page.keyboard.press("Enter")
    page.wait_for_url("**/auth/sign-in#part=2")


def test_the_key_of_an_app_can_be_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/empty/totp-setup")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "ABCDEFGHIJKLMNOP"
    link = page.get_by_role("link", name="Open the app on this phone")
    expect(link).to_be_hidden()


def test_without_scripts(chromium: Browser, gallery: str) -> None:
    with visit(chromium, gallery, java_script_enabled=False) as page:
        page.goto("/empty/sign-up")
        expect(page.get_by_label("Username")).to_be_focused()
        expect(page.get_by_role("button", name="Show")).to_have_count(0)
        expect(page.locator("#password-rules li")).to_have_count(6)
        page.goto("/empty/confirm")
        page.get_by_role("button", name="Send the code again").click()
        assert sent(page)["action"] == "resend"
        page.goto("/empty/passkey")
        expect(page.get_by_role("button")).to_have_count(0)
        expect(page.get_by_text("Passkeys work only with JavaScript")).to_be_visible()
        page.get_by_role("link", name="Other ways to sign in").click()
        assert sent(page)["path"] == "/auth/sign-in"


def test_less_motion_and_fewer_colours(chromium: Browser, gallery: str) -> None:
    still = {"reduced_motion": "reduce", "forced_colors": "active"}
    with visit(chromium, gallery, **still) as page:
        page.goto("/fields/sign-in")
        style = """node => [
            getComputedStyle(node).transitionDuration, getComputedStyle(node).borderTopStyle]"""
        assert page.locator("#password").evaluate(style) == ["0s", "double"]
        assert page.get_by_role("button", name="Sign in").evaluate(style) == ["0s", "solid"]
