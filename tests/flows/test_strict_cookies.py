"""SameSite=Strict: at the callback the browser withholds the session that it still has."""

import itertools

import pytest

from tests.flows.site import Open
from tests.world.browser import NAVIGATION, Browser, Reply
from tests.world.pool import Pool

ACCESS = "__Host-cognito_access_token"
ID = "__Host-cognito_id_token"
REFRESH = "__Host-cognito_refresh_token"
STORIES = {  # how long a claim of the access token and of the ID token is
    "plain": (0, 0),
    "two chunks": (0, 3_000),
    "three chunks": (0, 6_000),
    "all in chunks": (3_000, 3_000),
    "no ID token": (0, 0),
    "no ID token, two chunks": (3_000, 0),
}
PAIRS = [(one, other) for one in STORIES for other in STORIES]
LEFT = [pair for pair in PAIRS if "chunks" in pair[0] and "no ID token" in pair[1]]
LEFT = [pair for pair in LEFT if "no ID token" not in pair[0]]


def mints(pool: Pool, username: str, layout: str) -> None:
    """From now on this user signs in, with a session of this layout."""
    pool.sub, pool.username = f"sub-of-{username}", username
    pool.scope = "api/read" if "no ID token" in layout else "openid email"
    for claims, length in zip((pool.access, pool.id), STORIES[layout], strict=True):
        claims["custom:story"] = "x" * length


def comes_back(browser: Browser, pool: Pool) -> Reply:
    """Sign in; the way back from Cognito brings no Strict cookie along."""
    url = pool.sign_in(browser.go("/auth/login").location)
    held = browser.jar
    browser.jar = {name: value for name, value in held.items() if "_login_" in name}
    request = browser.request("GET", url, {**NAVIGATION, "sec-fetch-site": "cross-site"})
    browser.jar = held
    reply = browser.site.handle(request)
    browser.keep(reply)
    return reply


def one_after_another(browser: Browser, pool: Pool, first: str, second: str) -> Reply:
    """Ada signs in, then Bob, in one browser: what the next request gets."""
    mints(pool, "ada", first)
    comes_back(browser, pool)
    assert browser.go("/").identity.username == "ada"
    mints(pool, "bob", second)
    assert comes_back(browser, pool).status == 200
    return browser.go("/")


# Sealed cookies are longer and otherwise alike: each layout once, before another one.
SEALED = [pair for pair in zip(STORIES, reversed(STORIES), strict=True) if pair not in LEFT]
CASES = [
    *((*pair, False) for pair in PAIRS if pair not in LEFT),
    *((*pair, True) for pair in SEALED),
]


def readable(jar: dict[str, str], name: str) -> set[str]:
    """The cookies from which a value of `name` can be put together."""
    chunks = itertools.takewhile(jar.__contains__, (f"{name}.{index}" for index in range(9)))
    return {name} & set(jar) | set(chunks)


@pytest.mark.parametrize(("first", "second", "sealed"), CASES)
def test_the_session_is_of_who_signed_in_last(
    make_site: Open, pool: Pool, first: str, second: str, sealed: bool
) -> None:
    """Nothing of the older one can be read, even once the newer one's cookies have ended."""
    browser = Browser(make_site(cookie_samesite="strict", cookie_encrypted=sealed))
    mints(pool, "ada", first)
    comes_back(browser, pool)
    assert browser.go("/").identity.username == "ada"
    mints(pool, "bob", second)
    came_back = comes_back(browser, pool)
    assert came_back.status == 200
    for reply in (browser.go("/"), browser.go("/")):
        assert (reply.identity.sub, reply.identity.username) == ("sub-of-bob", "bob")
        assert reply.identity.email == (None if "no ID token" in second else "bob@example.com")
    for name in (ACCESS, ID):
        assert readable(browser.jar, name) <= set(came_back.stored)
    browser.jar = {n: value for n, value in browser.jar.items() if n not in came_back.stored}
    assert browser.go("/").status == 303


@pytest.mark.parametrize("sealed", [False, True], ids=["bare", "sealed"])
@pytest.mark.parametrize(("first", "second"), LEFT)
def test_the_chunks_of_an_older_id_token_do_not_stay(
    make_site: Open, pool: Pool, first: str, second: str, sealed: bool
) -> None:
    browser = Browser(make_site(cookie_samesite="strict", cookie_encrypted=sealed))
    reply = one_after_another(browser, pool, first, second)
    assert reply.identity.username == "bob"


def test_a_refresh_token_of_another_does_not_stay(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(cookie_samesite="strict", refresh_flow_enabled=True))
    comes_back(browser, pool)
    older = browser.jar[REFRESH]
    mints(pool, "bob", "plain")
    pool.reword = lambda answer: {**answer, "refresh_token": None}
    reply = comes_back(browser, pool)
    assert REFRESH in reply.cleared
    assert older not in browser.jar.values()
    browser.jar.pop(ACCESS)
    browser.jar.pop(ID)  # as if its time had come
    assert browser.go("/").status == 303


def test_lax_cookies_are_seen_and_cleared_one_by_one(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site())
    mints(pool, "ada", "three chunks")
    browser.sign_in(pool)
    mints(pool, "bob", "plain")
    reply = browser.sign_in(pool, "/auth/login")
    assert {name for name in reply.cleared if "token" in name} == {f"{ID}.{i}" for i in range(3)}
    assert browser.go("/").identity.username == "bob"
