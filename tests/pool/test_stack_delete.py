"""`pool delete`: what goes, what stays, and what it takes."""

from __future__ import annotations

import pytest

from cognito_gate.pool.aws import AwsError
from cognito_gate.pool.options import PoolOptions
from cognito_gate.pool.removal import retains
from cognito_gate.pool.template import template
from tests.pool.command import run
from tests.pool.fake_aws import PARTS, POOL_ID, TEMPLATE, FakeAws, FakeStack

GONE = TEMPLATE.replace("DeletionPolicy: Retain", "DeletionPolicy: Delete")


def deployed(template: str = TEMPLATE, status: str = "CREATE_COMPLETE") -> FakeAws:
    parts = (*PARTS, ("Old", "", "AWS::IAM::Role", "DELETE_COMPLETE"))
    return FakeAws(FakeStack("shop", status, template=template, parts=parts))


def test_what_a_kept_pool_still_points_to_is_told() -> None:
    parts = (
        *PARTS,
        ("SignUpFunction", "shop-SignUp-1", "AWS::Lambda::Function", "CREATE_COMPLETE"),
        ("SmsRole", "shop-Sms-1", "AWS::IAM::Role", "CREATE_COMPLETE"),
    )
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:"
    aws = FakeAws(FakeStack("shop", template=TEMPLATE, parts=parts))
    aws.pools[POOL_ID] |= {
        "LambdaConfig": {
            "PreSignUp": f"{arn}shop-SignUp-1",
            "PreTokenGenerationConfig": {"LambdaArn": f"{arn}elsewhere", "LambdaVersion": "V2_0"},
            "KMSKeyID": "arn:aws:kms:eu-west-1:123456789012:key/1",
        },
        "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/shop-Sms-1"},
    }
    told = run(aws, "delete", "shop", typed="shop\n").told
    assert f"It will still call {arn}shop-SignUp-1 (PreSignUp), which is deleted" in told
    assert "It will send no text messages: its role" in told
    assert "elsewhere" not in told
    told = run(FakeAws(FakeStack("shop", parts=parts)), "delete", "shop", "--users", "--yes").told
    assert "It will" not in told


def test_the_users_stay() -> None:
    aws = deployed()
    ran = run(aws, "delete", "shop", typed="shop\n")
    assert (ran.code, ran.out) == (0, "")
    assert ran.told.startswith(
        "The stack shop in eu-west-1 is to be deleted:\n\n"
        "  deleted  UserPoolClient (AWS::Cognito::UserPoolClient)\n"
        f"  kept     UserPool: {POOL_ID} with about 12 users\n\n"
        "After that, nobody can sign in.\n\n"
        "Type the name of the stack to delete it: "
    )
    assert ran.told.endswith(
        f"The user pool {POOL_ID} with about 12 users is kept, outside any stack. To take it "
        f"into a stack again, with its options:\n"
        f"  cognito-gate pool deploy STACK --adopt {POOL_ID}\n"
        f"To delete it "
        "with all its users:\n"
        f"  aws cognito-idp update-user-pool --region eu-west-1 --user-pool-id {POOL_ID} "
        "--deletion-protection INACTIVE\n"
        f"  aws cognito-idp delete-user-pool --region eu-west-1 --user-pool-id {POOL_ID}\n"
    )
    assert aws.gone["shop"].status == "DELETE_COMPLETE"
    assert aws.pools[POOL_ID]["DeletionProtection"] == "ACTIVE"


def test_a_pool_without_protection_is_kept_too() -> None:
    aws = deployed()
    aws.pools[POOL_ID]["DeletionProtection"] = "INACTIVE"
    ran = run(aws, "delete", "shop", "--yes")
    assert "update-user-pool" not in ran.told
    assert POOL_ID in aws.pools


