"""The second factor: codes by text message, by e-mail and of an authenticator app."""

from collections.abc import Callable
from typing import Any

import pytest

from cognito_gate.local import User
from tests.pages.person import Person
from tests.pages.stage import EVERY_WAY, SECRET, Stage, prove, sign_in

FACTORS: dict[str, dict[str, Any]] = {
    "sms": {"phone": "+15551234567", "mfa": ("sms",)},
    "email": {"mfa": ("email",)},
    "totp": {"mfa": ("totp",), "totp_secret": SECRET},
}
EVERY_FACTOR = pytest.mark.parametrize("factor", FACTORS)
BY_MESSAGE = pytest.mark.parametrize("factor", ["sms", "email"])
START_OVER = "This sign-in cannot go on. Please start again."


def asked(stage: Stage, factor: str, **changes: Any) -> tuple[Person, User]:
    """Somebody who is asked for a code."""
    user, person = stage.user(**FACTORS[factor]), stage.person(**changes)
    shown = sign_in(person, user, "/page")
    assert (shown.path, shown.title) == ("/auth/mfa", "Enter your code")
    return person, user


def right(stage: Stage, factor: str, user: User) -> str:
    if factor == "totp":
        return stage.cognito.totp_code(user.username)
    return stage.code(user.phone if factor == "sms" else user.email)


def wrong(code: str) -> str:
    return f"{(int(code) + 500_000) % 1_000_000:06}"


@EVERY_FACTOR
@EVERY_WAY
def test_the_right_code(stage: Stage, factor: str, flow: str, client: str) -> None:
    person, user = asked(stage, factor, sign_in_flow=flow, client=client)
    shown = person.fill_in(code=right(stage, factor, user))
    assert (shown.target, shown.reply.identity.email) == ("/page", user.email)
    assert "__Host-cognito_pending" not in person.jar


@pytest.mark.parametrize(
    ("factor", "says"),
    [
        ("sms", "We sent a code by text message to +*******4567."),
        ("email", "We sent a code to a***@e***."),
        ("totp", "Open your authenticator app and enter the code it shows."),
    ],
)
def test_the_page_says_where_to_look(stage: Stage, factor: str, says: str) -> None:
    person, user = asked(stage, factor)
    assert says in [item.text for item in person.last.page.every("p")]
    code = person.last.page.one("input", name="code")
    assert (code.get("autocomplete"), code.get("inputmode")) == ("one-time-code", "numeric")
    assert person.last.page.one("p", class_="known").text == f"{user.email} Change account"


@EVERY_FACTOR
def test_a_wrong_code_may_be_mended(stage: Stage, factor: str) -> None:
    person, user = asked(stage, factor)
    code = right(stage, factor, user)
    shown = person.fill_in(code=wrong(code))
    assert (shown.status, shown.told, shown.values) == (
        400,
        ["That code is not right."],
        {"code": ""},
    )
    assert person.fill_in(code=code).target == "/page"


@EVERY_FACTOR
def test_blanks_in_a_code_are_not_part_of_it(stage: Stage, factor: str) -> None:
    person, user = asked(stage, factor)
    code = right(stage, factor, user)
    assert person.fill_in(code=f" {code[:3]} {code[3:]}\t").target == "/page"


@EVERY_FACTOR
def test_what_is_no_code_is_not_sent(stage: Stage, factor: str) -> None:
    person, user = asked(stage, factor)
    stage.cloud.forget()
    for code in ("", "  ", "\u0661\u0662\u0663\u0664\u0665\u0666", "a\0b"):
        shown = person.fill_in(code=code)
        assert shown.status == 400, code
        assert len(shown.page.every("p", class_="wrong")) == 1
        assert stage.cloud.names == []
    assert person.fill_in(code=right(stage, factor, user)).target == "/page"


