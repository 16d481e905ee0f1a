"""RespondToAuthChallenge: sessions, new passwords, second factors."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.local.api.desk import NEW, SECRET, Desk, refused
from tests.local.stage import PASSWORDS

TOTP: dict[str, Any] = {"mfa": ("totp",), "totp_secret": SECRET}
SMS: dict[str, Any] = {"mfa": ("sms",), "phone": "+15550001234"}


def test_a_sent_code_is_the_second_factor(desk: Desk) -> None:
    desk.change(**SMS)
    for sign_in in (desk.by_password, desk.by_srp):
        asked = sign_in()
        assert asked["ChallengeName"] == "SMS_MFA"
        assert asked["ChallengeParameters"] == {
            "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
            "CODE_DELIVERY_DESTINATION": "+*******1234",
            "USER_ID_FOR_SRP": "ada",
        }
        message = desk.cognito.outbox[-1]
        assert (message.kind, message.to) == ("mfa", "+15550001234")
        assert desk.respond(asked, SMS_MFA_CODE=message.code)["AuthenticationResult"]


def test_an_e_mail_may_be_it_as_well(desk: Desk) -> None:
    desk.change(mfa=("email",))
    asked = desk.by_password()
    assert asked["ChallengeName"] == "EMAIL_OTP"
    assert asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "a***@e***"
    assert desk.respond(asked, EMAIL_OTP_CODE=desk.sent())["AuthenticationResult"]


def test_an_authenticator_app(desk: Desk) -> None:
    desk.change(**TOTP)
    asked = desk.by_password()
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert asked["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"]
    code = desk.cognito.totp_code("ada")
    assert desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=code)["AuthenticationResult"]


def test_a_code_of_the_app_serves_once(desk: Desk) -> None:
    desk.change(**TOTP)
    code = desk.cognito.totp_code("ada")
    assert desk.respond(desk.by_password(), SOFTWARE_TOKEN_MFA_CODE=code)
    asked, older = desk.by_password(), desk.cognito.totp_code("ada", -1)
    for used in (code, older):
        with refused("ExpiredCodeException: Your software token has already been used once."):
            desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=used)
    newer = desk.cognito.totp_code("ada", 1)
    assert desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=newer)["AuthenticationResult"]


def test_a_wrong_code_may_be_mended_a_few_times(desk: Desk) -> None:
    desk.change(**TOTP)
    asked, far = desk.by_password(), desk.cognito.totp_code("ada", 10)
    for _ in range(4):
        with refused("CodeMismatchException: Invalid code received for user"):
            desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=far)
    assert desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=desk.cognito.totp_code("ada"))
    asked = desk.by_password()
    for _ in range(5):
        with refused("CodeMismatchException"):
            desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=far)
    with refused("NotAuthorizedException: Invalid session for the user, session can only be used"):
        desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=desk.cognito.totp_code("ada", 1))


def test_an_app_that_is_gone_cannot_be_asked(desk: Desk) -> None:
    desk.change(**TOTP)
    asked = desk.by_password()
    desk.change(mfa=(), totp_secret=None)
    with refused("SoftwareTokenMFANotFoundException: User has not set up software token mfa"):
        desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE="123456")


def test_who_has_several_is_asked_which(desk: Desk) -> None:
    desk.change(mfa=("totp", "sms", "email"), totp_secret=SECRET, phone="+15550001234")
    asked = desk.by_password()
    assert asked["ChallengeName"] == "SELECT_MFA_TYPE"
    choices = json.loads(asked["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
    assert choices == ["SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP"]
    for answer, name in (("SMS_MFA", "SMS_MFA"), ("EMAIL_MFA", "EMAIL_OTP")):
        chosen = desk.respond(desk.by_password(), ANSWER=answer)
        assert chosen["ChallengeName"] == name
    assert desk.respond(chosen, EMAIL_OTP_CODE=desk.sent())["AuthenticationResult"]
    with refused("MFAMethodNotFoundException: WEB_AUTHN is not set up for the user"):
        desk.respond(asked, ANSWER="WEB_AUTHN")


def test_unless_one_is_preferred(desk: Desk) -> None:
    desk.change(**{**SMS, "mfa": ("email", "sms"), "preferred_mfa": "sms"})
    assert desk.by_password()["ChallengeName"] == "SMS_MFA"


def test_a_pool_may_leave_second_factors_out(desk: Desk) -> None:
    desk.change(**TOTP)
    desk.cognito.switch(mfa="off")
    assert desk.by_password()["AuthenticationResult"]


def test_a_pool_may_demand_one(desk: Desk) -> None:
    desk.cognito.switch(mfa="on")
    asked = desk.by_password()
    assert asked["ChallengeName"] == "MFA_SETUP"
    can = json.loads(asked["ChallengeParameters"]["MFAS_CAN_SETUP"])
    assert can == ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]
    desk.change(phone="+15550001234")
    assert desk.by_password()["ChallengeName"] == "SMS_MFA"
    desk.change(**TOTP)
    assert desk.by_password()["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


def test_setting_up_has_to_be_done_first(desk: Desk) -> None:
    desk.cognito.switch(mfa="on")
    with refused("InvalidParameterException: User has not verified software token mfa"):
        desk.respond(desk.by_password())


def test_a_temporary_password_must_be_replaced(desk: Desk) -> None:
    desk.change(status="FORCE_CHANGE_PASSWORD", **TOTP)
    asked = desk.by_password()
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    parameters = asked["ChallengeParameters"]
    assert json.loads(parameters["requiredAttributes"]) == []
    assert json.loads(parameters["userAttributes"]) == {
        "email": "ada@example.com",
        "email_verified": "true",
        "name": "Ada Lovelace",
    }
    second = desk.respond(asked, NEW_PASSWORD=NEW)
    assert second["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    ada = desk.user()
    assert (ada.status, ada.password) == ("CONFIRMED", NEW)
    assert desk.by_srp("ada", NEW)["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


@pytest.mark.parametrize(
    ("responses", "message"),
    [
        ({"NEW_PASSWORD": None}, "InvalidParameterException: Missing required parameter NEW_PASS"),
        ({"NEW_PASSWORD": "short"}, "InvalidPasswordException: Password did not conform"),
        ({"NEW_PASSWORD": "New Password 9"}, "InvalidPasswordException: Provided password cannot"),
        ({"NEW_PASSWORD": NEW * 30}, "InvalidPasswordException: Provided password cannot"),
        ({"userAttributes.family_name": ""}, "InvalidParameterException: Invalid attributes given"),
        ({"userAttributes.family_name": None}, "Invalid attributes given, family_name is missing"),
        ({"userAttributes.name": "Eve"}, "Cannot modify an already provided name"),
        ({"userAttributes.email_verified": "true"}, "NotAuthorizedException: A client attempted"),
    ],
)
def test_new_passwords_that_will_not_do(responses: dict[str, Any], message: str) -> None:
    desk = Desk(required_attributes=("name", "family_name"))
    before = desk.change(status="FORCE_CHANGE_PASSWORD")
    asked = desk.by_password()
    required = json.loads(asked["ChallengeParameters"]["requiredAttributes"])
    assert required == ["userAttributes.family_name"]
    good: dict[str, Any] = {"NEW_PASSWORD": NEW, "userAttributes.family_name": "Lovelace"}
    with refused(message):
        desk.respond(asked, **(good | responses))
    assert desk.user() == before
    assert desk.respond(asked, **good)["AuthenticationResult"]
    assert desk.user().attributes["family_name"] == "Lovelace"


def test_each_answer_has_a_session_of_its_own(desk: Desk) -> None:
    desk.change(mfa=("sms", "email"), phone="+15550001234")
    first = desk.by_password()
    second = desk.respond(first, ANSWER="SMS_MFA")
    assert first["Session"] != second["Session"]
    assert all(20 <= len(each["Session"]) <= 2048 for each in (first, second))
    with refused("NotAuthorizedException: Invalid session for the user, session can only be used"):
        desk.respond(first, ANSWER="SMS_MFA")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Session": "x" * 20}, "NotAuthorizedException: Invalid session for the user."),
        ({"Session": None}, "InvalidParameterException: Missing required parameter Session"),
        ({"ChallengeName": "SOFTWARE_TOKEN_MFA"}, "Invalid session for the user."),
        ({"ChallengeName": "ADMIN_NO_SRP_AUTH"}, "ADMIN_NO_SRP_AUTH cannot be answered here"),
    ],
)
def test_sessions_that_will_not_do(desk: Desk, changes: dict[str, Any], message: str) -> None:
    desk.change(**SMS)
    asked = desk.by_password()
    with refused(message):
        desk.respond({**asked, **changes}, SMS_MFA_CODE=desk.sent())
    assert desk.respond(asked, SMS_MFA_CODE=desk.sent())


@pytest.mark.parametrize(("seconds", "late"), [(179, False), (180, True)])
def test_sessions_end(desk: Desk, seconds: int, late: bool) -> None:
    desk.change(**SMS)
    asked = desk.by_password()
    desk.clock.now += seconds
    if not late:
        assert desk.respond(asked, SMS_MFA_CODE=desk.sent())
        return
    with refused("NotAuthorizedException: Invalid session for the user, session is expired."):
        desk.respond(asked, SMS_MFA_CODE=desk.sent())


def test_a_session_is_its_clients_own() -> None:
    first = Desk(public=True)
    one = first.cognito.client
    desk = Desk(clients=(one, type(one)(auth_flows=one.auth_flows)))
    desk.change(**SMS)
    asked = desk.by_password()
    other = desk.cognito.clients[1].client_id
    with refused("Invalid session for the user."):
        desk.call(
            "RespondToAuthChallenge",
            ClientId=other,
            ChallengeName="SMS_MFA",
            Session=asked["Session"],
            ChallengeResponses={"USERNAME": "ada", "SMS_MFA_CODE": desk.sent()},
        )


def test_a_session_is_its_users_own(desk: Desk) -> None:
    desk.change(**SMS)
    asked = desk.by_password()
    for name in ("bob", "nobody"):
        with refused("NotAuthorizedException: Invalid session for the user."):
            desk.respond(asked, name, SMS_MFA_CODE=desk.sent())
    assert desk.respond(asked, "ada@example.com", SMS_MFA_CODE=desk.sent())


@pytest.mark.parametrize("gone", [False, True])
def test_who_is_disabled_or_deleted_meanwhile_gets_no_further(desk: Desk, gone: bool) -> None:
    desk.change(**SMS)
    asked = desk.by_password()
    if gone:
        desk.cognito.remove_user("ada")
    else:
        desk.change(enabled=False)
    with refused("Incorrect username or password." if gone else "User is disabled."):
        desk.respond(asked, SMS_MFA_CODE=desk.sent())


def test_of_many_answers_at_once_one_gets_tokens(desk: Desk) -> None:
    desk.change(**SMS)
    asked = desk.by_password()
    members = {
        "ClientId": desk.client_id,
        "ChallengeName": asked["ChallengeName"],
        "Session": asked["Session"],
        "ChallengeResponses": {
            "USERNAME": "ada",
            "SMS_MFA_CODE": desk.sent(),
            **desk.hash("ada"),
        },
    }

    def answer(_: int) -> int:
        return desk.post_api("RespondToAuthChallenge", json=members).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(answer, range(16)))
    assert sorted(statuses) == [200] + [400] * 15


def test_an_unconfirmed_users_password_is_not_looked_at(desk: Desk) -> None:
    desk.change(status="UNCONFIRMED")
    with refused("UserNotConfirmedException"):
        desk.by_password("ada", PASSWORDS["ada"])
