"""USER_AUTH: choosing the first factor, at once or when asked."""

import re
from typing import Any

import pytest

from tests.local.api.desk import SECRET, Desk, refused
from tests.local.stage import PASSWORDS

ALL = ("PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")


@pytest.fixture
def desk() -> Desk:
    """A pool with every first factor; ada has a phone."""
    desk = Desk(first_factors=ALL)
    desk.change(phone="+15550001234")
    return desk


def test_without_a_preference_everything_is_offered(desk: Desk) -> None:
    asked = desk.initiate("USER_AUTH")
    assert asked.pop("Session")
    assert asked == {
        "ChallengeName": "SELECT_CHALLENGE",
        "ChallengeParameters": {},
        "AvailableChallenges": ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP"],
    }


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({"phone": None}, ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"]),
        ({"attributes": {"email_verified": False}}, ["PASSWORD", "PASSWORD_SRP", "SMS_OTP"]),
        ({"mfa": ("totp",), "totp_secret": SECRET}, ["PASSWORD", "PASSWORD_SRP"]),
    ],
)
def test_but_only_what_the_person_has(
    desk: Desk, changes: dict[str, Any], offered: list[str]
) -> None:
    desk.change(**changes)
    assert desk.initiate("USER_AUTH")["AvailableChallenges"] == offered


