"""AssociateSoftwareToken and VerifySoftwareToken, signed in and in the middle of it."""

import re
from typing import Any

import pytest

from cognito_gate.local import totp_code
from tests.local.api.desk import SECRET, Desk, refused


def code_for(desk: Desk, secret: str, step: int = 0) -> str:
    return totp_code(secret, desk.clock.now + 30 * step)


def asked_to_set_up(desk: Desk) -> dict[str, Any]:
    desk.cognito.switch(mfa="on")
    return desk.by_password()


def test_setting_an_app_up_while_signed_in(desk: Desk) -> None:
    token = desk.access()
    answer = desk.call("AssociateSoftwareToken", AccessToken=token)
    assert answer.keys() == {"SecretCode"}
    secret = answer["SecretCode"]
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    assert desk.user().totp_secret is None
    code = code_for(desk, secret)
    done = desk.call("VerifySoftwareToken", AccessToken=token, UserCode=code)
    assert done == {"Status": "SUCCESS"}
    assert (desk.user().totp_secret, desk.user().mfa) == (secret, ())
    assert desk.by_password()["AuthenticationResult"]
    wanted = {"Enabled": True, "PreferredMfa": True}
    desk.call("SetUserMFAPreference", AccessToken=token, SoftwareTokenMfaSettings=wanted)
    asked = desk.by_password()
    with refused("ExpiredCodeException: Your software token has already been used once."):
        desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=code)
    assert desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=code_for(desk, secret, 1))


def test_setting_one_up_in_the_middle_of_a_sign_in(desk: Desk) -> None:
    asked = asked_to_set_up(desk)
    offer = desk.call("AssociateSoftwareToken", Session=asked["Session"])
    code = code_for(desk, offer["SecretCode"])
    done = desk.call("VerifySoftwareToken", Session=offer["Session"], UserCode=code)
    assert done["Status"] == "SUCCESS"
    sessions = {asked["Session"], offer["Session"], done["Session"]}
    assert len(sessions) == 3
    answer = desk.respond({**asked, "Session": done["Session"]})
    assert answer["AuthenticationResult"]
    ada = desk.user()
    assert (ada.totp_secret, ada.mfa) == (offer["SecretCode"], ("totp",))
    assert desk.by_password()["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


def test_an_app_that_is_on_already_stays_on(desk: Desk) -> None:
    asked = asked_to_set_up(desk)
    offer = desk.call("AssociateSoftwareToken", Session=asked["Session"])
    desk.change(mfa=("totp",), totp_secret=SECRET)
    code = code_for(desk, offer["SecretCode"])
    done = desk.call("VerifySoftwareToken", Session=offer["Session"], UserCode=code)
    assert desk.respond({**asked, "Session": done["Session"]})["AuthenticationResult"]
    assert desk.user().mfa == ("totp",)


@pytest.mark.parametrize("step", ["asked", "offered"])
def test_a_step_cannot_be_left_out(desk: Desk, step: str) -> None:
    asked = asked_to_set_up(desk)
    session = asked["Session"]
    if step == "offered":
        session = desk.call("AssociateSoftwareToken", Session=session)["Session"]
    with refused("InvalidParameterException: User has not verified software token mfa"):
        desk.respond({**asked, "Session": session})
    assert desk.user().mfa == ()


def test_sessions_serve_once(desk: Desk) -> None:
    asked = asked_to_set_up(desk)
    offer = desk.call("AssociateSoftwareToken", Session=asked["Session"])
    with refused("session can only be used once"):
        desk.call("AssociateSoftwareToken", Session=asked["Session"])
    code = code_for(desk, offer["SecretCode"])
    desk.call("VerifySoftwareToken", Session=offer["Session"], UserCode=code)
    with refused("session can only be used once"):
        desk.call("VerifySoftwareToken", Session=offer["Session"], UserCode=code)


def test_sessions_of_other_challenges_will_not_do(desk: Desk) -> None:
    desk.change(mfa=("totp",), totp_secret=SECRET)
    session = desk.by_password()["Session"]
    with refused("NotAuthorizedException: Invalid session for the user."):
        desk.call("AssociateSoftwareToken", Session=session)


MISMATCH = "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA"


def test_a_wrong_code_keeps_nothing_and_may_be_mended(desk: Desk) -> None:
    asked = asked_to_set_up(desk)
    offer = desk.call("AssociateSoftwareToken", Session=asked["Session"])
    session, secret = offer["Session"], offer["SecretCode"]
    for _ in range(4):
        with refused(MISMATCH):
            desk.call("VerifySoftwareToken", Session=session, UserCode=code_for(desk, secret, 9))
    assert desk.user().totp_secret is None
    code = code_for(desk, secret)
    assert desk.call("VerifySoftwareToken", Session=session, UserCode=code)["Session"]


def test_but_not_for_ever(desk: Desk) -> None:
    asked = asked_to_set_up(desk)
    offer = desk.call("AssociateSoftwareToken", Session=asked["Session"])
    session, secret = offer["Session"], offer["SecretCode"]
    for _ in range(5):
        with refused(MISMATCH):
            desk.call("VerifySoftwareToken", Session=session, UserCode=code_for(desk, secret, 9))
    with refused("session can only be used once"):
        desk.call("VerifySoftwareToken", Session=session, UserCode=code_for(desk, secret))


def test_a_wrong_code_while_signed_in(desk: Desk) -> None:
    token = desk.access()
    secret = desk.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
    with refused(MISMATCH):
        desk.call("VerifySoftwareToken", AccessToken=token, UserCode=code_for(desk, secret, 9))
    code = code_for(desk, secret)
    assert desk.call("VerifySoftwareToken", AccessToken=token, UserCode=code)
    with refused("SoftwareTokenMFANotFoundException: User has not set up software token mfa"):
        desk.call("VerifySoftwareToken", AccessToken=token, UserCode=code)


def test_without_an_offer_there_is_nothing_to_verify(desk: Desk) -> None:
    with refused("SoftwareTokenMFANotFoundException: User has not set up software token mfa"):
        desk.call("VerifySoftwareToken", AccessToken=desk.access(), UserCode="123456")


def test_who_was_deleted_sets_nothing_up(desk: Desk) -> None:
    asked = asked_to_set_up(desk)
    offer = desk.call("AssociateSoftwareToken", Session=asked["Session"])
    desk.cognito.remove_user("ada")
    code = code_for(desk, offer["SecretCode"])
    with refused("UserNotFoundException: User does not exist."):
        desk.call("VerifySoftwareToken", Session=offer["Session"], UserCode=code)


@pytest.mark.parametrize("operation", ["AssociateSoftwareToken", "VerifySoftwareToken"])
def test_a_pool_without_second_factors(desk: Desk, operation: str) -> None:
    desk.cognito.switch(mfa="off")
    with refused("SoftwareTokenMFANotFoundException: Software Token MFA has not been enabled"):
        desk.call(operation, AccessToken=desk.access(), UserCode="123456")


@pytest.mark.parametrize("operation", ["AssociateSoftwareToken", "VerifySoftwareToken"])
def test_somebody_has_to_be_named(desk: Desk, operation: str) -> None:
    with refused("InvalidParameterException: Either AccessToken or Session must be given"):
        desk.call(operation, UserCode="123456")
