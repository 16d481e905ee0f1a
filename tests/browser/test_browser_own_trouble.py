"""The sign-in pages where something is in the way: old pages, two tabs, other sites, outages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cognito_gate.demo import make_app
from cognito_gate.local import User
from tests.browser.authenticator import App
from tests.browser.conftest import PUBLIC
from tests.browser.tab import Tab
from tests.browser.walk import Person, Place, Walk, walking
from tests.journey.stage import REFRESH, Stage, staged

CUSTOM = {
    "COGNITO_GATE_LOGIN": "custom",
    "COGNITO_GATE_SIGN_IN": "both",
    "COGNITO_GATE_SIGN_UP": "true",
}
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ADA = Person("ada", "Correct-Horse-7")
ADMIN = "For admins only"


@pytest.fixture(scope="module")
def own() -> Iterator[Stage]:
    """The demo app, with sign-in pages of its own."""
    with staged(REFRESH | PUBLIC | CUSTOM, app=make_app) as made:
        yield made


@pytest.fixture
def eve(own: Stage) -> Person:
    """Somebody with an authenticator app, of which no code has been used."""
    person = Person()
    own.cognito.put_user(
        User(person.name, person.password, person.email, mfa=("totp",), totp_secret=KEY)
    )
    return person


@pytest.fixture
def walk(chromium: Browser, own: Stage) -> Iterator[Walk]:
    with walking(chromium, place(own)) as made:
        yield made


@pytest.fixture
def other(walk: Walk) -> Iterator[Tab]:
    """A second tab of the same browser."""
    made = walk.tab.another()
    yield made
    assert made.complaints == []


def place(own: Stage) -> Place:
    return Place(own.origin, own.cognito.origin)


def sign_in(tab: Tab, person: Person) -> None:
    """In a tab that is at the sign-in page."""
    tab.page.locator("#username").fill(person.name)
    tab.page.locator("#password").fill(person.password)
    tab.page.get_by_role("button", name="Sign in", exact=True).click()


# Pages that are no longer good


def test_a_browser_that_lost_its_cookies(walk: Walk) -> None:
    walk.start("/admin?x=1")
    walk.page.context.clear_cookies()
    walk.sign_in(ADA)
    walk.problem("Your browser did not send this site's cookies back.")
    expect(walk.page.locator("#username")).to_have_value("ada")
    expect(walk.page.locator("#password")).to_have_value("")
    assert ADA.password not in walk.page.content()
    walk.sign_in(ADA)
    walk.tab.heading(ADMIN)
    assert walk.tab.path == "/admin?x=1"


def test_back_after_a_sign_in_is_no_way_out_of_it(walk: Walk) -> None:
    walk.page.goto("/public")
    walk.start("/admin?x=1")
    walk.sign_in(ADA)
    walk.tab.heading(ADMIN)
    walk.page.go_back()
    walk.tab.heading(ADMIN)
    assert walk.tab.path == "/admin?x=1"


def test_back_after_a_code_is_no_way_out_either(walk: Walk, eve: Person) -> None:
    walk.start("/?x=1")
    walk.sign_in(eve)
    walk.enter(App(KEY))
    expect(walk.page.locator("h1")).to_have_text(eve.name)
    walk.page.go_back()
    expect(walk.page.locator("h1")).to_have_text(eve.name)
    assert walk.tab.path == "/"


# Two tabs


def test_two_tabs_both_finish(walk: Walk, other: Tab) -> None:
    walk.start("/admin?tab=1")
    other.open("/?tab=2")
    walk.sign_in(ADA)
    walk.tab.heading(ADMIN)
    sign_in(other, ADA)
    expect(other.page.locator("#message")).to_contain_text("This page was open for too long.")
    sign_in(other, ADA)
    other.heading("Ada Lovelace")
    assert (walk.tab.path, other.path) == ("/admin?tab=1", "/?tab=2")


# Who is not let in


def test_another_site_cannot_send_a_form(walk: Walk, own: Stage) -> None:
    before = own.cognito.calls["InitiateAuth"], own.cognito.outbox
    walk.start("/")
    token = walk.page.locator("form [name=form]").input_value()
    other = walk.tab.another()
    other.page.goto(f"{own.cognito.origin}/error")  # some page of another site
    other.page.set_content(
        f"""<form method="post" action="{own.origin}/auth/sign-in">
        <input name="form" value="{token}"><input name="username" value="ada">
        <input name="password" value="{ADA.password}"><button>Win a prize</button></form>"""
    )
    with other.page.expect_response("**/auth/sign-in") as answer:
        other.page.get_by_role("button").click()
    assert answer.value.status == 403
    assert (own.cognito.calls["InitiateAuth"], own.cognito.outbox) == before
    walk.tab.open("/admin")
    walk.at("sign_in.title")
