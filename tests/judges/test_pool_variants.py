"""More kinds of pools, deployed to MiniStack: own domains, SMS, a limit to e-mail domains."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from cognito_gate import Settings
from cognito_gate.pool.options import PoolOptions, PoolOptionsError
from cognito_gate.pool.template import template
from tests.judges.account import CLASSIC, Account
from tests.pool.combinations import COUNT, combined, pools

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0"
APP = (
    *("--callback-url", "https://app.example.com/auth/callback"),
    *("--logout-url", "https://app.example.com/auth/signed-out"),
)


def secret_hash(found: Settings, username: str) -> str:
    """What a client with a secret proves itself by (developer guide, SecretHash)."""
    key = found.user_pool_client_secret.encode()
    text = f"{username}{found.user_pool_client_id}".encode()
    return b64encode(hmac.digest(key, text, "sha256")).decode()


def settings_of(account: Account, stack: str) -> Settings:
    return Settings.from_env(account.values(stack), env_file=None)


def test_a_limit_to_e_mail_domains_holds(account: Account) -> None:
    words = ("--public", "--self-sign-up", "--email-domain", "example.com", "--yes")
    account.gate("pool", "deploy", "limited", *CLASSIC, *words)
    found, cognito = settings_of(account, "limited"), account.client("cognito-idp")

    def sign_up(email: str) -> Any:
        return cognito.sign_up(
            ClientId=found.user_pool_client_id,
            Username=email,
            Password="Correct-Horse-1",
            UserAttributes=[{"Name": "email", "Value": email}],
        )

    assert sign_up("ada@example.com")["UserConfirmed"] is False
    with pytest.raises(cognito.exceptions.UserLambdaValidationException, match=r"at example\.com"):
        sign_up("eve@example.com.evil.net")


def test_every_way_to_sign_in_on_pages_of_ones_own(account: Account) -> None:
    words = ("--sign-in-pages", "custom", "--sign-in", "both", "--self-sign-up", "--mfa", "on")
    phone = ("--verify-phone", "--required", "email", "--required", "phone", "--no-rotation")
    account.gate("pool", "deploy", "own-pages", *CLASSIC, *words, *phone, "--yes")
    found = settings_of(account, "own-pages")
    assert (found.login, found.sign_in, found.sign_up) == ("custom", "both", True)
    assert found.sign_up_attributes == ("email", "phone_number")
    pool = account.pool(found.user_pool_id)
    assert pool["MfaConfiguration"] == "ON"
    assert pool["SmsConfiguration"]["SnsCallerArn"].startswith("arn:aws:iam::")


# What MiniStack's CloudFormation does not know is left out, and names of what is not there or may
# be there once only.
KNOWN: dict[str, Any] = {
    **dict.fromkeys(("custom_domain", "certificate_arn", "hosted_zone_id", "domain_prefix"), ""),
    "parent_record": False,
    "tls": "1.2",
    "triggers": (),
    "pre_token_version": 2,
    "login": "classic",
    "identity_providers": (),
    "notification_log": "",
    "sign_in_log": "",
    "threat_protection": "auto",
    "sessions_table": False,
}
TO_DEPLOY = 3 if COUNT >= 200 else 1
deployed: list[str] = []


@settings(combined, max_examples=30)
@given(pools())
def deploy_some(account: Account, options: PoolOptions) -> None:
    """Deploy the first pools by chance that remain possible without what is not known there."""
    if len(deployed) == TO_DEPLOY:
        return
    try:
        known = replace(options, **KNOWN)
    except PoolOptionsError:
        return
    name = f"chance-{len(deployed)}"
    (account.home / "pool.yaml").write_text(template(known), encoding="utf-8")
    account.gate("pool", "deploy", name, "--template", "pool.yaml", "--yes", "--no-env")
    deployed.append(name)


def test_pools_by_chance(account: Account) -> None:
    deploy_some(account)
    assert len(deployed) == TO_DEPLOY


OPTIONS = """
sign_in_pages = "custom"
self_sign_up = true
required = ["email", "phone"]
passwordless = ["passkey", "email-otp", "sms-otp"]
auto_confirm_domains = ["example.com"]
attributes = ["plan", "seats:number"]
write_attributes = ["custom:plan"]
scopes = ["openid", "email", "orders/read"]
api_scopes = ["orders/read=See orders"]
invitation_message = "You are {username}, by {####}, at {app}"
tags = { team = "web" }
"""


def test_a_pool_of_many_options_from_a_file(account: Account) -> None:
    (account.home / "pool.toml").write_text(OPTIONS)
    account.gate("pool", "deploy", "many", *CLASSIC, "--options", "pool.toml", "--yes")
    found, cognito = settings_of(account, "many"), account.client("cognito-idp")
    assert found.sign_in_flow == "choice"
    assert found.sign_in_ways == ("PASSWORD_SRP", "WEB_AUTHN", "EMAIL_OTP", "SMS_OTP")
    pool = account.pool(found.user_pool_id)
    assert pool["UserPoolTags"]["team"] == "web"
    assert "custom:plan" in {item["Name"] for item in pool["SchemaAttributes"]}
    invitation = pool["AdminCreateUserConfig"]["InviteMessageTemplate"]["EmailMessage"]
    assert invitation == "You are {username}, by {####}, at http://localhost:8000"
    servers = cognito.list_resource_servers(UserPoolId=found.user_pool_id, MaxResults=9)
    assert [item["Identifier"] for item in servers["ResourceServers"]] == ["orders"]
    words = ("--user-pool-id", found.user_pool_id, "--sign-in-pages", "custom", "--no-secret-key")
    text, _ = account.gate("pool", "env", *words, "--format", "json")
    same = account.values("many", "--no-secret-key")
    # Of a pool made elsewhere, no more is asked for than the gate needs.
    assert json.loads(text) == {**same, "AWS_COGNITO_SCOPES": "openid email"}
    signed_up = cognito.sign_up(
        ClientId=found.user_pool_client_id,
        SecretHash=secret_hash(found, "ada@example.com"),
        Username="ada@example.com",
        Password="Correct-Horse-1",
        UserAttributes=[
            {"Name": "email", "Value": "ada@example.com"},
            {"Name": "phone_number", "Value": "+14155550100"},
        ],
    )
    assert signed_up["UserConfirmed"] is True


def test_a_domain_of_ones_own(account: Account) -> None:
    stack, host = "domain", "auth.example.com"
    made = account.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
    records = ("--hosted-zone-id", made["HostedZone"]["Id"].split("/")[-1], "--parent-record")
    words = ("--custom-domain", host, "--certificate-arn", CERTIFICATE, *APP, *records, "--yes")
    _, told = account.gate("pool", "deploy", stack, *CLASSIC, *words)
    assert "CREATE_COMPLETE     DomainRecordIPv6\n" in told
    assert f"In DNS, make {host} an alias" in told
    pool = account.pool(settings_of(account, stack).user_pool_id)
    assert pool["CustomDomain"] == host
    _, told = account.gate("pool", "delete", stack, "--users", "--yes")
    assert "is deleted.\n" in told
