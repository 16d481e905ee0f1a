"""COGNITO_GATE_SIGN_IN_FLOW=choice: who one is comes first, then the ways that this person has."""

import itertools
import json
import re
from typing import Any

import pytest

from cognito_gate.local import User
from tests.local.api.test_passkeys import OTHER, PASSKEY, assertion
from tests.pages.cloud import answers, refuses
from tests.pages.person import Person
from tests.pages.stage import PASSWORD, SECRET, Stage, prove, sign_in
from tests.pages.test_confirm import AGAIN

NO_CODE = "That code is not right, or it has expired. Ask for a new one."
NO_PASSKEY = "There is no passkey for this account. Choose another way."
NUMBERS = itertools.count(1_000_000)
WAYS = {"Password", "Code by e-mail", "Code by text message", "Passkey"}
BOTH_CLIENTS = pytest.mark.parametrize("client", ["confidential", "public"])


def choosing(stage: Stage, **changes: Any) -> tuple[Person, User]:
    """Somebody who has every way, and is asked which."""
    user = stage.user(phone="+15551234567", passkeys=(PASSKEY,))
    person = stage.person(sign_in_flow="choice", **changes)
    person.open("/page")
    shown = person.fill_in(username=str(user.email))
    assert (shown.path, shown.title) == ("/auth/mfa", "How do you want to sign in?")
    return person, user


def credential(person: Person, **changes: object) -> str:
    """What the browser would make of the passkey page."""
    form = person.last.page.one("form", id="credential")
    options = json.loads(form.get("data-passkey"))
    assert options["rpId"] == "app.example"
    facts = {"party": "app.example", "origin": "https://app.example", **changes}
    return json.dumps(assertion(options["challenge"], **facts))  # type: ignore[arg-type]


@BOTH_CLIENTS
def test_every_way_is_a_button(stage: Stage, client: str) -> None:
    person, _ = choosing(stage, client=client)
    buttons = [item.text for item in person.last.form().buttons]
    assert (set(buttons), len(buttons)) == (WAYS, len(WAYS))


@BOTH_CLIENTS
def test_by_password(stage: Stage, client: str) -> None:
    person, user = choosing(stage, client=client)
    shown = person.press("Password")
    assert (shown.path, shown.title) == ("/auth/mfa", "Enter your password")
    assert shown.page.one("p", class_="known").text == f"{user.email} Change account"
    shown = person.fill_in(password="Wrong-Horse-7")
    assert shown.told == ["E-mail address or password is not right."]
    shown = person.fill_in(password=PASSWORD)
    assert (shown.target, shown.reply.identity.email) == ("/page", user.email)


def test_the_password_stays_here(stage: Stage) -> None:
    person, _ = choosing(stage)
    person.press("Password")
    person.fill_in(password=PASSWORD)
    assert not any(PASSWORD in call.request.content.decode() for call in stage.cloud.calls)


def test_a_password_that_cognito_takes_as_it_is_only(stage: Stage) -> None:
    ways = ("PASSWORD", "EMAIL_OTP")
    user, person = stage.user(), stage.person(sign_in_flow="choice", sign_in_ways=ways)
    person.open("/page")
    person.fill_in(username=str(user.email))
    assert [item.text for item in person.last.form().buttons] == ["Password", "Code by e-mail"]
    person.press("Password")
    assert person.fill_in(password="Wrong-Horse-7").status == 400
    assert person.fill_in(password=PASSWORD).target == "/page"
    sent = stage.cloud.named("InitiateAuth")[-1].said["AuthParameters"]
    assert (sent["PREFERRED_CHALLENGE"], sent["PASSWORD"]) == ("PASSWORD", PASSWORD)


def test_a_password_left_empty(stage: Stage) -> None:
    person, _ = choosing(stage)
    person.press("Password")
    stage.cloud.forget()
    shown = person.fill_in(password="")
    assert (shown.status, "Please fill in this field." in shown.told) == (400, True)
    assert stage.cloud.names == []


@BOTH_CLIENTS
@pytest.mark.parametrize("way", ["Code by e-mail", "Code by text message"])
def test_by_a_code(stage: Stage, client: str, way: str) -> None:
    person, user = choosing(stage, client=client)
    shown = person.press(way)
    assert (shown.path, shown.title) == ("/auth/mfa", "Enter your code")
    code = stage.code(user.email if way == "Code by e-mail" else user.phone)
    shown = person.fill_in(code="x" + code)
    assert (shown.status, shown.title, NO_CODE in shown.told) == (400, "Enter your code", True)
    shown = person.fill_in(code=code)
    assert (shown.target, shown.reply.identity.email) == ("/page", user.email)


