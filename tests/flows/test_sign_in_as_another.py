"""From the page that says "Access denied" to another account, and back to that page."""

import re
from html import unescape

import pytest

from cognito_gate import Require, Rule
from tests.flows.stage import Stage
from tests.world.browser import Browser, Reply

RULES = (Rule(("/admin/*",), require=Require(groups=("admin",))),)
RETURN_TO = "__Host-cognito_return_to"
SIGNED_OUT = "/auth/signed-out"


@pytest.fixture
def stage() -> Stage:
    return Stage({"rules": RULES})


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return stage.signed_in()


def link(page: Reply) -> str:
    [address] = re.findall('href="(/auth/logout[^"]*)"', page.body.decode())
    return unescape(address)


def test_another_account_comes_back_to_the_page(stage: Stage, browser: Browser) -> None:
    page = browser.go("/admin/x?y=z&q=1")
    assert page.status == 403
    out = browser.go(link(page))
    assert out.location.startswith("https://login.example.com/logout?")
    assert not [name for name in browser.jar if name.endswith("_token")]
    again = browser.go(SIGNED_OUT)  # where Cognito returns to
    assert again.status == 303
    assert RETURN_TO in again.cleared
    stage.pool.sub, stage.pool.username = "sub-of-bob", "bob"
    stage.pool.access["cognito:groups"] = ["admin"]
    back = browser.go(stage.pool.sign_in(browser.go(again.location).location))
    assert back.location == "/admin/x?y=z&q=1"
    assert browser.go(back.location).identity.username == "bob"


def test_the_same_account_sees_the_same_page_and_no_loop(stage: Stage, browser: Browser) -> None:
    browser.go(link(browser.go("/admin/x")))
    back = browser.go(stage.pool.sign_in(browser.go(browser.go(SIGNED_OUT).location).location))
    assert browser.go(back.location).status == 403
    assert browser.go(SIGNED_OUT).status == 200  # it leads on once


def test_a_sign_out_without_it_ends_on_its_page(browser: Browser) -> None:
    browser.go(link(browser.go("/admin/x")))
    assert RETURN_TO in browser.go("/auth/logout").cleared
    assert browser.go(SIGNED_OUT).status == 200


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/auth/logout", "/" + "x" * 600],
)
def test_an_address_that_is_not_safe_is_not_kept(browser: Browser, address: str) -> None:
    assert RETURN_TO not in browser.go(f"/auth/logout?next={address}").stored
    assert browser.go(SIGNED_OUT).status == 200


def test_a_cookie_that_was_not_sealed_here_leads_nowhere(browser: Browser) -> None:
    browser.jar[RETURN_TO] = "/admin/x"
    assert browser.go(SIGNED_OUT).status == 200


def test_only_a_page_leads_on(browser: Browser) -> None:
    browser.go(link(browser.go("/admin/x")))
    assert browser.fetch(SIGNED_OUT).status == 200
    assert browser.go(SIGNED_OUT).status == 303
