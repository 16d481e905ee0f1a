"""SECRET_HASH and where it is asked for."""

from typing import Any

import pytest

from cognito_gate.local import Client
from cognito_gate.local.api.secret_hash import secret_hash
from tests.local.api.desk import SECRET, Desk, hash_of, refused
from tests.local.stage import PASSWORDS

WRONG = "NotAuthorizedException: Unable to verify secret hash for client"
ABSENT = "is configured with secret but SECRET_HASH was not received"


def test_a_value_that_openssl_made() -> None:
    client = Client("1example23456789", "abcdef01234567890" + "x" * 7)
    made = secret_hash(client, "testuser")
    assert made == hash_of("abcdef01234567890" + "x" * 7, "testuser", "1example23456789")
    shorter = hash_of("abcdef01234567890", "testuser", "1example23456789")
    assert shorter == "tZPN5+oaD3osJ8aYZLkwjfVtQdhpclzf952JSNj7lFo="


@pytest.mark.parametrize(
    "operation",
    [
        "SignUp",
        "ConfirmSignUp",
        "ResendConfirmationCode",
        "ForgotPassword",
        "ConfirmForgotPassword",
    ],
)
@pytest.mark.parametrize(("given", "message"), [("wrong", WRONG), (None, ABSENT)])
def test_operations_about_a_name(
    desk: Desk, operation: str, given: str | None, message: str
) -> None:
    members = {"ConfirmationCode": "x", "Password": "x", "SecretHash": given}
    with refused(message):
        desk.about(operation, "ada", **members)


@pytest.mark.parametrize(
    "flow", ["USER_PASSWORD_AUTH", "USER_SRP_AUTH", "USER_AUTH", "CUSTOM_AUTH"]
)
@pytest.mark.parametrize(("given", "message"), [("wrong", WRONG), (None, ABSENT), ("", WRONG)])
def test_flows(desk: Desk, flow: str, given: str | None, message: str) -> None:
    with refused(message):
        desk.initiate(flow, PASSWORD=PASSWORDS["ada"], SRP_A="5", SECRET_HASH=given)


def test_the_hash_is_over_the_name_of_this_request(desk: Desk) -> None:
    theirs = desk.hash("ada")
    with refused(WRONG):
        desk.initiate("USER_PASSWORD_AUTH", "ada@example.com", PASSWORD="x", **theirs)


@pytest.mark.parametrize(("sent", "hashed"), [("ada", "ada"), ("a@", "a@"), ("a@", "ada")])
def test_after_an_alias_the_stored_name_will_do(desk: Desk, sent: str, hashed: str) -> None:
    names = {"ada": "ada", "a@": "ada@example.com"}
    desk.change(mfa=("totp",), totp_secret=SECRET)
    asked = desk.by_password("ada@example.com", PASSWORDS["ada"])
    code = desk.cognito.totp_code("ada")
    extra = {"SOFTWARE_TOKEN_MFA_CODE": code, **desk.hash(names[hashed])}
    assert desk.respond(asked, names[sent], **extra)["AuthenticationResult"]


@pytest.mark.parametrize(("given", "message"), [("wrong", WRONG), (None, ABSENT)])
def test_challenges(desk: Desk, given: str | None, message: str) -> None:
    desk.change(mfa=("totp",), totp_secret=SECRET)
    asked = desk.by_password()
    code = desk.cognito.totp_code("ada")
    with refused(message):
        desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=code, SECRET_HASH=given)
    with refused(WRONG):
        desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=code, **desk.hash("bob"))
    assert desk.respond(asked, SOFTWARE_TOKEN_MFA_CODE=code)


def test_a_public_client_has_none() -> None:
    desk = Desk(public=True)
    assert desk.by_password()["AuthenticationResult"]
    extra: dict[str, Any] = {"SECRET_HASH": hash_of("", "ada", desk.client_id)}
    with refused(WRONG):
        desk.initiate("USER_PASSWORD_AUTH", PASSWORD=PASSWORDS["ada"], **extra)