@pytest.mark.parametrize("way", ["Code by e-mail", "Code by text message"])
def test_only_so_many_codes_are_sent(stage: Stage, way: str) -> None:
    """No password stands before them: anybody could have them sent to anybody."""
    site = stage.site(sign_in_flow="choice", tries_per_account=1_000, app_name=way)
    user = stage.user(phone="+15551234567")
    for number in range(12):  # with the first, Cognito has said whose name it is
        person = stage.person(site)
        person.open("/auth/sign-in")
        person.fill_in(username=str(user.email))
        stage.cloud.forget()
        shown = person.press(way)
        assert shown.status == (200 if number < 11 else 429)
    assert int(shown.reply.value("retry-after")) > 0
    assert stage.cloud.names == []
    person.press("Password")
    assert person.fill_in(password=PASSWORD).path == "/", "the other ways are open"


def test_another_code(stage: Stage) -> None:
    person, user = choosing(stage)
    shown = person.press("Code by e-mail")
    assert shown.page.one("p", class_="known").text == f"{user.email} Change account"
    stage.cloud.forget()
    shown = person.press("Send the code again")
    assert (shown.path, shown.told) == ("/auth/mfa", [AGAIN])
    assert stage.cloud.names == ["InitiateAuth"]
    assert person.fill_in(code=stage.code(user.email)).target == "/page"


def test_a_code_after_a_password_comes_once(stage: Stage) -> None:
    """Cognito sends it with the password's answer, and the password is not kept for another."""
    person, user = stage.person(), stage.user(mfa=("email",))
    sign_in(person, user)
    assert person.last.title == "Enter your code"
    assert [button.text for form in person.last.forms for button in form.buttons] == ["Continue"]
    assert person.last.links["Start again"] == "/auth/sign-in"
    stage.cloud.forget()
    form = person.last.form()
    assert person.post(form, action="resend", code="").status == 400
    assert stage.cloud.names == []


def test_a_code_too_late(stage: Stage) -> None:
    person, user = choosing(stage)
    person.press("Code by e-mail")
    stage.pool.clock.ahead = 181
    assert NO_CODE in person.fill_in(code=stage.code(user.email)).told
    assert person.click("Other ways to sign in").title == "Sign in to app.example"


@BOTH_CLIENTS
def test_by_a_passkey(stage: Stage, client: str) -> None:
    person, user = choosing(stage, client=client)
    shown = person.press("Passkey")
    assert (shown.path, shown.title) == ("/auth/mfa", "Use your passkey")
    shown = person.post(shown.form(), credential=credential(person))
    assert shown.reply.location == "/page"
    assert person.open("/page").reply.identity.email == user.email


@pytest.mark.parametrize(
    "change", [{"key": OTHER}, {"origin": "https://evil.example"}, {"credential_id": "b3RoZXI"}]
)
def test_a_passkey_that_is_not_right(stage: Stage, change: dict[str, object]) -> None:
    person, _ = choosing(stage)
    form = person.press("Passkey").form()
    shown = person.post(form, credential=credential(person, **change))
    assert (shown.status, shown.reply.location) == (
        303,
        "/auth/sign-in?next=%2Fpage&notice=start_over",
    )


def test_an_answer_that_is_sent_twice(stage: Stage) -> None:
    """As by somebody who presses the button again: who is in goes on, and nothing is asked."""
    person, _ = choosing(stage)
    form = person.press("Passkey").form()
    given = credential(person)
    assert person.post(form, credential=given).reply.location == "/page"
    stage.cloud.forget()
    shown = person.post(form, credential=given)
    assert shown.reply.location == "/page"
    assert stage.cloud.names == []
    person.jar.clear()
    shown = person.post(form, credential=given)
    assert shown.reply.location == "/auth/sign-in?next=%2Fpage&notice=no_sign_in"


def test_no_passkey_at_all(stage: Stage) -> None:
    person, _ = choosing(stage)
    form = person.press("Passkey").form()
    right = credential(person)
    stage.cloud.forget()
    assert person.post(form, credential="").status == 400
    assert person.post(form, credential="x" * 8193).status == 400
    assert stage.cloud.names == []
    assert person.post(form, credential=right).reply.location == "/page"


