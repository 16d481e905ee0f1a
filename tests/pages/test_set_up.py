"""What Cognito may demand before it lets somebody in: an app for codes, a password of one's own."""

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cognito_gate.local.api.totp import totp_code
from tests.pages.cloud import answers
from tests.pages.person import Person, Shown
from tests.pages.stage import EVERY_WAY, FLOWS, NEW, Stage, sign_in

TOO_WEAK = "That password is not accepted. Choose a longer one, or one with other characters."

START_OVER = "This sign-in cannot go on. Please start again."
EVERY_FLOW = pytest.mark.parametrize("flow", FLOWS)


# An authenticator app


def shown_secret(shown: Shown) -> str:
    """The secret as a person types it, which is the one of the picture and of the link."""
    secret = shown.page.one("code").text.replace(" ", "")
    [link] = [
        link.get("href")
        for link in shown.page.every("a")
        if link.get("href").startswith("otpauth:")
    ]
    assert parse_qs(urlsplit(link).query)["secret"] == [secret]
    assert len(shown.page.one("code").text.split(" ")[0]) == 4
    assert shown.page.one("svg")
    return secret


def code_of(shown: Shown, at: float = 0.0) -> str:
    return totp_code(shown_secret(shown), time.time() + at)


def setting_up(stage: Stage, **changes: Any) -> Person:
    stage.cognito.switch(mfa="on")
    person = stage.person(**changes)
    shown = sign_in(person, stage.user(), "/page")
    assert (shown.path, shown.title) == ("/auth/mfa", "Set up an authenticator app")
    return person


@EVERY_WAY
def test_an_app_is_set_up_and_asked_for_from_then_on(stage: Stage, flow: str, client: str) -> None:
    stage.cognito.switch(mfa="on")
    user, person = stage.user(), stage.person(sign_in_flow=flow, client=client)
    shown = sign_in(person, user, "/page")
    shown = person.fill_in(code=code_of(shown))
    assert (shown.target, shown.reply.identity.email) == ("/page", user.email)
    again = stage.person(sign_in_flow=flow, client=client)
    assert sign_in(again, user).title == "Enter your code"
    again.fill_in(code=stage.cognito.totp_code(user.username, step=1))
    assert again.last.reply.identity.email == user.email


def test_a_wrong_first_code(stage: Stage) -> None:
    person = setting_up(stage)
    before = person.last
    shown = person.fill_in(code=code_of(before, 3600))
    assert shown.status == 400
    assert shown.told == ["That code is not right. If it keeps failing, set up the app again."]
    assert shown_secret(shown) == shown_secret(before)
    assert person.fill_in(code=code_of(before)).target == "/page"


@pytest.mark.parametrize("code", ["", "12345", "abcdef"])
def test_what_is_no_code(stage: Stage, code: str) -> None:
    person = setting_up(stage)
    stage.cloud.forget()
    assert person.fill_in(code=code).status == 400
    assert stage.cloud.names == []


def test_setting_up_takes_too_long(stage: Stage) -> None:
    person = setting_up(stage)
    stage.pool.clock.ahead = 181
    shown = person.fill_in(code=code_of(person.last))
    assert (shown.path, shown.told) == ("/auth/sign-in", [START_OVER])


def test_the_page_may_be_loaded_again(stage: Stage) -> None:
    person = setting_up(stage)
    secret = shown_secret(person.last)
    stage.cloud.forget()
    assert shown_secret(person.open("/auth/mfa")) == secret
    assert stage.cloud.names == []


@pytest.mark.parametrize("ways", ['["SMS_MFA"]', "[]", "", "garbage", '{"a":1}', None])
def test_only_ways_that_cannot_be_set_up_here(stage: Stage, ways: str | None) -> None:
    person, user = stage.person(sign_in_flow="password"), stage.user()
    stage.cloud.faults["InitiateAuth"] = answers(
        ChallengeName="MFA_SETUP",
        Session="a-session-of-twenty-characters",
        ChallengeParameters={} if ways is None else {"MFAS_CAN_SETUP": ways},
    )
    shown = sign_in(person, user)
    assert (shown.status, shown.title) == (400, "That is not possible here")


