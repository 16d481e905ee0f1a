"""Cognito's API on a bad day: a page that says so, with what was typed, and nothing is lost."""

import json
from typing import Any

import pytest

from tests.pages.cloud import answers
from tests.pages.person import Shown
from tests.pages.stage import FLOWS, NEW, PASSWORD, SECRET, Stage, prove, sign_in
from tests.pages.test_refusals import CALLS
from tests.pages.test_sign_up import address, begun
from tests.world import faults

LATER = "Sign-in is not working right now. Try again later."
BLOCKED = ("firewall", "firewall with 400", "429", "404")  # these refuse, in a way
OUTAGES = {
    **{name: fault for name, fault in faults.OUTAGES.items() if name not in BLOCKED},
    "internal": faults.reply(500, b'{"__type":"InternalErrorException","message":"x"}'),
    "an error of no name": faults.reply(400, b'{"message":"x"}'),
    "an error of a strange name": faults.reply(400, b'{"__type":"<script>","message":"x"}'),
    "an error that is no text": faults.reply(400, b'{"__type":{"a":1},"message":["x"]}'),
    "half an answer": faults.reply(200, b'{"ChallengeName":"PASSW'),
}
FEW = ("internal", "garbage", "no connection", "huge")
"""Where an answer is read alike for every operation."""


def is_calm(shown: Shown) -> None:
    """An outage is said plainly, and is nobody's fault."""
    assert (shown.status, shown.reply.value("retry-after")) == (503, "5")
    assert shown.told == [LATER]
    assert shown.reply.cleared == []


@pytest.mark.parametrize("operation", CALLS)
def test_each_call(stage: Stage, operation: str) -> None:
    person, send = CALLS[operation](stage)
    for name in OUTAGES if operation == "InitiateAuth" else FEW:
        stage.cloud.faults[operation] = OUTAGES[name]
        is_calm(send())
        assert person.last.status == 503, name


@pytest.mark.parametrize("operation", CALLS)
def test_a_firewall(stage: Stage, operation: str) -> None:
    _, send = CALLS[operation](stage)
    stage.cloud.faults[operation] = faults.OUTAGES["firewall"]
    shown = send()
    assert (shown.status, shown.told) == (403, ["This request was blocked."])
    assert "Forbidden</h1>" not in shown.reply.body.decode()


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("operation", ["InitiateAuth", "RespondToAuthChallenge"])
def test_signing_in_goes_on_afterwards(stage: Stage, flow: str, operation: str) -> None:
    if (flow, operation) == ("password", "RespondToAuthChallenge"):
        return  # not a call of this flow
    person, user = stage.person(sign_in_flow=flow), stage.user(mfa=("totp",), totp_secret=SECRET)
    person.open("/page?a=1")
    if flow == "choice":
        person.fill_in(username=str(user.email))
        person.press("Password")
    form = person.last.form()
    typed = {name: {"username": user.email, "password": PASSWORD}[name] for name in form.shown}
    stage.cloud.faults[operation] = OUTAGES["reset"]
    is_calm(person.fill_in(**typed))  # type: ignore[arg-type]
    assert person.last.values.get("username", user.email) == user.email
    stage.cloud.faults.clear()
    person.fill_in(password=PASSWORD)
    assert person.last.title == "Enter your code"
    stage.cloud.faults["RespondToAuthChallenge"] = OUTAGES["slow answer"]
    code = stage.cognito.totp_code(user.username)
    is_calm(person.fill_in(code=code))
    stage.cloud.faults.clear()
    assert person.fill_in(code=code).target == "/page?a=1"


def test_signing_up_goes_on_afterwards(stage: Stage) -> None:
    person = stage.person(sign_up_attributes=("email", "name"))
    stage.cloud.faults["SignUp"] = OUTAGES["503"]
    shown = begun(person, name="Ada")
    is_calm(shown)
    assert shown.values == {"email": address(person), "name": "Ada", "password": ""}
    stage.cloud.faults.clear()
    person.fill_in(password=PASSWORD)
    stage.cloud.faults["ConfirmSignUp"] = OUTAGES["503"]
    is_calm(person.fill_in(code=stage.code(address(person))))
    stage.cloud.faults["ResendConfirmationCode"] = OUTAGES["503"]
    is_calm(person.press("Send the code again"))
    stage.cloud.faults.clear()
    person.fill_in(code=stage.code(address(person)))
    assert prove(person, address(person)).target == "/page"


