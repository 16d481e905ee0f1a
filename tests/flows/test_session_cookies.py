"""A session's cookies, tampered with in every way: nobody, cleared, and never a 5xx."""

from collections.abc import Callable
from typing import TypeAlias

import pytest

from tests.flows.site import CoreSite, Open
from tests.world.browser import Browser, Reply
from tests.world.pool import SECRET_KEY, Pool

OTHER_KEY = "another-secret-key-of-32-characters!"

ACCESS = "__Host-cognito_access_token"
ID = "__Host-cognito_id_token"
REFRESH = "__Host-cognito_refresh_token"
Jar: TypeAlias = dict[str, str]
Tamper: TypeAlias = Callable[[Jar], Jar]


def nobody(reply: Reply) -> bool:
    """True for a navigation without a session: sent to sign in, the app not called."""
    return reply.status == 303 and reply.app is None and "/oauth2/authorize?" in reply.location


def flip(text: str, at: int) -> str:
    """One character changed."""
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


TAMPERED: dict[str, Tamper] = {
    "no access token": lambda jar: {ID: jar[ID]},
    "truncated": lambda jar: jar | {ACCESS: jar[ACCESS][:-10]},
    "half": lambda jar: jar | {ACCESS: jar[ACCESS][: len(jar[ACCESS]) // 2]},
    "empty": lambda jar: jar | {ACCESS: ""},
    "longer": lambda jar: jar | {ACCESS: "AAAA" + jar[ACCESS]},
    "head flipped": lambda jar: jar | {ACCESS: flip(jar[ACCESS], 5)},
    "claims flipped": lambda jar: jar | {ACCESS: flip(jar[ACCESS], 200)},
    "signature flipped": lambda jar: jar | {ACCESS: flip(jar[ACCESS], len(jar[ACCESS]) - 20)},
    "ID token truncated": lambda jar: jar | {ID: jar[ID][:-10]},
    "ID token flipped": lambda jar: jar | {ID: flip(jar[ID], len(jar[ID]) - 20)},
    "swapped": lambda jar: {ACCESS: jar[ID], ID: jar[ACCESS]},
    "ID token as access token": lambda jar: {ACCESS: jar[ID]},
    "ID token twice": lambda jar: {ACCESS: jar[ID], ID: jar[ID]},
    "access token twice": lambda jar: {ACCESS: jar[ACCESS], ID: jar[ACCESS]},
    "bytes": lambda jar: jar | {ACCESS: "\xff\xfe\x80"},
    "control": lambda jar: jar | {ACCESS: "a\x00b"},
    "huge": lambda jar: jar | {ACCESS: "x" * 60_000},
    "dots": lambda jar: jar | {ACCESS: "." * 10_000},
    "chunk missing at the front": lambda jar: {
        f"{ACCESS}.1": jar[ACCESS][10:],
        ID: jar[ID],
    },
    "chunk missing inside": lambda jar: {
        f"{ACCESS}.0": jar[ACCESS][:10],
        f"{ACCESS}.2": jar[ACCESS][10:],
        ID: jar[ID],
    },
    "too many chunks": lambda jar: {
        **{f"{ACCESS}.{i}": jar[ACCESS][i * 150 : i * 150 + 150] for i in range(9)},
        ID: jar[ID],
    },
    "chunk numbers of others": lambda jar: {f"{ACCESS}.99999999": jar[ACCESS], ID: jar[ID]},
    "chunk without a number": lambda jar: {f"{ACCESS}.x": jar[ACCESS], ID: jar[ID]},
}


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
def test_the_app_is_given_the_tokens_as_cognito_made_them(
    make_site: Open, pool: Pool, sealed: bool
) -> None:
    site = make_site(cookie_encrypted=sealed, session_cache=0)
    seal = site.gate._context.seals.access.seal
    browser = Browser(site)
    browser.sign_in(pool)
    identity = browser.go("/").identity
    assert identity.access_token.count(".") == identity.id_token.count(".") == 2
    token = pool.access_token(scope="api/read")  # which no ID token belongs to
    identity = Browser(site, {ACCESS: seal(token, site.now())}).go("/").identity
    assert (identity.access_token, identity.id_token) == (token, "")


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
@pytest.mark.parametrize("changes", [{}, {"cookie_encrypted": True}], ids=["plain", "sealed"])
def test_a_tampered_session_is_nobody_and_cleared(
    make_site: Open, pool: Pool, tamper: Tamper, changes: dict[str, bool]
) -> None:
    browser = Browser(make_site(**changes))
    browser.sign_in(pool)
    assert browser.go("/").status == 200
    browser.jar = tamper(browser.jar)
    held = {name for name in browser.jar if name.rpartition(".")[2] not in ("99999999", "x")}
    reply = browser.go("/page")
    assert nobody(reply)
    if ACCESS in held or f"{ACCESS}.0" in held:
        assert held <= set(reply.cleared)
    assert browser.fetch("/page").status == 401


def test_cleared_with_the_attributes_they_were_set_with(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(cookie_domain="app.example", cookie_samesite="strict"))
    stored = browser.sign_in(pool).cookies
    browser.jar = {"cognito_access_token": "x", "cognito_id_token.0": "y"}
    for name, cookie in browser.go("/").cookies.items():
        if cookie.clears:
            wanted = dict(stored["cognito_access_token"].attributes)
            found = dict(cookie.attributes)
            assert wanted.pop("max-age") == "1800"
            assert (found.pop("max-age"), found.pop("expires")[-3:]) == ("0", "GMT")
            assert found == wanted, name


def test_plain_cookies_are_no_sealed_ones_and_the_reverse(make_site: Open, pool: Pool) -> None:
    plain, sealed = make_site(), make_site(cookie_encrypted=True)
    for first, second in ((plain, sealed), (sealed, plain)):
        browser = Browser(first)
        browser.sign_in(pool)
        assert browser.go("/").status == 200
        browser.site = second
        assert nobody(browser.go("/"))


@pytest.mark.parametrize("changes", [{"cookie_encrypted": True}, {"refresh_flow_enabled": True}])
def test_sealed_with_another_secret_is_nobody(
    make_site: Open, pool: Pool, changes: dict[str, bool]
) -> None:
    browser = Browser(make_site(**changes))
    browser.sign_in(pool)
    if REFRESH in browser.jar:
        browser.jar = {REFRESH: browser.jar[REFRESH]}
    browser.site = make_site(secret_key=OTHER_KEY, **changes)
    reply = browser.go("/")
    assert nobody(reply)
    assert len(reply.cleared) >= 1
    assert [call.name for call in pool.calls].count("token") == 1  # the sign-in's alone


def test_sealed_with_a_retired_secret_still_opens(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(cookie_encrypted=True, secret_key=OTHER_KEY))
    browser.sign_in(pool)
    browser.site = make_site(cookie_encrypted=True, secret_key_fallbacks=(OTHER_KEY,))
    assert browser.go("/").status == 200


@pytest.mark.parametrize(
    ("before", "after", "holds"),
    [
        ((SECRET_KEY,), (SECRET_KEY, OTHER_KEY), True),  # step one of a rotation
        ((SECRET_KEY, OTHER_KEY), (OTHER_KEY, SECRET_KEY), True),  # and step two
        ((SECRET_KEY,), (OTHER_KEY, SECRET_KEY), False),  # both at once
    ],
)
def test_a_key_changes_in_two_steps_while_both_kinds_of_instance_run(
    make_site: Open, pool: Pool, before: tuple[str, ...], after: tuple[str, ...], holds: bool
) -> None:
    old, new = (
        make_site(cookie_encrypted=True, secret_key=key, secret_key_fallbacks=tuple(fallbacks))
        for key, *fallbacks in (before, after)
    )
    for first, second in ((old, new), (new, old)):
        browser = Browser(first)
        browser.sign_in(pool)
        browser.site = second
        assert (browser.go("/").status == 200) == (holds or first is old)


def test_sealed_cookies_do_not_open_under_each_others_names(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(cookie_encrypted=True, refresh_flow_enabled=True))
    browser.sign_in(pool)
    jar = dict(browser.jar)
    for name in (ACCESS, ID, REFRESH):
        for other in {ACCESS, ID, REFRESH} - {name}:
            browser.jar = {name: jar[other]}
            assert nobody(browser.go("/"))


def test_encrypted_cookies_hide_the_tokens(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(cookie_encrypted=True))
    browser.sign_in(pool)
    identity = browser.go("/").identity
    for value in browser.jar.values():
        assert identity.access_token not in value
        assert "." not in value


@pytest.mark.parametrize(
    "foreign",
    [
        b'theme="dark',
        b"a=b=c==",
        b"=nameless",
        b"novalue",
        b";;; ; =;",
        b"bad[name]=1",
        b"x=\xff\xfe\x80\x00\x01",
        b'json={"a":1,"b":[2]}',
        b"expires=Thu, 01 Jan 2026",
        b"$Version=1; $Path=/",
        b"a=" + b"x" * 9000,
        b"=__Host-cognito_access_token=planted",
        b"cognito_access_token=planted",
        b"__Host-cognito_access_token",
        b'quoted="a;b\\"c"',
    ],
)
def test_foreign_cookies_never_sign_a_user_out(
    browser: Browser, pool: Pool, foreign: bytes
) -> None:
    browser.sign_in(pool)
    own = "; ".join(f"{name}={value}" for name, value in browser.jar.items()).encode()
    for line in (foreign + b"; " + own, own + b"; " + foreign):
        browser.raw = [line]
        for _ in range(2):  # verified, then known
            reply = browser.go("/")
            assert reply.identity.username == "ada"
            assert not reply.cookies


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("planted", ["", "planted", "a.b.c"])
def test_a_planted_twin_never_signs_a_user_out(
    browser: Browser, pool: Pool, place: str, planted: str
) -> None:
    browser.sign_in(pool)
    own = [f"{name}={value}" for name, value in browser.jar.items()]
    twins = [f"{ACCESS}={planted}", f"{ID}={planted}"]
    lines = [*twins, *own] if place == "before" else [*own, *twins]
    browser.raw = ["; ".join(lines).encode()]
    for _ in range(2):
        assert browser.go("/").identity.username == "ada"


def test_a_session_over_several_cookie_headers(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    browser.raw = [f"{name}={value}".encode() for name, value in browser.jar.items()]
    for _ in range(2):
        assert browser.go("/").identity.email == "ada@example.com"


# Chunks


@pytest.fixture
def large(site: CoreSite, pool: Pool) -> Browser:
    """A browser with a session of three chunks."""
    pool.id["custom:story"] = "x" * 7_000
    browser = Browser(site)
    browser.sign_in(pool)
    assert [name for name in browser.jar if name.startswith(ID)] == [f"{ID}.{i}" for i in range(3)]
    return browser


def test_chunks_in_any_order(large: Browser) -> None:
    large.jar = dict(reversed(large.jar.items()))
    for _ in range(2):
        assert large.go("/").identity.id_claims["custom:story"] == "x" * 7_000


@pytest.mark.parametrize("index", [1, 2])
def test_a_missing_chunk_is_nobody(large: Browser, index: int) -> None:
    del large.jar[f"{ID}.{index}"]
    assert nobody(large.go("/"))
    assert not [name for name in large.jar if "token" in name]


def test_without_its_first_chunk_is_nobody(large: Browser) -> None:
    del large.jar[f"{ID}.0"]
    assert nobody(large.go("/"))


def test_stale_chunks_behind_do_not_matter(large: Browser) -> None:
    large.jar[f"{ID}.3"] = "stale"
    assert large.go("/").identity.email == "ada@example.com"


def test_a_smaller_session_clears_the_chunks_of_a_larger_one(large: Browser, pool: Pool) -> None:
    pool.id.clear()
    reply = large.sign_in(pool, "/auth/login")
    assert {f"{ID}.{i}" for i in range(3)} <= set(reply.cleared)
    assert sorted(large.jar) == [ACCESS, ID]
    assert large.go("/").identity.email == "ada@example.com"


def test_a_larger_session_clears_the_whole_cookie_of_a_smaller_one(
    browser: Browser, pool: Pool
) -> None:
    browser.sign_in(pool)
    pool.id["custom:story"] = "x" * 7_000
    assert ID in browser.sign_in(pool, "/auth/login").cleared
    assert browser.go("/").identity.id_claims["custom:story"] == "x" * 7_000


def test_a_stale_whole_cookie_beside_chunks_does_not_matter(large: Browser) -> None:
    large.jar[ID] = "stale"
    assert large.go("/").identity.email == "ada@example.com"
