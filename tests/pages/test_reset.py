"""A forgotten password: a code, a new password, and nothing told about who has an account."""

from typing import Any

import pytest

from tests.pages.person import Person, Shown
from tests.pages.stage import EVERY_WAY, NEW, PASSWORD, Stage, prove, sign_in

TOO_WEAK = "That password is not accepted. Choose a longer one, or one with other characters."

SENT = "If that account exists, we sent a code."
AGAIN = "If that account exists, we sent a new code."
NO_CODE = "That code is not right, or it has expired. Ask for a new one."
CHANGED = "Your password has been changed."


def asked(person: Person, name: str) -> Shown:
    """Up to the page for the code."""
    person.open("/page")
    person.click("Forgot your password?")
    return person.fill_in(username=name)


def wrong(code: str) -> str:
    return f"{(int(code) + 500_000) % 1_000_000:06}"


@EVERY_WAY
def test_a_new_password(stage: Stage, flow: str, client: str) -> None:
    person, user = stage.person(sign_in_flow=flow, client=client), stage.user()
    shown = asked(person, str(user.email))
    assert (shown.path, shown.told) == ("/auth/reset", [SENT])
    assert shown.page.one("p", class_="known").text == f"{user.email} Change account"
    shown = person.fill_in(code=stage.code(user.email), password=NEW)
    assert (shown.path, shown.told) == ("/auth/sign-in", [CHANGED])
    assert shown.values["username"] == user.email, "nobody types it twice"
    shown = prove(person, str(user.email), NEW)
    assert "__Host-cognito_pending" not in person.jar
    assert (shown.target, shown.reply.identity.email) == ("/page", user.email)
    assert sign_in(stage.person(), user, password=PASSWORD).status == 400


def test_by_a_user_name(stage: Stage) -> None:
    stage.kind = "both"
    person, user = stage.person(), stage.user()
    asked(person, f" {user.username} ")
    assert person.fill_in(code=stage.code(user.email), password=NEW).told == [CHANGED]


def test_no_name(stage: Stage) -> None:
    person = stage.person()
    shown = asked(person, "  ")
    assert (shown.status, shown.path, "Please fill in this field." in shown.told) == (
        400,
        "/auth/forgot",
        True,
    )
    assert stage.cloud.names == []


