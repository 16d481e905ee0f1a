"""The gate's own pages in front of cognito-local: codes by text message, and a choice of factors.

Shapes, and the codes that it really makes and checks: it looks at no SECRET_HASH and no Session.
"""

# what                 Amazon Cognito             cognito-local 5.3         what it means here
# -------------------  -------------------------  ------------------------  ----------------------
# ids of pools         begin with a Region        begin with "local"        the files name them
# a wrong password     NotAuthorized              InvalidPassword           another text is shown
# nobody, forgotten    may be hidden              UserNotFound              the page tells nothing
# USER_SRP_AUTH        there                      HTTP 500                  passwords as they are
# sending again,       there                      HTTP 500                  "not working", it says;
#   renewal                                                                 no session is renewed
# destinations         masked                     as they stand             shown as they come

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.browser.authenticator import App
from tests.judges import cognito_local
from tests.judges.cognito_local import CognitoLocal
from tests.judges.own_pages import ANOTHER, PASSWORD, Kind, OwnApp, own_app
from tests.judges.person import Person, Screen, text

PHONE = "+442079460123"
UNSURE = text("error.code_wrong_or_expired")
KIND = Kind(flow="password", sign_in="username", attributes="phone_number")


def user(name: str, status: str = "CONFIRMED", **more: Any) -> dict[str, Any]:
    """Somebody as the pool's file has them, whose password is PASSWORD."""
    about = {"sub": f"sub-of-{name}", "email": f"{name}@example.com", "phone_number": PHONE}
    dates = {"UserCreateDate": "2026-01-01", "UserLastModifiedDate": "2026-01-01"}
    return {
        "Username": name,
        "Password": PASSWORD,
        "Enabled": True,
        "UserStatus": status,
        "Attributes": [{"Name": key, "Value": value} for key, value in about.items()],
        "RefreshTokens": [],
        **dates,
        **more,
    }


BY_SMS = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
USERS = {
    "ada": user("ada"),
    "bob": user("bob"),
    "carol": user("carol", "FORCE_CHANGE_PASSWORD"),
    "dan": user("dan", MFAOptions=BY_SMS),
    "erin": user("erin", MFAOptions=BY_SMS, UserMFASettingList=["SMS_MFA"]),
    "frank": user("frank", "RESET_REQUIRED"),
}
POOL: dict[str, dict[str, Any]] = {
    "Options": {
        "AutoVerifiedAttributes": ["phone_number"],
        "MfaConfiguration": "OPTIONAL",
        "UsernameAttributes": [],
    },
    "Users": USERS,
}


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CognitoLocal]:
    with cognito_local.running(tmp_path_factory.mktemp("cognito-local"), {"Judged": POOL}) as made:
        yield made


@pytest.fixture(scope="module")
def site(judge: CognitoLocal) -> Iterator[OwnApp]:
    """An app with a confidential client."""
    pool = judge.pool("Judged", KIND)
    issuer = {"AWS_COGNITO_ISSUER": f"{judge.origin}/{pool.pool_id}"}
    with own_app(pool, KIND, **issuer) as made:
        yield made


@pytest.fixture
def person(site: OwnApp) -> Iterator[Person]:
    with site.person() as made:
        yield made


@pytest.fixture
def sms(judge: CognitoLocal, site: OwnApp) -> Callable[[str], str]:
    """The code that somebody was sent as a second factor."""
    return lambda name: str(judge.user(site.pool, name)["MFACode"])


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def is_in(screen: Screen, name: str) -> bool:
    return bool(screen.seen["username"] == name)


def test_a_new_account_by_text_message(judge: CognitoLocal, site: OwnApp, person: Person) -> None:
    typed = {"username": "newcomer", "phone_number": "+44 20 7946 0199", "password": PASSWORD}
    screen = person.sends(person.opens("/auth/sign-up"), "sign_up.button", **typed)
    assert (screen.path, screen.fields) == ("/auth/confirm", {"code"})
    assert text("confirm.sent", destination="+442079460199") in screen.response.text
    code = judge.user(site.pool, "newcomer")["ConfirmationCode"]
    screen = person.sends(screen, "confirm.button", code=wrong(code))
    assert (screen.response.status_code, screen.said) == (400, UNSURE)
    screen = person.sends(screen, "confirm.button", code=f" {code[:3]} {code[3:]} ")
    assert screen.said == text("notice.confirmed")
    assert is_in(person.signs_in("newcomer", PASSWORD), "newcomer")


def test_a_taken_name(person: Person) -> None:
    typed = {"username": "ada", "phone_number": PHONE, "password": PASSWORD}
    screen = person.sends(person.opens("/auth/sign-up"), "sign_up.button", **typed)
    assert (screen.response.status_code, screen.said) == (400, text("error.address_taken"))


def test_a_second_factor_by_text_message(sms: Callable[[str], str], person: Person) -> None:
    screen = person.signs_in("dan", PASSWORD, "/deep?x=1")
    assert (screen.path, screen.fields) == ("/auth/mfa", {"code"})
    assert text("code.sms", destination=PHONE) in screen.response.text
    screen = person.sends(screen, "code.button", code=wrong(sms("dan")))
    assert (screen.response.status_code, screen.said) == (400, text("error.code_wrong"))
    screen = person.sends(screen, "code.button", code=sms("dan"))
    assert (is_in(screen, "dan"), screen.seen["path"]) == (True, "/deep")


