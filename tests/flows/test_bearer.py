"""Authorization: Bearer for APIs, and the route that says who one is."""

import json
from collections.abc import Callable

import pytest

from tests.flows.site import Open
from tests.world import faults
from tests.world.browser import Browser, Reply
from tests.world.pool import CLIENT, Pool
from tests.world.tokens import GONE


@pytest.fixture
def api(make_site: Open) -> Browser:
    return Browser(make_site(bearer=True, bearer_client_ids=("machine",)))


def call(browser: Browser, token: str, path: str = "/api") -> Reply:
    return browser.send("GET", path, {"authorization": f"Bearer {token}"})


def refused(reply: Reply) -> bool:
    challenge = 'Bearer error="invalid_token"'
    return (
        (reply.status, reply.app, reply.cookies) == (401, None, {})
        and reply.value("www-authenticate") == challenge
        and json.loads(reply.body) == {"error": "invalid_token"}
    )


def test_a_user(api: Browser, pool: Pool) -> None:
    token = pool.access_token()
    for _ in range(2):
        identity = call(api, token).identity
        assert (identity.username, identity.access_token, identity.id_token) == ("ada", token, "")
        assert not identity.is_machine


def test_a_machine(api: Browser, pool: Pool) -> None:
    pool.access = {"username": GONE, "sub": CLIENT, "scope": "api/read", "auth_time": GONE}
    identity = call(api, pool.access_token()).identity
    assert identity.is_machine
    assert (identity.username, identity.sub, identity.groups) == (None, CLIENT, ())
    assert identity.scopes == ("api/read",)


@pytest.mark.parametrize(
    ("client", "accepted"), [(CLIENT, True), ("machine", True), ("other", False)]
)
def test_app_clients(api: Browser, pool: Pool, client: str, accepted: bool) -> None:
    pool.access["client_id"] = client
    reply = call(api, pool.access_token())
    assert (reply.status == 200) if accepted else refused(reply)


@pytest.mark.parametrize(
    ("audiences", "aud", "accepted"),
    [
        ((), "https://api.example", False),
        (("https://api.example",), "https://api.example", True),
        (("https://api.example",), "https://other.example", False),
    ],
)
def test_a_token_for_a_resource_counts_at_that_resource(
    make_site: Open, pool: Pool, audiences: tuple[str, ...], aud: str, accepted: bool
) -> None:
    """By header and by cookie alike."""
    browser = Browser(make_site(bearer=True, audiences=audiences))
    token = pool.access_token(aud=aud, scope="api/read")
    reply = call(browser, token)
    assert (reply.status == 200) if accepted else refused(reply)
    browser.jar = {"__Host-cognito_access_token": token}
    assert browser.fetch("/api").status == (200 if accepted else 401)


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER  "])
def test_the_scheme_is_of_any_case(api: Browser, pool: Pool, scheme: str) -> None:
    reply = api.send("GET", "/", {"authorization": scheme + pool.access_token()})
    assert reply.status == 200


@pytest.mark.parametrize("scheme", ["BearerX ", "Bearer,", "Bearer\t"])
def test_another_scheme_is_refused(api: Browser, pool: Pool, scheme: str) -> None:
    assert refused(api.send("GET", "/", {"authorization": scheme + pool.access_token()}))


def test_how_long_a_token_counts(make_site: Open, pool: Pool) -> None:
    """For WebSockets: what a token opened ends with it."""
    site = make_site(bearer=True, expiration_leeway=30)
    headers = [(b"authorization", f"Bearer {pool.access_token(exp=site.now() + 60)}".encode())]
    Browser(site).send("GET", "/api", {"authorization": headers[0][1].decode()})
    known = site.gate.cached("/api", headers, site.now(), "GET", "")
    assert known is not None
    assert site.now() + 85 < known.until <= site.now() + 90


WRONG: dict[str, Callable[[Pool], str]] = {
    "ID token": lambda pool: pool.id_token(),
    "no token": lambda pool: "",
    "opaque": lambda pool: "abc",
    "two tokens": lambda pool: f"{pool.access_token()} {pool.access_token()}",
    "two joined": lambda pool: f"{pool.access_token()}, Bearer {pool.access_token()}",
    "truncated": lambda pool: pool.access_token()[:-5],
    "expired": lambda pool: pool.access_token(exp=1),
    "other issuer": lambda pool: pool.access_token(iss="https://evil.example"),
    "no use": lambda pool: pool.access_token(token_use=GONE),
    "not UTF-8": lambda pool: pool.access_token() + "\xff",
    "huge": lambda pool: "a" * 100_000 + ".b.c",
    "JWE": lambda pool: "a.b.c.d.e",
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG)
def test_what_is_refused(api: Browser, pool: Pool, make: Callable[[Pool], str]) -> None:
    assert call(api, pool.access_token()).status == 200
    assert refused(call(api, make(pool)))


