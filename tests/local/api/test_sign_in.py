"""InitiateAuth: flows, passwords, and what is told about people."""

from typing import Any

import pytest

from cognito_gate.local import AUTH_FLOWS
from cognito_gate.local.model import DEFAULT_AUTH_FLOWS
from tests.local.api.desk import Desk, Refused, refused
from tests.local.stage import CALLBACK, PASSWORDS, START, claims_of


def test_a_password_gets_tokens(desk: Desk) -> None:
    answer = desk.by_password()
    assert answer["ChallengeParameters"] == {}
    result = answer["AuthenticationResult"]
    assert result.keys() == {"AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType"}
    assert (result["ExpiresIn"], result["TokenType"]) == (3600, "Bearer")
    access, identity = (desk.verified(result[name]) for name in ("AccessToken", "IdToken"))
    assert access["scope"] == "aws.cognito.signin.user.admin"
    assert (access["username"], access["token_use"]) == ("ada", "access")
    assert (identity["cognito:username"], identity["token_use"]) == ("ada", "id")
    assert identity["email_verified"] is True
    assert access["auth_time"] == identity["auth_time"] == START
    assert access["origin_jti"] == identity["origin_jti"]
    assert access["cognito:groups"] == ["admin"]


def test_tokens_by_api_are_not_those_of_the_hosted_pages(desk: Desk) -> None:
    result = desk.by_password()["AuthenticationResult"]
    assert "version" not in claims_of(result["AccessToken"])
    assert not claims_of(result["IdToken"]).keys() & {"at_hash", "nonce"}
    assert desk.userinfo(result["AccessToken"]).status_code == 401
    assert not desk.http.cookies


@pytest.mark.parametrize("name", ["ada", "ADA", "ada@example.com", "Ada@Example.com"])
@pytest.mark.parametrize("way", ["by_password", "by_srp"])
def test_names_that_find_ada(desk: Desk, name: str, way: str) -> None:
    answer = getattr(desk, way)(name, PASSWORDS["ada"])
    assert claims_of(answer["AuthenticationResult"]["IdToken"])["cognito:username"] == "ada"


def test_an_unverified_e_mail_is_no_name(desk: Desk) -> None:
    desk.change(attributes={"email_verified": False})
    with refused("Incorrect"):
        desk.by_password("ada@example.com", PASSWORDS["ada"])


@pytest.mark.parametrize("password", ["", "wrong", "correct-horse-7", "Correct-Horse-7 "])
def test_wrong_passwords(desk: Desk, password: str) -> None:
    with pytest.raises(Refused) as caught:
        desk.by_password("ada", password)
    assert str(caught.value) == "NotAuthorizedException: Incorrect username or password."


def test_strangers_are_refused_alike(desk: Desk) -> None:
    for way in (desk.by_password, desk.by_srp):
        with pytest.raises(Refused) as caught:
            way("nobody", "Some-Password-1")
        assert str(caught.value) == "NotAuthorizedException: Incorrect username or password."


@pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "USER_SRP_AUTH", "USER_AUTH"])
def test_or_told_that_they_are_strangers(open_desk: Desk, flow: str) -> None:
    with refused("UserNotFoundException: User does not exist."):
        open_desk.initiate(flow, "nobody", PASSWORD="x", SRP_A="5")


@pytest.mark.parametrize("way", ["by_password", "by_srp"])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"enabled": False}, "NotAuthorizedException: User is disabled."),
        ({"status": "RESET_REQUIRED"}, "PasswordResetRequiredException: Password reset required"),
    ],
)
def test_a_standing_is_told_to_who_knows_the_password(
    desk: Desk, way: str, changes: dict[str, Any], message: str
) -> None:
    desk.change(**changes)
    with refused("Incorrect"):
        getattr(desk, way)("ada", "wrong")
    with refused(message):
        getattr(desk, way)()


def test_or_to_everybody(open_desk: Desk) -> None:
    open_desk.change(enabled=False)
    with refused("User is disabled."):
        open_desk.by_password("ada", "wrong")


@pytest.mark.parametrize(
    "flow",
    ["CUSTOM_AUTH", "REFRESH_TOKEN_AUTH", "USER_AUTH", "USER_PASSWORD_AUTH", "USER_SRP_AUTH"],
)
def test_flows_that_the_client_may_not_use(flow: str) -> None:
    others = tuple(name for name in AUTH_FLOWS if name != f"ALLOW_{flow}")
    desk = Desk(auth_flows=others)
    message = f"InvalidParameterException: {flow} flow not enabled for this client"
    with refused(message):
        desk.initiate(flow, PASSWORD="x", SRP_A="5", REFRESH_TOKEN="x")


def test_by_default_the_plain_password_is_off() -> None:
    desk = Desk(auth_flows=DEFAULT_AUTH_FLOWS)
    with refused("USER_PASSWORD_AUTH flow not enabled"):
        desk.by_password()
    assert desk.by_srp()["AuthenticationResult"]


