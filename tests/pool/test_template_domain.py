"""What a template makes around the pool: login domain, groups, outputs."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate.pool.options import PoolOptions
from tests.pool.cfn import Stack
from tests.pool.variants import CERTIFICATE, CUSTOM, OWN_PAGES, PHONE, ZONE


def test_the_default_login_pages_are_there_for_the_client() -> None:
    stack = Stack(PoolOptions())
    assert stack.properties("UserPoolDomain") == {
        "UserPoolId": "<UserPool>",
        "Domain": "login-5f3c9a10",
        "ManagedLoginVersion": 2,
    }
    assert stack.properties("ManagedLoginBranding") == {
        "UserPoolId": "<UserPool>",
        "ClientId": "<UserPoolClient>",
        "UseCognitoProvidedValues": True,
    }
    assert stack.resources["ManagedLoginBranding"]["DependsOn"] == "UserPoolDomain"
    assert len(stack.resources) == 4


# The domain


def test_a_prefix_of_ones_own() -> None:
    stack = Stack(PoolOptions(domain_prefix="my-shop"))
    assert stack.properties("UserPoolDomain")["Domain"] == "my-shop"


def test_classic_pages_have_no_style() -> None:
    stack = Stack(PoolOptions(login="classic"))
    assert stack.properties("UserPoolDomain")["ManagedLoginVersion"] == 1
    assert "ManagedLoginBranding" not in stack.resources


def test_a_custom_domain_without_a_zone() -> None:
    stack = Stack(PoolOptions(**CUSTOM))
    assert stack.properties("UserPoolDomain") == {
        "UserPoolId": "<UserPool>",
        "Domain": "auth.example.com",
        "CustomDomainConfig": {
            "CertificateArn": CERTIFICATE,
            "SecurityPolicy": "TLS_V1_2_2021",
        },
        "ManagedLoginVersion": 2,
    }
    assert not stack.of_type("Route53::RecordSet")
    assert "Conditions" not in stack.template


def test_a_custom_domain_in_a_zone() -> None:
    records = Stack(PoolOptions(**ZONE)).of_type("Route53::RecordSet")
    assert {name: record["Type"] for name, record in records.items()} == {
        "DomainRecord": "A",
        "DomainRecordIPv6": "AAAA",
    }
    for record in records.values():
        assert record["HostedZoneId"] == "Z0123456789ABCDEFGHIJ"
        assert record["Name"] == "auth.example.com"
        assert record["AliasTarget"] == {
            "DNSName": "<UserPoolDomain.CloudFrontDistribution>",
            "HostedZoneId": "Z2FDTNDATAQYW2",
        }


def test_the_record_above_a_custom_domain_comes_first() -> None:
    stack = Stack(
        PoolOptions(**{**ZONE, "custom_domain": "auth.a.example.com"}, parent_record=True)
    )
    assert stack.resources["UserPoolDomain"]["DependsOn"] == "ParentRecord"
    record = stack.properties("ParentRecord")
    assert (record["Name"], record["Type"]) == ("a.example.com", "A")
    assert record["ResourceRecords"] == ["192.0.2.1"]


# Groups


def test_each_group_has_a_logical_id_of_its_own_name() -> None:
    names = ("admin", "Admin", "a-b", "ab", "a.b")
    made = Stack(PoolOptions(groups=names)).of_type("Cognito::UserPoolGroup")
    assert tuple(group["GroupName"] for group in made.values()) == names
    assert all(group["UserPoolId"] == "<UserPool>" for group in made.values())
    fewer = Stack(PoolOptions(groups=names[2:])).of_type("Cognito::UserPoolGroup")
    assert fewer.items() <= made.items()


# Outputs


def test_the_outputs_of_the_default_pool() -> None:
    assert Stack(PoolOptions()).outputs == {
        "Region": "eu-west-1",
        "UserPoolId": "<UserPool>",
        "UserPoolArn": "<UserPool.Arn>",
        "ClientId": "<UserPoolClient>",
        "Domain": "https://login-5f3c9a10.auth.eu-west-1.amazoncognito.com",
        "Issuer": "https://cognito-idp.eu-west-1.amazonaws.com/<UserPool>",
        "RedirectUrl": "http://localhost:8000/auth/callback",
        "LogoutUrl": "http://localhost:8000/auth/signed-out",
        "Scopes": "openid email profile",
        "ConfidentialClient": "true",
        "SignInPages": "hosted",
        "SignInFlow": "srp",
        "SignInWays": "PASSWORD_SRP",
        "RefreshEnabled": "true",
        "RefreshTokenSeconds": "2592000",
        "PasswordPolicy": "12 upper lower digits symbols",
        "SignUp": "false",
        "SignIn": "email",
        "Required": "email",
    }


@pytest.mark.parametrize(
    ("options", "output", "expected"),
    [
        ({"public": True}, "ConfidentialClient", "false"),
        (OWN_PAGES, "SignInPages", "custom"),
        ({"refresh_days": 1}, "RefreshTokenSeconds", "86400"),
        (
            {"password_length": 8, "password_symbols": False},
            "PasswordPolicy",
            "8 upper lower digits",
        ),
        ({"self_sign_up": True}, "SignUp", "true"),
        ({"sign_in": "both"}, "SignIn", "both"),
        (PHONE, "Required", "email phone_number"),
        ({"sign_in": "username", "required": ()}, "Required", ""),
        (CUSTOM, "Domain", "https://auth.example.com"),
        (CUSTOM, "CloudFrontDistribution", "<UserPoolDomain.CloudFrontDistribution>"),
        (
            {"issuer": "updated"},
            "Issuer",
            "https://issuer-cognito-idp.eu-west-1.amazonaws.com/<UserPool>",
        ),
    ],
)
def test_an_output(options: dict[str, Any], output: str, expected: str) -> None:
    assert Stack(PoolOptions(**options)).outputs[output] == expected


def test_govcloud_has_domains_of_its_own() -> None:
    pseudo = {"AWS::Partition": "aws-us-gov", "AWS::Region": "us-gov-west-1"}
    outputs = Stack(PoolOptions(domain_prefix="my-shop"), pseudo=pseudo).outputs
    assert outputs["Domain"] == "https://my-shop.auth-fips.us-gov-west-1.amazoncognito.com"


# The table of sessions


def test_a_table_of_sessions() -> None:
    stack = Stack(PoolOptions(sessions_table=True))
    table = stack.properties("SessionsTable")
    assert [item["AttributeName"] for item in table["KeySchema"]] == ["pk", "sk"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert "SessionsTable" not in Stack(PoolOptions()).resources
