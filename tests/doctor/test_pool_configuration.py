"""The pool's and the domain's configuration, and two views of one thing."""

from __future__ import annotations

from typing import Any

import pytest

from cognito_gate.doctor.pool_configuration import duration
from cognito_gate.pool.aws import AwsError
from tests.doctor.account import DOMAIN, USER_POOL, lines
from tests.doctor.aws import CALLBACK, Cognito, error_page, page, says, wrong

# Two views of one thing


def test_the_worse_view_wins_and_aws_looks_closer() -> None:
    mismatch = Cognito(authorize=error_page("redirect_mismatch"))
    seen = lines({"CallbackURLs": [f"{CALLBACK}/"]}, cognito=mismatch)
    assert wrong(seen) == {"callback-url"}
    assert "differs in the slash at the end" in seen["callback-url"].found
    # Cognito may not have heard of a change yet.
    assert wrong(lines(cognito=mismatch)) == {"callback-url"}
    # Where a firewall hides Cognito, AWS still tells.
    hidden = lines(cognito=Cognito(authorize=page(403)))
    assert wrong(hidden) == {"firewall"}
    assert hidden["callback-url"].state == "ok"
    refused = lines(cognito=Cognito(token=says(400, error="invalid_client")))
    assert wrong(refused) == {"client-secret"}


# The pool and its domain


@pytest.mark.parametrize(
    ("domain", "state", "said"),
    [
        ({}, "wrong", "no pool of this account"),
        ({**DOMAIN, "UserPoolId": "eu-west-1_Other"}, "wrong", "of the pool eu-west-1_Other"),
        ({**DOMAIN, "Status": "CREATING"}, "wrong", "its status is CREATING"),
        ({**DOMAIN, "Status": None}, "ok", "answers"),
    ],
)
def test_the_domain(domain: dict[str, Any], state: str, said: str) -> None:
    seen = lines(describe_user_pool_domain={"DomainDescription": domain})
    assert seen["domain"].state == state
    assert said in seen["domain"].found


@pytest.mark.parametrize(
    ("version", "branding", "state"),
    [(2, None, "wrong"), (1, None, "ok"), (2, {}, "ok"), (2, AwsError("no"), "ok")],
)
def test_a_managed_login_without_a_style(version: int, branding: Any, state: str) -> None:
    seen = lines(
        describe_user_pool_domain={"DomainDescription": {**DOMAIN, "ManagedLoginVersion": version}},
        describe_managed_login_branding_by_client=branding,
    )
    assert seen["login-page"].state == state


@pytest.mark.parametrize(
    ("pool", "code", "state", "said"),
    [
        ({"AdminCreateUserConfig": {}}, "sign-up", "warning", "anybody may sign up"),
        ({"AdminCreateUserConfig": {}, "LambdaConfig": {"PreSignUp": "arn:..."}}, "sign-up", "ok",
         "a trigger checks"),
        ({}, "sign-up", "ok", "by administrators only"),
        ({"MfaConfiguration": None}, "mfa", "ok", "off"),
        ({"IssuerConfiguration": {"Type": "UPDATED"}}, "issuer", "wrong", "the updated issuer"),
    ],
)  # fmt: skip
def test_each_fact_of_a_pool(pool: dict[str, Any], code: str, state: str, said: str) -> None:
    seen = lines(describe_user_pool={"UserPool": {**USER_POOL, **pool}})
    assert seen[code].state == state
    assert said in seen[code].found


def test_what_may_not_be_read_is_left_out() -> None:
    denied = AwsError("no", "AccessDeniedException")
    seen = lines(
        describe_user_pool=denied,
        describe_user_pool_domain=denied,
        describe_managed_login_branding_by_client=denied,
    )
    assert wrong(seen) == set()
    assert "mfa" not in seen
    assert seen["rotation"].state == "ok"


def test_a_wrong_domain_is_not_looked_up() -> None:
    seen = lines(changes={"AWS_COGNITO_DOMAIN": "no domain"}, describe_user_pool_domain={})
    assert wrong(seen) == {"setting:AWS_COGNITO_DOMAIN"}


@pytest.mark.parametrize(
    ("seconds", "text"), [(86_400, "1 d"), (5400, "90 min"), (7200, "2 h"), (61, "61 s")]
)
def test_lifetimes_in_words(seconds: int, text: str) -> None:
    assert duration(seconds) == text