@pytest.mark.parametrize("flow", ["ADMIN_NO_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH"])
def test_flows_for_administrators_are_elsewhere(desk: Desk, flow: str) -> None:
    with refused(f"InvalidParameterException: {flow} needs AWS credentials"):
        desk.initiate(flow, PASSWORD=PASSWORDS["ada"])


@pytest.mark.parametrize(
    ("flow", "name"),
    [
        ("USER_PASSWORD_AUTH", "USERNAME"),
        ("USER_PASSWORD_AUTH", "PASSWORD"),
        ("USER_SRP_AUTH", "USERNAME"),
        ("USER_SRP_AUTH", "SRP_A"),
        ("USER_AUTH", "USERNAME"),
        ("CUSTOM_AUTH", "USERNAME"),
        ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"),
    ],
)
def test_what_must_not_be_missing(desk: Desk, flow: str, name: str) -> None:
    given: dict[str, Any] = {"PASSWORD": "x", "SRP_A": "5", "REFRESH_TOKEN": "x"}
    message = f"InvalidParameterException: Missing required parameter {name}"
    with refused(message):
        desk.initiate(flow, **(given | {name: None}))


def test_an_unknown_client(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.call("InitiateAuth", ClientId="other", AuthFlow="USER_AUTH")
    assert str(caught.value) == (
        "ResourceNotFoundException: User pool client other does not exist."
    )


@pytest.mark.parametrize("challenge", ["CUSTOM_CHALLENGE", "DEVICE_SRP_AUTH"])
def test_challenges_that_nobody_can_answer(desk: Desk, challenge: str) -> None:
    desk.cognito.switch(extra_challenge=challenge)
    for asked in (desk.by_password(), desk.by_srp()):
        assert asked["ChallengeName"] == challenge
        assert asked["ChallengeParameters"]["USER_ID_FOR_SRP"] == "ada"
        with refused(f"{challenge} cannot be answered here"):
            desk.respond(asked, ANSWER="x")


def test_custom_auth_needs_a_lambda(desk: Desk, open_desk: Desk) -> None:
    with refused("Custom auth lambda trigger is not configured"):
        desk.initiate("CUSTOM_AUTH")
    for each in (desk, open_desk):
        each.cognito.switch(extra_challenge="CUSTOM_CHALLENGE")
    assert desk.initiate("CUSTOM_AUTH")["ChallengeName"] == "CUSTOM_CHALLENGE"
    with refused("Incorrect"):
        desk.initiate("CUSTOM_AUTH", "nobody")
    with refused("UserNotFoundException"):
        open_desk.initiate("CUSTOM_AUTH", "nobody")


def test_five_wrong_passwords_lock_the_name_longer_and_longer(desk: Desk) -> None:
    for _ in range(5):
        with refused("Incorrect"):
            desk.by_password("ada", "wrong")
    for seconds in (1, 2, 4, 8):
        desk.clock.now += seconds - 0.001
        with refused("NotAuthorizedException: Password attempts exceeded"):
            desk.by_password()
        desk.clock.now += 0.001
        with refused("Incorrect"):
            desk.by_srp("ada@example.com", "wrong")
    assert desk.by_password("bob")
    desk.clock.now += 16
    assert desk.by_password()
    with refused("Incorrect"):
        desk.by_password("ada", "wrong")
    assert desk.by_password()


def test_the_lock_ends_after_a_quarter_of_an_hour(desk: Desk) -> None:
    for _ in range(20):
        with refused("Incorrect"):
            desk.by_password("ada", "wrong")
        desk.clock.now += 15 * 60
    assert desk.by_password()


def test_strangers_are_locked_alike(desk: Desk) -> None:
    for _ in range(5):
        with refused("Incorrect"):
            desk.by_password("Nobody", "wrong")
    with refused("Password attempts exceeded"):
        desk.by_password("nobody", "wrong")


def test_locks_may_be_switched_off_and_leave_with_the_user(desk: Desk) -> None:
    ada = desk.user()
    for _ in range(5):
        with refused("Incorrect"):
            desk.by_password("ada", "wrong")
    desk.cognito.remove_user("ada")
    desk.cognito.put_user(ada)
    desk.cognito.switch(limits=False)
    for _ in range(9):
        with refused("Incorrect"):
            desk.by_password("ada", "wrong")
    assert desk.by_password()


def test_the_hosted_page_takes_only_who_may_sign_in(desk: Desk) -> None:
    assert desk.sign_in().status_code == 302
    for changes in ({"enabled": False}, {"enabled": True, "status": "UNCONFIRMED"}):
        desk.change(**changes)
        assert "Incorrect username or password." in desk.sign_in(prompt="login").text


def test_disabling_ends_what_the_hosted_pages_gave(desk: Desk) -> None:
    tokens = desk.cognito.tokens_for("ada")
    assert desk.userinfo(tokens["access_token"]).status_code == 200
    desk.sign_in()
    assert desk.authorize().headers["location"].startswith(CALLBACK)
    desk.change(enabled=False)
    assert "/login?" in desk.authorize().headers["location"]
    assert desk.userinfo(tokens["access_token"]).status_code == 401
    assert desk.refresh(tokens["refresh_token"]).status_code == 400
