"""`pool deploy` with what CloudFormation has no property for: session tracking, names of levels."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.session import Session

from cognito_gate.pool.aws import AwsError
from cognito_gate.pool.beyond_template import KEPT
from tests.pool.command import run, template_file
from tests.pool.fake_aws import POOL_ID, FakeAws, FakeStack

POOL: dict[str, Any] = {
    "Id": POOL_ID,
    "Name": "shop",
    "Arn": "arn:aws:...",
    "UserPoolTier": "PLUS",
    "UserPoolTags": {"team": "web", "of": ""},
    "EmailVerificationMessage": "{####}",
    "SmsAuthenticationMessage": "",
    "VerificationMessageTemplate": {"SmsMessage": "", "DefaultEmailOption": "CONFIRM_WITH_CODE"},
    "LambdaConfig": {},
    "Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 7}},
    "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True, "UnusedAccountValidityDays": 7},
    "AcrConfiguration": {"Level1": {"AcrValue": "password"}},
}


def account(**changes: Any) -> FakeAws:
    """A stack that is as its template says, and its pool."""
    aws = FakeAws(FakeStack("shop", "CREATE_COMPLETE"))
    aws.pools[POOL_ID] = {**POOL, **changes}
    return aws


@pytest.mark.parametrize(
    ("words", "state", "number", "told"),
    [
        (("--session-tracking",), "ENABLED", 20, "on, 20 sessions for each user."),
        (("--session-tracking", "--sessions-per-user", "3"), "ENABLED", 3, "on, 3 sessions"),
        (("--no-session-tracking",), "DISABLED", 20, "Session tracking is off."),
    ],
)
def test_session_tracking(words: tuple[str, ...], state: str, number: int, told: str) -> None:
    aws = account()
    ran = run(aws, "deploy", "shop", "--yes", *words)
    assert (ran.code, told in ran.told) == (0, True), ran.told
    assert aws.asked("set_user_pool_session_configuration") == [
        {
            "UserPoolId": POOL_ID,
            "UserSessionTracking": state,
            "TokenSession": {"MaxPerUser": number},
        }
    ]
    assert not aws.asked("update_user_pool")
    assert "SECRET_KEY=" in ran.out


def test_names_of_levels_keep_all_else_of_the_pool() -> None:
    aws = account()
    words = ("--acr-name", "2=urn:example:mfa", "--acr-name", "3=passkey")
    ran = run(aws, "deploy", "shop", "--yes", *words)
    assert ran.code == 0
    assert ran.told.endswith("Names of acr levels: 2 is urn:example:mfa, 3 is passkey.\n")
    assert aws.asked("update_user_pool") == [
        {
            "UserPoolId": POOL_ID,
            "PoolName": "shop",
            "UserPoolTier": "PLUS",
            "UserPoolTags": {"team": "web", "of": ""},
            "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
            "Policies": POOL["Policies"],
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
            "AcrConfiguration": {
                "Level1": {"AcrValue": "password"},
                "Level2": {"AcrValue": "urn:example:mfa"},
                "Level3": {"AcrValue": "passkey"},
            },
        }
    ]
    assert run(aws, "deploy", "shop", "--yes", *words).code == 0
    assert len(aws.asked("update_user_pool")) == 1  # they are so already


def test_a_pool_that_tells_little_is_sent_back_as_it_is() -> None:
    aws = account()
    users = {"UnusedAccountValidityDays": 3}
    aws.pools[POOL_ID] = {"AdminCreateUserConfig": users}
    assert run(aws, "deploy", "shop", "--yes", "--acr-name", "1=one").code == 0
    [told] = aws.asked("update_user_pool")
    assert told["AdminCreateUserConfig"] == users
    aws.pools[POOL_ID] = {}
    assert run(aws, "deploy", "shop", "--yes", "--acr-name", "1=one").code == 0
    assert "AdminCreateUserConfig" not in aws.asked("update_user_pool")[1]


def test_nothing_is_set_unasked() -> None:
    aws = account()
    assert run(aws, "deploy", "shop", "--yes").code == 0
    assert not aws.asked("update_user_pool")
    assert not aws.asked("set_user_pool_session_configuration")


def test_the_environment_is_there_whatever_cognito_says_to_it() -> None:
    aws = account()
    refusal = AwsError("AWS refuses ... (FeatureUnavailableInTierException).")
    aws.failures["set_user_pool_session_configuration"] = [refusal]
    ran = run(aws, "deploy", "shop", "--yes", "--session-tracking")
    assert (ran.code, "FeatureUnavailableInTier" in ran.told) == (1, True)
    assert "SECRET_KEY=" in ran.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--session-tracking", "--tier", "lite"), "--session-tracking needs the plan Essentials"),
        (("--acr-name", "2=mfa", "--tier", "lite"), "--acr-name needs the plan Essentials"),
        (("--acr-name", "5=mfa"), "'5=mfa' is not LEVEL=NAME"),
        (("--acr-name", "2"), "'2' is not LEVEL=NAME"),
        (("--acr-name", "2=two words"), "gives 'two words'; a name has 1 to 64 characters"),
        (("--acr-name", f"2={'x' * 65}"), "a name has 1 to 64 characters"),
        (("--acr-name", "2=urn:cognito:loa:3"), "gives a name to two levels"),
        (("--acr-name", "2=x", "--acr-name", "3=x"), "gives a name to two levels"),
    ],
)
def test_what_cognito_would_refuse(words: tuple[str, ...], told: str) -> None:
    lite = ("--no-rotation", "--login", "classic") if "lite" in words else ()
    aws = account()
    ran = run(aws, "deploy", "shop", "--yes", *words, *lite)
    assert (ran.code, told in ran.told) == (2, True), ran.told
    assert not aws.calls


def test_the_plan_of_somebody_elses_template_is_not_known(tmp_path: Any) -> None:
    aws = account()
    words = ("--template", template_file(tmp_path), "--session-tracking", "--no-env")
    assert run(aws, "deploy", "shop", "--yes", *words).code == 0
    assert aws.asked("set_user_pool_session_configuration")


def test_all_that_an_update_takes_is_kept() -> None:
    """Whatever AWS adds to both, or an update would reset it."""
    api = Session().get_service_model("cognito-idp")
    takes = set(api.operation_model("UpdateUserPool").input_shape.members)
    tells = set(api.shape_for("UserPoolType").members)
    unused = {"EmailVerificationMessage", "EmailVerificationSubject", "SmsVerificationMessage"}
    assert (takes & tells) - unused <= set(KEPT)