def test_a_wrong_code_may_be_mended(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    asked(person, str(user.email))
    code = stage.code(user.email)
    shown = person.fill_in(code=wrong(code), password=NEW)
    assert (shown.status, shown.told) == (400, [NO_CODE])
    assert shown.values == {"code": "", "password": ""}
    assert person.fill_in(code=f"{code[:3]} {code[3:]}", password=NEW).told == [CHANGED]


def test_too_late(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    asked(person, str(user.email))
    stage.pool.clock.ahead = 3601
    shown = person.fill_in(code=stage.code(user.email), password=NEW)
    assert (shown.status, shown.told) == (400, [NO_CODE])
    shown = person.press("Send the code again")
    assert (shown.path, shown.told) == ("/auth/reset", [AGAIN])
    assert shown.page.one("button", data_wait="30")
    assert person.fill_in(code=stage.code(user.email), password=NEW).told == [CHANGED]


def test_a_new_code_at_another_device(stage: Stage) -> None:
    """Where the browser knows nothing of who asks but the name that is typed."""
    person, user = stage.person(), stage.user()
    form = person.open("/auth/reset").form("Set password")
    again = person.post(form, action="resend", username=str(user.email))
    shown = person.open(again.reply.location)
    assert shown.told == [AGAIN]
    assert person.fill_in(code=stage.code(user.email), password=NEW).told == [CHANGED]


def test_a_code_serves_once(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    asked(person, str(user.email))
    code = stage.code(user.email)
    person.fill_in(code=code, password=NEW)
    person.open("/auth/reset")
    assert person.fill_in(username=str(user.email), code=code, password=NEW).status == 400


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"password": ""}, "Please fill in this field."),
        (
            {"password": "correct-horse-7"},
            "That password lacks something. It needs an uppercase letter (A to Z).",
        ),
        ({"password": "Correct Horse 7"}, "Spaces cannot be used here."),
        ({"code": ""}, "Please fill in this field."),
        ({"code": "12\u00a034\u0661"}, "This does not look like a code."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    stage: Stage, typed: dict[str, str], says: str
) -> None:
    person, user = stage.person(), stage.user()
    asked(person, str(user.email))
    stage.cloud.forget()
    shown = person.fill_in(**{"code": stage.code(user.email), "password": NEW, **typed})
    assert shown.status == 400
    [beside] = shown.page.every("p", class_="wrong")
    assert says in beside.text
    assert beside.get("id") == f"{next(iter(typed))}-wrong"
    kept = "" if "code" in typed else stage.code(user.email)
    assert shown.values == {"code": kept, "password": ""}
    assert stage.cloud.names == []


def test_the_pool_has_the_last_word_on_a_password(stage: Stage) -> None:
    person, user = stage.person(password_policy="6"), stage.user()
    asked(person, str(user.email))
    shown = person.fill_in(code=stage.code(user.email), password="simple")
    assert (shown.status, shown.told) == (400, [TOO_WEAK])
    assert person.fill_in(code=stage.code(user.email), password=NEW).told == [CHANGED]


def test_at_another_device(stage: Stage) -> None:
    user = stage.user()
    asked(stage.person(), str(user.email))
    person = stage.person()
    shown = person.open("/auth/reset?next=/other")
    assert shown.values == {"username": "", "code": "", "password": ""}
    shown = person.fill_in(username=str(user.email), code=stage.code(user.email), password=NEW)
    assert (shown.told, shown.query["next"]) == ([CHANGED], "/other")


def test_no_name_at_another_device(stage: Stage) -> None:
    person = stage.person()
    person.open("/auth/reset")
    assert person.fill_in(username="", code="123456", password=NEW).status == 400
    assert stage.cloud.names == []


# Nobody is told who has an account


NO_ACCOUNT: dict[str, dict[str, Any]] = {
    "disabled": {"enabled": False},
    "without a verified address": {"attributes": {"email_verified": False}},
    "with a password somebody else gave": {"status": "FORCE_CHANGE_PASSWORD"},
    "not confirmed": {"status": "UNCONFIRMED"},
}


@pytest.mark.parametrize("client", ["confidential", "public", "telling"])
@pytest.mark.parametrize("case", ["nobody", *NO_ACCOUNT])
def test_the_answer_is_the_same_byte_for_byte(stage: Stage, client: str, case: str) -> None:
    user = stage.user()
    other = stage.user(**NO_ACCOUNT.get(case, {}))
    if case == "nobody":
        stage.cognito.remove_user(other.username)
    told = []
    for name in (str(user.email), str(other.email)):
        person = stage.person(client=client)
        form = person.open("/auth/forgot").form()
        reply = person.post(form, username=name).reply
        headers = [pair for pair in reply.steady if pair[0] != "set-cookie"]
        cookies = [(c.name, len(c.value), c.attributes) for c in reply.cookies.values()]
        shown = person.open(reply.location).reply
        mine = person.last.form("Set password").fields["form"]
        page = shown.body.decode().replace(name, "?").replace(mine, "?")
        page = page.replace('data-wait="29"', 'data-wait="30"')  # a second may have passed
        told.append((reply.status, headers, reply.body, len(cookies), shown.status, page))
    assert told[0] == told[1]


@pytest.mark.parametrize("client", ["confidential", "public", "telling"])
def test_nor_by_the_code(stage: Stage, client: str) -> None:
    person, name = stage.person(client=client), f"nobody-{stage.user().email}"
    asked(person, name)
    shown = person.fill_in(code="123456", password=NEW)
    assert (shown.status, shown.told) == (400, [NO_CODE])


@pytest.mark.parametrize("client", ["confidential", "telling"])
def test_nor_by_asking_again(stage: Stage, client: str) -> None:
    person, name = stage.person(client=client), f"nobody-{stage.user().email}"
    asked(person, name)
    shown = person.press("Send the code again")
    assert (shown.status, shown.told) == (200, [AGAIN])


def test_a_wrong_client_secret_is_no_secret(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """That tells of no account, and somebody has to fix it."""
    person = stage.person(user_pool_client_secret="another_5eCr3t_0123456789")
    shown = asked(person, str(stage.user().email))
    assert (shown.status, shown.path) == (503, "/auth/forgot")
    assert "check AWS_COGNITO_USER_POOL_CLIENT_SECRET" in caplog.text
