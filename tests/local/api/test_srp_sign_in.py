"""USER_SRP_AUTH and PASSWORD_VERIFIER: signing in without sending the password."""

import base64
import re

import pytest

from tests.local.api.desk import Desk, refused
from tests.local.api.srp_client import N
from tests.local.stage import PASSWORDS

INCORRECT = "NotAuthorizedException: Incorrect username or password."


def test_what_the_server_says(desk: Desk) -> None:
    asked = desk.initiate("USER_SRP_AUTH", SRP_A=desk.srp("x").public)
    assert asked.keys() == {"ChallengeName", "ChallengeParameters"}
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    parameters = asked["ChallengeParameters"]
    assert parameters["USERNAME"] == parameters["USER_ID_FOR_SRP"] == "ada"
    assert re.fullmatch("[0-9a-f]{1,32}", parameters["SALT"])
    assert 0 < int(parameters["SRP_B"], 16) < N
    assert len(base64.b64decode(parameters["SECRET_BLOCK"], validate=True)) > 500


def test_the_right_password_signs_in(desk: Desk) -> None:
    assert desk.by_srp()["AuthenticationResult"]["RefreshToken"]


@pytest.mark.parametrize("password", ["wrong", "correct-horse-7", ""])
def test_a_wrong_one_does_not(desk: Desk, password: str) -> None:
    with refused(INCORRECT):
        desk.by_srp("ada", password)


def test_nothing_of_an_exchange_is_used_again(desk: Desk) -> None:
    client = desk.srp(PASSWORDS["ada"])
    first, second = (desk.initiate("USER_SRP_AUTH", SRP_A=client.public) for _ in range(2))
    one, other = first["ChallengeParameters"], second["ChallengeParameters"]
    assert one["SALT"] == other["SALT"]
    assert one["SRP_B"] != other["SRP_B"]
    assert one["SECRET_BLOCK"] != other["SECRET_BLOCK"]
    assert desk.verify(client, first)
    with refused("NotAuthorizedException: Invalid session for the user, session can only be used"):
        desk.verify(client, first)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PASSWORD_CLAIM_SIGNATURE", "AAAA"),
        ("PASSWORD_CLAIM_SIGNATURE", "not base64!"),
        ("PASSWORD_CLAIM_SIGNATURE", ""),
        ("TIMESTAMP", "Fri Jan 15 08:00:01 UTC 2027"),
        ("TIMESTAMP", "Fri Jan 15 08:00:00 UTC 27"),
        ("TIMESTAMP", ""),
    ],
)
def test_every_part_of_the_answer_counts(desk: Desk, name: str, value: str) -> None:
    client = desk.srp(PASSWORDS["ada"])
    asked = desk.initiate("USER_SRP_AUTH", SRP_A=client.public)
    with refused(INCORRECT):
        desk.verify(client, asked, **{name: value})
    assert desk.verify(client, asked)


def test_the_day_has_no_leading_zero(desk: Desk) -> None:
    client = desk.srp(PASSWORDS["ada"])
    asked = desk.initiate("USER_SRP_AUTH", SRP_A=client.public)
    padded = client.answer(asked["ChallengeParameters"], "Mon Feb 01 08:00:00 UTC 2027")
    with refused(INCORRECT):
        desk.respond(asked, **padded)
    plain = client.answer(asked["ChallengeParameters"], "Mon Feb 1 08:00:00 UTC 2027")
    assert desk.respond(asked, **plain)


@pytest.mark.parametrize(
    "name", ["PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP", "USERNAME"]
)
def test_what_must_not_be_missing(desk: Desk, name: str) -> None:
    client = desk.srp(PASSWORDS["ada"])
    asked = desk.initiate("USER_SRP_AUTH", SRP_A=client.public)
    # The block stands in for the session that this flow does not have.
    missing = "Session" if name == "PASSWORD_CLAIM_SECRET_BLOCK" else name
    with refused(f"InvalidParameterException: Missing required parameter {missing}"):
        desk.verify(client, asked, **{name: None})


