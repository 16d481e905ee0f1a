"""Identity as request headers, and cookies that are not for the app, on either edge."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._app_headers import AppHeaders
from cognito_gate._gate.shown_cookies import shown_cookies
from cognito_gate.identity import Identity, freeze
from tests.edge.conftest import Open
from tests.world.browser import Browser, Reply
from tests.world.pool import Pool

WORDS = ("x-auth-request", "x-mail=email", "remote-user=username")
SPELLINGS = [
    *("x-mail", "X-Mail", "x_mail", "X_MAIL", "x-Auth-Request-User", "x_auth_request_user"),
    *("X-Auth-Request-Access-Token", "x-auth-request-anything", "REMOTE_USER", "Remote-User"),
]


def received(reply: Reply) -> dict[str, list[str]]:
    """The request headers that the app saw, by their names in lower case."""
    assert reply.app is not None
    facts = reply.app.facts
    raw = facts.get("headers")
    if raw is None:
        raw = [
            (key[5:].replace("_", "-").encode(), value.encode("latin-1"))
            for key, value in facts.items()
            if key.startswith("HTTP_")
        ]
    found: dict[str, list[str]] = {}
    for name, value in raw:
        found.setdefault(name.decode().lower(), []).append(value.decode("latin-1"))
    return found


@pytest.fixture
def visitor(make_site: Open, pool: Pool) -> Browser:
    pool.id["email_verified"] = True
    pool.id["email"] = "ada@example.com"
    return Browser(make_site(headers=WORDS, public_paths=("/open",), refresh_flow_enabled=True))


def test_the_app_gets_them(visitor: Browser, pool: Pool) -> None:
    """With a session that is verified first, and with one that is known."""
    visitor.sign_in(pool)
    for path in ("/page", "/page", "/open"):
        shown = received(visitor.go(path))
        assert shown["x-auth-request-user"] == ["sub-of-ada"]
        assert shown["x-auth-request-preferred-username"] == ["ada"]
        assert shown["x-mail"] == shown["x-auth-request-email"] == ["ada@example.com"]
        assert shown["remote-user"] == ["ada"]


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_client_cannot_say_them(visitor: Browser, pool: Pool, name: str) -> None:
    """Nobody on a public path, and who is signed in on any; each sent twice."""
    twice = {name: "root", name.swapcase(): "root"}
    assert "root" not in str(received(visitor.go("/open", headers=twice)))
    visitor.sign_in(pool)
    for path in ("/open", "/page"):
        shown = received(visitor.go(path, headers=twice))
        assert "root" not in str(shown)
        assert shown["x-auth-request-user"] == ["sub-of-ada"]


@pytest.mark.parametrize("name", [b"x-forwarded-acce\xdf-token", b"x-mail ", b"x-m\x00ail"])
def test_what_is_no_name_of_a_header_is_for_nobody(name: bytes) -> None:
    """No server is known that takes one. Apps by WSGI have names in upper case: SS for a sharp s,
    say."""
    headers = AppHeaders(WORDS)
    assert headers.asgi([(name, b"root"), (b"x.other", b"kept")], None) == [(b"x.other", b"kept")]
    key = f"HTTP_{name.decode('latin-1')}"
    assert headers.wsgi({key: "root", "HTTP_X.OTHER": "kept"}, None) == {"HTTP_X.OTHER": "kept"}


def test_nobody_has_none(visitor: Browser) -> None:
    shown = received(visitor.go("/open", headers={"x-other": "kept"}))
    assert shown["x-other"] == ["kept"]
    assert not {"x-mail", "remote-user", "x-auth-request-user"} & shown.keys()


def test_without_the_setting_a_header_of_that_name_is_the_clients(make_site: Open) -> None:
    browser = Browser(make_site(public_paths=("/open",)))
    assert received(browser.go("/open", headers={"x-mail": "mine"}))["x-mail"] == ["mine"]


# Cookies


def test_the_app_sees_no_refresh_token_and_no_sign_in_under_way(
    visitor: Browser, pool: Pool
) -> None:
    visitor.go("/page")  # a sign-in that stays open
    visitor.sign_in(pool)
    visitor.jar["theme"] = "dark"
    [line] = received(visitor.go("/page"))["cookie"]
    names = [pair.partition("=")[0] for pair in line.split("; ")]
    assert {"__Host-cognito_refresh_token", "__Host-cognito_login_0"} <= visitor.jar.keys()
    assert set(names) == {"__Host-cognito_access_token", "__Host-cognito_id_token", "theme"}


def test_nor_on_a_public_path_for_nobody(visitor: Browser) -> None:
    visitor.jar["__Host-cognito_refresh_token"] = "old"
    assert "cookie" not in received(visitor.go("/open"))


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"", None),
        (b"a=b; cognito=c; xcognito_refresh_token=1", None),
        (b"cognito_access_token=1; __Host-cognito_id_token.0=2; cognito_language=de", None),
        (b"cognito_refresh_token=1", b""),
        (b"a=b; cognito_refresh_token.1=1; c=d", b"a=b; c=d"),
        (b"__Host-cognito_refresh_token=1;a=b", b"a=b"),
        (b"a=b;\t cognito_pending =1;cognito_login_3=x;cognito_login_any", b"a=b"),
        (b"cognito_form=1; cognito_device=2; cognito_step_up=3; cognito_return_to=4; x=y", b"x=y"),
        (b"cognito_refresh_tokens=1; cognito_formula=2", None),
    ],
)
def test_which_cookies_are_shown(line: bytes, shown: bytes | None) -> None:
    assert shown_cookies(line) == shown


def test_a_long_line_is_looked_at_too() -> None:
    assert shown_cookies(b"a=" + b"x" * 9000 + b"; cognito_refresh_token=1") == b"a=" + b"x" * 9000


# Whatever the claims and whatever the client sends


TEXT = st.text(st.characters(max_codepoint=0x2FF), max_size=20)


@given(claim=TEXT | st.lists(TEXT, max_size=3), sent=st.text(max_size=12), twice=st.booleans())
def test_one_header_of_visible_characters(claim: Any, sent: str, twice: bool) -> None:
    identity = Identity(freeze({"sub": "s", "claim": claim}))
    headers = AppHeaders(("x-claim=claim",))
    value = sent.encode("utf-8")
    asked = [(b"x-claim", value), (b"host", b"app.example"), (b"X_Claim", value)][: 2 + twice]
    raw = headers.asgi(asked, identity)
    ours = [value for name, value in raw if name.lower().replace(b"_", b"-") == b"x-claim"]
    assert len(ours) <= 1
    assert all(0x21 <= byte <= 0x7E for value in ours for byte in value)
    environ = {"HTTP_X_CLAIM": value.decode("latin-1"), "HTTP_HOST": "app.example"}
    told = headers.wsgi(environ, identity).get("HTTP_X_CLAIM", "")
    assert [told.encode()] == (ours or [b""])


def test_a_session_that_is_known_hides_them_too(make_site: Open, pool: Pool) -> None:
    """The same Cookie header once more, and one that differs in a cookie to be hidden."""
    browser = Browser(make_site())
    browser.sign_in(pool)
    for hidden in (False, False, True, True, False):
        if hidden:
            browser.jar["__Host-cognito_login_1"] = "sealed"
        else:
            browser.jar.pop("__Host-cognito_login_1", None)
        [line] = received(browser.go("/page"))["cookie"]
        assert "cognito_access_token" in line
        assert "login_1" not in line
