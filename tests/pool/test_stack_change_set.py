"""A template and its parameters, and the change set that is made of them."""

from __future__ import annotations

import pytest

from cognito_gate.pool.change_set import (
    MAX_BODY_BYTES,
    Parameters,
    Template,
    changes_of,
    create,
    discard,
    execute,
    parameters_for,
    read_template,
)
from cognito_gate.pool.stack import Stack, StackProblem, find
from tests.pool.fake_aws import FakeAws, FakeStack

BODY = "Resources: {}"


def stack_of(aws: FakeAws, name: str = "shop") -> Stack:
    stack = find(aws, name)
    assert stack is not None
    return stack


# Templates


def test_a_template_is_checked() -> None:
    aws = FakeAws()
    aws.defaults = {"PoolName": "shop", "Certificate": None}
    aws.capabilities = ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM"]
    assert read_template(aws, BODY) == Template(BODY, aws.defaults, ("CAPABILITY_IAM",))
    assert aws.asked("validate_template") == [{"TemplateBody": BODY}]


@pytest.mark.parametrize("body", ["é" * (MAX_BODY_BYTES // 2) + "a", "\n \n"])
def test_a_template_of_no_use(body: str) -> None:
    aws = FakeAws()
    with pytest.raises(StackProblem, match=r"51,201 bytes; CloudFormation takes 51,200|empty"):
        read_template(aws, body)
    assert aws.calls == []
    assert read_template(aws, "é" * (MAX_BODY_BYTES // 2)).body


# Parameters


def parameters(
    before: dict[str, str | None],
    values: dict[str, str],
    now: dict[str, str | None],
    *anew: str,
    **given: str,
) -> tuple[str, ...]:
    """Which values are kept."""
    aws = FakeAws(FakeStack("shop", parameters=values, defaults=before))
    found = parameters_for(aws, stack_of(aws), Template(BODY, now, ()), given, anew)
    assert found.given == given
    return found.unchanged


def test_a_value_that_somebody_has_set_is_kept() -> None:
    assert parameters({"A": "1"}, {"A": "2"}, {"A": "1"}) == ("A",)
    assert parameters({"A": "1"}, {"A": "2"}, {"A": "3"}) == ("A",)
    assert parameters({}, {"A": "2"}, {"A": "3"}) == ("A",)
    assert parameters({"A": None}, {"A": ""}, {"A": None}) == ("A",)


def test_a_default_gives_way_to_a_new_default() -> None:
    assert parameters({"A": "1"}, {"A": "1"}, {"A": "3"}) == ()
    assert parameters({"A": ""}, {"A": ""}, {"A": ""}) == ()


def test_what_is_given_anew_or_is_no_more() -> None:
    assert parameters({"A": "1"}, {"A": "2"}, {"A": "1"}, A="4") == ()
    assert parameters({"A": "1"}, {"A": "2"}, {"A": "3"}, "A") == ()
    assert parameters({"A": "1"}, {"A": "2"}, {"B": "3"}) == ()


def test_a_new_stack_keeps_nothing() -> None:
    aws = FakeAws(FakeStack("shop", "REVIEW_IN_PROGRESS", parameters={"A": "2"}))
    template = Template(BODY, {"A": "1"}, ())
    assert parameters_for(aws, None, template, {"A": "3"}) == Parameters({"A": "3"})
    assert parameters_for(aws, stack_of(aws), template, {}) == Parameters({})


@pytest.mark.parametrize(("names", "known"), [(("A", "B"), "A, B"), ((), "none")])
def test_a_parameter_that_is_not_there(names: tuple[str, ...], known: str) -> None:
    template = Template(BODY, dict.fromkeys(names, ""), ())
    with pytest.raises(StackProblem, match=f"no parameter C. It has: {known}."):
        parameters_for(FakeAws(), None, template, {"C": "1"})


# Change sets


@pytest.mark.parametrize(
    ("status", "kind"),
    [("", "CREATE"), ("REVIEW_IN_PROGRESS", "CREATE"), ("UPDATE_COMPLETE", "UPDATE")],
)
def test_a_change_set_is_made(status: str, kind: str) -> None:
    aws = FakeAws(*([FakeStack("shop", status)] if status else []))
    template = Template(BODY, {}, ("CAPABILITY_IAM",))
    stack = stack_of(aws) if status else "shop"
    made = create(aws, stack, template, Parameters({"A": "1"}, ("B",)), "unique")
    assert made.stack_arn == aws.stacks["shop"].arn
    assert aws.asked("create_change_set") == [
        {
            "StackName": "shop",
            "ChangeSetName": "unique",
            "ChangeSetType": kind,
            "TemplateBody": BODY,
            "Capabilities": ["CAPABILITY_IAM"],
            "Parameters": [
                {"ParameterKey": "A", "ParameterValue": "1"},
                {"ParameterKey": "B", "UsePreviousValue": True},
            ],
        }
    ]
    changes = changes_of(aws, made, aws.wait)
    assert [change.logical_id for change in changes] == ["UserPool", "UserPoolClient"]
    assert aws.waited == [0.25]
    execute(aws, made)
    assert aws.stacks["shop"].status == f"{kind}_IN_PROGRESS"


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different information to create "
        "a change set.",
        "No updates are to be performed.",
    ],
)
def test_nothing_to_change(reason: str) -> None:
    aws = FakeAws(FakeStack("shop"))
    aws.verdicts = [("CREATE_IN_PROGRESS", ""), ("FAILED", reason)]
    made = create(aws, stack_of(aws), Template(BODY, {}, ()), Parameters({}), "unique")
    assert changes_of(aws, made, aws.wait) == ()


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        ("FAILED", "Parameter A is wrong.", r"\(FAILED\)\. Parameter A is wrong\.$"),
        ("DELETE_COMPLETE", "No updates are to be performed.", r"\(DELETE_COMPLETE\)"),
    ],
)
def test_a_change_set_that_cannot_be_made(status: str, reason: str, told: str) -> None:
    aws = FakeAws(FakeStack("shop"))
    aws.verdicts = [(status, reason)]
    made = create(aws, stack_of(aws), Template(BODY, {}, ()), Parameters({}), "unique")
    with pytest.raises(StackProblem, match=told):
        changes_of(aws, made, aws.wait)


def test_a_change_set_is_thrown_away_with_the_stack_it_was_made_for() -> None:
    aws = FakeAws()
    made = create(aws, "shop", Template(BODY, {}, ()), Parameters({}), "one")
    other = create(aws, "shop", Template(BODY, {}, ()), Parameters({}), "two")
    discard(aws, made)
    assert "shop" in aws.stacks  # somebody else's is there
    discard(aws, other)
    assert aws.stacks == {}
    assert aws.sets == {}


def test_a_change_set_is_thrown_away_and_the_stack_stays() -> None:
    aws = FakeAws(FakeStack("shop"))
    discard(aws, create(aws, stack_of(aws), Template(BODY, {}, ()), Parameters({}), "one"))
    assert aws.sets == {}
    assert aws.asked("delete_stack") == []


def test_a_stack_that_went_away_meanwhile() -> None:
    aws = FakeAws()
    made = create(aws, "shop", Template(BODY, {}, ()), Parameters({}), "one")
    del aws.stacks["shop"]
    discard(aws, made)
    assert aws.asked("delete_stack") == []
