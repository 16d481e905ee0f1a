"""What the JSON API's answers become: each member of the right kind, or no answer at all."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.effects import HttpAnswer
from cognito_gate._gate.records import Tokens
from cognito_gate._sign_in import cognito_api
from cognito_gate._sign_in.cognito_api import Account, Challenge, Delivery, SignedUp
from cognito_gate.errors import ApiRefused, CognitoUnavailable
from tests.parts.made import GONE, changed

TOKENS: dict[str, Any] = {
    "AccessToken": "an.access-token",
    "IdToken": "an.id_token",
    "RefreshToken": "a.refresh=",
}
RESULT: dict[str, Any] = {
    "AuthenticationResult": {**TOKENS, "ExpiresIn": 3600, "TokenType": "Bearer"},
    "ChallengeParameters": {},
}
CHALLENGE: dict[str, Any] = {
    "ChallengeName": "SELECT_CHALLENGE",
    "Session": "a-session",
    "ChallengeParameters": {"USER_ID_FOR_SRP": "ada"},
    "AvailableChallenges": ["EMAIL_OTP", "PASSWORD"],
}
SIGNED_UP: dict[str, Any] = {
    "UserConfirmed": False,
    "UserSub": "a-sub",
    "CodeDeliveryDetails": {
        "AttributeName": "email",
        "DeliveryMedium": "EMAIL",
        "Destination": "a***@e***",
    },
    "Session": "a-session",
}
ACCOUNT: dict[str, Any] = {
    "Username": "ada",
    "UserAttributes": [{"Name": "sub", "Value": "1"}, {"Name": "email", "Value": "ada@e.example"}],
    "UserMFASettingList": ["SOFTWARE_TOKEN_MFA"],
    "PreferredMfaSetting": "SOFTWARE_TOKEN_MFA",
}
TOTP: dict[str, Any] = {"SecretCode": "JBSWY3DPEHPK3PXP", "Session": "a-session"}
VERIFIED: dict[str, Any] = {"Status": "SUCCESS", "Session": "a-session"}


def said(record: Any, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, body=json.dumps(record).encode())


def outcome(answer: HttpAnswer) -> cognito_api.Outcome:
    return cognito_api.read_outcome("InitiateAuth", answer)


# Good answers


def test_tokens() -> None:
    access, id_token, refresh = TOKENS.values()
    tokens = Tokens(access, id_token, refresh, 3600)
    assert outcome(said(RESULT)) == tokens
    assert outcome(said({"AuthenticationResult": {"AccessToken": "a"}})) == Tokens("a")
    assert cognito_api.read_refreshed(said(RESULT)) == tokens


def test_a_challenge() -> None:
    assert outcome(said(CHALLENGE)) == Challenge(
        "SELECT_CHALLENGE", "a-session", {"USER_ID_FOR_SRP": "ada"}, ("EMAIL_OTP", "PASSWORD")
    )
    assert outcome(said({"ChallengeName": "SMS_MFA"})) == Challenge("SMS_MFA", "", {})
    nulls = dict.fromkeys(CHALLENGE) | {"ChallengeName": "X", "AuthenticationResult": None}
    assert outcome(said(nulls)) == Challenge("X", "", {})


def test_a_sign_up() -> None:
    delivery = Delivery("EMAIL", "a***@e***")
    assert cognito_api.read_signed_up(said(SIGNED_UP)) == SignedUp(False, delivery, "a-session")
    found = cognito_api.read_signed_up(said({"UserConfirmed": True, "UserSub": "a"}))
    assert found == SignedUp(True, Delivery("", ""), "")


def test_a_confirmation() -> None:
    assert cognito_api.read_confirmed(said({"Session": "a-session"})) == "a-session"
    assert cognito_api.read_confirmed(said({})) == ""


def test_an_account() -> None:
    assert cognito_api.read_account(said(ACCOUNT)) == Account(
        "ada",
        {"sub": "1", "email": "ada@e.example"},
        ("SOFTWARE_TOKEN_MFA",),
        "SOFTWARE_TOKEN_MFA",
    )
    bare = {"Username": "ada", "UserAttributes": [{"Name": "sub"}]}
    assert cognito_api.read_account(said(bare)) == Account("ada", {"sub": ""}, (), "")


def test_an_authenticator_app() -> None:
    assert cognito_api.read_totp(said(TOTP)) == ("JBSWY3DPEHPK3PXP", "a-session")
    assert cognito_api.read_totp(said(changed(TOTP, {"Session": GONE}))) == ("JBSWY3DPEHPK3PXP", "")
    assert cognito_api.read_totp_verified(said(VERIFIED)) == "a-session"
    assert cognito_api.read_totp_verified(said({"Status": "SUCCESS"})) == ""


def test_a_wrong_first_code() -> None:
    with pytest.raises(ApiRefused) as caught:
        cognito_api.read_totp_verified(said(VERIFIED | {"Status": "ERROR"}))
    assert caught.value.exception == "EnableSoftwareTokenMFAException"


def test_no_secret_is_shown() -> None:
    found = [
        outcome(said(RESULT)),
        outcome(said(changed(CHALLENGE, {"ChallengeParameters": {"SECRET_BLOCK": "a.refresh"}}))),
        cognito_api.read_signed_up(said(SIGNED_UP)),
        cognito_api.read_account(said(ACCOUNT)),
    ]
    for secret in ("an.access", "an.id", "a.refresh", "a-session", "ada@e"):
        assert secret not in repr(found)


# Bad ones

READERS: dict[str, tuple[Callable[[HttpAnswer], object], dict[str, Any]]] = {
    "tokens": (outcome, RESULT),
    "challenge": (outcome, CHALLENGE),
    "sign-up": (cognito_api.read_signed_up, SIGNED_UP),
    "confirmation": (cognito_api.read_confirmed, {"Session": "a-session"}),
    "account": (cognito_api.read_account, ACCOUNT),
    "app": (cognito_api.read_totp, TOTP),
    "verified": (cognito_api.read_totp_verified, VERIFIED),
    "refreshed": (cognito_api.read_refreshed, RESULT),
}
HALF = "\ud800"  # of a character: JSON can hold it, UTF-8 cannot
ODD_TOKENS: list[Any] = [1, ["a"], {"a": 1}, True, "a b", "a\r\nset-cookie: b", "é", "a\n", HALF]
ODD: dict[tuple[str, str], list[Any]] = {
    ("tokens", "AuthenticationResult"): [
        *(1, "a", [], True, {}, TOKENS | {"AccessToken": ""}, {**TOKENS, "AccessToken": None}),
        *({**TOKENS, name: value} for name in TOKENS for value in ODD_TOKENS),
    ],
    ("challenge", "ChallengeName"): [GONE, None, "", 1, ["SMS_MFA"], HALF],
    ("challenge", "Session"): [1, ["a"], {"a": "b"}, True, HALF],
    ("challenge", "ChallengeParameters"): [1, "a", ["a"], {"A": 1}, {"A": {"a": 1}}, {"A": HALF}],
    ("challenge", "AvailableChallenges"): [1, "a", {"a": 1}, [1], ["a", None], [HALF]],
    ("sign-up", "UserConfirmed"): [GONE, None, "false", 0, []],
    ("sign-up", "CodeDeliveryDetails"): [
        *(1, "a", ["a"], {"Destination": 1}, {"DeliveryMedium": ["EMAIL"]}),
    ],
    ("sign-up", "Session"): [1],
    ("confirmation", "Session"): [1],
    ("account", "Username"): [GONE, None, "", 1],
    ("account", "UserAttributes"): [
        *(GONE, None, "a", {"email": "a"}, ["a"], [1]),
        *([{"Name": "a", "Value": value}] for value in (1, ["a"], HALF)),
        [{"Name": 1, "Value": "a"}],
    ],
    ("account", "UserMFASettingList"): [1, "a", [1]],
    ("account", "PreferredMfaSetting"): [1],
    ("app", "SecretCode"): [
        *(GONE, None, "", 1, "A" * 15, "A" * 257, "JBSWY3DPEHPK3PX=", "JBSWY3DPEHPK3PXP\n"),
    ],
    ("app", "Session"): [1],
    ("verified", "Status"): [GONE, None, "", "success", True, 1],
    ("verified", "Session"): [1],
    ("refreshed", "AuthenticationResult"): [GONE, None, {}, 1, []],
}
CASES = [(*where, value) for where, values in ODD.items() for value in values]


@pytest.mark.parametrize("name", READERS)
def test_each_is_good_as_it_is(name: str) -> None:
    reader, record = READERS[name]
    assert reader(said(record | {"New": [1, {"a": None}]}))


@pytest.mark.parametrize(("name", "member", "value"), CASES)
def test_one_odd_member(name: str, member: str, value: Any) -> None:
    reader, record = READERS[name]
    with pytest.raises(CognitoUnavailable, match="Cognito's answer has an unusable"):
        reader(said(changed(record, {member: value})))


@pytest.mark.parametrize("name", [name for name in READERS if name != "refreshed"])
def test_refusals_and_failures(name: str) -> None:
    reader, _ = READERS[name]
    with pytest.raises(ApiRefused) as caught:
        reader(said({"__type": "TooManyRequestsException"}, 400))
    assert caught.value.exception == "TooManyRequestsException"
    with pytest.raises(CognitoUnavailable):
        reader(HttpAnswer(0, failure="ReadError"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(name=st.sampled_from(sorted(READERS)), data=st.data())
def test_any_members(name: str, data: st.DataObject) -> None:
    reader, record = READERS[name]
    member = data.draw(st.sampled_from(sorted(record)))
    with suppress(ApiRefused, CognitoUnavailable):
        reader(said({**record, member: data.draw(JSON)}))


@given(name=st.sampled_from(sorted(READERS)), body=st.binary(max_size=30))
def test_any_bytes(name: str, body: bytes) -> None:
    with suppress(CognitoUnavailable):
        found = READERS[name][0](HttpAnswer(200, body=body))
        assert (name, found) == ("confirmation", "")  # which may say nothing at all


# Lists within texts


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ('["SMS_MFA", "SOFTWARE_TOKEN_MFA"]', ("SMS_MFA", "SOFTWARE_TOKEN_MFA")),
        ("[]", ()),
        ("", ()),
        ("SMS_MFA", ()),
        ('"SMS_MFA"', ()),
        ('{"SMS_MFA":1}', ()),
        ('["SMS_MFA", 1, null]', ("SMS_MFA",)),
        ('["\ud800"]', ()),
    ],
)
def test_names_within_a_text(listed: str, found: tuple[str, ...]) -> None:
    assert cognito_api.names(listed) == found


@given(st.text(max_size=20))
def test_any_text(listed: str) -> None:
    assert all(isinstance(name, str) for name in cognito_api.names(listed))