def test_codes_are_no_first_factor_where_a_second_is_demanded(desk: Desk) -> None:
    desk.cognito.switch(mfa="on")
    assert desk.initiate("USER_AUTH")["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]


def test_a_password_may_come_at_once(desk: Desk) -> None:
    answer = desk.initiate("USER_AUTH", PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORDS["ada"])
    assert answer["AuthenticationResult"]
    with refused("NotAuthorizedException: Incorrect username or password."):
        desk.initiate("USER_AUTH", PREFERRED_CHALLENGE="PASSWORD", PASSWORD="wrong")


def test_or_when_asked_for(desk: Desk) -> None:
    asked = desk.initiate("USER_AUTH", PREFERRED_CHALLENGE="PASSWORD")
    assert asked["ChallengeName"] == "PASSWORD"
    assert "PASSWORD_SRP" in asked["AvailableChallenges"]
    with refused("Incorrect username or password."):
        desk.respond(asked, PASSWORD="wrong")
    assert desk.respond(asked, PASSWORD=PASSWORDS["ada"])["AuthenticationResult"]


def test_srp_may_begin_at_once_or_when_asked_for(desk: Desk) -> None:
    client = desk.srp(PASSWORDS["ada"])
    at_once = desk.initiate("USER_AUTH", PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=client.public)
    asked = desk.initiate("USER_AUTH", PREFERRED_CHALLENGE="PASSWORD_SRP")
    assert asked["ChallengeName"] == "PASSWORD_SRP"
    later = desk.respond(asked, SRP_A=client.public)
    for each in (at_once, later):
        assert (each["ChallengeName"], len(each["Session"]) > 20) == ("PASSWORD_VERIFIER", True)
        assert desk.verify(client, each)["AuthenticationResult"]


@pytest.mark.parametrize(("name", "to"), [("EMAIL_OTP", "a***@e***"), ("SMS_OTP", "+*******1234")])
def test_a_code_may_be_all(desk: Desk, name: str, to: str) -> None:
    asked = desk.initiate("USER_AUTH", PREFERRED_CHALLENGE=name)
    assert asked["ChallengeName"] == name
    assert asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == to
    assert desk.cognito.outbox[-1].kind == "otp"
    with refused("CodeMismatchException: Invalid code or auth state for the user."):
        desk.respond(asked, **{f"{name}_CODE": desk.wrong_code()})
    assert desk.respond(asked, **{f"{name}_CODE": desk.sent()})["AuthenticationResult"]


def test_choosing_when_asked(desk: Desk) -> None:
    asked = desk.initiate("USER_AUTH")
    done = desk.respond(asked, ANSWER="PASSWORD", PASSWORD=PASSWORDS["ada"])
    assert done["AuthenticationResult"]
    client = desk.srp(PASSWORDS["ada"])
    verifying = desk.respond(desk.initiate("USER_AUTH"), ANSWER="PASSWORD_SRP", SRP_A=client.public)
    assert desk.verify(client, verifying)["AuthenticationResult"]
    chosen = desk.respond(desk.initiate("USER_AUTH"), ANSWER="EMAIL_OTP")
    assert desk.respond(chosen, EMAIL_OTP_CODE=desk.sent())["AuthenticationResult"]
    chosen = desk.respond(desk.initiate("USER_AUTH"), ANSWER="PASSWORD")
    assert desk.respond(chosen, PASSWORD=PASSWORDS["ada"])["AuthenticationResult"]


def test_choosing_what_is_not_there(desk: Desk) -> None:
    asked = desk.initiate("USER_AUTH", PREFERRED_CHALLENGE="WEB_AUTHN")
    assert asked["ChallengeName"] == "SELECT_CHALLENGE"
    with refused("InvalidParameterException: WEB_AUTHN is not an available challenge"):
        desk.respond(asked, ANSWER="WEB_AUTHN")
    with refused("InvalidParameterException: Missing required parameter ANSWER"):
        desk.respond(asked)


def test_strangers_are_asked_alike_and_never_get_in(desk: Desk) -> None:
    asked = desk.initiate("USER_AUTH", "nobody")
    assert asked["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"]
    with refused("NotAuthorizedException: Incorrect username or password."):
        desk.respond(asked, "nobody", ANSWER="PASSWORD", PASSWORD="x")
    client = desk.srp("x")
    verifying = desk.respond(asked, "nobody", ANSWER="PASSWORD_SRP", SRP_A=client.public)
    with refused("NotAuthorizedException: Incorrect username or password."):
        desk.verify(client, verifying)


@pytest.mark.parametrize("code", ["123456", ""])
def test_nobody_sends_strangers_a_code(desk: Desk, code: str) -> None:
    asked = desk.initiate("USER_AUTH", "no.body@example.com", PREFERRED_CHALLENGE="EMAIL_OTP")
    assert asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "n***@e***"
    assert not desk.cognito.outbox
    with refused("CodeMismatch" if code else "Missing required parameter EMAIL_OTP_CODE"):
        desk.respond(asked, "no.body@example.com", EMAIL_OTP_CODE=code)


@pytest.mark.parametrize("name", ["nobody@example.com", "eve@example.com"])
def test_with_e_mail_as_user_name_ids_look_alike(name: str) -> None:
    desk = Desk(sign_in="email", first_factors=ALL)
    desk.sign_up("eve@example.com")
    desk.confirm("eve@example.com")
    for _ in range(2):
        asked = desk.initiate("USER_AUTH", name, PREFERRED_CHALLENGE="EMAIL_OTP")
        ids = {asked["ChallengeParameters"]["USER_ID_FOR_SRP"]}
        with refused("CodeMismatchException"):
            desk.respond(asked, name, EMAIL_OTP_CODE=desk.wrong_code())
    assert len(ids) == 1
    assert re.fullmatch("[0-9a-f-]{36}", ids.pop())


def test_disabled_users_are_asked_like_strangers(desk: Desk) -> None:
    desk.change(enabled=False)
    asked = desk.initiate("USER_AUTH", PREFERRED_CHALLENGE="EMAIL_OTP")
    assert asked["ChallengeName"] == "EMAIL_OTP"
    assert not desk.cognito.outbox
    with refused("NotAuthorizedException"):
        desk.initiate("USER_AUTH", PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORDS["ada"])


def test_strangers_get_no_code_either_where_a_second_factor_is_demanded(desk: Desk) -> None:
    desk.cognito.switch(mfa="on")
    offered = desk.initiate("USER_AUTH", "nobody")["AvailableChallenges"]
    assert offered == ["PASSWORD", "PASSWORD_SRP"]


def test_unconfirmed_users_hear_it(desk: Desk) -> None:
    desk.change(status="UNCONFIRMED")
    with refused("UserNotConfirmedException"):
        desk.initiate("USER_AUTH")
