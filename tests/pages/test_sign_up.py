"""A new account: the form, the code, and on to the page that was asked for."""

import httpx
import pytest

from tests.pages.cloud import Cloud, answers, refuses
from tests.pages.person import Person, Shown
from tests.pages.stage import EVERY_WAY, FLOWS, PASSWORD, Stage, prove
from tests.world.faults import Fault

TOO_WEAK = "That password is not accepted. Choose a longer one, or one with other characters."

CONFIRMED = "Your account is confirmed. Sign in now."
EVERY_FLOW = pytest.mark.parametrize("flow", FLOWS)
BOTH_CLIENTS = pytest.mark.parametrize("client", ["confidential", "public"])


def begun(person: Person, **typed: str) -> Shown:
    """Up to the sign-up form, and that sent; the address is the person's own."""
    person.open("/page")
    person.click("Create an account")
    right = {"email": address(person), "password": PASSWORD}
    return person.fill_in(**{**right, **typed})


def address(person: Person) -> str:
    return f"Ada+{person.client}@example.com"


@EVERY_WAY
def test_with_a_code_by_e_mail(stage: Stage, flow: str, client: str) -> None:
    person = stage.person(sign_in_flow=flow, client=client)
    shown = begun(person)
    assert (shown.path, shown.title) == ("/auth/confirm", "Confirm your account")
    assert shown.page.one("p", class_="known").text == f"{address(person)} Change account"
    assert shown.links["Change account"] == "/auth/sign-up?next=%2Fpage"
    shown = person.fill_in(code=stage.code(address(person)))
    if flow == "choice":
        assert "__Host-cognito_pending" not in person.jar
        assert shown.target == "/page", "the code has proved enough"
    else:
        assert (shown.path, shown.told) == ("/auth/sign-in", [CONFIRMED])
        assert shown.values["username"] == address(person), "nobody types it twice"
        shown = prove(person, address(person))
    assert (shown.target, shown.reply.identity.email) == ("/page", address(person))


@EVERY_WAY
def test_with_a_code_by_text_message(stage: Stage, flow: str, client: str) -> None:
    attributes = ("email", "phone_number")
    person = stage.person(sign_in_flow=flow, client=client, sign_up_attributes=attributes)
    shown = begun(person, phone_number="+1 (555) 123-4567")
    assert "We sent a code to +15551234567." in shown.page.one("main").text
    shown = person.fill_in(code=stage.code("+15551234567"))
    if flow != "choice":
        shown = prove(person, address(person))
    assert shown.reply.identity.email == address(person)


@BOTH_CLIENTS
def test_with_a_user_name(stage: Stage, client: str) -> None:
    stage.kind = "both"
    person = stage.person(client=client)
    name = f"ada-{person.client}"
    person.open("/page")
    shown = person.click("Create an account")
    assert shown.values == {"username": "", "email": "", "password": ""}
    person.fill_in(username=f" {name} ", email=address(person), password=PASSWORD)
    person.fill_in(code=stage.code(address(person)))
    assert prove(person, address(person)).reply.identity.username == name


def test_with_more_than_an_address(stage: Stage) -> None:
    stage.kind = "strict"
    names = ("name", "phone_number", "custom:team")
    person = stage.person(sign_up_attributes=names)
    person.open("/auth/sign-up")
    assert set(person.last.values) == {*names, "email", "password"}
    assert person.last.page.one("label", for_="custom:team").text == "Team"
    begun(person, name="Ada", phone_number="+15551234567", **{"custom:team": "A & B"})
    assert person.last.title == "Confirm your account"
    [made] = stage.cognito.users
    assert made.claims["custom:team"] == "A & B"


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"email": ""}, "Please fill in this field."),
        ({"email": "ada"}, "Enter an e-mail address such as name@example.com."),
        ({"email": "ada@b c"}, "Enter an e-mail address such as name@example.com."),
        ({"password": ""}, "Please fill in this field."),
        (
            {"password": "correct-horse-7"},
            "That password lacks something. It needs an uppercase letter (A to Z).",
        ),
        ({"password": "Correct Horse 7"}, "Spaces cannot be used here."),
        ({"phone_number": "0555"}, "Enter the number with its country code, such as +44"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    stage: Stage, typed: dict[str, str], wrong: str
) -> None:
    person = stage.person(sign_up_attributes=("email", "phone_number"))
    shown = begun(person, **{"phone_number": "+15551234567", **typed})
    assert (shown.status, shown.path) == (400, "/auth/sign-up")
    [beside] = shown.page.every("p", class_="wrong")
    assert wrong in beside.text
    assert beside.get("id") == f"{next(iter(typed))}-wrong"
    assert shown.values["password"] == ""
    assert shown.values["email"] == typed.get("email", address(person))
    assert stage.cloud.names == []


def test_a_user_name_left_empty(stage: Stage) -> None:
    stage.kind = "both"
    person = stage.person()
    shown = begun(person, username="  ")
    assert (shown.status, [i.get("id") for i in shown.page.every("p", class_="wrong")]) == (
        400,
        ["username-wrong"],
    )


def test_a_name_that_somebody_has(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    shown = begun(person, email=str(user.email))
    told = "That cannot be used for a new account. Sign in, or reset your password."
    assert (shown.status, shown.told) == (400, [told])
    assert shown.values == {"email": user.email, "password": ""}


def test_the_pool_has_the_last_word_on_a_password(stage: Stage) -> None:
    shown = begun(stage.person(password_policy="6"), password="simple")
    assert (shown.status, shown.told) == (400, [TOO_WEAK])


def test_a_pool_where_nobody_signs_up(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.cognito.switch(sign_up=False)
    shown = begun(stage.person())
    assert (shown.status, shown.reply.value("retry-after")) == (503, "5")
    assert shown.told == ["Sign-in is not working right now. Try again later."]
    assert "COGNITO_GATE_SIGN_UP should be false" in caplog.text


def test_an_account_that_needs_no_code(stage: Stage) -> None:
    """A Lambda of the pool may confirm people by itself."""
    person = stage.person()
    stage.cloud.faults["SignUp"] = answers(UserConfirmed=True, UserSub="a-sub")
    shown = begun(person)
    assert (shown.path, shown.told, shown.query["next"]) == (
        "/auth/sign-in",
        [CONFIRMED],
        "/page",
    )


def after(cloud: Cloud, fault: Fault) -> Fault:
    """The call is done, and still answered in this way."""

    def answer(request: httpx.Request) -> httpx.Response:
        cloud.onward(request)
        return fault(request)

    return answer


@pytest.mark.parametrize("name", ["LimitExceededException", "CodeDeliveryFailureException"])
@EVERY_FLOW
def test_a_code_that_cognito_could_not_send(stage: Stage, name: str, flow: str) -> None:
    """The account is there all the same (API reference, "SignUp")."""
    person = stage.person(sign_in_flow=flow)
    stage.cloud.faults["SignUp"] = after(stage.cloud, refuses(name, "Attempt limit exceeded"))
    shown = begun(person)
    assert (shown.path, shown.status) == ("/auth/confirm", 200)
    assert shown.page.one("p", class_="known").text == f"{address(person)} Change account"
    shown = person.press("Send the code again")
    assert shown.told == ["If that account exists, we sent a new code."]
    person.fill_in(code=stage.code(address(person)))
    assert prove(person, address(person)).target == "/page"
