"""What a template makes of the pool, by itself and option by option."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate.pool.options import PoolOptions
from tests.pool.cfn import STACK, Stack
from tests.pool.variants import LIMITED, LITE, PHONE


def the_pool(**options: Any) -> dict[str, Any]:
    return Stack(PoolOptions(**options)).properties("UserPool")


def test_the_default_pool_is_safe() -> None:
    stack = Stack(PoolOptions())
    assert stack.resources["UserPool"]["DeletionPolicy"] == "Retain"
    assert stack.resources["UserPool"]["UpdateReplacePolicy"] == "Retain"
    assert stack.properties("UserPool") == {
        "UserPoolName": "cognito-gate",
        "UserPoolTier": "ESSENTIALS",
        "DeletionProtection": "ACTIVE",
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
        "Schema": [{"Name": "email", "Required": True, "Mutable": True}],
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]
        },
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 12,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
                "TemporaryPasswordValidityDays": 7,
            }
        },
        "MfaConfiguration": "OPTIONAL",
        "EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
    }


# The pool


@pytest.mark.parametrize(
    ("sign_in", "usernames", "aliases"),
    [("email", ["email"], None), ("username", None, None), ("both", None, ["email"])],
)
def test_what_people_sign_in_by(sign_in: Any, usernames: Any, aliases: Any) -> None:
    made = the_pool(sign_in=sign_in)
    assert (made.get("UsernameAttributes"), made.get("AliasAttributes")) == (usernames, aliases)


def test_required_attributes_have_cognitos_names() -> None:
    schema = the_pool(required=("email", "phone", "name"))["Schema"]
    assert [item["Name"] for item in schema] == ["email", "phone_number", "name"]
    assert all(item["Required"] and item["Mutable"] for item in schema)
    assert "Schema" not in the_pool(sign_in="username", required=())


def test_a_password_policy() -> None:
    policy = the_pool(
        password_length=20, password_upper=False, password_symbols=False, temporary_password_days=1
    )["Policies"]["PasswordPolicy"]
    assert policy == {
        "MinimumLength": 20,
        "RequireUppercase": False,
        "RequireLowercase": True,
        "RequireNumbers": True,
        "RequireSymbols": False,
        "TemporaryPasswordValidityDays": 1,
    }


@pytest.mark.parametrize("option", ["upper", "lower", "digits", "symbols"])
def test_each_kind_of_character_is_demanded_by_itself(option: str) -> None:
    policy = the_pool(**{f"password_{option}": False})["Policies"]["PasswordPolicy"]
    names = {"upper": "Uppercase", "lower": "Lowercase", "digits": "Numbers", "symbols": "Symbols"}
    assert [key for key, value in policy.items() if value is False] == [f"Require{names[option]}"]


@pytest.mark.parametrize(("kind", "suffix"), [("code", ""), ("link", "ByLink")])
def test_own_words_in_the_email(kind: Any, suffix: str) -> None:
    text = "{####}" if kind == "code" else "{##here##}"
    messages = the_pool(verify_email=kind, email_subject="S", email_message=text)
    assert messages["VerificationMessageTemplate"] == {
        "DefaultEmailOption": f"CONFIRM_WITH_{kind.upper()}",
        f"EmailSubject{suffix}": "S",
        f"EmailMessage{suffix}": text,
    }


@pytest.mark.parametrize(
    ("mfa", "expected"),
    [("off", ("OFF", None)), ("on", ("ON", ["SOFTWARE_TOKEN_MFA"]))],
)
def test_mfa(mfa: Any, expected: tuple[str, list[str] | None]) -> None:
    made = the_pool(mfa=mfa)
    assert (made["MfaConfiguration"], made.get("EnabledMfas")) == expected


@pytest.mark.parametrize(("tier", "mode"), [("lite", None), ("plus", "AUDIT")])
def test_tiers(tier: str, mode: str | None) -> None:
    made = the_pool(**{**(LITE if tier == "lite" else {}), "tier": tier})
    assert made["UserPoolTier"] == tier.upper()
    assert made.get("UserPoolAddOns", {}).get("AdvancedSecurityMode") == mode


def test_a_pool_that_goes_with_its_stack() -> None:
    resource = Stack(PoolOptions(retain=False, deletion_protection=False)).resources["UserPool"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Delete", "Delete")
    assert resource["Properties"]["DeletionProtection"] == "INACTIVE"


def test_the_updated_issuer() -> None:
    assert the_pool(issuer="updated")["IssuerConfiguration"] == {"Type": "UPDATED"}


# SMS


def test_sms_has_a_role_with_an_external_id() -> None:
    stack = Stack(PoolOptions(**PHONE))
    made = stack.properties("UserPool")
    assert made["AutoVerifiedAttributes"] == ["email", "phone_number"]
    assert made["UserAttributeUpdateSettings"] == {
        "AttributesRequireVerificationBeforeUpdate": ["email", "phone_number"]
    }
    assert [item["Name"] for item in made["AccountRecoverySetting"]["RecoveryMechanisms"]] == [
        "verified_email",
        "verified_phone_number",
    ]
    external = STACK.rpartition("/")[2]
    assert made["SmsConfiguration"] == {
        "ExternalId": external,
        "SnsCallerArn": "<SmsRole.Arn>",
        "SnsRegion": "eu-west-1",
    }
    role = stack.properties("SmsRole")
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "cognito-idp.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": external}}
    [policy] = role["Policies"]
    assert [item["Action"] for item in policy["PolicyDocument"]["Statement"]] == ["sns:Publish"]


# Sign-up


@pytest.mark.parametrize("open_to_all", [True, False])
def test_who_may_sign_up(open_to_all: bool) -> None:
    made = the_pool(self_sign_up=open_to_all)
    assert made["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is not open_to_all


def test_a_limit_to_email_domains() -> None:
    stack = Stack(PoolOptions(**{**LIMITED, "email_domains": ("a.example", "b.example")}))
    made, function = stack.properties("UserPool"), stack.properties("SignUpFunction")
    assert made["LambdaConfig"] == {"PreSignUp": "<SignUpFunction.Arn>"}
    assert function["Environment"] == {"Variables": {"ALLOWED_DOMAINS": "a.example,b.example"}}
    assert (function["Handler"], function["Role"]) == ("index.handler", "<SignUpRole.Arn>")
    assert stack.properties("SignUpPermission") == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": "<SignUpFunction.Arn>",
        "Principal": "cognito-idp.amazonaws.com",
        "SourceAccount": "123456789012",
        "SourceArn": "<UserPool.Arn>",
    }
    assert stack.properties("SignUpRole")["ManagedPolicyArns"] == [
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    ]


def test_a_limit_holds_after_sign_up() -> None:
    made = the_pool(**{**LIMITED, "required": ("email", "name")})
    assert {item["Name"]: item["Mutable"] for item in made["Schema"]} == {
        "email": False,
        "name": True,
    }
    assert "UserAttributeUpdateSettings" not in made
    written = Stack(PoolOptions(**LIMITED)).properties("UserPoolClient")["WriteAttributes"]
    assert "email" in written  # or nobody could sign up


def test_nothing_waits_for_itself() -> None:
    """The pool needs the function and the role; only the permission needs both of them."""
    resources = Stack(PoolOptions(**LIMITED)).resources
    for name in ("SignUpFunction", "SignUpRole"):
        assert "UserPool" not in str(resources[name]["Properties"])
    assert "SignUpPermission" not in str([item["Properties"] for item in resources.values()])
    assert not any("DependsOn" in resources[name] for name in ("UserPool", "SignUpPermission"))
