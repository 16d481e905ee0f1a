"""Where a sign-in ends: at the page asked for, byte for byte, and never on another site."""

from urllib.parse import quote

import pytest

from tests.world.browser import Browser
from tests.world.pool import Pool

SAFE = [
    "/",
    "/page",
    "/page/",
    "/page?x=1&y=2",
    "/page?x=%2F%2Fevil.example&u=http://other.example/",
    "/page?next=/a%20b+c&empty=&&=",
    "/%E2%82%AC/%c3%a9?q=%zz",
    "/a;b=1/c,d:@!$'()*",
    "/search?q=[1]{2}|3^`",
    "/page?x=%0d%0aset-cookie",
    "/.hidden/..a/b..",
    "/@evil.example",
    "/:80",
    "/authentic",
]
HOSTILE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "/\\/evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nset-cookie: a=b",
    " //evil.example",
    "/a//b",
    "/page\x00",
    "/page\x7f",
    "/page\u0085",
    "?x=1",
    "#top",
    "",
    "/" + "a" * 2048,
    "/\u20ac" * 300,
]
OWN = ["/auth/login", "/auth/logout", "/auth/me", "/auth/callback", "/auth/signed-out"]


@pytest.mark.parametrize("target", SAFE)
def test_a_page_asked_for_is_kept_byte_for_byte(browser: Browser, pool: Pool, target: str) -> None:
    assert browser.sign_in(pool, target).location == target


@pytest.mark.parametrize("target", SAFE)
def test_a_next_address_is_kept_byte_for_byte(browser: Browser, pool: Pool, target: str) -> None:
    reply = browser.sign_in(pool, f"/auth/login?next={quote(target, safe='')}")
    assert (reply.status, reply.location) == (303, target)


@pytest.mark.parametrize("target", [*HOSTILE, *OWN, "/auth/logout?x=1", "/auth%2Flogout"])
def test_a_hostile_next_address_ends_at_home(browser: Browser, pool: Pool, target: str) -> None:
    reply = browser.sign_in(pool, f"/auth/login?next={quote(target, safe='')}")
    assert (reply.status, reply.location) == (303, "/")


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "/%5cevil.example//x"])
def test_a_hostile_path_is_not_returned_to(browser: Browser, pool: Pool, target: str) -> None:
    reply = browser.sign_in(pool, target)
    assert (reply.status, reply.location) == (303, "/")


def test_text_beyond_ascii_is_percent_encoded(browser: Browser, pool: Pool) -> None:
    reply = browser.sign_in(pool, "/auth/login?next=/caf%C3%A9%20bar")
    assert reply.location == "/caf%C3%A9%20bar"
