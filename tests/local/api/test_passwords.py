"""ForgotPassword, ConfirmForgotPassword, ChangePassword."""

from typing import Any

import pytest

from tests.local.api.desk import NEW, SECRET, Desk, refused
from tests.local.stage import PASSWORDS


def forgot(desk: Desk, name: str = "ada") -> dict[str, Any]:
    details: dict[str, Any] = desk.about("ForgotPassword", name)["CodeDeliveryDetails"]
    return details


def reset(desk: Desk, name: str = "ada", **members: Any) -> dict[str, Any]:
    code = desk.sent() if desk.cognito.outbox else "123456"
    known = {"ConfirmationCode": code, "Password": NEW}
    return desk.about("ConfirmForgotPassword", name, **(known | members))


@pytest.mark.parametrize("name", ["ada", "Ada", "ada@example.com"])
def test_a_code_sets_a_new_password(desk: Desk, name: str) -> None:
    assert forgot(desk, name) == {
        "Destination": "a***@e***",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }
    message = desk.cognito.outbox[-1]
    assert (message.kind, message.to) == ("forgot-password", "ada@example.com")
    assert reset(desk, name) == {}
    assert desk.by_srp("ada", NEW)["AuthenticationResult"]
    with refused("Incorrect"):
        desk.by_password()


def test_a_reset_that_was_demanded_is_done_and_locks_are_off(desk: Desk) -> None:
    desk.change(status="RESET_REQUIRED")
    for _ in range(5):
        with refused("Incorrect"):
            desk.by_password("ada", "wrong")
    forgot(desk)
    reset(desk)
    assert desk.user().status == "CONFIRMED"
    assert desk.by_password("ada", NEW)


def test_a_code_serves_once(desk: Desk) -> None:
    forgot(desk)
    reset(desk)
    with refused("ExpiredCodeException: Invalid code provided, please request a code again."):
        reset(desk)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Password": "short"}, "InvalidPasswordException: Password did not conform with policy"),
        ({"ConfirmationCode": "x"}, "CodeMismatchException: Invalid verification code provided"),
    ],
)
def test_a_refusal_uses_nothing_up(desk: Desk, members: dict[str, Any], message: str) -> None:
    forgot(desk)
    with refused(message):
        reset(desk, **members)
    assert desk.user().password == PASSWORDS["ada"]
    assert reset(desk) == {}


@pytest.mark.parametrize(("seconds", "late"), [(3599, False), (3600, True)])
def test_a_code_lives_for_an_hour(desk: Desk, seconds: int, late: bool) -> None:
    forgot(desk)
    desk.clock.now += seconds
    if not late:
        assert reset(desk) == {}
        return
    with refused("ExpiredCodeException"):
        reset(desk)


def test_codes_are_for_one_person(desk: Desk) -> None:
    forgot(desk)
    forgot(desk, "bob")
    theirs = desk.cognito.outbox[-2].code
    if theirs != desk.sent():
        with refused("CodeMismatchException"):
            reset(desk, "bob", ConfirmationCode=theirs)
    assert reset(desk, "bob") == {}


@pytest.mark.parametrize(
    ("changes", "attribute"),
    [
        ({"phone": "+15550001234"}, "email"),
        ({"phone": "+15550001234", "attributes": {"email_verified": False}}, "phone_number"),
        ({"phone": "+15550001234", "mfa": ("email",)}, "phone_number"),
        ({"phone": "+15550001234", "mfa": ("sms",)}, "email"),
        ({"mfa": ("totp",), "totp_secret": SECRET}, "email"),
    ],
)
def test_the_way_of_the_second_factor_is_not_that_of_recovery(
    desk: Desk, changes: dict[str, Any], attribute: str
) -> None:
    desk.change(**changes)
    assert forgot(desk)["AttributeName"] == attribute


NO_WAY = [
    ({"attributes": {"email_verified": False}}, "InvalidParameterException: Cannot reset password"),
    ({"mfa": ("email",)}, "InvalidParameterException: Cannot reset password for the user as there"),
    ({"enabled": False}, "NotAuthorizedException: User is disabled."),
]


