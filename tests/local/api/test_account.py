"""GetUser, attributes and their codes, MFA preferences, factors."""

from typing import Any

import pytest

from cognito_gate.local import Passkey
from tests.local.api.desk import NEW, SECRET, Desk, refused

KEY = Passkey("a", "-----BEGIN PUBLIC KEY-----")


def attributes(**values: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def update(desk: Desk, token: str, **values: str) -> list[dict[str, str]]:
    wanted = attributes(**values)
    answer = desk.call("UpdateUserAttributes", AccessToken=token, UserAttributes=wanted)
    details: list[dict[str, str]] = answer["CodeDeliveryDetailsList"]
    return details


def test_what_is_known_about_a_user(desk: Desk) -> None:
    assert desk.call("GetUser", AccessToken=desk.access()) == {
        "Username": "ada",
        "UserAttributes": attributes(
            sub=desk.user().sub,
            email="ada@example.com",
            email_verified="true",
            name="Ada Lovelace",
        ),
    }


def test_second_factors_are_told(desk: Desk) -> None:
    token = desk.access()
    desk.change(mfa=("totp", "email"), totp_secret=SECRET, preferred_mfa="email")
    told = {
        "UserMFASettingList": ["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"],
        "PreferredMfaSetting": "EMAIL_OTP",
    }
    assert desk.call("GetUser", AccessToken=token).items() >= told.items()
    assert desk.call("GetUserAuthFactors", AccessToken=token).items() >= told.items()


def test_first_factors_are_told() -> None:
    desk = Desk(first_factors=("PASSWORD", "EMAIL_OTP", "WEB_AUTHN"))
    token = desk.access()
    answer = {"Username": "ada", "ConfiguredUserAuthFactors": ["PASSWORD", "EMAIL_OTP"]}
    assert desk.call("GetUserAuthFactors", AccessToken=token) == answer
    desk.change(passkeys=(KEY,), totp_secret=SECRET)
    factors = desk.call("GetUserAuthFactors", AccessToken=token)["ConfiguredUserAuthFactors"]
    assert factors == ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN", "SOFTWARE_TOKEN"]


def test_plain_attributes_change_at_once(desk: Desk) -> None:
    token = desk.access()
    assert update(desk, token, name="Ada King", email="ada@example.com") == []
    assert desk.user().claims["name"] == "Ada King"
    assert desk.user().claims["email_verified"] is True
    assert not desk.cognito.outbox


def test_a_new_address_has_to_be_proven(desk: Desk) -> None:
    token = desk.access()
    details = update(desk, token, email="ada@new.example", phone_number="+15550001234")
    assert [each["AttributeName"] for each in details] == ["email", "phone_number"]
    assert [each["Destination"] for each in details] == ["a***@n***", "+*******1234"]
    email, phone = desk.cognito.outbox
    assert (email.kind, email.to, phone.to) == ("attribute", "ada@new.example", "+15550001234")
    assert desk.user().claims["email_verified"] is False
    for name, message in (("email", email), ("phone_number", phone)):
        proof = {"AttributeName": name, "Code": message.code}
        assert desk.call("VerifyUserAttribute", AccessToken=token, **proof) == {}
        assert desk.user().verified(name) == message.to
        with refused("ExpiredCodeException"):
            desk.call("VerifyUserAttribute", AccessToken=token, **proof)
    assert desk.by_password("ada@new.example", desk.user().password)


def test_only_what_the_pool_verifies_gets_a_code() -> None:
    desk = Desk(auto_verified=("phone_number",))
    assert update(desk, desk.access(), email="ada@new.example") == []
    assert desk.user().claims["email_verified"] is False


def test_what_is_required_may_be_changed() -> None:
    desk = Desk(required_attributes=("name", "email"))
    update(desk, desk.access(), name="Ada King")
    assert desk.user().claims["name"] == "Ada King"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("email_verified", "true", "NotAuthorizedException: A client attempted to write"),
        ("sub", "x", "NotAuthorizedException"),
        ("shoe", "9", "InvalidParameterException: Attributes did not conform to the schema: shoe"),
        ("email", "ada", "InvalidParameterException: Invalid email address format."),
        ("name", "", "InvalidParameterException: Attributes did not conform to the schema: name"),
    ],
)
def test_attributes_that_are_refused(name: str, value: str, message: str) -> None:
    desk = Desk(required_attributes=("name",))
    before, token = desk.user(), desk.access()
    with refused(message):
        update(desk, token, **{name: value})
    assert desk.user() == before