@pytest.mark.parametrize("typed", ["y\n", "\n", "other\n"])
def test_another_word_deletes_nothing(typed: str) -> None:
    aws = deployed()
    ran = run(aws, "delete", "shop", typed=typed)
    assert ran.code == 1
    assert ran.told.endswith("Error: That is not its name. Nothing was deleted.\n")
    assert aws.asked("delete_stack") == []


def test_nobody_is_there_to_type() -> None:
    aws = deployed()
    ran = run(aws, "delete", "shop")
    assert ran.code == 1
    assert "There is no terminal to ask on" in ran.told
    assert aws.asked("delete_stack") == []


# With its users


@pytest.mark.parametrize("body", [TEMPLATE, GONE])
def test_the_users_go_when_that_is_said_twice(body: str) -> None:
    aws = deployed(body)
    aws.pools[POOL_ID] |= {"Domain": "my-app", "CustomDomain": "auth.example.com"}
    ran = run(aws, "delete", "shop", "--users", typed=f"shop\n{POOL_ID}\n")
    assert ran.code == 0
    assert f"  deleted  UserPool: {POOL_ID} with about 12 users\n" in ran.told
    assert f"This deletes about 12 users for good. Type {POOL_ID} to delete them too: " in ran.told
    assert ran.told.endswith(f"The user pool {POOL_ID} is deleted.\n")
    assert aws.pools == {}
    told = [name for name, _ in aws.calls]
    before = told.index("update_user_pool") < told.index("delete_stack")
    assert before is (body == GONE)  # the users are safe until the stack is gone


def test_a_pool_that_the_stack_takes_along() -> None:
    aws = deployed(GONE)
    delete = aws.delete_stack

    def with_its_pool(StackName: str) -> None:  # noqa: N803
        assert aws.pools.pop(POOL_ID)["DeletionProtection"] == "INACTIVE"
        delete(StackName)

    aws.delete_stack = with_its_pool  # type: ignore[method-assign]
    ran = run(aws, "delete", "shop", "--users", "--yes")
    assert ran.code == 0
    assert ran.told.endswith(f"The user pool {POOL_ID} is deleted.\n")


def test_a_pool_that_nothing_protects_is_not_updated() -> None:
    aws = deployed()
    aws.pools[POOL_ID]["DeletionProtection"] = "INACTIVE"
    assert run(aws, "delete", "shop", "--users", "--yes").code == 0
    assert aws.asked("update_user_pool") == []
    assert aws.pools == {}


@pytest.mark.parametrize("typed", ["shop\nshop\n", "shop\n\n", f"{POOL_ID}\n{POOL_ID}\n"])
def test_the_users_stay_unless_both_are_typed(typed: str) -> None:
    aws = deployed()
    ran = run(aws, "delete", "shop", "--users", typed=typed)
    assert ran.code == 1
    assert "Nothing was deleted." in ran.told
    assert aws.asked("delete_stack") == []
    assert POOL_ID in aws.pools


def test_users_that_the_stack_would_take_along_need_the_flag() -> None:
    aws = deployed(GONE)
    ran = run(aws, "delete", "shop", "--yes")
    assert ran.code == 1
    assert ran.told == (
        f"Error: Deleting the stack shop deletes its user pool {POOL_ID} with about 12 users "
        "too: its template does not retain it. To delete the users as well, add --users.\n"
    )
    assert aws.asked("delete_stack") == []


@pytest.mark.parametrize(
    ("users", "said"), [(0, "no users"), (1, "about 1 user"), (12345, "about 12,345 users")]
)
def test_the_number_of_users(users: int, said: str) -> None:
    aws = deployed()
    aws.pools[POOL_ID]["EstimatedNumberOfUsers"] = users
    assert f"UserPool: {POOL_ID} with {said}\n" in run(aws, "delete", "shop", "--yes").told


# What is there