@pytest.mark.parametrize(("changes", "message"), NO_WAY)
def test_who_cannot_have_a_code(
    desk: Desk, open_desk: Desk, changes: dict[str, Any], message: str
) -> None:
    for each in (desk, open_desk):
        each.change(**changes)
    assert forgot(desk).keys() == {"Destination", "DeliveryMedium", "AttributeName"}
    assert not desk.cognito.outbox
    with refused(message):
        forgot(open_desk)


def test_a_temporary_password_cannot_be_reset(desk: Desk) -> None:
    desk.change(status="FORCE_CHANGE_PASSWORD")
    with refused("NotAuthorizedException: User password cannot be reset in the current state."):
        forgot(desk)


@pytest.mark.parametrize("name", ["nobody", "no.body@example.com"])
def test_strangers_are_hidden(desk: Desk, name: str) -> None:
    first, second = forgot(desk, name), forgot(desk, name)
    assert first == second
    assert (first["DeliveryMedium"], first["AttributeName"]) == ("EMAIL", "email")
    assert not desk.cognito.outbox
    with refused("CodeMismatchException: Invalid verification code provided, please try again."):
        reset(desk, name)


def test_who_asked_for_nothing_hears_of_an_old_code(desk: Desk) -> None:
    with refused("ExpiredCodeException"):
        reset(desk)


def test_disabled_users_are_hidden_like_strangers(desk: Desk, open_desk: Desk) -> None:
    for each in (desk, open_desk):
        each.change(enabled=False)
    with refused("CodeMismatchException"):
        reset(desk)
    with refused("NotAuthorizedException: User is disabled."):
        reset(open_desk)


def test_or_told(open_desk: Desk) -> None:
    for act in (forgot, reset):
        with refused("UserNotFoundException: Username/client id combination not found."):
            act(open_desk, "nobody")


def test_unconfirmed_users_are_not_reset(desk: Desk) -> None:
    desk.change(status="UNCONFIRMED")
    with refused("UserNotConfirmedException"):
        reset(desk)


def test_tries_are_counted_together(desk: Desk) -> None:
    for _ in range(10):
        forgot(desk)
        with refused("CodeMismatchException"):
            reset(desk, ConfirmationCode=desk.wrong_code())
    with refused("LimitExceededException: Attempt limit exceeded, please try after some time."):
        forgot(desk)
    with refused("TooManyFailedAttemptsException"):
        reset(desk)
    assert forgot(desk, "bob")


def test_changing_a_known_password(desk: Desk) -> None:
    token = desk.access()
    change = {"AccessToken": token, "PreviousPassword": PASSWORDS["ada"], "ProposedPassword": NEW}
    assert desk.call("ChangePassword", **change) == {}
    assert desk.by_password("ada", NEW)
    with refused("NotAuthorizedException: Incorrect username or password."):
        desk.call("ChangePassword", **change)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"PreviousPassword": "wrong"}, "NotAuthorizedException: Incorrect username or password."),
        ({"PreviousPassword": None}, "InvalidParameterException: Missing required parameter Prev"),
        ({"ProposedPassword": "short"}, "InvalidPasswordException: Password did not conform"),
        ({"AccessToken": "x"}, "NotAuthorizedException: Invalid Access Token"),
    ],
)
def test_changes_that_are_refused(desk: Desk, members: dict[str, Any], message: str) -> None:
    good = {"PreviousPassword": PASSWORDS["ada"], "ProposedPassword": NEW}
    with refused(message):
        desk.call("ChangePassword", **{"AccessToken": desk.access(), **good, **members})
    assert desk.user().password == PASSWORDS["ada"]


def test_changes_are_counted(desk: Desk) -> None:
    token = desk.access()
    guess = {"AccessToken": token, "PreviousPassword": "wrong", "ProposedPassword": NEW}
    for _ in range(5):
        with refused("NotAuthorizedException"):
            desk.call("ChangePassword", **guess)
    with refused("LimitExceededException"):
        desk.call("ChangePassword", **guess)
