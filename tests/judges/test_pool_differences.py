"""In what MiniStack's CloudFormation differs from AWS's: a table, asserted row by row.

A row that no longer holds is good news: take it out, and let the other tests ask for more.
"""

# what                  AWS                         MiniStack 1.5            what it means here
# --------------------  --------------------------  -----------------------  -----------------------
# ManagedLoginBranding  a resource                  no such type             --login classic
# domain                on amazoncognito.com        its own address          the environment says so
# CallbackURLs          never replaces the client   "may be replaced"        GenerateSecret only is
#                                                                            taken for a loss
# DeletionProtection    DeleteUserPool is refused   deletes the pool         that it is switched off
#                                                                            first is seen elsewhere
# a resource's end      refused while protected     deletes the pool         likewise
# RefreshTokenRotation  kept                        not known                nothing rotates

from __future__ import annotations

import pytest

from tests.judges.account import CLASSIC, Account


@pytest.fixture(scope="module")
def values(account: Account) -> dict[str, str]:
    """The environment of a pool with a client that has a secret."""
    account.gate("pool", "deploy", "differing", *CLASSIC, "--yes")
    return account.values("differing")


def test_no_branding_of_managed_login(account: Account) -> None:
    _, told = account.gate("pool", "deploy", "managed", "--yes", code=1)
    assert told == (
        "Error: AWS refuses cloudformation:ValidateTemplate (ValidationError). Template format "
        "error: Unrecognized resource types: [AWS::Cognito::ManagedLoginBranding]\n"
    )


def test_the_domain_is_its_own_address(account: Account, values: dict[str, str]) -> None:
    stacks = account.client("cloudformation").describe_stacks(StackName="differing")["Stacks"]
    outputs = {item["OutputKey"]: item["OutputValue"] for item in stacks[0]["Outputs"]}
    assert outputs["Domain"].endswith(".auth.us-east-1.amazoncognito.com")
    assert values["AWS_COGNITO_DOMAIN"] == account.judge.origin
    assert values["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] == account.judge.origin


def test_any_change_may_replace_a_client(account: Account, values: dict[str, str]) -> None:
    other = ("--callback-url", "http://localhost:9/auth/callback")
    words = ("pool", "deploy", "differing", *CLASSIC, *other)
    _, told = account.gate(*words, typed="n\n", code=1)
    assert "AWS::Cognito::UserPoolClient  may be replaced  CallbackURLs\n" in told
    assert "WARNING" not in told


def test_rotation_is_not_known(account: Account, values: dict[str, str]) -> None:
    client = account.client("cognito-idp").describe_user_pool_client(
        UserPoolId=values["AWS_COGNITO_USER_POOL_ID"],
        ClientId=values["AWS_COGNITO_USER_POOL_CLIENT_ID"],
    )
    assert "RefreshTokenRotation" not in client["UserPoolClient"]


def test_protection_is_no_protection(account: Account) -> None:
    account.gate("pool", "deploy", "unprotected", *CLASSIC, "--yes")
    pool_id = account.values("unprotected")["AWS_COGNITO_USER_POOL_ID"]
    assert account.pool(pool_id)["DeletionProtection"] == "ACTIVE"
    account.client("cognito-idp").delete_user_pool(UserPoolId=pool_id)
    assert pool_id not in account.pools()


def test_nor_is_it_for_cloudformation(account: Account) -> None:
    account.gate("pool", "deploy", "unretained", *CLASSIC, "--no-retain", "--yes")
    pool_id = account.values("unretained")["AWS_COGNITO_USER_POOL_ID"]
    assert account.pool(pool_id)["DeletionProtection"] == "ACTIVE"
    account.client("cloudformation").delete_stack(StackName="unretained")
    account.client("cloudformation").get_waiter("stack_delete_complete").wait(
        StackName="unretained", WaiterConfig={"Delay": 1}
    )
    assert pool_id not in account.pools()
