"""The step that waits: sealed in one cookie of one browser, for some minutes, and nowhere else."""

import json
from typing import Any

import pytest

from cognito_gate._gate.protocol.seal import Encrypted
from cognito_gate.local import User
from tests.pages.person import Person
from tests.pages.stage import NEW, SECRET, Stage, prove, sign_in
from tests.pages.test_sign_up import begun
from tests.world.pool import SECRET_KEY

NAME = "__Host-cognito_pending"
NO_SIGN_IN = "No sign-in is under way here, or it took too long. Please sign in."
REPLACED = "Another sign-in was started in this browser. Please start again."


def waiting(stage: Stage, **changes: Any) -> tuple[Person, User]:
    """Somebody who is asked for a code."""
    person, user = stage.person(**changes), stage.user(mfa=("totp",), totp_secret=SECRET)
    assert sign_in(person, user, "/page").title == "Enter your code"
    return person, user


def opened(value: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Encrypted((SECRET_KEY,), "pending").open(value))
    return found


def sealed(facts: dict[str, Any], purpose: str = "pending", key: str = SECRET_KEY) -> str:
    return Encrypted((key,), purpose).seal(json.dumps(facts), 0)


def test_it_is_sealed_and_short_lived(stage: Stage) -> None:
    person, user = waiting(stage)
    [reply] = [shown.reply for shown in person.seen if NAME in shown.reply.cookies]
    cookie = reply.cookies[NAME]
    assert cookie.attributes == {
        "max-age": "900",
        "path": "/",
        "httponly": "",
        "secure": "",
        "samesite": "Lax",
    }
    facts = opened(cookie.value)
    assert (facts["step"], facts["username"], facts["typed"]) == (
        "SOFTWARE_TOKEN_MFA",
        user.username,
        user.email,
    )
    [answer] = stage.cloud.named("InitiateAuth")
    assert facts["session"] == answer.got["Session"]
    assert len(answer.got["Session"]) > 900, "about as long as Cognito's"


def test_the_session_stands_in_no_page_and_no_address(stage: Stage) -> None:
    """Looked for after every test; here, that it would be found."""
    person, _ = waiting(stage)
    [answer] = stage.cloud.named("InitiateAuth")
    for shown in person.seen:
        assert answer.got["Session"] not in str(shown.reply)
        assert answer.got["Session"] not in shown.target


def broken(value: str, how: str) -> str:
    middle = len(value) // 2
    return {
        "cut": value[:-10],
        "changed": value[:middle] + ("B" if value[middle] == "A" else "A") + value[middle + 1 :],
        "empty": "",
        "garbage": "\u00ff\u00fe",
        "plain": json.dumps(opened(value)),
        "another secret": sealed(opened(value), key="fedcba9876543210fedcba9876543210"),
        "another purpose": sealed(opened(value), "login"),
        "of a refresh cookie": sealed(opened(value), "refresh"),
        "another shape": sealed({"step": "SOFTWARE_TOKEN_MFA"}),
        "another type": sealed({**opened(value), "facts": []}),
        "an unknown step": sealed({**opened(value), "step": "X"}),
        "long ago": sealed({**opened(value), "started_at": opened(value)["started_at"] - 901}),
        "to come": sealed({**opened(value), "started_at": opened(value)["started_at"] + 120}),
        "never": sealed({**opened(value), "started_at": 0}),
    }[how]


HOW = (
    *("cut", "changed", "empty", "garbage", "plain", "another secret", "another purpose"),
    *("of a refresh cookie", "another shape", "another type", "long ago", "to come", "never"),
)


@pytest.mark.parametrize("how", HOW)
def test_one_that_does_not_hold(stage: Stage, how: str) -> None:
    person, user = waiting(stage)
    form = person.last.form()
    person.jar[NAME] = broken(person.jar[NAME], how)
    planted = dict(person.jar)
    stage.cloud.forget()
    for send in (False, True):
        person.jar = dict(planted)
        shown = person.open("/auth/mfa?next=%2Fpage")
        if send:
            person.jar = dict(planted)
            shown = person.follow(person.post(form, code="123456"))
        assert (shown.path, shown.told, shown.status) == ("/auth/sign-in", [NO_SIGN_IN], 200)
        assert shown.form().fields["next"] == "/page"
        assert NAME not in person.jar
    assert stage.cloud.names == []
    assert prove(person, str(user.email)).title == "Enter your code"


@pytest.mark.parametrize("page", ["/auth/confirm", "/auth/reset", "/auth/account", "/auth/sign-in"])
def test_nor_does_it_break_another_page(stage: Stage, page: str) -> None:
    person, _ = waiting(stage)
    held = dict(person.jar)
    for how in (*HOW, "an unknown step"):
        person.jar = {**held, NAME: broken(held[NAME], how)}
        assert person.open(page).status == 200, how


def test_the_accepted_case(stage: Stage) -> None:
    """As it was, and as late as it may be."""
    person, user = waiting(stage)
    facts = opened(person.jar[NAME])
    person.jar[NAME] = sealed({**facts, "started_at": facts["started_at"] - 890})
    assert person.fill_in(code=stage.cognito.totp_code(user.username)).target == "/page"