def test_a_foreign_signature_is_refused(api: Browser, pool: Pool) -> None:
    assert call(api, pool.access_token()).status == 200
    pool.header["access"] = {"kid": "key-a"}
    pool.signer["access"] = "foreign"
    assert refused(call(api, pool.access_token()))


def test_two_headers_are_refused(api: Browser, pool: Pool) -> None:
    request = api.request("GET", "/", {"authorization": f"Bearer {pool.access_token()}"})
    assert api.site.handle(request).status == 200
    request.headers.append((b"authorization", b"Bearer " + pool.access_token().encode()))
    assert refused(api.site.handle(request))


def test_a_wrong_token_is_not_saved_by_a_session(api: Browser, pool: Pool) -> None:
    api.sign_in(pool)
    assert api.go("/").status == 200
    assert refused(api.go("/", headers={"authorization": "Bearer x"}))
    assert api.go("/", headers={"authorization": "Basic eDp5"}).identity.username == "ada"


def test_off_by_default(browser: Browser, pool: Pool) -> None:
    reply = call(browser, pool.access_token())
    assert (reply.status, reply.app) == (401, None)
    browser.sign_in(pool)
    assert call(browser, "x").identity.username == "ada"


def test_keys_down_is_no_refusal(api: Browser, pool: Pool) -> None:
    pool.faults["jwks"] = faults.reply(500)
    reply = call(api, pool.access_token())
    assert (reply.status, reply.value("retry-after"), reply.app) == (503, "5", None)


def test_on_a_public_path_a_wrong_token_is_nobody(make_site: Open, pool: Pool) -> None:
    api = Browser(make_site(bearer=True, public_paths=("/open",)))
    reply = call(api, "x", "/open")
    assert reply.app is not None
    assert reply.app.identity is None
    assert call(api, pool.access_token(), "/open").identity.username == "ada"


# /me


def test_me_tells_the_claims(browser: Browser, pool: Pool) -> None:
    pool.access["cognito:groups"] = ["admin", "<b>"]
    browser.sign_in(pool)
    reply = browser.go("/auth/me")
    assert (reply.status, reply.app) == (200, None)
    assert reply.value("content-type") == "application/json"
    assert reply.value("cache-control") == "no-store"
    assert reply.value("x-content-type-options") == "nosniff"
    told = json.loads(reply.body)
    assert told["sub"] == "sub-of-ada"
    assert told["groups"] == ["admin", "<b>"]
    assert told["scopes"] == ["openid", "email"]
    assert told["access_claims"]["client_id"] == CLIENT
    assert told["id_claims"]["email"] == told["email"] == "ada@example.com"


def test_me_tells_no_token(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    body = browser.go("/auth/me").body.decode()
    assert not any(value in body for value in browser.jar.values())


@pytest.mark.parametrize("is_navigation", [True, False])
def test_me_signed_out_is_401_for_all(browser: Browser, is_navigation: bool) -> None:
    reply = browser.go("/auth/me") if is_navigation else browser.fetch("/auth/me")
    assert (reply.status, reply.app, reply.cookies) == (401, None, {})
    assert reply.value("www-authenticate") == "Bearer"
    assert json.loads(reply.body) == {"error": "login_required", "login_url": "/auth/login"}


def test_me_takes_bearer_tokens(api: Browser, pool: Pool) -> None:
    assert json.loads(call(api, pool.access_token(), "/auth/me").body)["username"] == "ada"
    assert refused(call(api, "x", "/auth/me"))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_me_takes_get_only(browser: Browser, method: str) -> None:
    reply = browser.go("/auth/me", method=method)
    assert (reply.status, reply.value("allow")) == (405, "GET, HEAD")


def test_me_renews_a_session(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(refresh_flow_enabled=True))
    pool.lifetime = 30
    browser.sign_in(pool)
    pool.lifetime = 3600
    assert len(browser.fetch("/auth/me").stored) == 3
