"""`pool deploy`: what it shows, asks, does and says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cognito_gate import Settings
from cognito_gate.pool.aws import AwsError
from cognito_gate.pool.options import PoolOptions
from cognito_gate.pool.template import template
from tests.pool.command import run
from tests.pool.fake_aws import OUTPUTS, POOL_ID, SECRET, FakeAws, FakeStack, change

POOL, CLIENT = "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient"
DENIED = AwsError("These AWS credentials are not allowed to do that.", "AccessDenied", "denied")


def existing(status: str = "CREATE_COMPLETE") -> FakeAws:
    return FakeAws(FakeStack("shop", status))


def losing() -> FakeAws:
    aws = existing()
    aws.proposal = [change("UserPoolClient", CLIENT, "GenerateSecret", Replacement="True")]
    return aws


def test_a_new_stack() -> None:
    aws = FakeAws()
    ran = run(aws, "deploy", "shop", "--yes", "--region", "eu-north-1", "--profile", "work")
    assert ran.code == 0
    lines = ran.told.splitlines()
    assert lines[:6] == [
        "The new stack shop:",
        "",
        "  Action  Resource        Type                          Replacement",
        "  Add     UserPool        AWS::Cognito::UserPool",
        "  Add     UserPoolClient  AWS::Cognito::UserPoolClient",
        "",
    ]
    assert [re.sub(r"^\d\d:\d\d:\d\d ", "at", line) for line in lines[6:]] == [
        "at CREATE_IN_PROGRESS  shop  User Initiated",
        "at CREATE_COMPLETE     UserPool",
        "at CREATE_COMPLETE     shop",
        "The stack shop is in place.",
    ]
    (asked,) = aws.asked("create_change_set")
    assert asked["TemplateBody"] == template(PoolOptions())
    assert asked["ChangeSetType"] == "CREATE"
    assert re.fullmatch(r"cognito-gate-[0-9a-f]{16}", asked["ChangeSetName"])
    assert asked["Parameters"] == []


def test_what_it_prints_is_the_environment_alone(tmp_path: Path) -> None:
    ran = run(FakeAws(), "deploy", "shop", "--yes")
    (tmp_path / ".env").write_text(ran.out, encoding="utf-8")
    found = Settings.from_env({}, env_file=tmp_path / ".env")
    assert (found.user_pool_id, found.user_pool_client_secret) == (POOL_ID, SECRET)
    assert len(found.secret_key) == 64
    again = run(existing(), "deploy", "shop", "--yes", "--no-secret-key", "--format", "json")
    assert "SECRET_KEY" not in json.loads(again.out)
    assert run(existing(), "deploy", "shop", "--yes", "--no-env").out == ""


def test_an_update_that_is_agreed_to() -> None:
    aws = existing()
    ran = run(aws, "deploy", "shop", typed="y\n")
    assert ran.code == 0
    assert ran.told.startswith("Changes of the stack shop:\n")
    assert "Continue? [y/N] " in ran.told
    assert aws.asked("create_change_set")[0]["ChangeSetType"] == "UPDATE"
    assert aws.stacks["shop"].status == "UPDATE_COMPLETE"


@pytest.mark.parametrize("typed", ["n\n", "\n", "Yeah\n", ""])
@pytest.mark.parametrize("new", [True, False])
def test_without_a_yes_nothing_happens(typed: str, new: bool) -> None:
    aws = FakeAws() if new else existing()
    ran = run(aws, "deploy", "shop", typed=typed)
    assert (ran.code, ran.out) == (1, "")
    said = (
        "Nothing was changed." if typed else "There is no terminal to ask on, so nothing was done."
    )
    assert f"Error: {said}" in ran.told
    assert aws.sets == {}
    assert list(aws.stacks) == ([] if new else ["shop"])
    assert aws.asked("execute_change_set") == []


def test_nothing_to_change() -> None:
    aws = existing()
    aws.verdicts = [("FAILED", "The submitted information didn't contain changes.")]
    ran = run(aws, "deploy", "shop")
    assert ran.code == 0
    assert "Nothing to change: the stack shop is as the template says." in ran.told
    assert f"AWS_COGNITO_USER_POOL_ID={POOL_ID}\n" in ran.out
    assert aws.sets == {}
    assert aws.asked("execute_change_set") == []


def test_a_change_set_that_cannot_be_made() -> None:
    aws = FakeAws()
    aws.verdicts = [("FAILED", "Parameter PoolName is wrong.")]
    ran = run(aws, "deploy", "shop", "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert "(FAILED). Parameter PoolName is wrong." in ran.told
    assert (aws.sets, aws.stacks) == ({}, {})


def test_a_domain_of_ones_own_needs_a_record() -> None:
    aws = FakeAws()
    aws.stacks["shop"] = FakeStack("shop")
    aws.stacks["shop"].outputs["CloudFrontDistribution"] = "d1.cloudfront.net"
    aws.stacks["shop"].outputs["Domain"] = "https://auth.example.com"
    ran = run(aws, "deploy", "shop", "--yes")
    assert "In DNS, make auth.example.com an alias (or CNAME) of d1.cloudfront.net" in ran.told
    assert "In DNS" not in run(FakeAws(), "deploy", "shop", "--yes").told


# Losses


def test_a_loss_is_agreed_to_by_typing_the_name() -> None:
    aws = losing()
    ran = run(aws, "deploy", "shop", typed="shop\n")
    assert ran.code == 0
    assert "WARNING: UserPoolClient: the app client is replaced." in ran.told
    assert aws.stacks["shop"].status == "UPDATE_COMPLETE"


@pytest.mark.parametrize("typed", ["y\n", "Shop\n", "\n"])
def test_a_loss_is_not_agreed_to_by_less(typed: str) -> None:
    aws = losing()
    ran = run(aws, "deploy", "shop", typed=typed)
    assert ran.code == 1
    assert "Error: That is not its name. Nothing was changed." in ran.told
    assert aws.sets == {}
    assert aws.asked("execute_change_set") == []


def test_yes_alone_agrees_to_no_loss() -> None:
    aws = losing()
    ran = run(aws, "deploy", "shop", "--yes")
    assert ran.code == 1
    assert "Nothing was changed. To accept that loss, add --replace to --yes." in ran.told
    assert aws.asked("execute_change_set") == []
    assert run(losing(), "deploy", "shop", "--yes", "--replace").code == 0


def test_a_note_asks_for_no_more_than_a_yes() -> None:
    aws = existing()
    aws.proposal = [change("GroupAdmin", "AWS::Cognito::UserPoolGroup", action="Remove")]
    ran = run(aws, "deploy", "shop", typed="yes\n")
    assert ran.code == 0
    assert "Note: GroupAdmin: its list of members is deleted with it." in ran.told


# What is there


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("UPDATE_IN_PROGRESS", "The stack shop is busy (UPDATE_IN_PROGRESS). Wait until"),
        ("DELETE_FAILED", "`cognito-gate pool delete shop` tries again"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --region eu-west-1 --stack-name shop"),
    ],
)
def test_a_stack_that_cannot_be_updated(status: str, told: str) -> None:
    aws = existing(status)
    ran = run(aws, "deploy", "shop", "--yes")
    assert ran.code == 1
    assert told in ran.told
    assert aws.asked("create_change_set") == []


def test_a_stack_of_something_else_is_left_alone() -> None:
    aws = FakeAws(FakeStack("shop", outputs={"VpcId": "vpc-1"}))
    ran = run(aws, "deploy", "shop", "--yes", "--replace")
    assert ran.code == 1
    assert "The stack shop holds something else: it has no output UserPoolId." in ran.told
    assert aws.asked("create_change_set") == []


def test_an_empty_stack_of_an_earlier_change_set() -> None:
    aws = FakeAws(FakeStack("shop", "REVIEW_IN_PROGRESS", outputs={}))
    aws.stacks["shop"].outputs = dict(OUTPUTS)
    ran = run(aws, "deploy", "shop", "--yes")
    assert ran.code == 0
    assert ran.told.startswith("The new stack shop:\n")
    assert aws.asked("create_change_set")[0]["ChangeSetType"] == "CREATE"


def test_a_stack_that_somebody_deletes_meanwhile() -> None:
    aws = existing()
    aws.verdicts = [("FAILED", "No updates are to be performed.")]
    aws.failures["delete_change_set"] = []
    original = aws.delete_change_set

    def and_the_stack(ChangeSetName: str) -> None:  # noqa: N803
        original(ChangeSetName)
        del aws.stacks["shop"]

    aws.delete_change_set = and_the_stack  # type: ignore[method-assign]
    ran = run(aws, "deploy", "shop", "--yes")
    assert ran.code == 1
    assert "The stack shop has just been deleted by somebody else." in ran.told


@pytest.mark.parametrize("operation", ["describe_stacks", "validate_template", "create_change_set"])
def test_a_refusal_of_aws_is_told_plainly(operation: str) -> None:
    aws = existing()
    aws.failures[operation] = [DENIED]
    ran = run(aws, "deploy", "shop", "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert ran.told == f"Error: {DENIED}\n"