@pytest.mark.parametrize("choice", ["", "WEB_AUTHN ", "SMS_MFA", "DEVICE_SRP_AUTH", None])
def test_a_way_that_is_not_offered(stage: Stage, choice: str | None) -> None:
    person, _ = choosing(stage)
    form = person.last.form()
    stage.cloud.forget()
    shown = person.post(form, choice=choice)
    assert (shown.status, shown.title) == (400, "How do you want to sign in?")
    assert stage.cloud.names == []
    assert person.press("Password").title == "Enter your password"


@pytest.mark.parametrize("way", ["PASSWORD", "PASSWORD_SRP"])
def test_where_there_is_one_way_nobody_is_asked(stage: Stage, way: str) -> None:
    user, person = stage.user(), stage.person(sign_in_flow="choice", sign_in_ways=(way,))
    person.open("/")
    shown = person.fill_in(username=str(user.email))
    assert (shown.path, shown.title) == ("/auth/mfa", "Enter your password")
    assert person.fill_in(password=PASSWORD).path == "/"


def test_another_way_by_starting_again(stage: Stage) -> None:
    person, user = choosing(stage)
    person.press("Password")
    shown = person.click("Other ways to sign in")
    assert (shown.path, shown.query) == ("/auth/sign-in", {"next": "/page"})
    person.fill_in(username=str(user.email))
    person.press("Code by e-mail")
    assert person.fill_in(code=stage.code(user.email)).target == "/page"


# Who has an account, and of what kind, is nobody's business

KINDS: dict[str, dict[str, Any] | None] = {
    "nobody": None,
    "a password": {"attributes": {"email_verified": False}},
    "codes by e-mail": {},
    "codes on a phone": {"phone": "+15551234567"},
    "an app as second factor": {"mfa": ("totp",), "totp_secret": SECRET},
    "e-mail as second factor": {"mfa": ("email",)},
    "a passkey": {"passkeys": (PASSKEY,)},
    "somebody disabled": {"enabled": False},
}
_MADE = re.compile(
    'name="(?:form|attempt)" value="[^"]*"|data-wait="(?:30|29)"|<style>.*?</style>', re.DOTALL
)


def seen_of(person: Person, name: str) -> list[object]:
    """All that an anonymous visitor sees: texts, addresses, cookies and how long they are."""
    found: list[object] = []
    for shown in person.seen:
        html = _MADE.sub("", shown.reply.body.decode()).replace(name, "NAME")
        cookies = sorted((key, len(item.value)) for key, item in shown.reply.cookies.items())
        found.append((shown.target, shown.status, shown.reply.location, html, cookies))
    return found


def anonymous(stage: Stage, client: str, kind: str) -> list[object]:
    """What comes of a visitor's tries, by every way but the passkey; and what Cognito is asked."""
    name = f"{next(NUMBERS)}@example.com"
    facts = KINDS[kind]
    if facts is not None:
        stage.user(email=name, **facts)
    person = stage.person(client=client, sign_in_flow="choice")
    stage.cloud.forget()
    typed = {"Password": {"password": "Wrong-Horse-7"}}
    for way in ("Password", "Code by e-mail", "Code by text message"):
        person.open("/auth/sign-in?next=/page")
        person.fill_in(username=name)
        person.press(way)
        for _ in range(2):
            person.fill_in(**typed.get(way, {"code": "x12345"}))
    return [*seen_of(person, name), stage.cloud.names]


@pytest.mark.parametrize(
    ("kind", "client"),
    [
        *((kind, "confidential") for kind in KINDS if kind != "nobody"),
        ("codes by e-mail", "public"),
    ],
)
def test_every_name_looks_the_same(stage: Stage, kind: str, client: str) -> None:
    """Until something was proved: status, address, text, cookies, and the calls it takes."""
    for one, other in zip(
        anonymous(stage, client, "nobody"), anonymous(stage, client, kind), strict=True
    ):
        assert one == other


