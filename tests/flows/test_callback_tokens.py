"""Every fault of the tokens that a callback brings, one at a time: no session comes of any."""

import time
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from tests.world import tokens
from tests.world.browser import Browser
from tests.world.pool import Pool
from tests.world.tokens import GONE

NOW = int(time.time())
Change: TypeAlias = Callable[[Pool], object]


def access(**claims: Any) -> Change:
    return lambda pool: pool.access.update(claims)


def id_(**claims: Any) -> Change:
    return lambda pool: pool.id.update(claims)


def header(use: str, **facts: Any) -> Change:
    return lambda pool: pool.header.update({use: facts})


def signer(use: str, name: str) -> Change:
    """Signed with a key of another's, under the name of the pool's."""

    def change(pool: Pool) -> None:
        pool.header[use] = {"kid": f"key-{pool.signer[use]}"}
        pool.signer[use] = name

    return change


def answer(reword: Callable[[dict[str, Any]], object]) -> Change:
    def change(pool: Pool) -> None:
        pool.reword = reword

    return change


def unsigned(token: str) -> str:
    return token.rpartition(".")[0] + "."


def none(token: str) -> str:
    """The same claims with `alg: none`."""
    return ".".join([tokens.b64(b'{"alg":"none","kid":"key-a"}'), token.split(".")[1], ""])


FAULTS: dict[str, Change] = {
    "nonce missing": id_(nonce=GONE),
    "nonce of another": id_(nonce="other"),
    "nonce empty": id_(nonce=""),
    "nonce no text": id_(nonce=["x"]),
    "at_hash of another": id_(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "at_hash no text": id_(at_hash=7),
    "ID token of another user": id_(sub="sub-of-bob"),
    "access token of another user": access(sub="sub-of-bob"),
    "ID token as access token": answer(lambda a: {**a, "access_token": a["id_token"]}),
    "access token as ID token": answer(lambda a: {**a, "id_token": a["access_token"]}),
    "access token: use": access(token_use="id"),
    "access token: no use": access(token_use=GONE),
    "ID token: use": id_(token_use="access"),
    "ID token: no use": id_(token_use=GONE),
    "access token of another client": access(client_id="other"),
    "access token of no client": access(client_id=GONE),
    "access token with aud only": access(client_id=GONE, aud="1example23456789"),
    "access token for another resource": access(aud="https://api.example"),
    "ID token of another client": id_(aud="other"),
    "ID token of two clients": id_(aud=["1example23456789", "other"]),
    "ID token of no client": id_(aud=GONE),
    "access token of another issuer": access(iss="https://evil.example"),
    "ID token of another issuer": id_(iss="https://evil.example"),
    "ID token of no issuer": id_(iss=GONE),
    "issuer with a slash": id_(
        iss="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI/"
    ),
    "access token expired": access(exp=NOW - 1),
    "ID token expired": id_(exp=NOW - 1),
    "access token without exp": access(exp=GONE),
    "ID token without exp": id_(exp=GONE),
    "exp as text": id_(exp=str(NOW + 3600)),
    "exp true": id_(exp=True),
    "ID token without iat": id_(iat=GONE),
    "no sub": access(sub=GONE),
    "empty sub": access(sub=""),
    "sub no text": id_(sub=7),
    "groups no list": access(**{"cognito:groups": "admin"}),
    "groups not of texts": access(**{"cognito:groups": [1]}),
    "access token of an unknown key": header("access", kid="unknown"),
    "ID token of an unknown key": header("id", kid="unknown"),
    "no kid": header("id", kid=None),
    "access token signed by another": signer("access", "foreign"),
    "ID token signed by another": signer("id", "foreign"),
    "keys swapped": header("id", kid="key-a"),
    "alg of another kind": header("id", alg="HS256"),
    "crit": header("id", crit=["exp"]),
    "own key": header("id", jwk=tokens.jwk("key-b", "foreign")),
    "key address": header("id", jku="https://evil.example/jwks.json"),
    "logout token": header("id", typ="logout+jwt"),
    "access token unsigned": answer(lambda a: {**a, "access_token": unsigned(a["access_token"])}),
    "ID token unsigned": answer(lambda a: {**a, "id_token": unsigned(a["id_token"])}),
    "alg none": answer(lambda a: {**a, "id_token": none(a["id_token"])}),
    "five parts": answer(lambda a: {**a, "access_token": a["access_token"] + ".x.y"}),
    "no token": answer(lambda a: {**a, "access_token": "opaque"}),
    "openid granted, no ID token": answer(
        lambda a: {name: value for name, value in a.items() if name != "id_token"}
    ),
    "openid granted, empty ID token": answer(lambda a: {**a, "id_token": ""}),
    "openid granted, null ID token": answer(lambda a: {**a, "id_token": None}),
}
FINE: dict[str, Change] = {
    "nothing changed": lambda pool: None,
    "no at_hash": id_(at_hash=GONE),
    "aud as a list of one": id_(aud=["1example23456789"]),
    "unknown claims": id_(**{"custom:x": {"y": [1, None]}, "acr": "urn:x", "amr": ["pwd"]}),
    "clock a minute ahead": id_(iat=NOW + 30, nbf=NOW + 30),
    "a typ": header("id", typ="JWT"),
    "no groups": access(**{"cognito:groups": GONE}),
}


@pytest.mark.parametrize("change", FAULTS.values(), ids=FAULTS)
def test_tokens_that_do_not_hold_open_no_session(
    browser: Browser, pool: Pool, change: Change
) -> None:
    change(pool)
    reply = browser.sign_in(pool)
    assert (reply.status, reply.app, reply.stored) == (400, None, [])
    assert len(reply.cleared) == 1  # the attempt is over
    assert b'href="/auth/login"' in reply.body
    assert not browser.jar
    assert browser.go("/").status == 303


@pytest.mark.parametrize("change", FINE.values(), ids=FINE)
def test_tokens_that_hold_open_one(browser: Browser, pool: Pool, change: Change) -> None:
    change(pool)
    assert browser.sign_in(pool).status == 303
    assert browser.go("/").identity.id_claims["email"] == "ada@example.com"


def test_without_openid_the_access_token_is_the_session(browser: Browser, pool: Pool) -> None:
    pool.scope = "api/read"
    reply = browser.sign_in(pool)
    assert (reply.status, reply.stored) == (303, ["__Host-cognito_access_token"])
    identity = browser.go("/").identity
    assert (identity.username, identity.scopes) == ("ada", ("api/read",))
    assert (identity.email, dict(identity.id_claims), identity.id_token) == (None, {}, "")


def test_without_openid_an_older_id_token_does_not_stay(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    pool.scope = "api/read"
    reply = browser.sign_in(pool, "/auth/login")
    assert "__Host-cognito_id_token" in reply.cleared
    assert browser.go("/").identity.email is None


def test_no_call_goes_where_a_token_points(browser: Browser, pool: Pool) -> None:
    pool.header["id"] = {"jku": "https://evil.example/jwks.json", "x5u": "https://evil.example/"}
    browser.sign_in(pool)
    assert {call.name for call in pool.calls} == {"jwks", "token"}


def test_after_a_key_rotation_the_next_sign_in_works(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    assert len(pool.named("jwks")) == 1
    pool.roll_keys("2")
    assert browser.sign_in(pool, "/auth/login").status == 303
    assert len(pool.named("jwks")) == 2
    assert browser.go("/").status == 200
    assert len(pool.named("jwks")) == 2