def test_a_time_of_ones_own(stage: Stage) -> None:
    person, user = waiting(stage, login_seconds=120)
    facts = opened(person.jar[NAME])
    person.jar[NAME] = sealed({**facts, "started_at": facts["started_at"] - 121})
    assert person.fill_in(code=stage.cognito.totp_code(user.username)).told == [NO_SIGN_IN]


def test_that_of_another_browser(stage: Stage) -> None:
    """Stolen, it is still no form of this browser's; with its form it is Cognito's to refuse."""
    person, _ = waiting(stage)
    thief = stage.person()
    thief.open("/auth/sign-in")
    thief.jar[NAME] = person.jar[NAME]
    stage.cloud.forget()
    assert thief.post(person.last.form(), code="123456").status == 403
    assert stage.cloud.names == []


@pytest.mark.parametrize("page", ["/auth/mfa", "/auth/new-password"])
def test_a_step_is_taken_at_its_own_page(stage: Stage, page: str) -> None:
    person = stage.person()
    begun(person)
    confirming = dict(person.jar)
    assert person.open(page).told == [REPLACED]
    assert person.jar == confirming, "the account may still be confirmed"
    form = person.open("/auth/confirm").form("Confirm")
    stage.cloud.forget()
    shown = person.post_bytes(page, f"form={form.fields['form']}&code=123456".encode())
    assert shown.reply.location.startswith("/auth/sign-in?")
    assert stage.cloud.names == []


def test_a_code_page_takes_no_new_password(stage: Stage) -> None:
    person, user = stage.person(), stage.user(status="FORCE_CHANGE_PASSWORD")
    shown = sign_in(person, user)
    fields = {**shown.form().fields, "code": "123456"}
    stage.cloud.forget()
    reply = person.post(shown.form().with_(fields)).reply
    assert reply.status == 400, "a password is missing"
    person.open("/auth/mfa")
    assert stage.cloud.names == []


# Two tabs


@pytest.mark.parametrize("last", ["code", "password"])
def test_an_older_tab_says_that_it_is_the_older_one(stage: Stage, last: str) -> None:
    person = stage.person()
    users = {
        "code": stage.user(mfa=("totp",), totp_secret=SECRET),
        "password": stage.user(status="FORCE_CHANGE_PASSWORD"),
    }
    first = "password" if last == "code" else "code"
    old = sign_in(person, users[first], "/old").form()
    person.open("/auth/sign-in?notice=confirmed")
    sign_in(person, users[last], "/new")
    new = person.last
    assert old.fields["attempt"] != new.form().fields["attempt"]
    stage.cloud.forget()
    shown = person.follow(person.post(old, code="123456", password=NEW))
    assert (shown.path, shown.told) == ("/auth/sign-in", [REPLACED])
    assert stage.cloud.names == []
    person.seen.append(new)
    code = stage.cognito.totp_code(users["code"].username)
    typed = {"code": code} if last == "code" else {"password": NEW}
    assert person.fill_in(**typed).target == "/new"


def test_two_tabs_that_choose_a_password(stage: Stage) -> None:
    person, user = stage.person(), stage.user(status="FORCE_CHANGE_PASSWORD")
    old = sign_in(person, user, "/old").form()
    person.open("/auth/sign-in?notice=confirmed")
    new = sign_in(person, user, "/new")
    stage.cloud.forget()
    shown = person.follow(person.post(old, password=NEW))
    assert (shown.path, shown.told) == ("/auth/sign-in", [REPLACED])
    assert stage.cloud.names == []
    person.seen.append(new)
    assert person.fill_in(password=NEW).target == "/new"


def test_two_tabs_at_the_same_step(stage: Stage) -> None:
    person, user = waiting(stage)
    old = person.last.form()
    person.open("/auth/sign-in?notice=confirmed")
    sign_in(person, user, "/new")
    new = person.last
    stage.cloud.forget()
    code = stage.cognito.totp_code(user.username)
    shown = person.follow(person.post(old, code=code))
    assert (shown.path, shown.told) == ("/auth/sign-in", [REPLACED])
    assert stage.cloud.names == []
    person.seen.append(new)
    assert person.fill_in(code=code).target == "/new", "the later one goes on"


@pytest.mark.parametrize("attempt", [None, "", "x", "\u00e9"])
def test_a_form_that_does_not_say_which(stage: Stage, attempt: str | None) -> None:
    person, _ = waiting(stage)
    stage.cloud.forget()
    shown = person.post(person.last.form(), attempt=attempt, code="123456")
    assert shown.reply.location == "/auth/sign-in?next=%2Fpage&notice=replaced"
    assert stage.cloud.names == []


def test_a_session_as_long_as_the_api_allows(stage: Stage) -> None:
    """2048 characters: too long for one cookie, once it is sealed."""
    person, _ = waiting(stage)
    facts = opened(person.jar.pop(NAME))
    value = sealed({**facts, "session": "x" * 2_048, "facts": {"a": "y" * 2_000}})
    person.jar[f"{NAME}.0"], person.jar[f"{NAME}.1"] = value[:3_900], value[3_900:]
    assert person.open("/auth/mfa").title == "Enter your code"