# A password of one's own


@EVERY_WAY
def test_a_password_somebody_else_gave(stage: Stage, flow: str, client: str) -> None:
    person = stage.person(sign_in_flow=flow, client=client)
    user = stage.user(status="FORCE_CHANGE_PASSWORD")
    shown = sign_in(person, user, "/page")
    assert (shown.path, shown.title) == ("/auth/new-password", "Choose a new password")
    assert shown.values == {"password": ""}
    shown = person.fill_in(password=NEW)
    assert (shown.target, shown.reply.identity.email) == ("/page", user.email)
    assert sign_in(stage.person(), user, password=NEW).status == 200


@EVERY_FLOW
def test_with_what_the_pool_wants_to_know(stage: Stage, flow: str) -> None:
    stage.kind = "strict"
    person, user = stage.person(sign_in_flow=flow), stage.user(status="FORCE_CHANGE_PASSWORD")
    shown = sign_in(person, user, "/page")
    assert shown.values == {"name": "", "phone_number": "", "password": ""}
    shown = person.fill_in(name="Ada L\u00f6velace ", phone_number="+44 20 7946-0000", password=NEW)
    assert shown.target == "/page"
    attributes = stage.now(user).claims
    assert (attributes["name"], attributes["phone_number"]) == (
        "Ada L\u00f6velace",
        "+442079460000",
    )


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"name": " "}, "Please fill in this field."),
        ({"phone_number": ""}, "Please fill in this field."),
        ({"phone_number": "020 7946 0000"}, "Enter the number with its country code"),
        ({"password": ""}, "Please fill in this field."),
        ({"password": "Short-7"}, "That password lacks something. It needs at least 8 characters."),
        (
            {"password": "alllowercase"},
            "That password lacks something. It needs an uppercase letter",
        ),
        ({"password": "with Blanks-7"}, "Spaces cannot be used here."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    stage: Stage, typed: dict[str, str], wrong: str
) -> None:
    stage.kind = "strict"
    person, user = stage.person(), stage.user(status="FORCE_CHANGE_PASSWORD")
    sign_in(person, user, "/page")
    stage.cloud.forget()
    right = {"name": "Ada", "phone_number": "+442079460000", "password": NEW}
    shown = person.fill_in(**{**right, **typed})
    assert shown.status == 400
    [beside] = shown.page.every("p", class_="wrong")
    assert wrong in beside.text
    assert beside.get("id") == f"{next(iter(typed))}-wrong"
    kept = {**right, **typed, "password": ""}
    assert shown.values == kept, "what was typed is still there, and the password is not"
    assert stage.cloud.names == []
    assert person.fill_in(**right).target == "/page"


def test_the_pool_has_the_last_word_on_a_password(stage: Stage) -> None:
    person = stage.person(password_policy="6")
    user = stage.user(status="FORCE_CHANGE_PASSWORD")
    sign_in(person, user, "/page")
    shown = person.fill_in(password="simple")
    assert (shown.status, shown.told) == (400, [TOO_WEAK])
    assert person.fill_in(password=NEW).target == "/page"


def test_too_late_for_a_new_password(stage: Stage) -> None:
    person, user = stage.person(), stage.user(status="FORCE_CHANGE_PASSWORD")
    sign_in(person, user)
    stage.pool.clock.ahead = 181
    assert person.fill_in(password=NEW).told == [START_OVER]


def test_one_demand_after_another(stage: Stage) -> None:
    """A new password, then an app, then the page that was asked for."""
    stage.cognito.switch(mfa="on")
    person, user = stage.person(), stage.user(status="FORCE_CHANGE_PASSWORD")
    sign_in(person, user, "/page?a=1")
    shown = person.fill_in(password=NEW)
    assert shown.title == "Set up an authenticator app"
    shown = person.fill_in(code=code_of(shown))
    assert (shown.target, shown.reply.identity.email) == ("/page?a=1", user.email)
