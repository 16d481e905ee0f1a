"""The callback: what is accepted, what is refused, and that a refusal costs no call to Cognito."""

from collections.abc import Callable

import pytest

from tests.flows.site import CoreSite, Open
from tests.world.browser import Browser, Reply
from tests.world.pool import ISSUER, Pool

SESSION = {"__Host-cognito_access_token", "__Host-cognito_id_token"}
XSS = "<script>alert(1)</script>"


@pytest.fixture
def url(browser: Browser, pool: Pool) -> str:
    """A callback that would be accepted from `browser`."""
    return pool.sign_in(browser.go("/page").location)


def refused(reply: Reply, pool: Pool) -> bool:
    """True when nothing came of it: no session, no app, no code spent."""
    return not SESSION & set(reply.stored) and reply.app is None and not pool.named("token")


def test_the_accepted_case(browser: Browser, pool: Pool, url: str) -> None:
    reply = browser.go(url)
    assert (reply.status, reply.location, reply.app) == (303, "/page", None)
    assert set(reply.stored) == SESSION
    assert all(name.startswith("__Host-cognito_login_") for name in reply.cleared)
    assert len(reply.cleared) == 1
    assert reply.value("cache-control") == "no-store"
    (call,) = pool.named("token")
    assert call.form["grant_type"] == "authorization_code"
    assert call.form["redirect_uri"] == "https://app.example/auth/callback"
    assert browser.go("/page").identity.sub == "sub-of-ada"


def test_parameters_of_others_are_passed_over(browser: Browser, url: str) -> None:
    address, _, query = url.partition("?")
    assert browser.go(f"{address}?session_state=x&{query}&x=").location == "/page"


def test_the_longest_description_is_accepted(browser: Browser, url: str) -> None:
    assert browser.go(f"{url}&error_description={'x' * 4096}").location == "/page"


def test_the_session_cookies(browser: Browser, pool: Pool) -> None:
    for cookie in browser.sign_in(pool).cookies.values():
        age = "0" if "_login_" in cookie.name else "1800"
        wanted = {"max-age": age, "path": "/", "httponly": "", "secure": "", "samesite": "Lax"}
        assert wanted.items() <= cookie.attributes.items()


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(browser: Browser, pool: Pool, url: str, method: str) -> None:
    reply = browser.go(url, method=method)
    assert (reply.status, reply.value("allow")) == (405, "GET")
    assert refused(reply, pool)
    assert browser.go(url).location == "/page"  # and nothing was lost