@pytest.mark.parametrize("exception", ["NotAuthorizedException", "UserNotFoundException"])
def test_a_client_that_tells_names_sends_no_code_and_says_nothing(
    stage: Stage, exception: str
) -> None:
    person, _ = choosing(stage)
    stage.cloud.faults["InitiateAuth"] = refuses(exception, "Incorrect username or password.")
    assert person.press("Code by e-mail").title == "Enter your code"
    assert NO_CODE in person.fill_in(code="123456").told


def test_a_refusal_that_tells_nothing_of_accounts_is_said(stage: Stage) -> None:
    person, user = choosing(stage)
    stage.cloud.faults["InitiateAuth"] = refuses("TooManyRequestsException")
    shown = person.press("Code by e-mail")
    assert shown.title == "How do you want to sign in?"
    busy = shown.told
    stage.cloud.faults.clear()
    person.press("Code by e-mail")
    stage.cloud.faults["RespondToAuthChallenge"] = refuses("TooManyRequestsException")
    shown = person.fill_in(code=stage.code(user.email))
    assert (shown.title, shown.told) == ("Enter your code", busy)
    assert busy not in ([], [NO_CODE])


def test_a_name_that_nobody_has_and_a_passkey(stage: Stage) -> None:
    """Which Cognito tells of everybody: its page names the passkeys there are."""
    for name in ("nobody@example.com", str(stage.user().email)):
        person = stage.person(sign_in_flow="choice")
        person.open("/auth/sign-in")
        person.fill_in(username=name)
        shown = person.press("Passkey")
        assert (shown.status, NO_PASSKEY in " ".join(shown.told)) == (400, True)
        assert person.press("Password").title == "Enter your password"


def test_an_account_without_a_password(stage: Stage) -> None:
    """Cognito answers with the ways that it has, which is told nobody."""
    person, user = stage.person(sign_in_flow="choice"), stage.user()
    person.open("/auth/sign-in")
    stage.cloud.faults["InitiateAuth"] = answers(
        ChallengeName="SELECT_CHALLENGE",
        AvailableChallenges=["EMAIL_OTP"],
        Session="a-session-of-twenty-characters",
        ChallengeParameters={},
    )
    shown = prove(person, str(user.email))
    assert (shown.status, shown.told) == (400, ["E-mail address or password is not right."])


@pytest.mark.parametrize("way", ["PASSWORD", "PASSWORD_SRP"])
def test_a_password_that_cognito_asks_for_by_itself(stage: Stage, way: str) -> None:
    """As it may after a password that was sent to it, of a client that takes USER_AUTH."""
    user, person = stage.user(), stage.person(client="public", sign_in_flow="password")
    person.open("/page")
    named = {"USERNAME": user.email, "PREFERRED_CHALLENGE": way}
    app = stage.pool.clients["public"]
    asked = stage.ask(
        "InitiateAuth", AuthFlow="USER_AUTH", ClientId=app.client_id, AuthParameters=named
    )
    assert asked["ChallengeName"] == way
    stage.cloud.faults["InitiateAuth"] = answers(**asked)
    shown = person.fill_in(username=str(user.email), password=PASSWORD)
    assert shown.title == "Enter your password"
    assert person.fill_in(password=PASSWORD).target == "/page"
    assert stage.cloud.names[:2] == ["InitiateAuth", "RespondToAuthChallenge"]


def test_the_only_way_that_cognito_offers_is_asked_for_at_once(stage: Stage) -> None:
    user, person = stage.user(), stage.person(client="public", sign_in_flow="password")
    person.open("/page")
    stage.cloud.faults["InitiateAuth"] = answers(
        ChallengeName="SELECT_CHALLENGE",
        AvailableChallenges=["PASSWORD"],
        Session="a-session-of-twenty-characters",
        ChallengeParameters={},
    )
    shown = person.fill_in(username=str(user.email), password=PASSWORD)
    assert shown.title == "Enter your password"


def test_more_than_a_cookie_can_hold(stage: Stage) -> None:
    """As of somebody with hundreds of passkeys."""
    person, _ = choosing(stage)
    stage.cloud.faults["InitiateAuth"] = answers(
        ChallengeName="WEB_AUTHN",
        Session="a-session-of-twenty-characters",
        ChallengeParameters={"CREDENTIAL_REQUEST_OPTIONS": "x" * 20_000},
    )
    shown = person.press("Passkey")
    assert (shown.status, shown.title) == (503, "How do you want to sign in?")
    stage.cloud.faults.clear()
    assert person.press("Passkey").title == "Use your passkey"
