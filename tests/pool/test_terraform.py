"""The OpenTofu example makes the pool of `pool template`: worked out here, and held against it.

No `tofu` is asked: what it would refuse is judged by python-hcl2, by the example's own validations,
and by the arguments that the AWS provider's schema has (terraform_schema.json, read from the npm
package @cdktn/provider-aws 25.7.0; those of the table from the provider's documentation).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cognito_gate.pool._option_fields import DEFAULTS
from cognito_gate.pool.options import PoolOptions
from tests.pool.cfn import Stack
from tests.pool.hcl import Module, Reference
from tests.pool.terraform_pools import GOOGLE, POOLS
from tests.pool.variants import SECRET

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "terraform"
SCHEMA = json.loads((Path(__file__).parent / "terraform_schema.json").read_text())["resources"]
PREFIX = "login-5f3c9a10"  # what the stack of these tests makes of its id
POOL = "aws_cognito_user_pool.pool"
CLIENT = "aws_cognito_user_pool_client.client"
TABLE = "aws_dynamodb_table"

TYPES = {
    "AWS::Cognito::UserPool": "aws_cognito_user_pool",
    "AWS::Cognito::UserPoolClient": "aws_cognito_user_pool_client",
    "AWS::Cognito::UserPoolDomain": "aws_cognito_user_pool_domain",
    "AWS::Cognito::UserPoolGroup": "aws_cognito_user_group",
    "AWS::Cognito::UserPoolIdentityProvider": "aws_cognito_identity_provider",
    "AWS::Cognito::UserPoolResourceServer": "aws_cognito_resource_server",
    "AWS::Cognito::ManagedLoginBranding": "aws_cognito_managed_login_branding",
    "AWS::Cognito::UserPoolRiskConfigurationAttachment": "aws_cognito_risk_configuration",
    "AWS::DynamoDB::Table": TABLE,
    "AWS::Lambda::Permission": "aws_lambda_permission",
    "AWS::Route53::RecordSet": "aws_route53_record",
}
# CloudFormation's name of an argument, where it is another than the same words.
NAMES = {
    "name": {
        "aws_cognito_user_pool": "UserPoolName",
        "aws_cognito_user_pool_client": "ClientName",
        "aws_cognito_user_group": "GroupName",
    },
    "zone_id": {"aws_route53_record": "HostedZoneId"},
}
PATHS = {
    "PasswordPolicy": "Policies.PasswordPolicy",
    "SignInPolicy": "Policies.SignInPolicy",
    "WebAuthnConfiguration.RelyingPartyId": "WebAuthnRelyingPartyID",
    "WebAuthnConfiguration.UserVerification": "WebAuthnUserVerification",
    "EmailConfiguration.FromEmailAddress": "EmailConfiguration.From",
    "AccountRecoverySetting.RecoveryMechanism": "AccountRecoverySetting.RecoveryMechanisms",
    "SoftwareTokenMfaConfiguration.Enabled": "EnabledMfas",
    "CertificateArn": "CustomDomainConfig.CertificateArn",
    "Alias.Name": "AliasTarget.DNSName",
    "Alias.ZoneId": "AliasTarget.HostedZoneId",
    "Scope": "Scopes",
    "Tags": "UserPoolTags",
}
LISTS = ("Schema", "RecoveryMechanism", "Scope")  # blocks that are lists in CloudFormation, too
REFERENCES = {
    f"{POOL}.id": "<UserPool>",
    f"{POOL}.arn": "<UserPool.Arn>",
    f"{CLIENT}.id": "<UserPoolClient>",
    "aws_cognito_user_pool_domain.login.cloudfront_distribution": (
        "<UserPoolDomain.CloudFrontDistribution>"
    ),
}
# What one of them says and the other has no word for, or leaves to a default that says the same.
ONLY_IN_TEMPLATE = {
    "CustomDomainConfig.SecurityPolicy",
    "SourceAccount",
    "ClientId=ALL",  # the provider's default
}
ONLY_IN_MODULE = {"Alias.EvaluateTargetHealth"}


def module(variables: dict[str, Any]) -> Module:
    domain = {} if "custom_domain" in variables else {"domain_prefix": PREFIX}
    return Module(EXAMPLE, {**domain, **variables})


def camel(name: str) -> str:
    text = "".join(part.capitalize() for part in name.split("_"))
    for usual, theirs in (("Oauth", "OAuth"), ("Urls", "URLs"), ("Authn", "Authn")):
        text = text.replace(usual, theirs)
    return text


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Properties by their whole paths."""
    if not isinstance(value, dict) or not value:
        return {path: value}
    found: dict[str, Any] = {}
    for name, item in value.items():
        found |= flat(item, f"{path}.{name}" if path else name)
    return found


