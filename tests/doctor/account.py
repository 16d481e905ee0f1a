"""An account of AWS with one pool, as boto3 would tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cognito_gate.doctor.description import Described, describe
from cognito_gate.doctor.findings import Finding
from cognito_gate.pool.aws import AwsError
from tests.doctor.aws import CALLBACK, CLIENT, ENVIRON, POOL, SIGNED_OUT, Cognito, case, found

REFRESH = {"AWS_COGNITO_REFRESH_FLOW_ENABLED": "true"}
CUSTOM = {"AWS_COGNITO_DOMAIN": None, "COGNITO_GATE_LOGIN": "custom"}
MINUTES = {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"}
APP_CLIENT: Mapping[str, Any] = {
    "ClientId": CLIENT,
    "ClientSecret": ENVIRON["AWS_COGNITO_USER_POOL_CLIENT_SECRET"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email", "profile"],
    "CallbackURLs": ["https://other.example/", CALLBACK],
    "LogoutURLs": [SIGNED_OUT],
    "SupportedIdentityProviders": ["COGNITO", "Google"],
    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": True,
    "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 30},
    "AccessTokenValidity": 60,
    "IdTokenValidity": 60,
    "RefreshTokenValidity": 30,
    "TokenValidityUnits": MINUTES,
    "ReadAttributes": ["email", "email_verified"],
}
USER_POOL: Mapping[str, Any] = {
    "Id": POOL,
    "MfaConfiguration": "OPTIONAL",
    "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
    "IssuerConfiguration": {"Type": "ORIGINAL"},
    "UsernameAttributes": ["email"],
    "SchemaAttributes": [
        {"Name": "sub", "Required": True},
        {"Name": "email", "Required": True},
        {"Name": "custom:team"},
    ],
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 8,
            **dict.fromkeys(
                ("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols"), True
            ),
        },
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]},
    },
}
DOMAIN: Mapping[str, Any] = {"UserPoolId": POOL, "Status": "ACTIVE", "ManagedLoginVersion": 2}


class Account:
    """An account of AWS with one pool. What is None there is not found; an error is raised."""

    region = "eu-west-1"

    def __init__(self, *, emulated: str = "", **answers: Any) -> None:
        self.emulated = emulated
        self.asked: list[tuple[str, Mapping[str, object]]] = []
        self.answers: dict[str, Any] = {
            "describe_user_pool_client": {"UserPoolClient": APP_CLIENT},
            "describe_user_pool": {"UserPool": USER_POOL},
            "describe_user_pool_domain": {"DomainDescription": DOMAIN},
            "describe_managed_login_branding_by_client": {"ManagedLoginBranding": {}},
            **answers,
        }

    def call(self, service: str, operation: str, **parameters: object) -> dict[str, Any]:
        assert service == "cognito-idp"
        self.asked.append((operation, parameters))
        answer = self.answers[operation]
        if answer is None:
            raise AwsError("not found", "ResourceNotFoundException")
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    def fips_endpoint(self, service: str) -> str:
        raise AssertionError(service)

    def emulator(self, service: str) -> str:
        return self.emulated


def described(account: Account | None = None, **changes: str | None) -> Described:
    return describe(account or Account(), case(**changes).settings)


def lines(
    client: Mapping[str, Any] | None = None,
    changes: Mapping[str, str | None] | None = None,
    cognito: Cognito | None = None,
    **answers: Any,
) -> dict[str, Finding]:
    """All lines, with the app client changed so; what becomes None is not told."""
    record = {**APP_CLIENT, **(client or {})}
    told_of = {name: value for name, value in record.items() if value is not None}
    account = Account(describe_user_pool_client={"UserPoolClient": told_of}, **answers)
    return found(cognito, changes or {}, described(account, **(changes or {})))
