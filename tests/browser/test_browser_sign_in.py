"""Signing in and out with a real browser."""

from playwright.sync_api import Browser, expect

from cognito_gate.demo import make_app
from tests.browser.tab import Tab, opened
from tests.journey.stage import Stage, staged
from tests.journey.visitor import PASSWORDS


def test_with_the_keyboard_alone(tab: Tab) -> None:
    tab.open("/admin")
    keyboard = tab.page.keyboard
    expect(tab.page.get_by_label("Username")).to_be_focused()
    keyboard.type("ada")
    keyboard.press("Tab")
    expect(tab.page.get_by_label("Password")).to_be_focused()
    keyboard.type(PASSWORDS["ada"])
    keyboard.press("Enter")
    tab.heading("For admins only")
    keyboard.press("Tab")  # the link that skips the navigation
    assert focused(tab) == "Skip to content"
    for _ in range(10):
        keyboard.press("Tab")
        if focused(tab) == "Sign out":
            break
    keyboard.press("Enter")
    tab.heading("Signed out")
    keyboard.press("Tab")
    assert focused(tab) == "Sign in again"
    keyboard.press("Enter")
    tab.sees_login()


def test_what_stands_behind_the_hash_survives_the_sign_in(chromium: Browser) -> None:
    keep = {"COGNITO_GATE_KEEP_FRAGMENT": "true"}
    with staged(keep, app=make_app) as stage, opened(chromium, stage.origin) as tab:
        tab.open("/?tab=2#part=3")
        tab.fill_in()
        tab.page.wait_for_url("**/?tab=2#part=3")


def focused(tab: Tab) -> str:
    """The text of whatever has the focus."""
    return str(tab.page.evaluate("document.activeElement.textContent.trim()"))


def test_cancel_and_try_again(tab: Tab) -> None:
    tab.open("/admin?x=1")
    tab.page.get_by_role("link", name="Cancel").click()
    tab.heading("Sign-in did not work")
    expect(tab.page.get_by_role("main")).to_contain_text("The sign-in was cancelled.")
    tab.page.get_by_role("link", name="Try again").click()
    tab.fill_in()
    tab.heading("For admins only")
    assert tab.path == "/admin?x=1"


def test_two_tabs_both_finish(tab: Tab) -> None:
    other = tab.another()
    tab.open("/admin?tab=1")
    other.open("/?tab=2")
    other.fill_in()
    other.heading("Ada Lovelace")
    tab.fill_in()
    tab.heading("For admins only")
    assert (tab.path, other.path) == ("/admin?tab=1", "/?tab=2")
    assert other.complaints == []


def test_signing_out_really_signs_out(tab: Tab, demo: Stage) -> None:
    tab.sign_in()
    tab.sign_out()
    assert tab.path == "/auth/signed-out"
    assert tab.cookies(demo.origin) == []
    assert demo.cognito.calls["revoke"] == 1
    tab.page.go_back()
    tab.sees_login()
    tab.open("/")
    tab.sees_login()
    tab.open("/auth/signed-out")
    tab.page.get_by_role("link", name="Sign in again").click()
    tab.sees_login()


def test_back_and_forward_after_a_sign_in(tab: Tab) -> None:
    tab.sign_in("/admin")
    tab.page.go_back()
    tab.heading("Sign in")
    tab.page.go_forward()
    tab.heading("For admins only")
    tab.page.go_back()
    tab.page.get_by_role("button", name="Continue as ada").click()  # in a sign-in that is over
    tab.heading("Ada Lovelace")


def test_a_request_in_the_background_is_told_where_to_sign_in(chromium: Browser) -> None:
    public = {"COGNITO_GATE_PUBLIC_PATHS": "/public"}
    with staged(public) as stage, opened(chromium, stage.origin) as tab:
        tab.open("/public")
        answer = tab.page.evaluate(
            "async () => { const got = await fetch('/'); return [got.status, await got.json()]; }"
        )
        assert answer == [401, {"error": "login_required", "login_url": "/auth/login"}]
        assert tab.cookies(stage.origin) == []


def test_a_link_on_another_site_leads_in(tab: Tab, demo: Stage) -> None:
    tab.sign_in()
    tab.open(f"{demo.cognito.origin}/error")  # some page of another site
    tab.page.evaluate("address => { location.href = address; }", f"{demo.origin}/admin")
    tab.heading("For admins only")
    tab.open(f"{demo.cognito.origin}/error")
    tab.page.evaluate("address => { location.href = address; }", f"{demo.origin}/auth/logout")
    tab.heading("Access denied")
    tab.open("/")
    tab.heading("Ada Lovelace")


def test_strict_cookies_arrive_after_the_way_by_cognito(chromium: Browser) -> None:
    strict = {"AWS_COGNITO_COOKIE_SAMESITE": "strict"}
    with staged(strict, app=make_app) as stage, opened(chromium, stage.origin) as tab:
        tab.sign_in("/admin?x=1&y=%2F")
        tab.heading("For admins only")
        assert tab.path == "/admin?x=1&y=%2F"
        held = tab.page.context.cookies(stage.origin)
        assert {(cookie["name"], cookie["sameSite"]) for cookie in held} == {
            ("cognito_access_token", "Strict"),
            ("cognito_id_token", "Strict"),
        }
        tab.sign_out()