@pytest.mark.parametrize("users", [[], ["--users"]])
def test_a_pool_that_somebody_has_deleted_already(users: list[str]) -> None:
    aws = deployed()
    aws.pools.clear()
    ran = run(aws, "delete", "shop", "--yes", *users)
    assert ran.code == 0
    assert "user pool" not in ran.told
    assert "  deleted  UserPool (AWS::Cognito::UserPool)\n" in ran.told


def test_no_such_stack() -> None:
    ran = run(FakeAws(), "delete", "shop", "--yes", "--region", "eu-north-1", "--profile", "work")
    assert ran.code == 1
    assert ran.told == (
        "Error: There is no stack shop in eu-west-1. Look elsewhere with --region and --profile.\n"
    )


def test_a_busy_stack() -> None:
    aws = deployed(status="UPDATE_IN_PROGRESS")
    ran = run(aws, "delete", "shop", "--yes")
    assert ran.code == 1
    assert "The stack shop is busy (UPDATE_IN_PROGRESS)." in ran.told


def test_a_stack_of_something_else() -> None:
    aws = FakeAws(FakeStack("shop", parts=(("Vpc", "vpc-1", "AWS::EC2::VPC", "CREATE_COMPLETE"),)))
    ran = run(aws, "delete", "shop", "--yes", "--users")
    assert ran.code == 1
    assert "The stack shop has no user pool, so another command made it. It stays." in ran.told
    assert aws.asked("delete_stack") == []


def test_a_stack_that_never_came_to_be() -> None:
    aws = FakeAws(FakeStack("shop", "ROLLBACK_COMPLETE", parts=()))
    assert run(aws, "delete", "shop", "--yes").code == 0
    assert aws.asked("get_template") == []


def test_a_deletion_that_fails() -> None:
    aws = deployed()
    aws.course = [[("UserPoolClient", "DELETE_FAILED", "In use.")], [("shop", "DELETE_FAILED")]]
    ran = run(aws, "delete", "shop", "--users", "--yes")
    assert ran.code == 1
    assert ran.told.endswith(
        "Error: The stack shop could not be deleted (DELETE_FAILED):\n"
        "  UserPoolClient: In use.\n"
        "Fix the first cause, then try again.\n"
    )
    assert aws.pools[POOL_ID]["DeletionProtection"] == "ACTIVE"


@pytest.mark.parametrize("operation", ["describe_user_pool", "delete_stack"])
def test_a_refusal_of_aws(operation: str) -> None:
    aws = deployed()
    aws.failures[operation] = [AwsError("You may not.", "AccessDenied", "no")]
    ran = run(aws, "delete", "shop", "--yes")
    assert ran.code == 1
    assert ran.told.endswith("Error: You may not.\n")


# Whether a template keeps a resource


@pytest.mark.parametrize("retain", [True, False])
def test_our_own_template(retain: bool) -> None:
    text = template(PoolOptions(retain=retain, groups=("admin",)))
    assert retains(text, "UserPool") is retain
    assert retains(text.replace("\n", "\r\n"), "UserPool") is retain
    assert not retains(text, "UserPoolClient")


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEMPLATE.replace("  UserPool:", "  OtherPool:"),
        TEMPLATE.replace("    DeletionPolicy", "      DeletionPolicy"),
        TEMPLATE.replace("    DeletionPolicy", "    # DeletionPolicy"),
        TEMPLATE.replace("Retain", "Retain # not"),
        TEMPLATE.replace("Retain", "!Ref Policy"),
        TEMPLATE.replace("    DeletionPolicy: Retain\n", "") + "    DeletionPolicy: Retain\n",
    ],
)
def test_what_cannot_be_read_keeps_nothing(text: str) -> None:
    assert not retains(text, "UserPool")


def test_what_keeps_it() -> None:
    assert retains(TEMPLATE, "UserPool")
    assert retains(TEMPLATE.replace("Retain", "RetainExceptOnCreate"), "UserPool")
    assert retains(TEMPLATE.split("\n\n")[0], "UserPool")