def test_an_e_mail_that_is_anothers_user_name(desk: Desk) -> None:
    by_email = Desk(sign_in="email")
    with refused("AliasExistsException: An account with the email already exists."):
        update(by_email, by_email.access(), email="Bob@example.com")
    token = desk.access()
    update(desk, token, email="bob@example.com")
    proof = {"AttributeName": "email", "Code": desk.sent()}
    with refused("AliasExistsException: An account with the email already exists."):
        desk.call("VerifyUserAttribute", AccessToken=token, **proof)
    assert desk.user().verified("email") is None


def test_another_code_may_be_asked_for(desk: Desk) -> None:
    desk.change(attributes={"email_verified": False})
    token = desk.access()
    answer = desk.call("GetUserAttributeVerificationCode", AccessToken=token, AttributeName="email")
    assert answer["CodeDeliveryDetails"]["Destination"] == "a***@e***"
    wrong = {"AttributeName": "email", "Code": desk.wrong_code()}
    with refused("CodeMismatchException"):
        desk.call("VerifyUserAttribute", AccessToken=token, **wrong)
    right = {"AttributeName": "email", "Code": desk.sent()}
    assert desk.call("VerifyUserAttribute", AccessToken=token, **right) == {}


@pytest.mark.parametrize(
    ("name", "message"),
    [("name", "Attribute name cannot be verified"), ("phone_number", "User does not have phone")],
)
def test_what_has_no_code(desk: Desk, name: str, message: str) -> None:
    with refused(f"InvalidParameterException: {message}"):
        desk.call("GetUserAttributeVerificationCode", AccessToken=desk.access(), AttributeName=name)


@pytest.mark.parametrize(
    ("operation", "times"), [("GetUserAttributeVerificationCode", 5), ("VerifyUserAttribute", 15)]
)
def test_tries_are_counted(desk: Desk, operation: str, times: int) -> None:
    token = desk.access()
    for _ in range(times):
        response = desk.post_api(
            operation, json={"AccessToken": token, "AttributeName": "email", "Code": "x"}
        )
        assert response.text != "LimitExceededException"
    with refused("LimitExceededException"):
        desk.call(operation, AccessToken=token, AttributeName="email", Code="x")


def prefer(desk: Desk, token: str, **settings: dict[str, bool]) -> tuple[tuple[str, ...], str]:
    assert desk.call("SetUserMFAPreference", AccessToken=token, **settings) == {}
    return desk.user().mfa, desk.user().preferred_mfa


def test_preferences(desk: Desk) -> None:
    desk.change(totp_secret=SECRET, phone="+15550001234")
    token = desk.access()
    on, first, off = (
        {"Enabled": True},
        {"Enabled": True, "PreferredMfa": True},
        {"Enabled": False},
    )
    assert prefer(desk, token, SMSMfaSettings=on) == (("sms",), "")
    assert prefer(desk, token, SoftwareTokenMfaSettings=first) == (("sms", "totp"), "totp")
    assert prefer(desk, token, EmailMfaSettings=first) == (("sms", "totp", "email"), "email")
    assert prefer(desk, token, SMSMfaSettings=off) == (("totp", "email"), "email")
    assert prefer(desk, token, EmailMfaSettings=on) == (("totp", "email"), "")
    assert prefer(desk, token) == (("totp", "email"), "")
    assert prefer(desk, token, EmailMfaSettings=off, SoftwareTokenMfaSettings=off) == ((), "")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("SoftwareTokenMfaSettings", "User has not verified software token mfa"),
        ("SMSMfaSettings", "User does not have delivery config set to turn on SMS_MFA"),
        ("EmailMfaSettings", "User does not have delivery config set to turn on EMAIL_OTP"),
    ],
)
def test_preferences_that_cannot_be(desk: Desk, setting: str, message: str) -> None:
    desk.change(email=None)
    wanted: dict[str, Any] = {setting: {"Enabled": True}}
    with refused(f"InvalidParameterException: {message}"):
        desk.call("SetUserMFAPreference", AccessToken=desk.access(), **wanted)
    assert desk.user().mfa == ()


def test_a_password_is_not_among_what_is_told(desk: Desk) -> None:
    desk.change(password=NEW)
    token = desk.by_password("ada", NEW)["AuthenticationResult"]["AccessToken"]
    assert NEW not in desk.post_api("GetUser", json={"AccessToken": token}).text