def described(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """A resource of the module, in CloudFormation's words."""
    if kind == TABLE:
        return flat(_table(body))
    found = {}
    for path, value in flat(_in_words(body, kind)).items():
        for theirs, ours in PATHS.items():
            if path == theirs or path.startswith(f"{theirs}."):
                path = ours + path.removeprefix(theirs)
        found[path] = ["SOFTWARE_TOKEN_MFA"] if path == "EnabledMfas" else value
    return {path: value for path, value in found.items() if value != {}}


def _table(body: dict[str, Any]) -> dict[str, Any]:
    """A table, whose words are altogether others."""
    [ttl], [encryption] = body["ttl"], body["server_side_encryption"]
    return {
        "BillingMode": body["billing_mode"],
        "AttributeDefinitions": [
            {"AttributeName": item["name"], "AttributeType": item["type"]}
            for item in body["attribute"]
        ],
        "KeySchema": [
            {"AttributeName": body["hash_key"], "KeyType": "HASH"},
            {"AttributeName": body["range_key"], "KeyType": "RANGE"},
        ],
        "TimeToLiveSpecification": {
            "AttributeName": ttl["attribute_name"],
            "Enabled": ttl["enabled"],
        },
        "SSESpecification": {"SSEEnabled": encryption["enabled"]},
    }


def _in_words(body: Any, kind: str = "") -> Any:
    if isinstance(body, Reference):
        return REFERENCES[body]
    if not isinstance(body, dict):
        return body
    found = {}
    for name, value in body.items():
        title = NAMES.get(name, {}).get(kind) or camel(name)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            blocks = [_in_words(item) for item in value]
            found[title] = blocks if title in LISTS else blocks[0]
        else:
            plain = name in ("provider_details", "attribute_mapping", "tags")
            found[title] = value if plain else _in_words(value)
    return found


def alike(properties: dict[str, Any]) -> dict[str, Any]:
    """Without what is written in two forms only."""
    found = dict(properties)
    for item in found.get("Schema", ()):
        if item.get("Required"):  # of a standard attribute, CloudFormation wants less
            for name in ("AttributeDataType", "StringAttributeConstraints"):
                item.pop(name, None)
    return found


def of_kind(made: Module, kind: str) -> list[dict[str, Any]]:
    return [
        alike(described(kind, body))
        for address, body in made.resources.items()
        if address.startswith(f"{kind}.")
    ]


@pytest.mark.parametrize("name", POOLS)
def test_both_make_the_same_pool(name: str) -> None:
    options, variables = POOLS[name]
    stack, made = Stack(PoolOptions(**options)), module(variables)
    kinds = {item["Type"] for item in stack.resources.values()}
    assert {address.split(".")[0] for address in made.resources} == {TYPES[kind] for kind in kinds}
    for kind in kinds:
        ours = [alike(flat(item)) for item in stack.of_type(kind.removeprefix("AWS::")).values()]
        for item in ours:
            for path in ONLY_IN_TEMPLATE:
                key, _, value = path.partition("=")
                if not value or item.get(key) == value:
                    item.pop(key, None)
        theirs = of_kind(made, TYPES[kind])
        for item in theirs:
            for path in ONLY_IN_MODULE:
                item.pop(path, None)
        assert sorted(theirs, key=repr_of) == sorted(ours, key=repr_of)


def repr_of(item: dict[str, Any]) -> str:
    return json.dumps(item, sort_keys=True)


@pytest.mark.parametrize("name", POOLS)
def test_the_provider_has_these_arguments(name: str) -> None:
    for address, body in module(POOLS[name][1]).resources.items():
        check(SCHEMA[address.split(".")[0]], body, address)


def check(schema: dict[str, Any], body: dict[str, Any], where: str) -> None:
    known = {name.removeprefix("!"): kind for name, kind in schema.items()}
    for name in schema:
        assert not name.startswith("!") or name[1:] in body, f"{where} lacks {name[1:]}"
    for name, value in body.items():
        assert name in known, f"{where} has {name}"
        if isinstance(known[name], dict):
            for block in value:
                check(known[name], block, f"{where}.{name}")
        else:
            kinds = {"list": list, "map": dict, "bool": bool, "number": int, "string": str}
            assert isinstance(value, kinds[known[name]]), f"{where}.{name}"


def test_a_provider_gets_its_attributes() -> None:
    made = module({"identity_providers": {"Google": GOOGLE}})
    client = made.resources[CLIENT]
    assert client["supported_identity_providers"] == ["COGNITO", "Google"]
    assert "email_verified" not in client["write_attributes"]
    [provider] = of_kind(made, "aws_cognito_identity_provider")
    assert provider["ProviderDetails.client_secret"] == SECRET


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"sign_in": "phone"}, "Takes email, username or both"),
        ({"tier": "LITE"}, "neither managed login nor rotation"),
    ],
)
def test_what_the_module_refuses(variables: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        module(variables)


def test_its_variables_are_options_of_the_template() -> None:
    made = module({})
    assert set(made.variables) - {"invitation"} <= set(DEFAULTS)
    told = (EXAMPLE / "README.md").read_text()
    assert made.outputs["sessions_table"] is None
    assert module({"sessions_table": True}).outputs["sessions_table"] == "cognito-gate-sessions"
    assert made.outputs["user_pool_id"] == Reference(f"{POOL}.id")
    assert re.search(r"pool env --user-pool-id ID --client-id CLIENT", told)
