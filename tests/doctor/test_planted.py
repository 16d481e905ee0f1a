"""One fault at a time, on real sockets: it is named, by its own line, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cognito_gate.local import Fault, LocalCognito
from tests.doctor.remedies import is_local
from tests.doctor.stage import (
    CALLBACK,
    CLIENT_SECRET,
    REFRESH,
    SECRET_KEY,
    SIGNED_OUT,
    diagnose,
    healthy,
    pool,
)

ENDPOINT = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"


@dataclass(frozen=True)
class Planted:
    """A fault: what is changed in the environment, in the client, or at the pool.

    `{origin}` in a value is the pool's; `found` is a pattern in the line that names it.
    """

    code: str
    found: str
    environ: Mapping[str, str | None] = field(default_factory=dict)
    client: Mapping[str, Any] = field(default_factory=dict)
    arm: Callable[[LocalCognito], object] = lambda cognito: None


def setting(name: str, value: str | None, found: str, **more: str | None) -> Planted:
    return Planted(f"setting:{name}", f"{name} {found}", {name: value, **more})


PLANTED = {
    "no domain": setting("AWS_COGNITO_DOMAIN", None, "is missing"),
    "no pool id": setting("AWS_COGNITO_USER_POOL_ID", "us-east-1", "is 'us-east-1'"),
    "no client id": setting("AWS_COGNITO_USER_POOL_CLIENT_ID", None, "is missing"),
    "plain http": setting(
        "AWS_COGNITO_REDIRECT_URL", "http://app.example.com/auth/callback", r".* \(plain http"
    ),
    "no logout url": setting("AWS_COGNITO_LOGOUT_URL", "app.example.com", "is 'app.example.com'"),
    "a callback on a route": setting(
        "AWS_COGNITO_REDIRECT_URL", "http://localhost:8000/auth/login", "has the path '/auth/login'"
    ),
    "a sign-out that loops": setting(
        "AWS_COGNITO_LOGOUT_URL", "http://localhost:8000/auth/logout", ".* loop forever"
    ),
    "another's cookie domain": setting(
        "AWS_COGNITO_COOKIE_DOMAIN", "example.org", ".* browsers refuse from 'localhost'"
    ),
    "SameSite none over http": setting("AWS_COGNITO_COOKIE_SAMESITE", "none", ".* https only"),
    "not a number": setting("AWS_COGNITO_COOKIE_AGE_SECONDS", "soon", "is 'soon'"),
    "a short key": setting("SECRET_KEY", "short", "has 5 characters"),
    "a secret twice": setting(
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET",
        CLIENT_SECRET,
        "is set, and so is",
        AWS_COGNITO_USER_POOL_CLIENT_SECRET_FILE="/run/secrets/client",
    ),
    "a misspelt option": Planted(
        "unknown-variable:AWS_COGNITO_SCOPE",
        "did you mean AWS_COGNITO_SCOPES",
        {"AWS_COGNITO_SCOPE": "openid"},
    ),
    "a misspelt need": Planted(
        "unknown-variable:AWS_COGNITO_DOMIAN",
        "did you mean AWS_COGNITO_DOMAIN",
        {"AWS_COGNITO_DOMAIN": None, "AWS_COGNITO_DOMIAN": "{origin}"},
    ),
    "another region": Planted("region", "the pool id says us-east-1", {"AWS_REGION": "eu-west-1"}),
    "no such pool": Planted(
        "user-pool",
        "no user pool us-east-1_Gone",
        {
            "AWS_COGNITO_USER_POOL_ID": "us-east-1_Gone",
            "AWS_COGNITO_ISSUER": "{origin}/us-east-1_Gone",
            ENDPOINT: None,
        },
    ),
    "a pool nobody reaches": Planted(
        "user-pool",
        "refuses the connection",
        {"AWS_COGNITO_ISSUER": "http://127.0.0.1:1/us-east-1_Gone", ENDPOINT: None},
    ),
    "a pool without a name": Planted(
        "user-pool",
        r"does not resolve \(DNS\)",
        {"AWS_COGNITO_ISSUER": "https://pool.invalid/x", ENDPOINT: None},
    ),
    "an endpoint nobody reaches": Planted(
        "user-pool", "refuses the connection", {ENDPOINT: "http://127.0.0.1:1"}
    ),
    "another issuer than the pool's": Planted(
        "issuer", "ours is https://cognito-idp", {"AWS_COGNITO_ISSUER": None, ENDPOINT: "{origin}"}
    ),
    "the id of another pool": Planted(
        "issuer",
        "is of another pool",
        {"AWS_COGNITO_USER_POOL_ID": "us-east-1_Other", ENDPOINT: None},
    ),
    "keys that are none": Planted(
        "signing-keys",
        "without an RS256 key",
        arm=lambda cognito: cognito.fail("jwks", Fault("garbage")),
    ),
    "keys of wrong types": Planted(
        "signing-keys",
        "without an RS256 key",
        arm=lambda cognito: cognito.fail("jwks", Fault("wrong_types")),
    ),
    "a domain that refuses": Planted(
        "domain", "refuses the connection", {"AWS_COGNITO_DOMAIN": "http://127.0.0.1:1"}
    ),
    "a domain without a name": Planted(
        "domain", r"does not resolve \(DNS\)", {"AWS_COGNITO_DOMAIN": "https://auth.invalid"}
    ),
    "a domain without Cognito": Planted(
        "domain",
        "HTTP 404 where Cognito's login would redirect",
        arm=lambda cognito: cognito.fail("authorize", Fault("status", status=404, body="Hm?")),
    ),
    "a firewall": Planted(
        "firewall", "HTTP 403", arm=lambda cognito: cognito.fail("authorize", Fault("waf"))
    ),
    "another client": Planted(
        "client-id",
        "the domain is this pool's, so the client id is wrong",
        {"AWS_COGNITO_USER_POOL_CLIENT_ID": "nobody"},
    ),
    "a slash too many": Planted(
        "callback-url", r"is not registered .*redirect_mismatch",
        {"AWS_COGNITO_REDIRECT_URL": f"{CALLBACK}/"},
    ),
    "another port": Planted(
        "callback-url",
        r"localhost:8001/auth/callback is not registered",
        {
            "AWS_COGNITO_REDIRECT_URL": CALLBACK.replace("8000", "8001"),
            "AWS_COGNITO_LOGOUT_URL": SIGNED_OUT.replace("8000", "8001"),
        },
        {"logout_urls": (SIGNED_OUT.replace("8000", "8001"),)},
    ),
    "a client for machines": Planted(
        "code-grant",
        "may not use the authorization code grant",
        client={"flows": ("client_credentials",)},
    ),
    "a scope too many": Planted(
        "scopes",
        "^phone: not allowed to the app client",
        {"AWS_COGNITO_SCOPES": "openid email phone"},
        {"scopes": ("openid", "email", "profile")},
    ),
    "scopes without openid": Planted(
        "scopes", "without openid", {"AWS_COGNITO_SCOPES": "email profile"}
    ),
    "no login page": Planted(
        "login-page",
        "no login page to show",
        arm=lambda cognito: cognito.fail("login", Fault("status", status=400, body="Hm?")),
    ),
    "no style": Planted(
        "login-page",
        "no login page to show",
        arm=lambda cognito: cognito.fail(
            "login", Fault("waf", body="<p>Login pages unavailable. Please contact ...</p>")
        ),
    ),
    "another sign-out url": Planted(
        "sign-out-url", "is not registered", {"AWS_COGNITO_LOGOUT_URL": f"{SIGNED_OUT}?x=1"}
    ),
    "a wrong secret": Planted(
        "client-secret",
        "is not this app client's secret",
        {"AWS_COGNITO_USER_POOL_CLIENT_SECRET": "w" * 40},
    ),
    "a missing secret": Planted(
        "client-secret",
        "has a secret, and AWS_COGNITO_USER_POOL_CLIENT_SECRET is not set",
        {"AWS_COGNITO_USER_POOL_CLIENT_SECRET": None},
    ),
    "a secret too many": Planted(
        "client-secret",
        "the app client is public",
        {"AWS_COGNITO_USER_POOL_CLIENT_SECRET": CLIENT_SECRET},
        {"secret": None},
    ),
    "no revocation": Planted(
        "revocation",
        "refresh tokens outlive a sign-out",
        REFRESH,
        arm=lambda cognito: cognito.switch(revocation=False),
    ),
    "two names of one machine": Planted(
        "after-sign-out",
        "on localhost and the sign-out URL on 127.0.0.1",
        {"AWS_COGNITO_LOGOUT_URL": "http://127.0.0.1:8000/auth/signed-out"},
        {"logout_urls": ("http://127.0.0.1:8000/auth/signed-out",)},
    ),
    "everybody's cookie domain": Planted(
        "cookie-domain",
        "public suffix",
        {
            "AWS_COGNITO_COOKIE_DOMAIN": "co.uk",
            "AWS_COGNITO_REDIRECT_URL": "https://app.example.co.uk/auth/callback",
            "AWS_COGNITO_LOGOUT_URL": "https://app.example.co.uk/auth/signed-out",
        },
        {
            "callback_urls": ("https://app.example.co.uk/auth/callback",),
            "logout_urls": ("https://app.example.co.uk/auth/signed-out",),
        },
    ),
    "a key of words": Planted(
        "secret-key", "can be guessed", {"SECRET_KEY": "change-me-please-this-is-not-secret"}
    ),
    "one secret for two": Planted(
        "secret-key", "is the client secret as well", {"SECRET_KEY": CLIENT_SECRET}
    ),
    "a retired key of words": Planted(
        "secret-key-fallbacks",
        "number 1 can be guessed",
        {"SECRET_KEY_FALLBACKS": "change-me-please-this-is-not-secret"},
    ),
    "renewal at each request": Planted(
        "renewal",
        "every request asks",
        {**REFRESH, "COGNITO_GATE_REFRESH_BEFORE_SECONDS": "3600"},
    ),
}  # fmt: skip


OWN = {"public-paths", "session-lifetimes", "renewal", "sign-in-time", "secret-key-fallbacks"}
RESTS_ON = {"setting:AWS_COGNITO_COOKIE_AGE_SECONDS": {"session-lifetimes"}}


def test_there_are_enough() -> None:
    assert len({planted.code for planted in PLANTED.values()}) >= 22


@pytest.mark.parametrize("name", PLANTED)
def test_each_fault_has_a_line_of_its_own(name: str) -> None:
    planted = PLANTED[name]
    with pool(**planted.client) as cognito:
        changes = {
            variable: value.replace("{origin}", cognito.origin) if value else value
            for variable, value in planted.environ.items()
        }
        planted.arm(cognito)
        found = diagnose(healthy(cognito, **changes), "--no-aws")
    assert found.codes("wrong") == {planted.code}, found.text
    assert found.codes("warning") == set(), found.text
    line = found.finding(planted.code)
    assert re.search(planted.found, line["found"]), line["found"]
    assert line["fix"]["what"]
    is_local(line["fix"])
    assert found.exit_code == 1
    assert found.text.count("✗") == 1
    # It hides no more than what rests on it: the app's own lines are there.
    assert OWN - RESTS_ON.get(planted.code, {planted.code}) <= found.codes("ok")


def test_a_domain_of_another_pool() -> None:
    with pool() as cognito, pool(client_id="another") as other:
        found = diagnose(healthy(cognito, AWS_COGNITO_DOMAIN=other.origin))
        fixed = f"AWS_COGNITO_DOMAIN={cognito.origin}"
    assert found.codes("wrong") == {"domain"}
    assert "is the domain of another pool" in found.finding("domain")["found"]
    assert found.finding("domain")["fix"]["setting"] == fixed
    assert "client-id" in found.codes("unknown")


def test_several_faults_at_once_are_all_named(tmp_path: Path) -> None:
    with pool() as cognito:
        environ = healthy(
            cognito,
            AWS_COGNITO_LOGOUT_URL=None,
            AWS_COGNITO_USER_POOL_CLIENT_SECRET="w" * 40,
            SECRET_KEY="change-me-please-this-is-not-secret",
            COGNITO_GATE_PREFIX="no path",
        )
        found = diagnose(environ)
    assert found.codes("wrong") == {
        "setting:AWS_COGNITO_LOGOUT_URL",
        "setting:COGNITO_GATE_PREFIX",
        "client-secret",
        "secret-key",
    }


def test_a_key_that_retired_and_did_not() -> None:
    with pool() as cognito:
        found = diagnose(healthy(cognito, SECRET_KEY_FALLBACKS=SECRET_KEY))
    assert found.codes("warning") == {"secret-key-fallbacks"}
    assert found.exit_code == 0
