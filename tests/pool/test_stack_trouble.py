"""`pool deploy` when it goes wrong: failures, Ctrl-C, and what a failed creation left."""

from __future__ import annotations

import pytest

from cognito_gate.pool.aws import AwsError, HttpAnswer
from tests.pool.command import run
from tests.pool.fake_aws import POOL_ID, FakeAws, FakeStack

POOL = "AWS::Cognito::UserPool"
LOST = AwsError("AWS could not be reached. No network.")
GOES_ON = (
    "AWS continues with the stack shop on its own. To see its progress:\n"
    "  aws cloudformation describe-stack-events --region eu-west-1 --stack-name arn:aws:"
)


def existing() -> FakeAws:
    return FakeAws(FakeStack("shop"))


def broken(status: str = "ROLLBACK_COMPLETE") -> FakeAws:
    """A stack that could not be created, and left a user pool that holds nobody."""
    stack = FakeStack("shop", outputs={})
    stack.happens("UserPool", "CREATE_COMPLETE", kind=POOL)
    stack.happens("UserPoolDomain", "CREATE_FAILED", "Domain already exists.")
    stack.happens("shop", status)
    aws = FakeAws(stack)
    aws.pools[POOL_ID]["EstimatedNumberOfUsers"] = 0
    return aws


def test_a_creation_that_fails() -> None:
    aws = FakeAws()
    aws.course = [
        [
            ("UserPoolDomain", "CREATE_FAILED", "Domain already exists."),
            ("UserPoolClient", "CREATE_FAILED", "Resource creation cancelled"),
            ("shop", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed: [UserPoolDomain]"),
        ],
        [("shop", "ROLLBACK_COMPLETE")],
    ]
    ran = run(aws, "deploy", "shop", "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert ran.told.endswith(
        "Error: The stack shop could not be created (ROLLBACK_COMPLETE):\n"
        "  UserPoolDomain: Domain already exists.\n"
        "Fix the first cause, then deploy again: that deletes what is left and continues.\n"
    )


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", "\nThe stack is as it was before.\n"),
        (
            "UPDATE_ROLLBACK_FAILED",
            "\n  aws cloudformation continue-update-rollback --region eu-west-1 --stack-name shop",
        ),
        ("UPDATE_FAILED", "\nIt ended as UPDATE_FAILED.\n"),
    ],
)
def test_an_update_that_fails(status: str, told: str) -> None:
    aws = existing()
    aws.course = [[("UserPoolClient", "UPDATE_FAILED", "No such scope.")], [("shop", status)]]
    ran = run(aws, "deploy", "shop", "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert "failed:\n  UserPoolClient: No such scope.\n" in ran.told
    assert told in ran.told


# Ctrl-C, and AWS that falls silent


def interrupted(aws: FakeAws, *words: str, at: int) -> str:
    """What is said when Ctrl-C comes during the wait of that number."""
    wait = aws.wait

    def until(seconds: float) -> None:
        wait(seconds)
        if len(aws.waited) == at:
            raise KeyboardInterrupt

    aws.wait = until  # type: ignore[method-assign]
    ran = run(aws, "deploy", "shop", *words)
    assert (ran.code, ran.out) == (1, "")
    return ran.told


@pytest.mark.parametrize("new", [True, False])
def test_ctrl_c_before_anything_happens(new: bool) -> None:
    aws = FakeAws() if new else existing()
    assert interrupted(aws, "--yes", at=1) == "Error: Stopped. Nothing was changed.\n"
    assert aws.sets == {}
    assert list(aws.stacks) == ([] if new else ["shop"])


def test_ctrl_c_while_aws_works() -> None:
    aws = FakeAws()
    told = interrupted(aws, "--yes", at=2)
    assert f"Error: {GOES_ON}" in told
    assert aws.stacks["shop"].status == "CREATE_IN_PROGRESS"


def test_ctrl_c_while_it_starts() -> None:
    aws = FakeAws()
    aws.failures["execute_change_set"] = [KeyboardInterrupt()]  # type: ignore[list-item]
    ran = run(aws, "deploy", "shop", "--yes")
    assert ran.code == 1
    assert GOES_ON in ran.told


def test_aws_falls_silent_meanwhile() -> None:
    aws = FakeAws()
    answer = aws.describe_stack_events

    def then_silent(StackName: str, NextToken: str = "") -> HttpAnswer:  # noqa: N803
        if len(aws.waited) == 2:
            raise LOST
        return answer(StackName, NextToken)

    aws.describe_stack_events = then_silent  # type: ignore[method-assign]
    ran = run(aws, "deploy", "shop", "--yes")
    assert ran.code == 1
    assert f"Error: {LOST}\n{GOES_ON}" in ran.told


def test_aws_refuses_to_begin() -> None:
    aws = existing()
    aws.failures["execute_change_set"] = [AwsError("No.", "AccessDenied", "No.")]
    ran = run(aws, "deploy", "shop", "--yes")
    assert ran.code == 1
    assert ran.told.endswith("\nError: No.\n")


# What a failed creation left


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"])
def test_a_failed_creation_is_cleared_away(status: str) -> None:
    aws = broken(status)
    ran = run(aws, "deploy", "shop", typed="y\ny\n")
    assert ran.code == 0
    assert ran.told.startswith(
        f"An earlier creation of the stack shop has failed ({status}).\n"
        f"It left a user pool without users: {POOL_ID}.\n"
        "Delete what is left and continue? [y/N] "
    )
    assert aws.gone["shop"].status == "DELETE_COMPLETE"
    assert aws.stacks["shop"].status == "CREATE_COMPLETE"
    assert aws.pools == {}
    told = [name for name, _ in aws.calls]
    assert told.index("update_user_pool") < told.index("delete_stack")
    assert told.index("delete_stack") < told.index("delete_user_pool")


def test_a_pool_that_the_stack_takes_along() -> None:
    aws = broken()
    delete = aws.delete_stack

    def with_its_pool(StackName: str) -> None:  # noqa: N803
        assert aws.pools.pop(POOL_ID)["DeletionProtection"] == "INACTIVE"
        delete(StackName)

    aws.delete_stack = with_its_pool  # type: ignore[method-assign]
    assert run(aws, "deploy", "shop", "--yes").code == 0
    assert aws.asked("delete_user_pool") == []


def test_a_pool_that_holds_somebody_is_not_touched() -> None:
    aws = broken()
    aws.pools[POOL_ID]["EstimatedNumberOfUsers"] = 1
    ran = run(aws, "deploy", "shop", "--yes")
    assert ran.code == 0
    assert "user pool" not in ran.told
    assert aws.pools[POOL_ID]["DeletionProtection"] == "ACTIVE"


def test_a_pool_that_the_stack_did_not_make_is_not_touched() -> None:
    aws = broken()
    aws.stacks["shop"].events[0]["ResourceStatus"] = "IMPORT_COMPLETE"
    assert run(aws, "deploy", "shop", "--yes").code == 0
    assert aws.pools[POOL_ID]["DeletionProtection"] == "ACTIVE"


def test_a_failed_creation_without_a_pool() -> None:
    aws = broken()
    aws.pools.clear()
    assert run(aws, "deploy", "shop", "--yes").code == 0


def test_nobody_has_to_clear_away() -> None:
    aws = broken()
    ran = run(aws, "deploy", "shop", typed="n\n")
    assert ran.code == 1
    assert ran.told.endswith("Error: Nothing was changed.\n")
    assert aws.stacks["shop"].status == "ROLLBACK_COMPLETE"
    assert aws.pools[POOL_ID]["DeletionProtection"] == "ACTIVE"


def test_what_is_left_cannot_be_deleted() -> None:
    aws = broken()
    aws.course = [[("UserPool", "DELETE_FAILED", "Protected.")], [("shop", "DELETE_FAILED")]]
    ran = run(aws, "deploy", "shop", "--yes")
    assert ran.code == 1
    assert "could not be deleted (DELETE_FAILED):\n  UserPool: Protected.\n" in ran.told
    assert aws.asked("create_change_set") == []
