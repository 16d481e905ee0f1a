"""Ending sessions with a real browser: a form whose answer leads through Cognito, and back."""

from playwright.sync_api import Browser, expect

from tests.browser.tab import Tab, opened
from tests.journey.stage import Stage


def signed_in(tab: Tab) -> None:
    tab.open("/admin")
    tab.fill_in()
    tab.heading("For admins only")


def test_signing_out_everywhere(chromium: Browser, demo: Stage, tab: Tab) -> None:
    signed_in(tab)
    with opened(chromium, demo.origin) as other:
        signed_in(other)
        tab.open("/auth/sessions")
        tab.heading("Your sessions")
        expect(tab.page.get_by_role("main")).to_contain_text("does not list other devices")
        tab.page.get_by_role("button", name="Sign out everywhere").click()
        tab.heading("Signed out")
        assert demo.cognito.calls["GlobalSignOut"] == 1
        other.visits.clear()
        other.open("/admin")
        other.heading("For admins only")
        # It was signed in once more, by Cognito's own session: nothing but /logout ends that.
        assert "/oauth2/authorize" in other.visits
    tab.open("/admin")
    tab.sees_login()


def test_signing_out_on_this_device(chromium: Browser, demo: Stage, tab: Tab) -> None:
    signed_in(tab)
    with opened(chromium, demo.origin) as other:
        signed_in(other)
        tab.open("/auth/sessions")
        tab.page.get_by_role("button", name="Sign out on this device").click()
        tab.heading("Signed out")
        other.open("/admin")
        other.heading("For admins only")