def test_an_app_shows_six_digits(stage: Stage) -> None:
    person, _ = asked(stage, "totp")
    stage.cloud.forget()
    for code in ("12345", "1234567", "12345a", "-12345"):
        shown = person.fill_in(code=code)
        assert "This does not look like a code. Enter the digits you were given." in shown.told
        assert stage.cloud.names == []


@EVERY_FACTOR
def test_too_late(stage: Stage, factor: str) -> None:
    person, user = asked(stage, factor)
    stage.pool.clock.ahead = 181
    shown = person.fill_in(code=right(stage, factor, user))
    assert (shown.path, shown.told, shown.query["next"]) == (
        "/auth/sign-in",
        [START_OVER],
        "/page",
    )
    assert "__Host-cognito_pending" not in person.jar
    stage.pool.clock.reset()
    prove(person, str(user.email))
    assert person.last.title == "Enter your code"


@EVERY_FACTOR
def test_five_wrong_codes_end_the_attempt(stage: Stage, factor: str) -> None:
    person, user = asked(stage, factor)
    code = right(stage, factor, user)
    for _ in range(5):
        assert person.fill_in(code=wrong(code)).title == "Enter your code"
    assert person.fill_in(code=code).told == [START_OVER]


def test_a_code_of_an_app_serves_once(stage: Stage) -> None:
    person, user = asked(stage, "totp")
    code = right(stage, "totp", user)
    assert person.fill_in(code=code).target == "/page"
    other = stage.person()
    sign_in(other, user)
    told = other.fill_in(code=code).told
    assert told == ["That code was used already. Wait for the next one."]


@BY_MESSAGE
def test_a_code_serves_the_sign_in_that_it_was_sent_for(stage: Stage, factor: str) -> None:
    person, user = asked(stage, factor)
    first = right(stage, factor, user)
    sign_in(person, user)
    if right(stage, factor, user) != first:
        assert person.fill_in(code=first).told == ["That code is not right."]


SELECTING: dict[str, tuple[str, Callable[[Stage, User], str]]] = {
    "Code by text message": ("sms", lambda stage, user: stage.code(user.phone)),
    "Code by e-mail": ("email", lambda stage, user: stage.code(user.email)),
    "Code from an authenticator app": (
        "totp",
        lambda stage, user: stage.cognito.totp_code(user.username),
    ),
}


@pytest.mark.parametrize(
    ("button", "client"),
    list(zip(SELECTING, ["confidential", "public", "confidential"], strict=True)),
)
def test_somebody_with_several_factors_chooses(stage: Stage, button: str, client: str) -> None:
    user = stage.user(phone="+15551234567", totp_secret=SECRET, mfa=("sms", "email", "totp"))
    person = stage.person(client=client)
    shown = sign_in(person, user, "/page")
    assert (shown.path, shown.title) == ("/auth/mfa", "How do you want to sign in?")
    assert {item.text for item in shown.form().buttons} == set(SELECTING)
    shown = person.press(button)
    assert (shown.path, shown.title) == ("/auth/mfa", "Enter your code")
    person.fill_in(code=SELECTING[button][1](stage, user))
    assert person.last.reply.identity.email == user.email


@pytest.mark.parametrize("choice", ["", "EMAIL_OTP", "PASSWORD", "<script>", None])
def test_a_choice_that_is_not_offered(stage: Stage, choice: str | None) -> None:
    user = stage.user(phone="+15551234567", totp_secret=SECRET, mfa=("sms", "totp"))
    person = stage.person()
    form = sign_in(person, user).form()
    stage.cloud.forget()
    shown = person.post(form, choice=choice)
    assert (shown.status, shown.title) == (400, "How do you want to sign in?")
    assert stage.cloud.names == []


def test_a_preferred_factor_is_asked_for_at_once(stage: Stage) -> None:
    user = stage.user(
        phone="+15551234567", totp_secret=SECRET, mfa=("sms", "totp"), preferred_mfa="totp"
    )
    person = stage.person()
    assert sign_in(person, user).title == "Enter your code"
    assert person.fill_in(code=stage.cognito.totp_code(user.username)).path == "/"
