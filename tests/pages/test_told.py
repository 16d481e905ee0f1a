"""What the sign-in pages tell operators: one event for each thing that happens on them, by name."""

from typing import Any

import pytest

from cognito_gate._audit_log import audit_line
from cognito_gate._delivery import log_line
from cognito_gate.events import (
    AccountConfirmed,
    CodeSent,
    Event,
    PasswordChanged,
    RateLimited,
    Refused,
    SecondFactorSetUp,
    SecondFactorTurnedOff,
    SignedIn,
    SignedUp,
    SignInFailed,
    WrongCode,
    WrongPassword,
)
from tests.flows.site import CoreSite
from tests.pages.cloud import refuses
from tests.pages.person import Person
from tests.pages.stage import NEW, PASSWORD, SECRET, Stage, sign_in
from tests.pages.test_account import at_home
from tests.pages.test_set_up import code_of
from tests.pages.test_sign_up import address, begun
from tests.pages.watch import told as holds_word


def told(person: Person) -> list[Event]:
    """What has been told since this was asked last; each has a log line of its own, which names
    nobody, and no secret is in its audit line."""
    assert isinstance(person.site, CoreSite)
    events, person.site.events[:] = [*person.site.events], []
    for event in events:
        line, audit = log_line(event), audit_line(event).decode()
        assert type(event).__name__ not in line
        assert "@" not in line
        for secret in (PASSWORD, NEW, "Wrong-Horse-7", "000000", SECRET):
            assert not holds_word(secret, line + audit)
    return events


def only(person: Person, kind: type[Event], **facts: Any) -> Event:
    """The one event there is since the last look."""
    [event] = told(person)
    assert type(event) is kind
    assert {name: getattr(event, name) for name in facts} == facts
    return event


def test_a_new_account(stage: Stage) -> None:
    person = stage.person()
    told(person)
    begun(person)
    name = address(person)
    made, sent = told(person)
    assert made == SignedUp(made.request, name, confirmed=False)
    assert sent == CodeSent(sent.request, name, "sign_up", "email")
    person.fill_in(code="000000")
    only(person, WrongCode, status=400, code="refused", username=name)
    person.press("Send the code again")
    only(person, CodeSent, username=name, purpose="sign_up", medium="email")
    person.fill_in(code=stage.code(name))
    only(person, AccountConfirmed, username=name)