def test_a_new_password_goes_on_afterwards(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    person.open("/auth/forgot?next=/page")
    stage.cloud.faults["ForgotPassword"] = OUTAGES["503"]
    shown = person.fill_in(username=str(user.email))
    is_calm(shown)
    assert shown.values == {"username": user.email}
    stage.cloud.faults.clear()
    person.fill_in(username=str(user.email))
    stage.cloud.faults["ConfirmForgotPassword"] = OUTAGES["503"]
    is_calm(person.fill_in(code=stage.code(user.email), password=NEW))
    stage.cloud.faults.clear()
    person.fill_in(code=stage.code(user.email), password=NEW)
    assert prove(person, str(user.email), NEW).target == "/page"


# Which answers are no keys: tests/parts/test_jwks.py.
@pytest.mark.parametrize("name", ["500", "garbage", "no connection", "firewall", "404"])
def test_no_keys_to_check_the_tokens_with(stage: Stage, name: str) -> None:
    """A site that has seen no key yet; the next try signs in."""
    site = stage.site(app_name=f"Fresh {name}")
    person, user = stage.person(site), stage.user()
    person.open("/page")
    jwks = f"/{stage.cognito.pool_id}/.well-known/jwks.json"
    stage.cloud.faults[jwks] = {**OUTAGES, **faults.OUTAGES}[name]
    is_calm(prove(person, str(user.email)))
    assert "__Host-cognito_access_token" not in person.jar
    assert {call.name for call in stage.cloud.calls} == {jwks}  # nothing is proved in vain


# Answers that are JSON, and not what the API's reference says


CHALLENGE: dict[str, Any] = {
    "ChallengeName": "SMS_MFA",
    "Session": "a-session-of-twenty-characters",
    "ChallengeParameters": {"USER_ID_FOR_SRP": "ada"},
}
TOKENS = {"AccessToken": "a.b.c", "IdToken": "a.b.c", "RefreshToken": "d"}
ODD: list[tuple[str, dict[str, Any]]] = [
    ("InitiateAuth", {}),
    ("InitiateAuth", {"ChallengeName": None}),
    ("InitiateAuth", {**CHALLENGE, "ChallengeName": ["SMS_MFA"]}),
    ("InitiateAuth", {**CHALLENGE, "Session": 7}),
    ("InitiateAuth", {**CHALLENGE, "Session": "\ud800"}),
    ("InitiateAuth", {**CHALLENGE, "ChallengeParameters": []}),
    ("InitiateAuth", {**CHALLENGE, "ChallengeParameters": {"USER_ID_FOR_SRP": 7}}),
    ("InitiateAuth", {**CHALLENGE, "AvailableChallenges": "PASSWORD"}),
    ("InitiateAuth", {**CHALLENGE, "AvailableChallenges": [{}]}),
    ("InitiateAuth", {"AuthenticationResult": []}),
    ("InitiateAuth", {"AuthenticationResult": {}}),
    ("InitiateAuth", {"AuthenticationResult": {**TOKENS, "AccessToken": 7}}),
    ("InitiateAuth", {"AuthenticationResult": {**TOKENS, "RefreshToken": "a\nb"}}),
    ("SignUp", {}),
    ("SignUp", {"UserConfirmed": "yes"}),
    ("SignUp", {"UserConfirmed": False, "CodeDeliveryDetails": []}),
    ("SignUp", {"UserConfirmed": False, "CodeDeliveryDetails": {"Destination": 7}}),
    ("SignUp", {"UserConfirmed": False, "Session": []}),
    ("ConfirmSignUp", {"Session": 7}),
    ("AssociateSoftwareToken", {}),
    ("AssociateSoftwareToken", {"SecretCode": 7}),
    ("AssociateSoftwareToken", {"SecretCode": "<svg onload=alert(1)>"}),
    ("VerifySoftwareToken", {}),
    ("VerifySoftwareToken", {"Status": 7}),
    ("VerifySoftwareToken", {"Status": "PERHAPS"}),
]


@pytest.mark.parametrize(("operation", "members"), ODD)
def test_an_answer_of_another_shape(stage: Stage, operation: str, members: dict[str, Any]) -> None:
    _, send = CALLS[operation](stage)
    body = json.dumps(members).encode()
    stage.cloud.faults[operation] = faults.reply(200, body)
    is_calm(send())


@pytest.mark.parametrize("answer", [CHALLENGE, {"AuthenticationResult": TOKENS}])
def test_a_password_that_nobody_asked_to_prove(stage: Stage, answer: dict[str, Any]) -> None:
    """SRP has two halves: what stands in for the first is not believed, tokens least of all."""
    person, user = stage.person(sign_in_flow="srp"), stage.user()
    stage.cloud.faults["InitiateAuth"] = answers(**answer)
    is_calm(sign_in(person, user))


def test_an_app_that_could_not_be_verified(stage: Stage) -> None:
    _, send = CALLS["VerifySoftwareToken"](stage)
    stage.cloud.faults["VerifySoftwareToken"] = answers(Status="ERROR")
    assert send().status == 400


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"Username": 7},
        {"Username": "a", "UserAttributes": {}},
        {"Username": "a", "UserAttributes": [7]},
        {"Username": "a", "UserAttributes": [{"Name": 7}]},
    ],
)
def test_an_account_of_another_shape(stage: Stage, members: dict[str, Any]) -> None:
    person, user = stage.person(), stage.user()
    sign_in(person, user)
    stage.cloud.faults["GetUser"] = answers(**members)
    shown = person.open("/auth/account")
    assert (shown.status, shown.reply.value("retry-after")) == (503, "5")