def with_an_app_as_well(sms: Callable[[str], str], person: Person) -> App:
    """Sign in by text message, and set up an authenticator app, whose code is really checked."""
    screen = person.signs_in("erin", PASSWORD)
    person.sends(screen, "code.button", code=sms("erin"))
    screen = person.sends(person.opens("/auth/account"), "account.totp_set_up")
    app = App(screen.secret)
    screen = person.sends(screen, "totp_setup.button", code="000000")
    assert screen.response.status_code == 400
    screen = person.sends(screen, "totp_setup.button", code=app.code())
    assert screen.said == text("notice.totp_on")
    person.leaves()
    return app


def test_a_choice_of_two_factors(sms: Callable[[str], str], person: Person) -> None:
    app = with_an_app_as_well(sms, person)
    screen = person.signs_in("erin", PASSWORD)
    assert (screen.path, screen.heading) == ("/auth/mfa", text("choose.title"))
    screen = person.sends(screen, "choose.SMS_MFA")
    assert text("code.sms", destination=PHONE) in screen.response.text
    assert is_in(person.sends(screen, "code.button", code=sms("erin")), "erin")
    person.leaves()
    screen = person.sends(person.signs_in("erin", PASSWORD), "choose.SOFTWARE_TOKEN_MFA")
    assert text("code.totp") in screen.response.text
    assert is_in(person.sends(screen, "code.button", code=app.code()), "erin")


def test_a_forced_password(person: Person) -> None:
    screen = person.signs_in("carol", PASSWORD)
    assert (screen.path, screen.fields) == ("/auth/new-password", {"password"})
    assert is_in(person.sends(screen, "new_password.button", password=ANOTHER), "carol")
    person.leaves()
    assert is_in(person.signs_in("carol", ANOTHER), "carol")


def test_a_forgotten_password(judge: CognitoLocal, site: OwnApp, person: Person) -> None:
    screen = person.signs_in("frank", PASSWORD)
    assert (screen.path, screen.said) == ("/auth/forgot", text("error.reset_first"))
    screen = person.sends(screen, "forgot.button", username="frank")
    code = judge.user(site.pool, "frank")["ConfirmationCode"]
    screen = person.sends(screen, "reset.button", code=wrong(code), password=ANOTHER)
    assert screen.said == UNSURE
    screen = person.sends(screen, "reset.button", code=code, password=ANOTHER)
    assert screen.said == text("notice.password_changed")
    assert is_in(person.signs_in("frank", ANOTHER), "frank")


def test_a_forgotten_password_of_nobody(person: Person) -> None:
    screen = person.sends(person.opens("/auth/forgot"), "forgot.button", username="nobody")
    assert (screen.path, screen.said) == ("/auth/reset", text("notice.code_sent"))


def test_a_change_of_password(person: Person) -> None:
    person.signs_in("ada", PASSWORD)
    typed = {"previous": PASSWORD, "password": ANOTHER}
    screen = person.sends(person.opens("/auth/account"), "account.password_button", **typed)
    assert screen.said == text("notice.password_changed")
    person.leaves()
    assert is_in(person.signs_in("ada", ANOTHER), "ada")


def test_signing_out_revokes(judge: CognitoLocal, site: OwnApp, person: Person) -> None:
    assert is_in(person.signs_in("bob", PASSWORD), "bob")
    assert len(judge.user(site.pool, "bob")["RefreshTokens"]) == 1
    assert person.leaves().path == "/auth/signed-out"
    assert judge.user(site.pool, "bob")["RefreshTokens"] == []


# The rows of the table that these have not met yet


def test_a_wrong_password_is_called_invalid(person: Person) -> None:
    screen = person.signs_in("bob", "Wrong-Horse-1")
    assert (screen.response.status_code, screen.said) == (400, text("error.password_policy"))


def test_what_it_cannot_do(person: Person) -> None:
    person.signs_in("bob", PASSWORD)
    person.drop("cognito_access_token", "cognito_id_token")
    assert person.opens("/").response.status_code == 503
    person.leaves()
    typed = {"username": "late", "phone_number": PHONE, "password": PASSWORD}
    screen = person.sends(person.opens("/auth/sign-up"), "sign_up.button", **typed)
    screen = person.sends(screen, "resend.button")
    assert (screen.response.status_code, screen.said) == (503, text("error.unavailable"))


def test_what_no_page_can_ask_it(site: OwnApp) -> None:
    made = site.pool.api.create_user_pool(PoolName="another")["UserPool"]["Id"]
    assert made.startswith("local_")
    typed = {"USERNAME": "bob", "SRP_A": "abcdef"}
    with pytest.raises(ClientError, match="unsupported feature"):
        site.pool.api.initiate_auth(
            ClientId=site.pool.client_id, AuthFlow="USER_SRP_AUTH", AuthParameters=typed
        )
