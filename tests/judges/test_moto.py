"""The gate's own pages in front of moto: every request is one it takes, every answer one we read.

Shapes only: moto looks neither at proofs of passwords by SRP nor at most codes. At the end, in what
it differs from Amazon Cognito; a row that no longer holds is good news.
"""

# what                   Amazon Cognito         moto 5.2                 what it means here
# ---------------------  ---------------------  -----------------------  -------------------------
# SECRET_BLOCK           base64                 a UUID                   no SRP judged here
# a TOTP secret          16 characters or more  12                       refused; the calls after
#                                                                        it are made without
# MFAS_CAN_SETUP         a text of JSON         Python's repr of a list  not judged here
# NotAuthorized          says why               gives the username       a wrong previous password
#                                                                        is not told apart
# sending a code again   a new code             HTTP 500                 "not working", it says
# renewal, revocation    part of the API        HTTP 500                 no session is renewed,
#                                                                        signing out goes on
# requiredAttributes     there                  not there                none are asked for

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from cognito_gate import Settings
from cognito_gate._gate.effects import HttpAnswer, HttpCall
from cognito_gate._sign_in import cognito_api
from cognito_gate._sign_in.cognito_api import Challenge
from tests.judges import moto
from tests.judges.own_pages import ANOTHER, PASSWORD, Kind, OwnApp, make_own_pool, own_app
from tests.judges.person import Person, text

KIND = Kind(
    flow="password",
    sign_in="username",
    pool={
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]
        }
    },
    client={"ReadAttributes": ["email"]},  # without which its ID tokens have none
    more={"COGNITO_GATE_PASSWORD_POLICY": "6 lower", "COGNITO_GATE_USER_CONTEXT": "true"},
)
_names = (f"person{number}" for number in count())


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with moto.running() as made:
        yield made


@pytest.fixture(scope="module")
def site(endpoint: str) -> Iterator[OwnApp]:
    """An app with a confidential client."""
    with own_app(make_own_pool(endpoint, KIND), KIND) as made:
        yield made


@pytest.fixture
def person(site: OwnApp) -> Iterator[Person]:
    with site.person() as made:
        yield made


@pytest.fixture
def name(site: OwnApp) -> str:
    return site.add(next(_names))


def known(site: OwnApp) -> Settings:
    """What the gate knows of the pool."""
    addresses = {
        "AWS_COGNITO_REDIRECT_URL": f"{site.origin}/auth/callback",
        "AWS_COGNITO_LOGOUT_URL": f"{site.origin}/auth/signed-out",
    }
    found = {
        **site.pool.environment,
        **addresses,
        **KIND.settings,
        "SECRET_KEY": "only-for-the-tests:32-characters",
    }
    return Settings.from_env(found, env_file=None)


def told(call: HttpCall) -> HttpAnswer:
    """Make a call of the gate's parts, without the gate."""
    answer = httpx.request(call.method, call.url, headers=list(call.headers), content=call.body)
    return HttpAnswer(answer.status_code, tuple(answer.headers.items()), answer.content)


# What the pages do there


def test_a_new_account(site: OwnApp, person: Person) -> None:
    typed = {"username": "newcomer", "email": "newcomer@example.com", "password": PASSWORD}
    screen = person.sends(person.opens("/auth/sign-up"), "sign_up.button", **typed)
    assert screen.path == "/auth/confirm"
    assert text("confirm.sent", destination="newcomer@example.com") in screen.response.text
    screen = person.sends(screen, "confirm.button", code="123456")
    assert screen.said == text("notice.confirmed")
    assert person.signs_in("newcomer", PASSWORD).seen["email"] == "newcomer@example.com"


@pytest.mark.parametrize(
    ("username", "password", "said"),
    [("ada", PASSWORD, "error.address_taken"), ("eve", "weak-horse", "error.password_policy")],
)
def test_a_sign_up_refused(
    site: OwnApp, person: Person, username: str, password: str, said: str
) -> None:
    if username == "ada":
        site.add("ada")
    typed = {"username": username, "email": "a@example.com", "password": password}
    screen = person.sends(person.opens("/auth/sign-up"), "sign_up.button", **typed)
    assert (screen.response.status_code, screen.said) == (400, text(said))


def test_a_session_is_opened(person: Person, name: str) -> None:
    screen = person.signs_in(name, PASSWORD, "/deep?x=1")
    assert (screen.seen["path"], screen.seen["username"]) == ("/deep", name)
    assert screen.seen["scopes"] == ["aws.cognito.signin.user.admin"]


@pytest.mark.parametrize(("who", "password"), [("nobody", PASSWORD), ("", "Wrong-Horse-1")])
def test_a_sign_in_refused(person: Person, name: str, who: str, password: str) -> None:
    screen = person.signs_in(who or name, password)
    said = text("error.wrong_password", who=text("field.username"))
    assert (screen.response.status_code, screen.said) == (400, said)


def test_who_is_not_confirmed(site: OwnApp, person: Person) -> None:
    typed = {"username": "late", "email": "late@example.com", "password": PASSWORD}
    person.sends(person.opens("/auth/sign-up"), "sign_up.button", **typed)
    screen = person.signs_in("late", PASSWORD)
    assert (screen.path, screen.said) == ("/auth/confirm", text("error.confirm_first"))
    screen = person.sends(screen, "resend.button")
    assert (screen.response.status_code, screen.said) == (503, text("error.unavailable"))


