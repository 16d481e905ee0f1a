"""Return addresses: hostile ones become `/`, good ones stay as they are, byte for byte."""

from urllib.parse import unquote

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cognito_gate._gate.protocol.paths import MAX_RETURN_CHARS, safe_return

ROUTES = frozenset(
    {"/auth/callback", "/auth/login", "/auth/logout", "/auth/me", "/auth/signed-out"}
)

HOSTILE = [
    "",
    " ",
    "evil.example",
    "https:",
    "https:/evil.example",
    "https://evil.example",
    "https:evil.example",
    "HTTPS://evil.example/",
    "http://evil.example/a",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "mailto:a@evil.example",
    "?next=/",
    "#fragment",
    "./a",
    "../a",
    "a/b",
    "@evil.example",
    ":@evil.example",
    ";//evil.example",
    " /a",
    "\t/a",
    "\n/a",
    "\r\n/a",
    "\x00/a",
    "\ufeff/a",
    "\u3000/a",
    "\xa0/a",
    "//",
    "///",
    "////",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example/../a",
    "//evil.example@app.example/",
    "//app.example/",
    "//app.example@evil.example",
    "//[::1]/",
    "//google%E3%80%82com",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "//\\evil.example",
    "/\\\\evil.example",
    "/a\\b",
    "/a?b=\\c",
    "/a#\\b",
    "/\t/evil.example",
    "/\t\\evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/\r\n/evil.example",
    "/\t\t//evil.example",
    "/\x00/evil.example",
    "/\x0b/evil.example",
    "/\x1f/evil.example",
    "/\x7f/evil.example",
    "/\x85/evil.example",
    "/a\r\nSet-Cookie: x=y",
    "/a\nb",
    "/a\tb",
    "/a\0b",
    "/a?b=c\r\nLocation: https://evil.example",
    "/a#\n",
    "/a\ud800",
    "/\udfff",
    "/.//evil.example",
    "/..//evil.example",
    "/a/..//evil.example",
    "/a//evil.example",
    "/a//",
    "/./\\evil.example",
    "/;//evil.example",
    "/%2e//evil.example",
    "/" + "a" * MAX_RETURN_CHARS,
    "/" + "é" * 400,
    "/" + "/" * 100_000,
]


@pytest.mark.parametrize("address", HOSTILE, ids=lambda text: repr(text[:40]))
def test_a_hostile_address(address: str) -> None:
    assert safe_return(address, ROUTES) == "/"


KEPT = [
    "/",
    "/a",
    "/a/",
    "/a/b/c.html",
    "/a?",
    "/a#",
    "/a?b=c",
    "/a?b=c&d=e;f=g",
    "/a?b=c#d",
    "/a#b?c",
    "/?a=b",
    "/#a",
    "/a?next=/b",
    "/a?next=//evil.example",
    "/a?next=https://evil.example/",
    "/a?next=http%3A%2F%2Fevil.example",
    "/a?url=http://x/../..//y",
    "/a#//evil.example",
    "/a#https://evil.example",
    "/a%2Fb",
    "/a%2fb",
    "/a%20b",
    "/a+b",
    "/a?q=a+b%2Bc",
    "/%C3%A9t%C3%A9",
    "/caf%c3%a9?x=%E2%82%AC",
    "/%FF",
    "/100%",
    "/%zz",
    "/%",
    "/a:b",
    "/:80/a",
    "/@user",
    "/a@b.example",
    "/https://x".replace("//", "/"),
    "/javascript:alert(1)",
    "/a;b=c",
    "/a,b",
    "/~user",
    "/!$&'()*+,;=",
    '/a"b<c>d^e`f{g|h}i',
    "/[a]",
    "/a/./b",
    "/a/../b",
    "/..",
    "/.well-known/x",
    "/a?x[]=1&x[]=2",
    "/a?b==",
    "/a?%5C%5Cevil.example",
    "/%5Cevil.example",
    "/%09/evil.example",
    "/%2F/evil.example",
    "/%2Fevil.example",
    "/%2e%2e/a",
    "/authx/login",
    "/auth",
    "/auth/",
    "/auth/login/x",
    "/AUTH/login",
    "/auth%252Flogin",
    "/a?p=/auth/logout",
    "/a#/auth/logout",
    "/" + "a" * (MAX_RETURN_CHARS - 1),
]


