"""SignUp, ConfirmSignUp, ResendConfirmationCode."""

from typing import Any

import pytest

from cognito_gate.local import PasswordPolicy, User
from tests.local.api.desk import NEW, Desk, refused
from tests.local.stage import PASSWORDS


def attribute(name: str, value: str) -> dict[str, str]:
    return {"Name": name, "Value": value}


PHONE = [attribute("phone_number", "+15550001234")]


def test_a_newcomer_gets_a_code_by_e_mail(desk: Desk) -> None:
    answer = desk.sign_up()
    assert answer.pop("Session")
    assert answer == {
        "UserConfirmed": False,
        "UserSub": desk.user("eve").sub,
        "CodeDeliveryDetails": {
            "Destination": "e***@e***",
            "DeliveryMedium": "EMAIL",
            "AttributeName": "email",
        },
    }
    message = desk.cognito.outbox[-1]
    assert (message.kind, message.medium, message.to) == ("sign-up", "EMAIL", "eve@example.com")
    assert message.sent_at == desk.clock.now
    assert len(message.code) == 6
    eve = desk.user("eve")
    assert (eve.status, eve.claims["email_verified"]) == ("UNCONFIRMED", False)


def test_a_newcomer_with_a_phone_gets_it_there(desk: Desk) -> None:
    both = [*PHONE, attribute("email", "eve@example.com")]
    details = desk.sign_up(UserAttributes=both)["CodeDeliveryDetails"]
    assert details["Destination"] == "+*******1234"
    assert (details["DeliveryMedium"], details["AttributeName"]) == ("SMS", "phone_number")
    desk.confirm()
    claims = desk.user("eve").claims
    assert (claims["phone_number_verified"], claims["email_verified"]) == (True, False)


def test_the_pool_says_which_address_is_asked() -> None:
    desk = Desk(auto_verified=("email",))
    both = [*PHONE, attribute("email", "eve@example.com")]
    assert desk.sign_up(UserAttributes=both)["CodeDeliveryDetails"]["AttributeName"] == "email"


def test_without_an_address_nothing_is_sent(desk: Desk) -> None:
    answer = desk.sign_up(UserAttributes=None)
    assert "CodeDeliveryDetails" not in answer
    assert not desk.cognito.outbox


def test_the_code_confirms(desk: Desk) -> None:
    desk.sign_up()
    assert desk.confirm() == {}
    eve = desk.user("eve")
    assert (eve.status, eve.claims["email_verified"]) == ("CONFIRMED", True)
    assert desk.by_password("eve", NEW)["AuthenticationResult"]


def test_before_the_code_there_is_no_sign_in_whatever_the_password(desk: Desk) -> None:
    desk.sign_up()
    for password in (NEW, "wrong"):
        with refused("UserNotConfirmedException: User is not confirmed."):
            desk.by_password("eve", password)


def test_the_sessions_lead_to_a_sign_in_without_asking_again(desk: Desk) -> None:
    session = desk.sign_up()["Session"]
    confirmed = desk.confirm(Session=session)["Session"]
    assert confirmed != session
    answer = desk.initiate("USER_AUTH", "eve", session=confirmed)
    assert answer["AuthenticationResult"]["IdToken"]
    with refused("only be used once"):
        desk.initiate("USER_AUTH", "eve", session=confirmed)


def test_a_session_is_for_the_one_who_confirmed(desk: Desk) -> None:
    confirmed = desk.confirm(Session=desk.sign_up()["Session"])["Session"]
    with refused("NotAuthorizedException"):
        desk.initiate("USER_AUTH", "ada", session=confirmed)


def test_another_ones_session_confirms_nobody(desk: Desk) -> None:
    theirs = desk.sign_up("mallory")["Session"]
    desk.sign_up()
    with refused("Invalid session"):
        desk.confirm(Session=theirs)
    assert desk.user("eve").status == "UNCONFIRMED"


def test_a_client_without_user_auth_gets_no_session() -> None:
    desk = Desk(auth_flows=("ALLOW_USER_PASSWORD_AUTH",))
    assert "Session" not in desk.sign_up()


