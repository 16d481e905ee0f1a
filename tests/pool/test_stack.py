"""A stack as it stands, and following an operation on it."""

from __future__ import annotations

import pytest

from cognito_gate.pool.aws import AwsError
from cognito_gate.pool.stack import Event, Outcome, events, find, follow, resources, template_of
from tests.pool.fake_aws import OUTPUTS, PARTS, TEMPLATE, FakeAws, FakeStack


def test_a_stack_as_it_stands() -> None:
    aws = FakeAws(FakeStack("shop", parameters={"PoolName": "shop"}))
    stack = find(aws, "shop")
    assert stack is not None
    assert (stack.name, stack.status) == ("shop", "CREATE_COMPLETE")
    assert stack.outputs == OUTPUTS
    assert stack.parameters == {"PoolName": "shop"}
    assert find(aws, stack.arn) == stack
    assert find(aws, "other") is None


def test_a_deleted_stack_is_none() -> None:
    assert find(FakeAws(FakeStack("shop", "DELETE_COMPLETE")), "shop") is None


@pytest.mark.parametrize(
    "error",
    [
        AwsError("denied", "AccessDenied", "Stack with id shop does not exist"),
        AwsError("broken", "ValidationError", "1 validation error detected"),
    ],
)
def test_any_other_refusal_is_no_answer(error: AwsError) -> None:
    aws = FakeAws()
    aws.failures["describe_stacks"] = [error]
    with pytest.raises(AwsError) as caught:
        find(aws, "shop")
    assert caught.value is error


@pytest.mark.parametrize(
    ("status", "busy", "empty"),
    [
        ("CREATE_COMPLETE", False, False),
        ("UPDATE_ROLLBACK_COMPLETE", False, False),
        ("REVIEW_IN_PROGRESS", False, True),
        ("UPDATE_IN_PROGRESS", True, False),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", True, False),
    ],
)
def test_what_a_status_means(status: str, busy: bool, empty: bool) -> None:
    stack = find(FakeAws(FakeStack("shop", status)), "shop")
    assert stack is not None
    assert (stack.busy, stack.empty) == (busy, empty)


def test_resources_and_template() -> None:
    gone = (("Old", "", "AWS::IAM::Role", "DELETE_COMPLETE"),)
    aws = FakeAws(FakeStack("shop", parts=PARTS + gone))
    stack = find(aws, "shop")
    assert stack is not None
    found = resources(aws, stack)
    assert [(part.logical_id, part.physical_id, part.gone) for part in found] == [
        ("UserPool", PARTS[0][1], False),
        ("UserPoolClient", PARTS[1][1], False),
        ("Old", "", True),
    ]
    assert template_of(aws, stack) == TEMPLATE
    aws.stacks["shop"].template = {"Resources": {}}
    assert template_of(aws, stack) == ""


# Following


def followed(aws: FakeAws, told: list[Event]) -> Outcome:
    stack = aws.stacks["shop"]
    before = {event.id for event in events(aws, stack.arn)}
    stack.happens("shop", "UPDATE_IN_PROGRESS")
    return follow(aws, stack.arn, before, told.append, aws.wait)


def test_each_event_is_told_once_and_in_order() -> None:
    stack = FakeStack("shop")
    for number in range(5):
        stack.happens("UserPool", f"BEFORE_{number}")
    stack.to_come = [
        [],
        [("UserPool", "UPDATE_IN_PROGRESS"), ("Client", "UPDATE_IN_PROGRESS", "why")],
        [("UserPool", "UPDATE_COMPLETE"), ("Client", "UPDATE_COMPLETE"), ("Group", "X")],
        [("shop", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"), ("shop", "UPDATE_COMPLETE")],
        [("shop", "UPDATE_IN_PROGRESS", "of somebody else")],
    ]
    aws, told = FakeAws(stack), list[Event]()
    outcome = followed(aws, told)
    assert [(event.logical_id, event.status) for event in told] == [
        ("shop", "UPDATE_IN_PROGRESS"),
        ("UserPool", "UPDATE_IN_PROGRESS"),
        ("Client", "UPDATE_IN_PROGRESS"),
        ("UserPool", "UPDATE_COMPLETE"),
        ("Client", "UPDATE_COMPLETE"),
        ("Group", "X"),
        ("shop", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("shop", "UPDATE_COMPLETE"),
    ]
    assert told[2].reason == "why"
    assert outcome == Outcome("UPDATE_COMPLETE", ())
    assert outcome.succeeded
    assert aws.waited == [0.25, 0.5, 1.0, 2.0]


def test_failures_are_kept_first_cause_first() -> None:
    stack = FakeStack("shop")
    stack.to_come = [
        [
            ("Client", "UPDATE_FAILED", "No such scope."),
            ("Group", "UPDATE_FAILED", "Resource update cancelled"),
            ("Role", "DELETE_FAILED", "In use."),
            ("shop", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed: [Client]."),
        ],
        [("shop", "UPDATE_ROLLBACK_FAILED", "The following resource(s) failed: [Role].")],
    ]
    outcome = followed(FakeAws(stack), [])
    assert not outcome.succeeded
    assert outcome.status == "UPDATE_ROLLBACK_FAILED"
    assert [(cause.logical_id, cause.reason) for cause in outcome.causes] == [
        ("Client", "No such scope."),
        ("Role", "In use."),
    ]


def test_a_failure_of_the_stack_alone() -> None:
    stack = FakeStack("shop")
    stack.to_come = [[("shop", "UPDATE_FAILED", "Limit exceeded.")]]
    outcome = followed(FakeAws(stack), [])
    assert [cause.reason for cause in outcome.causes] == ["Limit exceeded."]