@pytest.mark.parametrize("address", KEPT, ids=lambda text: repr(text[:40]))
def test_a_good_address_is_kept_byte_for_byte(address: str) -> None:
    assert safe_return(address, ROUTES) == address
    assert _origin(address) == "https://app.example"


@pytest.mark.parametrize(
    ("address", "encoded"),
    [
        ("/é", "/%C3%A9"),
        ("/a b", "/a%20b"),
        ("/a?q=ü&x=%C3%A9", "/a?q=%C3%BC&x=%C3%A9"),
        ("/a#€", "/a#%E2%82%AC"),
        ("/日本", "/%E6%97%A5%E6%9C%AC"),
        ("/😀", "/%F0%9F%98%80"),
        ("/\xa0/a", "/%C2%A0/a"),
        ("/\uff0f\uff0fevil.example", "/%EF%BC%8F%EF%BC%8Fevil.example"),
        ("/\u2028/evil.example", "/%E2%80%A8/evil.example"),
        ("/\u3002evil", "/%E3%80%82evil"),
    ],
)
def test_what_is_not_ascii_is_encoded(address: str, encoded: str) -> None:
    assert safe_return(address) == encoded
    assert unquote(encoded) == unquote(address)


OWN = [
    *sorted(ROUTES),
    "/auth/login?next=/a",
    "/auth/logout?",
    "/auth/logout#x",
    "/auth/callback?code=a&state=b",
    "/auth/%6cogout",
    "/auth/%6Cogout",
    "/%61uth/logout",
    "/auth%2Flogout",
    "/auth%2flogout",
    "/%61%75%74%68%2f%6c%6f%67%6f%75%74",
]


@pytest.mark.parametrize("address", OWN)
def test_a_route_of_the_gate(address: str) -> None:
    assert safe_return(address, ROUTES) == "/"
    assert safe_return(address) == address


RESOLVED = [
    "/auth/./logout",
    "/./auth/logout",
    "/x/../auth/logout",
    "/auth/x/../logout",
    "/auth/%2e/logout",
    "/auth/%2E/logout",
    "/x/%2e%2e/auth/logout",
    "/x/.%2e/auth/login",
    "/../auth/login?next=/a",
]


@pytest.mark.parametrize("address", RESOLVED)
def test_a_route_of_the_gate_once_a_browser_has_resolved_it(address: str) -> None:
    found = safe_return(address, ROUTES)
    assert ada_url.URL(found, base="https://app.example/").pathname not in ROUTES


def test_the_limit_counts_what_is_sent() -> None:
    assert safe_return("/" + "é" * 341) == "/" + "%C3%A9" * 341
    assert safe_return("/" + "é" * 342) == "/"


def _origin(address: str) -> str:
    return ada_url.URL(address, base="https://app.example/").origin


PIECES = st.sampled_from(
    ("/", "//", "\\", ".", "..", "%09", "%2f", "%5c", "%2e", "@", ":", "?", "#", ";", " ", "\t")
) | st.sampled_from(
    ("https:", "javascript:", "evil.example", "\n", "\r", "\0", "\u2028", "\ufeff", "\uff0f", "é")
)


@given(st.text() | st.lists(PIECES, max_size=8).map("".join))
@example("/\t/evil.example")
@example("/\\evil.example")
@example("/.//evil.example")
@example("/..//evil.example")
def test_whatever_comes_out_stays_on_this_site(address: str) -> None:
    for tried in (address, "/" + address):
        found = safe_return(tried, ROUTES)
        assert _origin(found) == "https://app.example"
        assert found.isascii()
        assert found.isprintable()
        assert " " not in found
        assert len(found) <= MAX_RETURN_CHARS
        assert found.startswith("/")
        assert not found.startswith(("//", "/\\"))
        # Judged again before it is used, it must not change.
        assert safe_return(found, ROUTES) == found
        if tried.isascii() and found != "/":
            assert found == tried.replace(" ", "%20")


SEGMENTS = st.sampled_from(
    ("auth", "logout", "login", "%6cogout", "a%75th", ".", "..", "%2e", "%2E%2e", ".%2e", "x", "")
)


@given(st.lists(SEGMENTS, max_size=7))
@example(["auth", "x", "..", "logout"])
def test_no_spelling_leads_to_a_route_of_the_gate(segments: list[str]) -> None:
    found = safe_return("/" + "/".join(segments), ROUTES)
    assert unquote(ada_url.URL(found, base="https://app.example/").pathname) not in ROUTES
