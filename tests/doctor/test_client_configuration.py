"""The app client's own configuration against the settings."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate.doctor.client_configuration import difference, nearest
from cognito_gate.doctor.description import Described
from tests.doctor.account import CUSTOM, REFRESH, described, lines
from tests.doctor.aws import CALLBACK, LOGIN, SIGNED_OUT, Cognito, error_page, found, wrong


def test_a_client_that_fits_is_well() -> None:
    seen = lines()
    assert wrong(seen) == set()
    assert {finding.state for finding in seen.values()} == {"ok", "unknown"}
    assert seen["aws"].state == "ok"
    assert seen["token-lifetimes"].found == "access 1 h, ID 1 h, refresh 30 d"
    assert seen["clock"].state == "unknown"


def test_without_credentials_there_is_one_line() -> None:
    seen = found(described=Described(absent="No AWS credentials were found."))
    assert seen["aws"].found == "not checked: No AWS credentials were found."
    assert "rotation" not in seen
    assert wrong(seen) == set()


@pytest.mark.parametrize(
    ("client", "code", "state", "said"),
    [
        ({"AllowedOAuthFlowsUserPoolClient": None}, "code-grant", "wrong", "are turned off"),
        ({"AllowedOAuthFlows": ["implicit"]}, "code-grant", "wrong", "(implicit)"),
        ({"CallbackURLs": [f"{CALLBACK}/"]}, "callback-url", "wrong", "the slash at the end"),
        ({"CallbackURLs": None}, "callback-url", "wrong", "none is"),
        ({"LogoutURLs": [SIGNED_OUT.replace("https", "http")]}, "sign-out-url", "wrong",
         "http and https"),
        ({"AllowedOAuthScopes": ["email"]}, "scopes", "warning", "without openid"),
        ({"SupportedIdentityProviders": None}, "identity-providers", "wrong", "nobody can sign in"),
        ({"ClientSecret": None}, "client-secret", "wrong", "the app client is public"),
        ({"ClientSecret": "x" * 40}, "client-secret", "warning", "may have two"),
        ({"EnableTokenRevocation": False}, "revocation", "warning", "off"),
        ({"PreventUserExistenceErrors": "LEGACY"}, "user-existence", "warning", "not ENABLED"),
        ({"PreventUserExistenceErrors": None}, "user-existence", "warning", "not ENABLED"),
        ({"ReadAttributes": ["email"]}, "attributes", "wrong", "invalid_grant"),
        ({"ReadAttributes": None}, "attributes", "ok", "may read all"),
        ({"ReadAttributes": ["phone_number"]}, "attributes", "warning", "phone_number_verified"),
        ({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]},
         "rotation", "warning", "conflicts with rotation"),
        ({"RefreshTokenRotation": None}, "rotation", "ok", "off"),
        ({"RefreshTokenRotation": {"Feature": "ENABLED"}}, "rotation", "ok", "0 s of grace"),
        ({"TokenValidityUnits": None}, "token-lifetimes", "wrong", "access 60 h"),
        ({"AccessTokenValidity": 1500}, "token-lifetimes", "wrong", "access 25 h"),
        ({"RefreshTokenValidity": 9999}, "token-lifetimes", "wrong", "refresh 9999 d"),
        ({"IdTokenValidity": 5}, "session-lifetimes", "warning", "the tokens in them 5 min"),
        ({"ExplicitAuthFlows": None}, "rotation", "warning", "conflicts with rotation"),
        ({"ExplicitAuthFlows": None, "RefreshTokenRotation": None}, "auth-flows", "ok",
         "ALLOW_REFRESH_TOKEN_AUTH ALLOW_USER_SRP_AUTH ALLOW_CUSTOM_AUTH"),
    ],
)  # fmt: skip
def test_each_fact_of_a_client(client: dict[str, Any], code: str, state: str, said: str) -> None:
    seen = lines(client)
    assert seen[code].state == state
    assert said in seen[code].found
    others = [line for line in seen.values() if line.code != code]
    assert {line.state for line in others} == {"ok", "unknown"}


@pytest.mark.parametrize(
    ("client", "changes", "code", "state", "said"),
    [
        ({}, {"AWS_COGNITO_SCOPES": "openid phone"}, "scopes", "wrong", "phone: not among"),
        ({"AllowedOAuthScopes": None}, {"AWS_COGNITO_SCOPES": "openid"}, "scopes", "wrong",
         "(none)"),
        ({"ReadAttributes": ["email"]}, {"AWS_COGNITO_SCOPES": "openid"}, "attributes", "warning",
         "email_verified"),
        ({}, {"AWS_COGNITO_USER_POOL_CLIENT_SECRET": None}, "client-secret", "wrong", "is not set"),
        ({"EnableTokenRevocation": False}, REFRESH, "revocation", "wrong", "outlive"),
        ({"RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 5}}, REFRESH,
         "rotation", "ok", "5 s of grace"),
        ({"RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 4}}, REFRESH,
         "rotation", "warning", "4 s of grace"),
        ({"IdTokenValidity": 5}, {**REFRESH, "COGNITO_GATE_REFRESH_BEFORE_SECONDS": "300"},
         "renewal", "wrong", "this app client's last 300 s"),
        ({"RefreshTokenValidity": 1},
         {**REFRESH, "AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS": "86401"},
         "session-lifetimes", "warning", "the refresh token lasts 1 d"),
        ({}, {**CUSTOM, "COGNITO_GATE_SIGN_IN_FLOW": "password"}, "sign-in-flow", "wrong",
         "need ALLOW_USER_PASSWORD_AUTH"),
        ({}, {**CUSTOM, "COGNITO_GATE_SIGN_IN_FLOW": "choice"}, "sign-in-flow", "wrong",
         "need ALLOW_USER_AUTH"),
        ({"RefreshTokenRotation": None}, {**CUSTOM, **REFRESH}, "sign-in-flow", "wrong",
         "need ALLOW_REFRESH_TOKEN_AUTH"),
        ({}, {**CUSTOM, **REFRESH}, "sign-in-flow", "ok", "ALLOW_USER_SRP_AUTH"),
        ({"CallbackURLs": None}, CUSTOM, "callback-url", "unknown", "there is no login domain"),
    ],
)  # fmt: skip
def test_each_fact_of_a_client_against_a_setting(
    client: dict[str, Any], changes: dict[str, str | None], code: str, state: str, said: str
) -> None:
    seen = lines(client, changes)
    assert seen[code].state == state
    assert said in seen[code].found
    assert wrong(seen) == ({code} if state == "wrong" else set())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("AWS_COGNITO_REDIRECT_URL", "callback-url"),
        ("AWS_COGNITO_LOGOUT_URL", "sign-out-url"),
        ("AWS_COGNITO_SCOPES", "scopes"),
        ("AWS_COGNITO_USER_POOL_CLIENT_SECRET", "client-secret"),
    ],
)
def test_what_rests_on_a_wrong_setting_is_not_compared(name: str, code: str) -> None:
    seen = lines(
        changes={name: '"no\x7f'}, cognito=Cognito(authorize=error_page("redirect_mismatch"))
    )
    assert seen[code].state == "unknown" or code != "callback-url"
    assert f"setting:{name}" in wrong(seen)
    assert wrong(seen) - {f"setting:{name}"} <= {"callback-url"}


@pytest.mark.parametrize("name", ["AWS_COGNITO_USER_POOL_ID", "AWS_COGNITO_USER_POOL_CLIENT_ID"])
def test_without_a_pool_and_a_client_nothing_is_compared(name: str) -> None:
    seen = found(None, {name: None}, described())
    assert seen["aws"].found == f"not checked: {name} is wrong"


# Words


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("https://app.example.com/auth/callback/", "the slash at the end"),
        ("https://App.example.com/auth/callback", "case"),
        ("http://app.example.com/auth/callback", "http and https"),
        ("https://app.example.com:8443/auth/callback", "the port"),
        ("https://www.example.com/auth/callback", "the host"),
        ("https://app.example.com/oauth/callback", "the path"),
        ("http://app.example.com:80/auth/callback", "http and https and the port"),
        ("https://app.example.com/auth/callback?x=1", "its end"),
    ],
)
def test_the_difference_of_two_urls(other: str, said: str) -> None:
    assert difference(CALLBACK, other) == said
    assert nearest(CALLBACK, (LOGIN, other)) == f"; {other} is, and differs in {said}"


def test_urls_that_are_far_away() -> None:
    assert nearest(CALLBACK, ("myapp://x", "myapp://y")) == "; 2 others are"