@pytest.mark.parametrize(
    ("members", "kind", "message"),
    [
        ({"Password": "short"}, "InvalidPassword", "policy: Password not long enough"),
        ({"Password": "new-password-9"}, "InvalidPassword", "must have uppercase characters"),
        ({"Password": "NEW-PASSWORD-9"}, "InvalidPassword", "must have lowercase characters"),
        ({"Password": "New-Password-x"}, "InvalidPassword", "must have numeric characters"),
        ({"Password": "NewPassword9"}, "InvalidPassword", "must have symbol characters"),
        ({"Password": None}, "InvalidParameter", "Password is required"),
        ({"UserAttributes": [attribute("email", "eve")]}, "InvalidParameter", "email address"),
        ({"UserAttributes": [attribute("email", "")]}, "InvalidParameter", "email address"),
        ({"UserAttributes": [attribute("phone_number", "5")]}, "InvalidParameter", "phone number"),
        (
            {"UserAttributes": [attribute("shoe", "9")]},
            "InvalidParameter",
            "schema: shoe: Attribute does not exist in the schema.",
        ),
        (
            {"UserAttributes": [attribute("email_verified", "true")]},
            "NotAuthorized",
            "unauthorized attribute",
        ),
        ({"UserAttributes": [attribute("sub", "x")]}, "NotAuthorized", "unauthorized attribute"),
        ({"Username": "ada"}, "UsernameExists", "User already exists"),
        ({"Username": "ADA"}, "UsernameExists", "User already exists"),
        ({"Username": "x@example.com"}, "InvalidParameter", "cannot be of email format"),
    ],
)
def test_who_cannot_sign_up(desk: Desk, members: dict[str, Any], kind: str, message: str) -> None:
    username = members.pop("Username", "eve")
    with refused(message) as caught:
        desk.sign_up(username, **members)
    assert caught.value.kind == f"{kind}Exception"
    assert len(desk.cognito.users) == 2
    assert not desk.cognito.outbox


def test_custom_attributes_are_taken(desk: Desk) -> None:
    desk.sign_up(UserAttributes=[attribute("custom:tier", "gold"), attribute("name", "Eve")])
    assert desk.user("eve").attributes == {"custom:tier": "gold", "name": "Eve"}


def test_a_pool_may_ask_for_attributes_and_another_policy() -> None:
    desk = Desk(required_attributes=("name",), password_policy=PasswordPolicy(12, symbols=False))
    with refused("schema: name: The attribute is required"):
        desk.sign_up(Password="Password1234")
    with refused("not long enough"):
        desk.sign_up(UserAttributes=[attribute("name", "Eve")], Password="Password123")
    assert desk.sign_up(UserAttributes=[attribute("name", "Eve")], Password="Password1234")


def test_a_pool_may_be_closed(desk: Desk) -> None:
    desk.cognito.switch(sign_up=False)
    with refused("NotAuthorizedException: SignUp is not permitted"):
        desk.sign_up()


def test_with_e_mail_as_user_name_the_stored_name_is_made_up() -> None:
    desk = Desk(sign_in="email")
    sub = desk.sign_up("eve@example.com")["UserSub"]
    eve = desk.user(sub)
    assert (eve.sub, eve.contact("email")) == (sub, "eve@example.com")
    desk.confirm("Eve@Example.com")
    token = desk.by_password("eve@example.com", NEW)["AuthenticationResult"]["AccessToken"]
    assert desk.call("GetUser", AccessToken=token)["Username"] == sub
    with refused("UsernameExistsException: An account with the given email"):
        desk.sign_up("EVE@example.com")
    with refused("InvalidParameterException: Username should be an email."):
        desk.sign_up("eve")


def test_with_user_names_alone_an_e_mail_finds_nobody() -> None:
    desk = Desk(sign_in="username")
    with refused("Incorrect username or password"):
        desk.by_password("ada@example.com", PASSWORDS["ada"])
    assert desk.sign_up("x@example.com")["UserSub"] == desk.user("x@example.com").sub


def test_an_alias_belongs_to_one_person(desk: Desk) -> None:
    desk.sign_up(UserAttributes=[attribute("email", "ADA@example.com")])
    with refused("AliasExistsException: An account with the email already"):
        desk.confirm()
    assert desk.user("eve").status == "UNCONFIRMED"
    desk.confirm(ForceAliasCreation=True)
    assert desk.user("ada").claims["email_verified"] is False
    assert desk.by_password("ada@example.com", NEW)["AuthenticationResult"]


