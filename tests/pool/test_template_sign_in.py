"""What a template makes of ways to sign in, messages, functions and what watches over them."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate.pool.environment import Extras, environment
from cognito_gate.pool.options import PoolOptions
from tests.pool.cfn import Stack
from tests.pool.fake_aws import CLIENT_ID, POOL_ID
from tests.pool.variants import (
    BY_PHONE,
    CUSTOM,
    FUNCTION,
    KEYS,
    LITE,
    LOG_GROUP,
    MAIL,
    OWN_PAGES,
    PROVIDERS,
    SECRET,
    TRUSTED,
    pool,
)

WITHOUT = pool("no passwords, own pages")


def user_pool(**options: Any) -> dict[str, Any]:
    return Stack(PoolOptions(**options)).properties("UserPool")


def test_ways_to_sign_in_without_a_password() -> None:
    stack = Stack(WITHOUT)
    made = stack.properties("UserPool")
    factors = made["Policies"]["SignInPolicy"]["AllowedFirstAuthFactors"]
    assert factors == ["PASSWORD", "WEB_AUTHN", "EMAIL_OTP", "SMS_OTP"]
    assert made["WebAuthnRelyingPartyID"] == "example.com"
    assert made["WebAuthnUserVerification"] == "required"
    assert made["WebAuthnFactorConfiguration"] == "MULTI_FACTOR_WITH_USER_VERIFICATION"
    assert made["EnabledMfas"] == ["EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SMS_MFA"]
    assert "ALLOW_USER_AUTH" in stack.properties("UserPoolClient")["ExplicitAuthFlows"]


def test_the_gates_own_pages_get_to_know_them() -> None:
    outputs = {**Stack(WITHOUT).outputs, "UserPoolId": POOL_ID, "ClientId": CLIENT_ID}
    made = environment(outputs, Extras(client_secret="c" * 51))
    values = {variable.name: variable.value for variable in made}
    assert values["COGNITO_GATE_SIGN_IN_FLOW"] == "choice"
    assert values["COGNITO_GATE_SIGN_IN_WAYS"] == "PASSWORD_SRP WEB_AUTHN EMAIL_OTP SMS_OTP"


@pytest.mark.parametrize(
    ("options", "host"),
    [
        ({**KEYS, **OWN_PAGES}, "localhost"),
        (KEYS, None),  # Cognito's own: the login domain
        ({**KEYS, **CUSTOM, "passkey_domain": "auth.example.com"}, "auth.example.com"),
    ],
)
def test_whom_a_passkey_is_for(options: dict[str, Any], host: str | None) -> None:
    assert user_pool(**options).get("WebAuthnRelyingPartyID") == host


def test_without_more_ways_nothing_is_said_of_them() -> None:
    made = user_pool()
    assert "SignInPolicy" not in made["Policies"]
    assert not [name for name in made if name.startswith("WebAuthn")]
    flows = Stack(PoolOptions()).properties("UserPoolClient")["ExplicitAuthFlows"]
    assert flows == ["ALLOW_USER_SRP_AUTH"]


@pytest.mark.parametrize(
    ("options", "names", "verified"),
    [
        (BY_PHONE, ["phone_number"], ["email", "phone_number"]),
        (
            {"sign_in": "email-or-phone", "required": ()},
            ["email", "phone_number"],
            ["email", "phone_number"],
        ),
        ({}, ["email"], ["email"]),
    ],
)
def test_names_to_sign_in_by(
    options: dict[str, Any], names: list[str], verified: list[str]
) -> None:
    stack = Stack(PoolOptions(**options))
    made = stack.properties("UserPool")
    assert made["UsernameAttributes"] == names
    assert made["AutoVerifiedAttributes"] == verified
    assert ("SmsConfiguration" in made) is ("phone_number" in names)
    assert ("SmsRole" in stack.resources) is ("phone_number" in names)


@pytest.mark.parametrize("options", [{"mfa_methods": ("sms",)}, {"mfa_methods": ("app", "sms")}])
def test_codes_by_sms_need_the_role_and_a_number(options: dict[str, Any]) -> None:
    stack = Stack(PoolOptions(**options))
    assert stack.properties("UserPool")["SmsConfiguration"]["SnsCallerArn"] == "<SmsRole.Arn>"
    assert "phone_number" in stack.properties("UserPoolClient")["WriteAttributes"]


# Messages


def test_mail_by_ses() -> None:
    assert user_pool(**MAIL)["EmailConfiguration"] == {
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": MAIL["ses_identity"],
        "From": MAIL["email_from"],
    }
    identity = "arn:aws:ses:eu-west-1:123456789012:identity/no-reply@example.com"
    assert "From" not in user_pool(ses_identity=identity)["EmailConfiguration"]
    assert "EmailConfiguration" not in user_pool()


def test_texts_name_the_address_of_the_app_of_this_stage() -> None:
    url = "https://stage.example.com:8443/auth/callback,https://b.example.com/auth/callback"
    made = Stack(WITHOUT, {"CallbackURLs": url}).properties("UserPool")
    app = "https://stage.example.com:8443"
    messages = made["VerificationMessageTemplate"]
    assert messages["EmailMessage"] == f"Your code for {app}: {{####}} ${{AWS::Region}}"
    assert messages["SmsMessage"] == f"{{####}} confirms your number at {app}"
    assert made["AdminCreateUserConfig"]["InviteMessageTemplate"] == {
        "EmailSubject": f"Welcome to {app}",
        "EmailMessage": f"You are {{username}}, by {{####}}, at {app}/",
        "SMSMessage": f"{{username}} {{####}} {app}",
    }
    assert made["EmailAuthenticationSubject"] == "Your code"
    for name in ("EmailAuthenticationMessage", "SmsAuthenticationMessage"):
        assert made[name] == f"{{####}} is your code for {app}"


# Other identity providers


def test_other_identity_providers() -> None:
    stack = Stack(pool("other identity providers"))
    made = stack.of_type("Cognito::UserPoolIdentityProvider")
    client = stack.resources["UserPoolClient"]
    names = ["Google", "Facebook", "LoginWithAmazon", "SignInWithApple", "Login-Service", "Okta"]
    assert [item["ProviderName"] for item in made.values()] == names
    assert client["Properties"]["SupportedIdentityProviders"] == ["COGNITO", *names]
    assert set(client["DependsOn"]) == {
        *made,
        *stack.of_type("Cognito::UserPoolResourceServer"),
    }
    for item in made.values():  # Cognito writes them at each sign-in
        mapped = {name for name in item["AttributeMapping"] if not name.endswith("_verified")}
        assert mapped <= set(client["Properties"]["WriteAttributes"])
    assert "email_verified" not in client["Properties"]["WriteAttributes"]  # no client may
    assert made["ProviderGoogle"] == {
        "UserPoolId": "<UserPool>",
        "ProviderName": "Google",
        "ProviderType": "Google",
        "ProviderDetails": {
            "client_id": "1.apps.example.com",
            "client_secret": SECRET,
            "authorize_scopes": "openid email profile",
        },
        "AttributeMapping": {"email": "email", "email_verified": "email_verified", "name": "name"},
    }
    assert made["ProviderOkta"]["ProviderDetails"] == {"MetadataURL": PROVIDERS[-1].metadata_url}
    assert made["ProviderOkta"]["IdpIdentifiers"] == ["example.com"]
    details = made["ProviderSignInWithApple"]["ProviderDetails"]
    assert set(details) == {"client_id", "team_id", "key_id", "private_key", "authorize_scopes"}
    [oidc] = [item for item in made.values() if item["ProviderType"] == "OIDC"]
    assert oidc["ProviderDetails"]["oidc_issuer"] == "https://login.example.com"


def test_apis_and_custom_attributes() -> None:
    stack = Stack(pool("other identity providers"))
    servers = {
        item["Identifier"]: {
            scope["ScopeName"]: scope["ScopeDescription"] for scope in item["Scopes"]
        }
        for item in stack.of_type("Cognito::UserPoolResourceServer").values()
    }
    assert servers == {
        "orders": {"read": "read of orders", "write": "Change orders"},
        "https://api.example.com": {"all": "all of https://api.example.com"},
    }
    client = stack.properties("UserPoolClient")
    assert client["AllowedOAuthScopes"] == ["openid", "email", "orders/read"]
    assert {"custom:plan", "custom:seats", "custom:vip", "locale"} <= set(client["ReadAttributes"])
    assert "custom:plan" in client["WriteAttributes"]
    assert "custom:vip" not in client["WriteAttributes"]  # what nobody may change of themselves
    schema = {item["Name"]: item for item in stack.properties("UserPool")["Schema"]}
    assert schema["seats"] == {"Name": "seats", "AttributeDataType": "Number", "Mutable": True}
    assert schema["plan"]["StringAttributeConstraints"] == {"MinLength": "0", "MaxLength": "2048"}
    assert stack.properties("UserPool")["UserPoolTags"] == {"team": "web", "cost:center": "4 2"}


# Functions, and what watches over sign-ins


def test_functions_may_be_called_by_this_pool_only() -> None:
    stack = Stack(pool("functions, watched"))
    lambdas = stack.properties("UserPool")["LambdaConfig"]
    version = {"LambdaArn": FUNCTION, "LambdaVersion": "V3_0"}
    assert lambdas.pop("PreTokenGenerationConfig") == version
    assert set(lambdas.values()) == {FUNCTION}
    permissions = stack.of_type("Lambda::Permission")
    assert len(permissions) == len(lambdas) + 1
    for item in permissions.values():
        assert item["FunctionName"] == FUNCTION
        assert item["SourceArn"] == "<UserPool.Arn>"
    assert "ALLOW_USER_PASSWORD_AUTH" in stack.properties("UserPoolClient")["ExplicitAuthFlows"]
    assert stack.outputs["SignInFlow"] == "password"  # the function is given the password


def test_the_plan_lite_has_less() -> None:
    stack = Stack(pool("functions, lite"))
    assert stack.properties("UserPool")["LambdaConfig"]["PreTokenGeneration"] == FUNCTION
    assert "RefreshTokenRotation" not in stack.properties("UserPoolClient")
    assert "UserPoolAddOns" not in stack.properties("UserPool")
    assert PoolOptions(**LITE).threat_mode == ""


def test_trusted_domains_are_the_function_s_business() -> None:
    stack = Stack(PoolOptions(**TRUSTED), {"AutoConfirmDomains": "a.example,b.example"})
    variables = stack.properties("SignUpFunction")["Environment"]["Variables"]
    assert variables == {"ALLOWED_DOMAINS": "*", "AUTO_CONFIRM_DOMAINS": "a.example,b.example"}
    assert stack.properties("UserPool")["LambdaConfig"] == {"PreSignUp": "<SignUpFunction.Arn>"}


@pytest.mark.parametrize(
    ("options", "mode"),
    [
        ({}, None),
        ({"tier": "plus"}, "AUDIT"),
        ({"tier": "plus", "threat_protection": "off"}, "OFF"),
        ({"tier": "plus", "threat_protection": "enforced"}, "ENFORCED"),
    ],
)
def test_threat_protection(options: dict[str, Any], mode: str | None) -> None:
    stack = Stack(PoolOptions(**options))
    assert (
        stack.properties("UserPool").get("UserPoolAddOns", {}).get("AdvancedSecurityMode") == mode
    )
    assert ("RiskConfiguration" in stack.resources) is (mode == "ENFORCED")


def test_what_threat_protection_does() -> None:
    made = Stack(pool("functions, watched")).properties("RiskConfiguration")
    assert made["ClientId"] == "ALL"
    assert made["CompromisedCredentialsRiskConfiguration"] == {"Actions": {"EventAction": "BLOCK"}}
    actions = made["AccountTakeoverRiskConfiguration"]["Actions"]
    assert actions["HighAction"]["EventAction"] == "BLOCK"
    assert actions["MediumAction"]["EventAction"] == "MFA_IF_CONFIGURED"


@pytest.mark.parametrize(
    ("arn", "place"),
    [
        (LOG_GROUP, {"CloudWatchLogsConfiguration": {"LogGroupArn": LOG_GROUP}}),
        ("arn:aws:s3:::a-bucket", {"S3Configuration": {"BucketArn": "arn:aws:s3:::a-bucket"}}),
    ],
)
def test_logs(arn: str, place: dict[str, Any]) -> None:
    options = PoolOptions(tier="plus", notification_log=LOG_GROUP, sign_in_log=arn)
    assert Stack(options).properties("LogDelivery")["LogConfigurations"] == [
        {
            "EventSource": "userNotification",
            "LogLevel": "ERROR",
            "CloudWatchLogsConfiguration": {"LogGroupArn": LOG_GROUP},
        },
        {"EventSource": "userAuthEvents", "LogLevel": "INFO", **place},
    ]