def test_another_exchanges_block_does_not_do(desk: Desk) -> None:
    client = desk.srp(PASSWORDS["ada"])
    first, second = (
        desk.initiate("USER_AUTH", PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=client.public)
        for _ in range(2)
    )
    block = second["ChallengeParameters"]["SECRET_BLOCK"]
    swapped = {**first["ChallengeParameters"], "SECRET_BLOCK": block}
    with refused(INCORRECT):
        desk.verify(client, {**first, "ChallengeParameters": swapped})
    with refused("Missing required parameter PASSWORD_CLAIM_SECRET_BLOCK"):
        desk.verify(client, first, PASSWORD_CLAIM_SECRET_BLOCK=None)
    assert desk.verify(client, first)["AuthenticationResult"]


@pytest.mark.parametrize(("seconds", "late"), [(29.9, False), (30, True)])
def test_the_answer_must_come_within_seconds(desk: Desk, seconds: float, late: bool) -> None:
    client = desk.srp(PASSWORDS["ada"])
    asked = desk.initiate("USER_SRP_AUTH", SRP_A=client.public)
    desk.clock.now += seconds
    if not late:
        assert desk.verify(client, asked)
        return
    with refused("NotAuthorizedException: Invalid session for the user, session is expired."):
        desk.verify(client, asked)


@pytest.mark.parametrize("public", ["0", f"{N:x}", f"{2 * N:x}", "xyz"])
def test_numbers_that_would_open_every_door(desk: Desk, public: str) -> None:
    with refused("InvalidParameterException: SRP_A is not a number that can be used"):
        desk.initiate("USER_SRP_AUTH", SRP_A=public)


def test_an_unconfirmed_user_hears_it_before_the_proof_is_looked_at(desk: Desk) -> None:
    desk.change(status="UNCONFIRMED")
    with refused("UserNotConfirmedException: User is not confirmed."):
        desk.by_srp("ada", "wrong")


@pytest.mark.parametrize("name", ["nobody", "no.body@example.com"])
def test_a_stranger_looks_like_anybody(desk: Desk, name: str) -> None:
    client = desk.srp("x")
    first, second = (desk.initiate("USER_SRP_AUTH", name, SRP_A=client.public) for _ in range(2))
    known = desk.initiate("USER_SRP_AUTH", "ada", SRP_A=client.public)
    one, other = first["ChallengeParameters"], second["ChallengeParameters"]
    assert one["SALT"] == other["SALT"]
    assert one["SRP_B"] != other["SRP_B"]
    assert one.keys() == known["ChallengeParameters"].keys()
    assert one["USER_ID_FOR_SRP"] == name
    with refused(INCORRECT):
        desk.verify(client, first)


def test_a_salt_is_a_persons_own(desk: Desk) -> None:
    salts = {
        desk.initiate("USER_SRP_AUTH", name, SRP_A="5")["ChallengeParameters"]["SALT"]
        for name in ("ada", "bob", "nobody", "somebody")
    }
    assert len(salts) == 4


def test_with_e_mail_as_user_name_the_id_is_not_the_e_mail() -> None:
    desk = Desk(sign_in="email")
    sub = desk.sign_up("eve@example.com")["UserSub"]
    for name in ("eve@example.com", "nobody@example.com"):
        first, second = (desk.initiate("USER_SRP_AUTH", name, SRP_A="5") for _ in range(2))
        ids = {each["ChallengeParameters"]["USER_ID_FOR_SRP"] for each in (first, second)}
        assert len(ids) == 1
        assert re.fullmatch("[0-9a-f-]{36}", ids.pop())
    desk.confirm("eve@example.com")
    client = desk.srp("New-Password-9")
    asked = desk.initiate("USER_SRP_AUTH", "eve@example.com", SRP_A=client.public)
    assert asked["ChallengeParameters"]["USER_ID_FOR_SRP"] == sub
    assert desk.verify(client, asked)["AuthenticationResult"]
    stranger = desk.initiate("USER_SRP_AUTH", "nobody@example.com", SRP_A=client.public)
    with refused(INCORRECT):
        desk.verify(client, stranger)