@pytest.mark.parametrize("tokens", [TOKENS, {**TOKENS, "IdToken": ""}])
def test_tokens_that_do_not_hold(
    stage: Stage, tokens: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="cognito_gate")
    person, user = stage.person(), stage.user()
    stage.cloud.faults["InitiateAuth"] = answers(AuthenticationResult=tokens)
    shown = sign_in(person, user)
    assert (shown.status, shown.reply.app) == (400, None)
    assert "__Host-cognito_access_token" not in person.jar
    assert "a sign-in failed: login_failed" in caplog.text


@pytest.mark.parametrize(
    "change", [{"IdToken": ""}, {"IdToken": "other"}, {"AccessToken": "other"}]
)
def test_tokens_that_do_not_belong_together(stage: Stage, change: dict[str, str]) -> None:
    """Whole ones, and still not a session: none for the ID, or one of somebody else."""
    person, user, other = stage.person(), stage.user(), stage.user()
    app = stage.pool.clients["confidential"]
    made, theirs = (
        stage.cognito.tokens_for(name, client=app) for name in (user.username, other.username)
    )
    names = {"AccessToken": "access_token", "IdToken": "id_token"}
    right = {name: made[key] for name, key in names.items()}
    wrong = {name: value and theirs[names[name]] for name, value in change.items()}
    stage.cloud.faults["InitiateAuth"] = answers(AuthenticationResult={**right, **wrong})
    shown = sign_in(person, user)
    assert (shown.status, shown.reply.stored) == (400, [])
    stage.cloud.faults["InitiateAuth"] = answers(AuthenticationResult=right)
    assert sign_in(person, user).path == "/", "the accepted case"


def test_a_session_too_large_for_cookies(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    user = stage.user(attributes={f"custom:a{number}": "x" * 2_000 for number in range(9)})
    person = stage.person()
    shown = sign_in(person, user)
    assert (shown.status, shown.title) == (431, "Your session is too large")
    assert "__Host-cognito_access_token" not in person.jar
    assert "a sign-in failed: session_too_large" in caplog.text
