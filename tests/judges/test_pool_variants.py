"""More kinds of pools, deployed to MiniStack: own domains, SMS, a limit to e-mail domains."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate import Settings
from tests.judges.account import CLASSIC, Account

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0"
APP = (
    *("--callback-url", "https://app.example.com/auth/callback"),
    *("--logout-url", "https://app.example.com/auth/signed-out"),
)


def settings(account: Account, stack: str) -> Settings:
    return Settings.from_env(account.values(stack), env_file=None)


def test_a_limit_to_e_mail_domains_holds(account: Account) -> None:
    words = ("--public", "--self-sign-up", "--email-domain", "example.com", "--yes")
    account.gate("pool", "deploy", "limited", *CLASSIC, *words)
    found, cognito = settings(account, "limited"), account.client("cognito-idp")

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
    found = settings(account, "own-pages")
    assert (found.login, found.sign_in, found.sign_up) == ("custom", "both", True)
    assert found.sign_up_attributes == ("email", "phone_number")
    pool = account.pool(found.user_pool_id)
    assert pool["MfaConfiguration"] == "ON"
    assert pool["SmsConfiguration"]["SnsCallerArn"].startswith("arn:aws:iam::")


def test_a_domain_of_ones_own(account: Account) -> None:
    stack, host = "domain", "auth.example.com"
    made = account.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
    records = ("--hosted-zone-id", made["HostedZone"]["Id"].split("/")[-1], "--parent-record")
    words = ("--custom-domain", host, "--certificate-arn", CERTIFICATE, *APP, *records, "--yes")
    _, told = account.gate("pool", "deploy", stack, *CLASSIC, *words)
    assert "CREATE_COMPLETE     DomainRecordIPv6\n" in told
    assert f"In DNS, make {host} an alias" in told
    pool = account.pool(settings(account, stack).user_pool_id)
    assert pool["CustomDomain"] == host
    _, told = account.gate("pool", "delete", stack, "--users", "--yes")
    assert "is deleted.\n" in told
