"""What a template makes of the app client, by itself and option by option."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate.pool.options import PoolOptions
from tests.pool.cfn import Stack
from tests.pool.variants import OWN_PAGES


def client(**options: Any) -> dict[str, Any]:
    return Stack(PoolOptions(**options)).properties("UserPoolClient")


def test_the_default_client_is_safe() -> None:
    assert client() == {
        "ClientName": "cognito-gate",
        "UserPoolId": "<UserPool>",
        "GenerateSecret": True,
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "profile"],
        "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": ["http://localhost:8000/auth/callback"],
        "LogoutURLs": ["http://localhost:8000/auth/signed-out"],
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 30},
        "AccessTokenValidity": 60,
        "IdTokenValidity": 60,
        "RefreshTokenValidity": 30,
        "TokenValidityUnits": {
            "AccessToken": "minutes",
            "IdToken": "minutes",
            "RefreshToken": "days",
        },
        "ReadAttributes": [
            "email",
            "email_verified",
            "name",
            "given_name",
            "family_name",
            "preferred_username",
        ],
        "WriteAttributes": ["email", "name"],
    }


@pytest.mark.parametrize(
    ("options", "flows"),
    [
        ({}, {"SRP"}),
        ({"rotation": False}, {"SRP", "REFRESH"}),
        (OWN_PAGES, {"SRP", "PASSWORD"}),
        ({**OWN_PAGES, "rotation": False}, {"SRP", "PASSWORD", "REFRESH"}),
    ],
)
def test_flows_are_named_and_agree_with_rotation(options: dict[str, Any], flows: set[str]) -> None:
    names = {
        "SRP": "ALLOW_USER_SRP_AUTH",
        "PASSWORD": "ALLOW_USER_PASSWORD_AUTH",
        "REFRESH": "ALLOW_REFRESH_TOKEN_AUTH",
    }
    made = client(**options)
    assert set(made["ExplicitAuthFlows"]) == {names[flow] for flow in flows}
    rotating = made["RefreshTokenRotation"]["Feature"] == "ENABLED"
    assert rotating is ("REFRESH" not in flows)
    own_pages = "PASSWORD" in flows
    assert made.get("AuthSessionValidity") == (15 if own_pages else None)
    propagates = made.get("EnablePropagateAdditionalUserContextData", False)
    assert propagates is (own_pages and made["GenerateSecret"])


def test_without_rotation_it_is_said() -> None:
    """Not left out: that would keep an earlier setting."""
    assert client(rotation=False)["RefreshTokenRotation"] == {"Feature": "DISABLED"}


def test_other_client_settings() -> None:
    made = client(
        public=True,
        access_minutes=5,
        id_minutes=6,
        refresh_days=7,
        grace_seconds=8,
        prevent_user_existence_errors=False,
        token_revocation=False,
    )
    assert made["GenerateSecret"] is False
    assert (made["AccessTokenValidity"], made["IdTokenValidity"]) == (5, 6)
    assert made["RefreshTokenValidity"] == 7
    assert made["RefreshTokenRotation"]["RetryGracePeriodSeconds"] == 8
    assert made["PreventUserExistenceErrors"] == "LEGACY"
    assert made["EnableTokenRevocation"] is False


@pytest.mark.parametrize(
    ("options", "read", "written"),
    [
        ({"scopes": ("openid",)}, "email email_verified", "email"),
        (
            {"scopes": ("openid",), "required": ("email", "name")},
            "email email_verified name",
            "email name",
        ),
        (
            {"scopes": ("openid", "phone")},
            "email email_verified phone_number phone_number_verified",
            "email",
        ),
        (
            {"scopes": ("openid",), "required": ("email", "phone")},
            "email email_verified phone_number phone_number_verified",
            "email phone_number",
        ),
    ],
)
def test_what_the_client_reads_and_writes(options: dict[str, Any], read: str, written: str) -> None:
    made = client(**options)
    assert made["ReadAttributes"] == read.split()
    assert made["WriteAttributes"] == written.split()
