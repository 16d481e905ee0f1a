"""What a person sees when something is in the way."""

import json
from pathlib import Path

from playwright.sync_api import Browser, Playwright, expect

from cognito_gate.local import Fault
from tests.browser.chromium import launch_options
from tests.browser.tab import Tab, opened
from tests.journey.stage import REFRESH, Stage, staged

TEN = """() => Promise.all([...Array(10)].map(
  async (_, number) => (await (await fetch(`/${number}`)).json()).username))"""


def test_ten_requests_of_a_page_renew_once(chromium: Browser) -> None:
    with staged(REFRESH) as stage, opened(chromium, stage.origin) as tab:
        stage.cognito.switch(rotation=True)
        tab.open("/")
        tab.fill_in()
        expect(tab.page.locator("pre")).to_contain_text('"ada"')
        tab.page.context.clear_cookies(name="cognito_access_token")
        assert tab.page.evaluate(TEN) == ["ada"] * 10
        tab.open("/later")
        expect(tab.page.locator("pre")).to_contain_text('"ada"')
        assert stage.cognito.calls["token"] == 2


def test_an_outage_at_the_callback_and_after_it(tab: Tab, demo: Stage) -> None:
    demo.cognito.fail("token", Fault("status", status=500))
    tab.open("/admin?x=1")
    tab.fill_in()
    tab.heading("Sign-in is unavailable")
    expect(tab.page.get_by_role("main")).to_contain_text("Nothing is lost")
    demo.cognito.heal()
    tab.page.get_by_role("link", name="Try again").click()
    tab.heading("For admins only")
    assert tab.path == "/admin?x=1"


def test_an_outage_at_the_callback_ends_with_a_reload(tab: Tab, demo: Stage) -> None:
    demo.cognito.fail("token", Fault("waf"), times=1)
    tab.open("/admin?x=1")
    tab.fill_in()
    tab.heading("Sign-in is unavailable")
    tab.page.reload()
    tab.heading("For admins only")


def test_a_fault_of_the_identity_provider_is_told_in_our_words(tab: Tab, demo: Stage) -> None:
    text = "<script>alert(1)</script> PreSignUp failed"
    demo.cognito.fail("authorize", Fault("oauth_error", error="server_error", description=text))
    tab.open("/")
    tab.heading("Sign-in did not work")
    assert "PreSignUp" not in tab.page.content()
    demo.cognito.heal()
    tab.page.get_by_role("link", name="Try again").click()
    tab.sees_login()


def test_a_browser_that_takes_no_cookies_of_ours_gets_a_page(
    driver: Playwright, demo: Stage, tmp_path: Path
) -> None:
    block_cookies(tmp_path, demo.origin)
    options = launch_options() | {"base_url": demo.origin}
    with driver.chromium.launch_persistent_context(tmp_path, **options) as context:
        tab = Tab(context.new_page())
        tab.open("/admin")
        tab.fill_in()
        expect(tab.page.get_by_role("main")).to_contain_text("allow cookies for this site")
        assert tab.cookies(demo.origin) == []
        assert tab.visits.count("/auth/callback") == 2  # it was tried once more, and no more
        assert demo.cognito.calls["token"] == 0
        assert tab.complaints == []


def block_cookies(profile: Path, origin: str) -> None:
    """A profile whose owner has forbidden cookies of this one site."""
    rule = {f"{origin},*": {"setting": 2}}
    settings = {"profile": {"content_settings": {"exceptions": {"cookies": rule}}}}
    (profile / "Default").mkdir()
    (profile / "Default" / "Preferences").write_text(json.dumps(settings))