def test_a_new_password_is_forced(site: OwnApp, person: Person) -> None:
    name = site.add(next(_names), temporary=True)
    screen = person.signs_in(name, PASSWORD)
    assert (screen.path, screen.fields) == ("/auth/new-password", {"password"})
    screen = person.sends(screen, "new_password.button", password="weak-horse")
    assert screen.said == text("error.password_policy")
    screen = person.sends(screen, "new_password.button", password=ANOTHER)
    assert screen.seen["username"] == name


def test_a_forgotten_password(person: Person, name: str) -> None:
    screen = person.sends(person.opens("/auth/forgot"), "forgot.button", username=name)
    assert (screen.path, screen.said) == ("/auth/reset", text("notice.code_sent"))
    wrong = "moto-confirmation-code:1"  # others are taken, whatever they are
    screen = person.sends(screen, "reset.button", code=wrong, password=ANOTHER)
    assert screen.said == text("error.code_wrong_or_expired")
    screen = person.sends(screen, "reset.button", code="123456", password=ANOTHER)
    assert screen.said == text("notice.password_changed")
    assert person.signs_in(name, ANOTHER).seen["username"] == name


def test_a_code_by_text_message(site: OwnApp, person: Person, name: str) -> None:
    sms = {"Enabled": True, "PreferredMfa": True}
    site.pool.call("admin_set_user_mfa_preference", Username=name, SMSMfaSettings=sms)
    screen = person.signs_in(name, PASSWORD)
    assert (screen.path, screen.fields) == ("/auth/mfa", {"code"})
    assert text("code.sms_somewhere") in screen.response.text
    assert person.sends(screen, "code.button", code="123456").seen["username"] == name


def test_the_account(person: Person, name: str) -> None:
    person.signs_in(name, PASSWORD)
    screen = person.opens("/auth/account")
    assert f"{name}@example.com" in screen.page.one("dl").text
    typed = {"previous": "Wrong-Horse-1", "password": ANOTHER}
    screen = person.sends(screen, "account.password_button", **typed)
    assert screen.said == text("error.start_over")
    typed["previous"] = PASSWORD
    screen = person.sends(person.opens("/auth/account"), "account.password_button", **typed)
    assert screen.said == text("notice.password_changed")
    person.leaves()
    assert person.signs_in(name, ANOTHER).seen["username"] == name


def test_an_authenticator_app(site: OwnApp, person: Person, name: str) -> None:
    person.signs_in(name, PASSWORD)
    screen = person.opens("/auth/account")
    assert text("account.totp_off") in screen.response.text
    settings, access = known(site), person.session["cognito_access_token"]
    answer = told(cognito_api.verify_totp(settings, "123456", access_token=access))
    assert cognito_api.read_totp_verified(answer)
    answer = told(cognito_api.set_totp_preference(settings, access, on=True))
    assert cognito_api.read("SetUserMFAPreference", answer) == {}
    person.drop(*person.session)
    screen = person.signs_in(name, PASSWORD)
    assert text("code.totp") in screen.response.text
    assert person.sends(screen, "code.button", code="123456").seen["username"] == name
    screen = person.sends(person.opens("/auth/account"), "account.totp_turn_off", proof=PASSWORD)
    assert screen.said == text("notice.totp_off")
    assert text("account.totp_off") in screen.response.text


# The rows of the table that these have not met yet


def test_a_secret_block_that_is_none(site: OwnApp, name: str) -> None:
    answer = told(cognito_api.initiate_srp(known(site), name, "abcdef", "127.0.0.1"))
    challenge = cognito_api.read_outcome("InitiateAuth", answer)
    assert isinstance(challenge, Challenge)
    assert challenge.name == "PASSWORD_VERIFIER"
    with pytest.raises(binascii.Error):
        base64.b64decode(challenge.parameters["SECRET_BLOCK"], validate=True)


def test_a_totp_secret_that_is_too_short(person: Person, name: str) -> None:
    person.signs_in(name, PASSWORD)
    screen = person.sends(person.opens("/auth/account"), "account.totp_set_up")
    assert (screen.response.status_code, screen.said) == (503, text("error.unavailable"))


def test_a_list_that_is_no_json_and_one_that_is_missing(endpoint: str) -> None:
    pool = make_own_pool(endpoint, Kind(confidential=False, flow="password", sign_in="username"))
    pool.call(
        "set_user_pool_mfa_config",
        SoftwareTokenMfaConfiguration={"Enabled": True},
        MfaConfiguration="ON",
    )
    pool.add("ada", temporary=True)
    typed = {"USERNAME": "ada", "PASSWORD": PASSWORD}
    client = {"ClientId": pool.client_id}
    first = pool.api.initiate_auth(**client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=typed)
    assert "requiredAttributes" not in first["ChallengeParameters"]
    second = pool.api.respond_to_auth_challenge(
        **client,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=first["Session"],
        ChallengeResponses={"USERNAME": "ada", "NEW_PASSWORD": ANOTHER},
    )
    assert second["ChallengeName"] == "MFA_SETUP"
    assert second["ChallengeParameters"]["MFAS_CAN_SETUP"] == "['SOFTWARE_TOKEN_MFA']"


def test_a_session_is_neither_renewed_nor_ended(person: Person, name: str) -> None:
    person.signs_in(name, PASSWORD)
    held = person.session
    person.drop("cognito_access_token", "cognito_id_token")
    assert person.opens("/").response.status_code == 503
    person.hold(held)
    assert person.leaves().path == "/auth/signed-out"
    assert not person.session
