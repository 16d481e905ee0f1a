"""`pool deploy --adopt`: a pool that was kept, or made elsewhere, comes into a stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.pool.command import run
from tests.pool.fake_aws import POOL_ID, FakeAws, FakeStack

KEPT: dict[str, Any] = {
    "Id": POOL_ID,
    "Name": "shop",
    "UsernameAttributes": ["email"],
    "UsernameConfiguration": {"CaseSensitive": False},
    "SchemaAttributes": [
        {"Name": "sub", "Required": True, "Mutable": False},
        {"Name": "email", "Required": True, "Mutable": False},
        {"Name": "name", "Required": False, "Mutable": True},
    ],
}


def account(**changes: Any) -> FakeAws:
    aws = FakeAws()
    aws.pools[POOL_ID] = {**KEPT, **changes}
    return aws


def adopt(aws: FakeAws, *words: str, typed: str = "y\ny\n") -> tuple[int, str]:
    ran = run(aws, "deploy", "shop", "--adopt", POOL_ID, "--no-env", *words, typed=typed)
    return ran.code, ran.told


def test_a_kept_pool_comes_back() -> None:
    aws = account()
    code, told = adopt(aws)
    assert code == 0, told
    assert f"The user pool {POOL_ID} and its users come into the new stack shop." in told
    imported, deployed = aws.asked("create_change_set")
    assert (imported["ChangeSetType"], deployed["ChangeSetType"]) == ("IMPORT", "UPDATE")
    assert imported["ResourcesToImport"] == [
        {
            "ResourceType": "AWS::Cognito::UserPool",
            "LogicalResourceId": "UserPool",
            "ResourceIdentifier": {"UserPoolId": POOL_ID},
        }
    ]
    assert json.loads(imported["TemplateBody"])["Resources"] == {
        "UserPool": {
            "Type": "AWS::Cognito::UserPool",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "UserPoolName": "shop",
                "UsernameAttributes": ["email"],
                "UsernameConfiguration": {"CaseSensitive": False},
                "Schema": [{"Name": "email", "Required": True, "Mutable": False}],
            },
        }
    }


@pytest.mark.parametrize(
    ("pool", "words", "told"),
    [
        ({"UsernameAttributes": ["phone_number"]}, (), "is final: add --sign-in phone."),
        ({"UsernameAttributes": [], "AliasAttributes": ["email"]}, (), "add --sign-in both."),
        ({"UsernameAttributes": []}, (), "add --sign-in username."),
        (
            {"AliasAttributes": ["preferred_username"], "UsernameAttributes": []},
            (),
            "No option of a template is how people sign in",
        ),
        ({}, ("--required", "email", "--required", "name"), "This pool requires email, which is"),
        (
            {"UsernameAttributes": [], "SchemaAttributes": []},
            ("--sign-in", "username"),
            "This pool requires no attribute, which is final; the options require email.",
        ),
    ],
)
def test_what_is_final_has_to_be_the_same(
    pool: dict[str, Any], words: tuple[str, ...], told: str
) -> None:
    aws = account(**pool)
    code, said = adopt(aws, *words)
    assert code == 1
    assert told in said
    assert not aws.asked("create_change_set")


def test_a_pool_without_required_attributes() -> None:
    aws = account(UsernameAttributes=[], SchemaAttributes=[])
    assert adopt(aws, "--sign-in", "username", "--required", "none")[0] == 0
    imported = json.loads(aws.asked("create_change_set")[0]["TemplateBody"])
    assert "Schema" not in imported["Resources"]["UserPool"]["Properties"]


def test_a_stack_that_is_there_adopts_nothing() -> None:
    aws = FakeAws(FakeStack("shop"))
    code, told = adopt(aws)
    assert (code, "There is a stack shop already." in told) == (1, True)


def test_nothing_is_done_unasked() -> None:
    aws = account()
    code, told = adopt(aws, typed="n\n")
    assert (code, "Nothing was changed." in told) == (1, True)
    assert not aws.asked("create_change_set")


def test_an_import_that_cannot_be_made() -> None:
    aws = account()
    aws.verdicts = [("FAILED", "Resource already belongs to a stack")]
    code, told = adopt(aws)
    assert (code, "already belongs to a stack" in told) == (1, True)
    assert not aws.stacks


def test_an_import_that_fails() -> None:
    aws = account()
    aws.course = [[("shop", "IMPORT_ROLLBACK_COMPLETE", "no")]]
    code, told = adopt(aws)
    assert code == 1
    assert "could not be imported (IMPORT_ROLLBACK_COMPLETE)" in told


def test_a_template_of_ones_own_does_not_adopt(tmp_path: Any) -> None:
    file = tmp_path / "pool.yaml"
    file.write_text("Resources: {}")
    assert adopt(account(), "--template", str(file))[0] == 2
