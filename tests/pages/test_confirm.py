"""The page for a new account's code, come to by signing up or by itself."""

from typing import Any

import pytest

from tests.pages.person import Person, Shown
from tests.pages.stage import FLOWS, PASSWORD, Stage, prove
from tests.pages.test_sign_up import CONFIRMED, address, begun

NO_CODE = "That code is not right, or it has expired. Ask for a new one."
AGAIN = "If that account exists, we sent a new code."


def signed_up(stage: Stage, **changes: Any) -> Person:
    person = stage.person(**changes)
    assert begun(person).title == "Confirm your account"
    return person


def wrong(code: str) -> str:
    return f"{(int(code) + 500_000) % 1_000_000:06}"


@pytest.mark.parametrize("flow", FLOWS)
def test_a_wrong_code_may_be_mended(stage: Stage, flow: str) -> None:
    person = signed_up(stage, sign_in_flow=flow)
    code = stage.code(address(person))
    shown = person.fill_in(code=wrong(code))
    assert (shown.status, shown.told) == (400, [NO_CODE])
    assert shown.values == {"code": ""}
    person.fill_in(code=f"{code[:3]} {code[3:]}")
    assert person.last.told == ([] if flow == "choice" else [CONFIRMED])


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("minutes", [4, 60])
def test_a_message_takes_its_time(stage: Stage, flow: str, minutes: int) -> None:
    """The code holds for a day, and the sign-up's session for three minutes."""
    person = signed_up(stage, sign_in_flow=flow)
    stage.pool.clock.ahead = minutes * 60
    shown = person.fill_in(code=stage.code(address(person)))
    assert (shown.path, shown.told) == ("/auth/sign-in", [CONFIRMED])
    stage.pool.clock.reset()
    assert prove(person, address(person)).target == "/page"


@pytest.mark.parametrize("flow", FLOWS)
def test_too_late(stage: Stage, flow: str) -> None:
    person = signed_up(stage, sign_in_flow=flow)
    stage.pool.clock.ahead = 24 * 3600 + 1
    shown = person.fill_in(code=stage.code(address(person)))
    assert (shown.status, shown.told) == (400, [NO_CODE])
    assert person.press("Send the code again").told == [AGAIN]
    person.fill_in(code=stage.code(address(person)))
    assert person.last.told == [CONFIRMED]


def test_a_new_code_ends_the_one_before(stage: Stage) -> None:
    person = signed_up(stage)
    first = stage.code(address(person))
    shown = person.press("Send the code again")
    assert (shown.path, shown.told) == ("/auth/confirm", [AGAIN])
    assert waiting(shown) in (29, 30)
    if stage.code(address(person)) != first:
        assert person.fill_in(code=first).told == [NO_CODE]
    assert person.fill_in(code=stage.code(address(person))).told == [CONFIRMED]


def waiting(shown: Shown) -> int:
    """The seconds that the page counts down until another code can be asked for."""
    [wait] = [one.get("data-wait") for one in shown.page.every("button") if one.get("data-wait")]
    return int(wait)


@pytest.mark.parametrize("code", ["", " ", "a\0b", "\u0661" * 6])
def test_what_is_no_code_is_not_sent(stage: Stage, code: str) -> None:
    person = signed_up(stage)
    stage.cloud.forget()
    assert person.fill_in(code=code).status == 400
    assert stage.cloud.names == []


# Without a sign-up in this browser


def test_somebody_at_another_device(stage: Stage) -> None:
    first = signed_up(stage)
    person = stage.person()
    shown = person.open("/auth/confirm?next=/other")
    assert shown.values == {"username": "", "code": ""}
    person.fill_in(username=f" {address(first)}", code=stage.code(address(first)))
    assert (person.last.told, person.last.query["next"]) == ([CONFIRMED], "/other")


def test_a_name_may_be_mended(stage: Stage) -> None:
    first = signed_up(stage)
    person = stage.person()
    person.open("/auth/confirm")
    code = stage.code(address(first))
    shown = person.fill_in(username="ada@example.con", code=code)
    assert shown.values == {"username": "ada@example.con", "code": ""}
    assert person.fill_in(username=address(first), code=code).told == [CONFIRMED]


def test_only_a_new_code_is_wanted(stage: Stage) -> None:
    first = signed_up(stage)
    person = stage.person()
    form = person.open("/auth/confirm").form("Send the code again")
    shown = person.open(person.post(form, username=address(first)).reply.location)
    assert shown.told == [AGAIN]
    assert shown.page.one("p", class_="known").text == f"{address(first)} Change account"
    assert person.fill_in(code=stage.code(address(first))).told == [CONFIRMED]


def test_no_name_at_all(stage: Stage) -> None:
    person = stage.person()
    form = person.open("/auth/confirm").form("Send the code again")
    assert person.post(form, username=" ").status == 400
    assert person.post(form, username=None, action=None, code="123456").status == 400
    assert stage.cloud.names == []


@pytest.mark.parametrize("client", ["confidential", "telling"])
@pytest.mark.parametrize("case", ["nobody", "confirmed"])
def test_asking_for_a_code_tells_nothing(stage: Stage, client: str, case: str) -> None:
    """Not who has an account, and not whether that is confirmed."""
    unconfirmed, user = stage.user(status="UNCONFIRMED"), stage.user()
    other = str(user.email) if case == "confirmed" else f"nobody-{user.email}"
    answers = []
    for name in (str(unconfirmed.email), other):
        person = stage.person(client=client)
        form = person.open("/auth/confirm").form("Send the code again")
        reply = person.post(form, username=name).reply
        shown = person.open(reply.location).reply.body.decode()
        shown = shown.replace('data-wait="29"', 'data-wait="30"')  # a second may have passed
        mine = person.last.form().fields["form"]
        answers.append((reply.status, reply.location, shown.replace(name, "?").replace(mine, "?")))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("client", ["confidential", "telling"])
def test_a_code_for_nobody(stage: Stage, client: str) -> None:
    person = stage.person(client=client)
    person.open("/auth/confirm")
    shown = person.fill_in(username=f"nobody{person.client}@example.com", code="123456")
    assert (shown.status, shown.told) == (400, [NO_CODE])


def test_an_account_that_is_confirmed_already(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    person.open("/auth/confirm")
    shown = person.fill_in(username=str(user.email), code="123456")
    assert (shown.status, shown.told) == (400, [NO_CODE])


def test_an_address_that_is_somebody_elses(stage: Stage) -> None:
    """Only known when the address is proved (Developer Guide, "Managing error responses")."""
    stage.kind = "both"
    user, person = stage.user(), stage.person()
    person.open("/auth/sign-up")
    person.fill_in(username=f"bob{person.client}", email=str(user.email), password=PASSWORD)
    shown = person.fill_in(code=stage.code(user.email))
    assert (shown.status, shown.told) == (
        400,
        ["That e-mail address already belongs to an account."],
    )


def test_two_sign_ups_in_one_browser(stage: Stage) -> None:
    """Each page has its account in its form; the later one is what the browser waits for."""
    person = signed_up(stage, sign_in_flow="choice")
    first = person.last.form("Confirm")
    person.open("/auth/sign-up")
    person.fill_in(email=f"b{address(person)}", password=PASSWORD)
    shown = person.post(first, code=stage.code(address(person)))
    assert shown.reply.location.endswith("notice=confirmed")
    [call] = stage.cloud.named("ConfirmSignUp")
    assert "Session" not in call.said, "which is of the other account"
