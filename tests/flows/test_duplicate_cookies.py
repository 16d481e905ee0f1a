"""Cookies that another host of the domain planted beside ours, before or after them."""

from collections.abc import Callable

import pytest

from tests.flows.site import Open
from tests.world import faults, tokens
from tests.world.browser import Browser
from tests.world.pool import Pool

ACCESS = "__Host-cognito_access_token"
ID = "__Host-cognito_id_token"


def lines(browser: Browser) -> list[str]:
    return [f"{name}={value}" for name, value in browser.jar.items()]


def sent(browser: Browser, *parts: str) -> Browser:
    """The browser, which sends just these cookies, in this order."""
    browser.raw = ["; ".join(parts).encode()]
    return browser


# Chunks


@pytest.fixture
def large(make_site: Open, pool: Pool) -> Browser:
    """A browser with an ID token of three chunks."""
    pool.id["custom:story"] = "x" * 7_000
    browser = Browser(make_site())
    browser.sign_in(pool)
    assert f"{ID}.2" in browser.jar
    return browser


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("planted", ["", "planted", "a.b.c"])
def test_a_planted_chunk(large: Browser, place: str, planted: str, index: int) -> None:
    twin, own = f"{ID}.{index}={planted}", lines(large)
    sent(large, *([twin, *own] if place == "before" else [*own, twin]))
    for _ in range(2):
        reply = large.go("/")
        assert reply.identity.id_claims["custom:story"] == "x" * 7_000
        assert not reply.cleared


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_planted_first_chunk_beside_a_plain_session(
    browser: Browser, pool: Pool, place: str
) -> None:
    browser.sign_in(pool)
    twins, own = [f"{ACCESS}.0=planted", f"{ID}.0=a.b.c"], lines(browser)
    sent(browser, *([*twins, *own] if place == "before" else [*own, *twins]))
    for _ in range(2):
        assert browser.go("/").identity.email == "ada@example.com"


# Plain cookies


@pytest.mark.parametrize("count", [1, 3, 10, 500])
@pytest.mark.parametrize("place", ["before", "after"])
def test_many_planted_cookies(browser: Browser, pool: Pool, count: int, place: str) -> None:
    browser.sign_in(pool)
    own = lines(browser)
    twins = [f"{name}=planted{index}" for index in range(count) for name in (ACCESS, ID)]
    sent(browser, *([*twins, *own] if place == "before" else [*own, *twins]))
    for _ in range(2):
        assert browser.go("/").identity.email == "ada@example.com"


# Forged tokens of a key that nobody knows


def forged(pool: Pool, use: str) -> str:
    """A token with claims that would hold, under a key of the forger's own."""
    claims = {"sub": "sub-of-bob", "username": "bob", "cognito:username": "bob"}
    pool.header[use] = {"kid": "unknown"}
    token = pool.access_token(**claims) if use == "access" else pool.id_token(**claims)
    del pool.header[use]
    return token


OUTAGES = ["500", "garbage", "no connection", "slow answer"]


@pytest.mark.parametrize("name", OUTAGES)
@pytest.mark.parametrize("use", ["access", "id"])
def test_a_forged_twin_while_the_keys_cannot_be_fetched(
    make_site: Open, pool: Pool, use: str, name: str
) -> None:
    """Nobody can say whose key the forged one is of; the real one needs no fetch."""
    browser = Browser(make_site(session_cache=0))
    browser.sign_in(pool)
    twin = f"{ACCESS if use == 'access' else ID}={forged(pool, use)}"
    sent(browser, twin, *lines(browser))
    pool.faults["jwks"] = faults.OUTAGES[name]
    for _ in range(2):
        reply = browser.go("/")
        assert (reply.status, reply.cookies) == (200, {})
        assert (reply.identity.username, reply.identity.email) == ("ada", "ada@example.com")


@pytest.mark.parametrize("name", OUTAGES)
def test_a_token_of_an_unknown_key_alone_may_yet_be_the_pools(
    make_site: Open, pool: Pool, name: str
) -> None:
    browser = Browser(make_site(session_cache=0))
    browser.sign_in(pool)
    sent(browser, f"{ACCESS}={forged(pool, 'access')}")
    pool.faults["jwks"] = faults.OUTAGES[name]
    reply = browser.go("/")
    assert (reply.status, reply.app, reply.cookies) == (503, None, {})


UNLIKE: dict[str, Callable[[Pool], str]] = {
    "expired": lambda pool: pool.access_token(exp=1),
    "of another issuer": lambda pool: pool.access_token(iss="https://evil.example"),
    "of another party": lambda pool: pool.access_token(azp="other"),
    "signed by another": lambda pool: tokens.signed(
        {"kid": "key-a", "alg": "RS256"}, {"sub": "x"}, "foreign"
    ),
    "no token": lambda pool: "x" * 20_000,
}


@pytest.mark.parametrize("name", UNLIKE)
def test_a_twin_that_is_refused_does_not_matter(browser: Browser, pool: Pool, name: str) -> None:
    browser.sign_in(pool)
    sent(browser, f"{ACCESS}={UNLIKE[name](pool)}", *lines(browser))
    assert browser.go("/").identity.username == "ada"


@pytest.mark.parametrize("path", ["/page", "/open"])
@pytest.mark.parametrize("party", [[], {}, ["x"]])
def test_a_twin_of_a_list_of_parties(make_site: Open, pool: Pool, path: str, party: object) -> None:
    browser = Browser(make_site(public_paths=("/open",)))
    browser.sign_in(pool)
    sent(browser, f"{ACCESS}={pool.access_token(azp=party)}", *lines(browser))
    assert browser.go(path).identity.username == "ada"