def test_only_an_alias_can_be_taken() -> None:
    desk = Desk(sign_in="username")
    desk.sign_up(UserAttributes=[attribute("email", "ada@example.com")])
    assert desk.confirm() == {}


def test_a_wrong_code_confirms_nobody(desk: Desk) -> None:
    desk.sign_up()
    with refused("CodeMismatchException: Invalid verification code provided"):
        desk.confirm(ConfirmationCode=desk.wrong_code())
    assert desk.user("eve").status == "UNCONFIRMED"
    assert desk.confirm() == {}


@pytest.mark.parametrize(("seconds", "late"), [(24 * 3600 - 1, False), (24 * 3600, True)])
def test_a_code_lives_for_a_day(desk: Desk, seconds: int, late: bool) -> None:
    desk.sign_up()
    desk.clock.now += seconds
    if not late:
        assert desk.confirm() == {}
        return
    with refused("ExpiredCodeException: Invalid code provided, please"):
        desk.confirm()


def test_nobody_is_confirmed_twice(desk: Desk) -> None:
    desk.sign_up()
    desk.confirm()
    with refused("User cannot be confirmed. Current status is CONFIRMED"):
        desk.confirm()
    with refused("InvalidParameterException: User is already confirmed."):
        desk.about("ResendConfirmationCode", "eve")


def test_a_code_serves_once(desk: Desk) -> None:
    desk.sign_up()
    desk.confirm()
    desk.change("eve", status="UNCONFIRMED")
    with refused("ExpiredCodeException"):
        desk.confirm()


def test_a_new_code_replaces_the_old_one(desk: Desk) -> None:
    desk.sign_up()
    old = desk.sent()
    while desk.sent() == old:
        details = desk.about("ResendConfirmationCode", "eve")["CodeDeliveryDetails"]
    assert details["Destination"] == "e***@e***"
    assert desk.cognito.outbox[-1].kind == "resend"
    with refused("CodeMismatchException"):
        desk.confirm(ConfirmationCode=old)
    assert desk.confirm() == {}


def test_without_an_address_there_is_no_other_code(desk: Desk) -> None:
    desk.cognito.put_user(User("eve", NEW, status="UNCONFIRMED"))
    with refused("Auto verification not turned on"):
        desk.about("ResendConfirmationCode", "eve")


def test_strangers_are_hidden(desk: Desk) -> None:
    first, second = (desk.about("ResendConfirmationCode", "nobody") for _ in range(2))
    assert first == second
    assert first["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    with refused("ExpiredCodeException"):
        desk.confirm_nobody()


def test_or_told(open_desk: Desk) -> None:
    with refused("UserNotFoundException: Username/client id combination not found."):
        open_desk.about("ResendConfirmationCode", "nobody")
    with refused("UserNotFoundException: Username/client id combination not found."):
        open_desk.confirm_nobody()


def test_passwords_may_be_left_out_where_codes_are_first_factors() -> None:
    desk = Desk(first_factors=("EMAIL_OTP",))
    desk.sign_up(Password=None)
    desk.confirm()
    asked = desk.initiate("USER_AUTH", "eve", PREFERRED_CHALLENGE="EMAIL_OTP")
    assert desk.respond(asked, "eve", EMAIL_OTP_CODE=desk.sent())["AuthenticationResult"]


def test_wrong_codes_are_counted(desk: Desk) -> None:
    desk.sign_up()
    for _ in range(15):
        with refused("CodeMismatch"):
            desk.confirm(ConfirmationCode=desk.wrong_code())
    with refused("TooManyFailedAttemptsException: Attempt limit exceeded"):
        desk.confirm()
    desk.clock.now += 3600
    assert desk.confirm() == {}


def test_codes_are_sent_again_five_times_an_hour(desk: Desk) -> None:
    desk.sign_up()
    for _ in range(5):
        desk.about("ResendConfirmationCode", "eve")
    with refused("LimitExceededException: Attempt limit exceeded, please try"):
        desk.about("ResendConfirmationCode", "eve")
    desk.cognito.switch(limits=False)
    assert desk.about("ResendConfirmationCode", "eve")
