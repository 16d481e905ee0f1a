"""Signing in with a password: the journey in every flow, and every way it does not go on."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from cognito_gate._sign_in import srp
from tests.pages.stage import BOTH_EDGES, EVERY_WAY, FLOWS, NEW, PASSWORD, Stage, prove, sign_in

WRONG = "E-mail address or password is not right."
EVERY_FLOW = pytest.mark.parametrize("flow", FLOWS)


@EVERY_WAY
def test_a_visitor_signs_in_and_comes_to_the_page_asked_for(
    stage: Stage, flow: str, client: str
) -> None:
    person, user = stage.person(client=client, sign_in_flow=flow), stage.user()
    shown = sign_in(person, user, "/reports?year=2026")
    assert (shown.target, shown.status) == ("/reports?year=2026", 200)
    assert shown.reply.identity.email == user.email
    assert "__Host-cognito_pending" not in person.jar


@EVERY_WAY
@pytest.mark.parametrize("by", ["name", "e-mail"])
def test_by_a_name_or_by_an_alias(stage: Stage, flow: str, client: str, by: str) -> None:
    """The secret hash is of the name that is sent, whichever of the two that is."""
    stage.kind = "both"
    user = stage.user(phone="+15551234567", mfa=("sms",))
    person = stage.person(client=client, sign_in_flow=flow)
    person.open("/")
    assert person.last.page.every("label")[0].text == "Username or e-mail address"
    prove(person, user.username if by == "name" else str(user.email))
    shown = person.fill_in(code=stage.code(user.phone))
    assert shown.reply.identity.username == user.username


@pytest.mark.parametrize("flow", ["srp", "password"])
@pytest.mark.parametrize("password", ["Pässwörd-7-€", "a" * 255 + "é", "%41+&=;-Aa7", "7Aa-'\"<>"])
def test_a_password_goes_to_cognito_as_it_was_typed(stage: Stage, flow: str, password: str) -> None:
    user = stage.user(password=password)
    assert sign_in(stage.person(sign_in_flow=flow), user, password=password).path == "/"


def test_blanks_around_a_name_are_not_part_of_it(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    person.open("/")
    assert prove(person, f"  {user.email}\t").status == 200


@EVERY_WAY
def test_a_wrong_password(stage: Stage, flow: str, client: str) -> None:
    person, user = stage.person(client=client, sign_in_flow=flow), stage.user()
    shown = sign_in(person, user, "/page", "Wrong-Horse-7")
    assert (shown.status, shown.told) == (400, [WRONG])
    assert "Wrong-Horse-7" not in shown.reply.body.decode()
    assert "__Host-cognito_access_token" not in person.jar
    if flow != "choice":
        assert shown.values == {"username": user.email, "password": ""}
    shown = person.fill_in(password=PASSWORD)
    assert (shown.target, shown.reply.identity.email) == ("/page", user.email)


@pytest.mark.parametrize(
    ("flow", "client"),  # a client that tells names does so before the password, with "choice"
    [
        *(("srp", "confidential"), ("password", "confidential"), ("choice", "confidential")),
        *(("srp", "telling"), ("password", "telling")),
    ],
)
def test_a_name_that_nobody_has_looks_like_a_wrong_password(
    stage: Stage, flow: str, client: str
) -> None:
    user, site = stage.user(), stage.site(client=client, sign_in_flow=flow)
    bodies = []
    for name in (str(user.email), f"nobody-{user.email}"):
        person = stage.person(site)
        person.open("/")
        shown = prove(person, name, "Wrong-Horse-7")
        assert (shown.status, shown.told) == (400, [WRONG])
        hidden = [*person.last.form().fields.values(), name]
        bodies.append(without(shown.reply.body.decode(), hidden))
    assert bodies[0] == bodies[1]


def without(html: str, texts: list[str]) -> str:
    """A page without what is of one visitor."""
    for text in filter(None, texts):
        html = html.replace(text, "?") if text != "/" else html
    return html


def test_a_client_that_tells_names_in_the_choice_flow(stage: Stage) -> None:
    person = stage.person(client="telling", sign_in_flow="choice")
    person.open("/")
    shown = prove(person, "nobody@example.com")
    assert (shown.status, shown.told) == (400, [WRONG])


@EVERY_FLOW
def test_somebody_disabled_is_told_no_more_than_that(stage: Stage, flow: str) -> None:
    user = stage.user(enabled=False)
    shown = sign_in(stage.person(sign_in_flow=flow), user)
    assert (shown.status, shown.told) == (400, [WRONG])


@pytest.mark.parametrize("flow", ["srp", "password"])
def test_too_many_wrong_passwords(stage: Stage, flow: str) -> None:
    person, user = stage.person(sign_in_flow=flow), stage.user()
    stage.pool.clock.stop()
    sign_in(person, user, password="Wrong-Horse-7")
    for _ in range(4):
        assert prove(person, str(user.email), "Wrong-Horse-7").told == [WRONG]
    shown = prove(person, str(user.email))
    assert (shown.status, shown.told) == (
        429,
        ["Too many attempts. Wait a few minutes, then try again."],
    )
    stage.pool.clock.ahead = 2
    assert prove(person, str(user.email)).status == 200


@EVERY_FLOW
def test_somebody_who_is_not_confirmed_yet(stage: Stage, flow: str) -> None:
    person, user = stage.person(sign_in_flow=flow), stage.user(status="UNCONFIRMED")
    person.open("/page")
    shown = prove(person, f" {user.email} ")
    assert (shown.path, shown.told) == ("/auth/confirm", ["Confirm your account first."])
    assert shown.form("Confirm").fields["username"] == user.email
    person.press("Send the code again")
    shown = person.fill_in(code=stage.code(user.email))
    assert shown.told == ["Your account is confirmed. Sign in now."]
    assert prove(person, str(user.email)).target == "/page"


@EVERY_FLOW
def test_somebody_whose_password_must_be_reset(stage: Stage, flow: str) -> None:
    person, user = stage.person(sign_in_flow=flow), stage.user(status="RESET_REQUIRED")
    shown = sign_in(person, user, "/page")
    assert (shown.path, shown.told) == ("/auth/forgot", ["You need to set a new password."])
    person.fill_in(username=str(user.email))
    shown = person.fill_in(code=stage.code(user.email), password=NEW)
    assert shown.told == ["Your password has been changed."]
    assert prove(person, str(user.email), NEW).target == "/page"


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"username": "", "password": PASSWORD}, {"username"}),
        ({"username": " ", "password": PASSWORD}, {"username"}),
        ({"username": "ada@example.com", "password": ""}, {"password"}),
        ({"username": "", "password": ""}, {"username", "password"}),
    ],
)
def test_a_field_left_empty(stage: Stage, typed: dict[str, str], wrong: set[str]) -> None:
    person = stage.person()
    person.open("/")
    shown = person.fill_in(**typed)
    assert shown.status == 400
    beside = {item.get("id"): item.text for item in shown.page.every("p", class_="wrong")}
    assert beside == {f"{name}-wrong": "Error: Please fill in this field." for name in wrong}
    assert stage.cloud.names == []


def test_who_is_signed_in_already_goes_on(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    sign_in(person, user)
    assert person.open("/auth/sign-in?next=%2Fpage").target == "/page"


def test_another_person_signs_in_where_one_is_signed_in(stage: Stage) -> None:
    person, ada, bob = stage.person(), stage.user(), stage.user()
    sign_in(person, ada)
    person.open("/auth/sign-in?notice=confirmed")
    assert prove(person, str(bob.email)).reply.identity.email == bob.email


def test_it_starts_with_a_hint(stage: Stage) -> None:
    person = stage.person()
    shown = person.open("/auth/login?login_hint=ada%40example.com&lang=de&next=/page")
    assert shown.values["username"] == "ada@example.com"
    assert shown.title == "Bei app.example anmelden"
    assert person.open("/auth/login").title == "Bei app.example anmelden", "the language is kept"


@BOTH_EDGES
@pytest.mark.parametrize("flow", ["srp", "choice"])
def test_the_event_loop_computes_no_powers(
    stage: Stage, flow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They take milliseconds, and anybody may have them computed."""
    threads: list[threading.Thread] = []
    for name in ("begin", "answer"):
        monkeypatch.setattr(srp, name, _noting(getattr(srp, name), threads))
    assert sign_in(stage.person(sign_in_flow=flow), stage.user()).status == 200
    assert len(threads) == 2
    assert (threading.main_thread() in threads) == (stage.edge == "wsgi")


def _noting(function: Callable[..., Any], threads: list[threading.Thread]) -> Callable[..., Any]:
    def noted(*args: Any) -> Any:
        threads.append(threading.current_thread())
        return function(*args)

    return noted