CHANGES: dict[str, Callable[[str], str]] = {
    "code twice": lambda query: f"{query}&code=other",
    "code twice, the same": lambda query: f"{query}&{query.partition('&')[0]}",
    "state twice": lambda query: f"{query}&state=other",
    "error twice": lambda query: "error=a&error=b",
    "iss twice": lambda query: f"{query}&iss={ISSUER}&iss={ISSUER}",
    "no code": lambda query: query.partition("&")[2],
    "empty code": lambda query: "code=&" + query.partition("&")[2],
    "nothing": lambda query: "",
    "code and error": lambda query: f"{query}&error=access_denied",
    "semicolons": lambda query: query.replace("&", ";"),
    "a code with a line break": lambda query: query.replace("code=", "code=%0D%0A"),
    "a code that is not ASCII": lambda query: query.replace("code=", "code=%C3%A9"),
    "long code": lambda query: query.replace("code=", "code=" + "c" * 2048),
    "long state": lambda query: query + "s" * 512,
    "long error": lambda query: "error=" + "e" * 257,
    "long description": lambda query: query + "&error_description=" + "e" * 4097,
    "not UTF-8": lambda query: query + "%ff",
    "raw bytes": lambda query: query + "\xff",
    "sixty parameters": lambda query: query + "&a=1" * 60,
    "another issuer": lambda query: f"{query}&iss=https://evil.example",
    "an empty issuer": lambda query: f"{query}&iss=",
    "a bare issuer": lambda query: f"iss&{query}",
    "an empty error": lambda query: "error=&state=x",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_wrong_query_is_refused(
    browser: Browser, pool: Pool, url: str, change: Callable[[str], str]
) -> None:
    path, _, query = url.partition("?")
    reply = browser.go(f"{path}?{change(query)}")
    assert reply.status == 400
    assert refused(reply, pool)


@pytest.mark.parametrize(
    "extra",
    [
        f"iss={ISSUER}",
        "unknown=1&unknown=2",
        "id_token=a.b.c&access_token=a.b.c&refresh_token=x&token_type=Bearer",
        "session_state=x",
    ],
)
def test_other_parameters_do_not_matter(browser: Browser, pool: Pool, url: str, extra: str) -> None:
    reply = browser.go(f"{url}&{extra}")
    assert (reply.status, reply.location) == (303, "/page")
    assert browser.go("/").identity.access_token.count(".") == 2
    assert browser.go("/").identity.access_token != "a.b.c"


@pytest.mark.parametrize("extra", ["id_token=a.b.c", "access_token=a.b.c&state=x"])
def test_tokens_in_the_query_are_no_sign_in(browser: Browser, pool: Pool, extra: str) -> None:
    reply = browser.go(f"/auth/callback?{extra}")
    assert reply.status == 400
    assert refused(reply, pool)


# The attempt


def test_the_state_of_another_browser_opens_nothing(site: CoreSite, pool: Pool, url: str) -> None:
    other = Browser(site)
    other.go("/elsewhere")  # has an attempt of its own
    reply = other.go(url)
    assert refused(reply, pool)
    assert reply.location.startswith("https://login.example.com/")  # started over


def test_an_attempt_cookie_under_another_name_opens_nothing(
    browser: Browser, pool: Pool, url: str
) -> None:
    (value,) = browser.jar.values()
    other = pool.sign_in(browser.go("/other").location)
    for name in browser.jar:
        browser.jar[name] = value
    assert refused(browser.go(other), pool)


def test_a_tampered_attempt_opens_nothing(browser: Browser, pool: Pool, url: str) -> None:
    (name,) = browser.jar
    value = browser.jar[name]
    for tampered in (value[:-4], value[:40] + "AAAA" + value[44:], value + "AAAA", "", "x" * 4000):
        browser.jar = {name: tampered}
        assert refused(browser.go(url), pool)
    browser.jar = {name: value}
    assert browser.go(url).location == "/page"


def test_an_attempt_sealed_with_another_secret_opens_nothing(
    make_site: Open, browser: Browser, pool: Pool, url: str
) -> None:
    browser.site = make_site(secret_key="another-secret-key-of-32-characters!")
    assert refused(browser.go(url), pool)


def test_an_attempt_sealed_with_a_retired_secret_opens(
    make_site: Open, browser: Browser, pool: Pool, url: str
) -> None:
    retired = ("0123456789abcdef0123456789abcdef",)
    browser.site = make_site(
        secret_key="one-more-secret-key-of-32-letters!", secret_key_fallbacks=retired
    )
    assert browser.go(url).location == "/page"


def test_a_worker_that_never_saw_the_start_finishes_it(
    make_site: Open, browser: Browser, url: str
) -> None:
    browser.site = make_site()
    assert browser.go(url).location == "/page"


def test_a_planted_twin_of_the_attempt_does_not_matter(browser: Browser, url: str) -> None:
    ((name, value),) = browser.jar.items()
    browser.raw = [f"{name}=planted; {name}={value}".encode()]
    assert browser.go(url).location == "/page"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_tabs_finish_in_either_order(
    browser: Browser, pool: Pool, order: tuple[int, int]
) -> None:
    urls = [pool.sign_in(browser.go(f"/tab/{tab}").location) for tab in (0, 1)]
    for tab in order:
        reply = browser.go(urls[tab])
        assert (reply.status, reply.location) == (303, f"/tab/{tab}")
    assert not [name for name in browser.jar if "_login_" in name]


# Cognito says no


@pytest.mark.parametrize("error", ["access_denied", "login_required", "server_error", "new_one"])
@pytest.mark.parametrize("known", [True, False], ids=["with state", "without state"])
def test_an_error_of_cognito_becomes_a_page(
    browser: Browser, pool: Pool, url: str, error: str, known: bool
) -> None:
    state = "&state=" + url.partition("state=")[2] if known else ""
    reply = browser.go(f"/auth/callback?error={error}{state}")
    assert reply.status == 400
    assert refused(reply, pool)
    assert reply.value("content-type") == "text/html; charset=utf-8"
    assert "default-src 'none'" in reply.value("content-security-policy")
    assert b'href="/auth/login' in reply.body
    assert bool(reply.cleared) == known
    assert (b"next=/page" in reply.body) == known


@pytest.mark.parametrize("name", ["error", "error_description", "error_uri", "state", "code"])
def test_nothing_of_the_query_is_reflected(browser: Browser, url: str, name: str) -> None:
    error = f"error=x{XSS}&error_description={XSS}&error_uri={XSS}&state={XSS}"
    for query in (error, url.partition("?")[2], f"error=x&state={XSS}", ""):
        reply = browser.go(f"/auth/callback?{query}&{name}={XSS}")
        assert b"<script" not in reply.body
        assert b"alert(1)" not in reply.body
        assert "<script" not in str(reply.headers)


def test_a_page_of_refusal_holds_no_secret(browser: Browser, pool: Pool, url: str) -> None:
    state = url.partition("state=")[2]
    (sealed,) = browser.jar.values()
    reply = browser.go(f"/auth/callback?error=access_denied&state={state}")
    shown = reply.body.decode() + str(reply.headers)
    assert state not in shown
    assert sealed not in shown
    assert pool.secret not in shown
