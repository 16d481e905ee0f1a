"""What is asked of AWS, and what its answers become."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate.doctor.description import read_client, reason_not_to_ask
from cognito_gate.pool.aws import AwsError
from tests.doctor.account import APP_CLIENT, Account, described, lines
from tests.doctor.aws import CLIENT, ENVIRON, POOL, case


def test_what_is_asked() -> None:
    account = Account()
    described(account)
    whose = {"UserPoolId": POOL, "ClientId": CLIENT}
    assert account.asked == [
        ("describe_user_pool_client", whose),
        ("describe_user_pool", {"UserPoolId": POOL}),
        ("describe_user_pool_domain", {"Domain": "my-app"}),
        ("describe_managed_login_branding_by_client", whose),
    ]
    custom = Account()
    described(custom, AWS_COGNITO_DOMAIN="https://auth.example.com")
    assert ("describe_user_pool_domain", {"Domain": "auth.example.com"}) in custom.asked


# Asking


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (None, "has no such pool, or app client"),
        (AwsError("The AWS credentials have expired.", "ExpiredToken"), "have expired"),
    ],
)
def test_a_client_that_aws_does_not_tell_of(error: AwsError | None, why: str) -> None:
    seen = described(Account(describe_user_pool_client=error))
    assert seen.client is None
    assert why in seen.absent


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, True),
        ({"AWS_COGNITO_DOMAIN": "http://127.0.0.1:9229"}, False),
        ({"AWS_COGNITO_ISSUER": "http://localhost:9229/x"}, False),
        ({"AWS_COGNITO_DOMAIN": "http://127.0.0.1:1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
         True),
    ],
)  # fmt: skip
def test_aws_is_asked_only_of_its_own(changes: dict[str, str], asked: bool) -> None:
    assert (reason_not_to_ask(case(**changes).settings) == "") is asked


def test_an_emulator_is_not_taken_for_aws() -> None:
    endpoint = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    seen = described(Account(), **endpoint)
    assert "from the environment only" in seen.absent
    local = {**endpoint, "AWS_COGNITO_DOMAIN": "http://127.0.0.1:4566"}
    account = Account(emulated="http://127.0.0.1:4566")
    assert described(account, **local).domain is None
    assert "describe_user_pool_domain" not in [operation for operation, _ in account.asked]
    unreadable = Account()
    unreadable.emulator = _refuse  # type: ignore[method-assign]
    assert described(unreadable, **endpoint).absent == "no"


def _refuse(service: str) -> str:
    raise AwsError("no")


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"CallbackURLs": 7, "TokenValidityUnits": [], "ClientSecret": 1},
        {"RefreshTokenRotation": {"RetryGracePeriodSeconds": "x"}, "AccessTokenValidity": "60"},
    ],
)
def test_odd_records_have_defaults(odd: dict[str, Any]) -> None:
    facts = read_client(odd)
    assert (facts.access_seconds, facts.id_seconds, facts.refresh_seconds) == (3600, 3600, 2592000)
    assert facts.callbacks == ()
    assert (facts.revokes, facts.hides_users, facts.secret, facts.grace) == (True, False, "", 0)


def test_no_secret_is_shown() -> None:
    facts = read_client(APP_CLIENT)
    assert ENVIRON["AWS_COGNITO_USER_POOL_CLIENT_SECRET"] not in repr(facts)
    for client in ({}, {"ClientSecret": "another-secret-altogether"}):
        assert "altogether" not in str(lines(client))
        assert ENVIRON["AWS_COGNITO_USER_POOL_CLIENT_SECRET"] not in str(lines(client))