def test_an_account_that_is_there(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    told(person)
    begun(person, email=str(user.email))
    only(person, Refused, code="refused")


@pytest.mark.parametrize("flow", ["srp", "password", "choice"])
def test_a_wrong_password_and_a_right_one(stage: Stage, flow: str) -> None:
    person, user = stage.person(sign_in_flow=flow), stage.user()
    told(person)
    sign_in(person, user, password="Wrong-Horse-7")
    only(person, WrongPassword, status=400, username=user.email)
    assert person.fill_in(password=PASSWORD).status == 200
    only(person, SignedIn, pages="custom")


def test_a_name_that_nobody_has(stage: Stage) -> None:
    person = stage.person()
    told(person)
    person.open("/auth/sign-in")
    person.fill_in(username="nobody@example.com", password=PASSWORD)
    only(person, WrongPassword, username="nobody@example.com")


def test_a_sign_in_that_fails_otherwise(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    told(person)
    stage.cloud.faults["InitiateAuth"] = refuses("InternalErrorException")
    sign_in(person, user)
    only(person, SignInFailed, username=user.email)


@pytest.mark.parametrize("flow", ["password", "choice"])
def test_a_code_by_e_mail_as_the_second_factor(stage: Stage, flow: str) -> None:
    person, user = stage.person(sign_in_flow=flow), stage.user(mfa=("email",))
    told(person)
    sign_in(person, user)
    only(person, CodeSent, username=user.email, purpose="sign_in", medium="email")
    person.fill_in(code="000000")
    only(person, WrongCode, username=user.email)
    person.fill_in(code=stage.code(user.email))
    only(person, SignedIn, username=user.username)


def test_a_code_as_the_first_proof(stage: Stage) -> None:
    person, user = stage.person(sign_in_flow="choice"), stage.user()
    told(person)
    person.open("/")
    person.fill_in(username=str(user.email))
    assert told(person) == []
    person.press("Code by e-mail")
    only(person, CodeSent, username=user.email, purpose="sign_in", medium="email")
    person.fill_in(code="000000")
    only(person, WrongCode, username=user.email)


def test_nobody_is_sent_a_code(stage: Stage) -> None:
    person = stage.person(sign_in_flow="choice", client="telling")
    told(person)
    person.open("/")
    person.fill_in(username="nobody@example.com")
    person.press("Code by e-mail")
    assert told(person) == []


def test_a_forgotten_password(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    told(person)
    person.open("/auth/forgot")
    person.fill_in(username=str(user.email))
    only(person, CodeSent, username=user.email, purpose="reset", medium="email")
    person.fill_in(code="000000", password=NEW)
    only(person, WrongCode, username=user.email)
    person.fill_in(code=stage.code(user.email), password=NEW)
    only(person, PasswordChanged, username=user.email, way="reset")


def test_a_temporary_password(stage: Stage) -> None:
    person, user = stage.person(), stage.user(status="FORCE_CHANGE_PASSWORD")
    told(person)
    sign_in(person, user)
    assert told(person) == []
    person.fill_in(password=NEW)
    changed, signed_in = told(person)
    assert changed == PasswordChanged(changed.request, str(user.email), "first")
    assert isinstance(signed_in, SignedIn)


def test_too_many_tries(stage: Stage) -> None:
    person, user = stage.person(tries_per_account=1), stage.user()
    sign_in(person, user, password="Wrong-Horse-7")
    told(person)
    person.fill_in(password=PASSWORD)
    only(person, RateLimited, status=429, code="too_many_tries", username=user.email)


def test_another_password_on_the_account_page(stage: Stage) -> None:
    user = stage.user()
    person = at_home(stage, user)
    told(person)
    person.fill_in(previous="Wrong-Horse-7", password=NEW)
    event = only(person, WrongPassword, username=user.username)
    assert event.request.visitor.username == user.username
    assert event.request.visitor.sub
    person.fill_in(previous=PASSWORD, password=NEW)
    only(person, PasswordChanged, username=user.username, way="account")


def test_an_authenticator_app_on_the_account_page(stage: Stage) -> None:
    user = stage.user()
    person = at_home(stage, user)
    told(person)
    shown = person.press("Set up")
    assert told(person) == []
    code = code_of(shown)
    person.fill_in(code="000000")
    only(person, WrongCode, username=user.username)
    person.fill_in(code=code)
    only(person, SecondFactorSetUp, username=user.username)
    person.post(person.last.form("Turn off"), proof="Wrong-Horse-7")
    only(person, WrongPassword, username=user.username)
    person.post(person.last.form("Turn off"), proof=PASSWORD)
    only(person, SecondFactorTurnedOff, username=user.username)


def test_an_authenticator_app_that_the_pool_requires(stage: Stage) -> None:
    stage.cognito.switch(mfa="on")
    person, user = stage.person(), stage.user()
    told(person)
    shown = sign_in(person, user)
    assert told(person) == []
    person.fill_in(code=code_of(shown))
    set_up, signed_in = told(person)
    assert set_up == SecondFactorSetUp(set_up.request, str(user.email))
    assert isinstance(signed_in, SignedIn)


def test_a_code_that_the_app_shows(stage: Stage) -> None:
    user = stage.user(mfa=("totp",), totp_secret=SECRET)
    person = stage.person()
    told(person)
    sign_in(person, user)
    assert told(person) == [], "nobody sends a code that an app makes"
    person.fill_in(code=stage.cognito.totp_code(user.username))
    only(person, SignedIn)
