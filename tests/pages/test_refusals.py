"""Every refusal of Cognito's at every call that a page makes: what is said, and what it leads to.

Which sentence belongs to which refusal is tested with the sentences; here, that it is on the page.
"""

import tomllib
from collections.abc import Callable
from functools import cache
from html import unescape

import botocore.session
import pytest

from cognito_gate._gate.languages import OURS
from cognito_gate._sign_in import error_messages
from cognito_gate.errors import ApiRefused
from tests.pages.cloud import refuses
from tests.pages.person import Form, Person, Shown
from tests.pages.stage import NEW, PASSWORD, SECRET, Stage, sign_in

MESSAGE = "Something of Cognito's own: value at 'ada' failed <b>so</b>"
API = botocore.session.get_session().get_service_model("cognito-idp")
PATHS = {"start_over": "/auth/sign-in", "confirm": "/auth/confirm", "reset": "/auth/forgot"}
STATUS = {"keep": 400, "wait": 429, "operator": 503}
# What the page says for all of them alike, as if the account were there; or goes on all the same.
HIDDEN = {
    *(("ForgotPassword", name) for name in ("UserNotFound", "NotAuthorized", "InvalidParameter")),
    ("SignUp", "LimitExceeded"),
    ("SignUp", "CodeDeliveryFailure"),
}

Send = Callable[[], Shown]


@cache
def sentences() -> dict[str, str]:
    found = tomllib.loads((OURS / "en.toml").read_text("utf-8"))
    errors = found["error"]
    fields = errors.pop("field")
    return {
        **{f"error.{name}": text for name, text in errors.items()},
        **{f"error.field.{name}": text for name, text in fields.items()},
    }


def sentence(name: str) -> str:
    return sentences()[name].replace("{who}", "E-mail address")


def _again(person: Person, form: Form, **typed: str) -> Send:
    return lambda: person.follow(person.post(form, **typed))


def signing_in(stage: Stage) -> tuple[Person, Send]:
    person = stage.person(tries_per_account=1_000)
    form = person.open("/auth/sign-in?next=/page").form()
    return person, _again(person, form, username="ada@example.com", password=PASSWORD)


def answering(stage: Stage) -> tuple[Person, Send]:
    person = stage.person(tries_per_account=1_000)
    shown = sign_in(person, stage.user(mfa=("totp",), totp_secret=SECRET), "/page")
    jar = dict(person.jar)

    def send() -> Shown:
        person.jar = dict(jar)
        return person.follow(person.post(shown.form(), code="123456"))

    return person, send


def signing_up(stage: Stage) -> tuple[Person, Send]:
    person = stage.person()
    form = person.open("/auth/sign-up?next=/page").form()
    numbers = iter(range(1_000))  # only so many messages go to one address

    def send() -> Shown:
        email = f"ada{next(numbers)}-{person.client}@example.com"
        return person.follow(person.post(form, email=email, password=PASSWORD))

    return person, send


def confirming(stage: Stage) -> tuple[Person, Send]:
    person = stage.person(tries_per_account=1_000)
    form = person.open("/auth/confirm?next=/page").form()
    return person, _again(person, form, username="ada@example.com", code="123456")


def forgetting(stage: Stage) -> tuple[Person, Send]:
    person = stage.person()
    form = person.open("/auth/forgot?next=/page").form()
    numbers = iter(range(1_000))
    return person, lambda: person.follow(
        person.post(form, username=f"ada{next(numbers)}-{person.client}@example.com")
    )


def resetting(stage: Stage) -> tuple[Person, Send]:
    person = stage.person(tries_per_account=1_000)
    form = person.open("/auth/reset?next=/page").form("Set password")
    typed = {"username": "ada@example.com", "code": "123456", "password": NEW}
    return person, _again(person, form, **typed)


def at_home(button: str, **typed: str) -> Callable[[Stage], tuple[Person, Send]]:
    def begin(stage: Stage) -> tuple[Person, Send]:
        person = stage.person(tries_per_account=1_000)
        on = {"mfa": ("totp",), "totp_secret": SECRET}
        user = stage.user(**(on if button == "Turn off" else {}))
        sign_in(person, user, "/auth/account")
        if button == "Turn off":
            person.fill_in(code=stage.cognito.totp_code(user.username))
        if button == "Turn on":
            person.press("Set up")
        form, jar = person.last.form(button, *typed), dict(person.jar)

        def send() -> Shown:
            person.jar = dict(jar)
            return person.follow(person.post(form, **typed))

        return person, send

    return begin


CALLS: dict[str, Callable[[Stage], tuple[Person, Send]]] = {
    "InitiateAuth": signing_in,
    "RespondToAuthChallenge": answering,
    "SignUp": signing_up,
    "ConfirmSignUp": confirming,
    "ForgotPassword": forgetting,
    "ConfirmForgotPassword": resetting,
    "ChangePassword": at_home("Change password", previous=PASSWORD, password=NEW),
    "AssociateSoftwareToken": at_home("Set up"),
    "VerifySoftwareToken": at_home("Turn on", code="123456"),
    "SetUserMFAPreference": at_home("Turn off", proof=PASSWORD),
}


def exceptions_of(operation: str) -> list[str]:
    """What the API's own model lists, and what it does not."""
    listed = [shape.name for shape in API.operation_model(operation).error_shapes]
    return [*listed, "ForbiddenException", "SomethingNewException"]


@pytest.mark.parametrize("operation", CALLS)
def test_each_refusal(stage: Stage, operation: str, caplog: pytest.LogCaptureFixture) -> None:
    person, send = CALLS[operation](stage)
    for exception in exceptions_of(operation):
        stage.cloud.faults[operation] = refuses(exception, MESSAGE)
        caplog.clear()
        shown = send()
        check(shown, operation, exception)
        assert MESSAGE not in unescape(shown.reply.body.decode()) or "Lambda" in exception
        assert "Cognito's own" not in caplog.text
        assert person.seen[-1].reply.app is None
        operator = any(record.levelname == "ERROR" for record in caplog.records)
        assert operator == (shown.status == 503), exception


def check(shown: Shown, operation: str, exception: str) -> None:
    if (operation, exception.removesuffix("Exception")) in HIDDEN:
        assert shown.status == 200
        return
    said, remedy = error_messages.say(ApiRefused(operation, exception, MESSAGE))
    if remedy in PATHS:
        assert (shown.path, shown.status) == (PATHS[remedy], 200), exception
    else:
        status = 403 if exception == "ForbiddenException" else STATUS[remedy]
        assert shown.status == status, exception
    expected = said.text or sentence(said.id)
    assert shown.told == [expected], exception


LAMBDA = "PreSignUp failed with error Only <b>staff</b> & friends\x00 may join."


@pytest.mark.parametrize("operation", ["InitiateAuth", "SignUp", "ConfirmSignUp", "ForgotPassword"])
def test_what_the_pools_owner_wrote_is_shown(stage: Stage, operation: str) -> None:
    _, send = CALLS[operation](stage)
    stage.cloud.faults[operation] = refuses("UserLambdaValidationException", LAMBDA)
    shown = send()
    assert (shown.status, shown.told) == (400, ["Only <b>staff</b> & friends may join."])
    assert (
        "<b>" not in shown.reply.body.decode().partition('id="problem"')[2].partition("</div>")[0]
    )


def test_what_was_typed_is_still_there(stage: Stage) -> None:
    person = stage.person(sign_up_attributes=("email", "name"))
    person.open("/auth/sign-up?next=/page")
    stage.cloud.faults["SignUp"] = refuses("UsernameExistsException")
    shown = person.fill_in(email="ada@example.com", name='Ada "<&', password=PASSWORD)
    assert shown.values == {"email": "ada@example.com", "name": 'Ada "<&', "password": ""}
    assert shown.form().fields["next"] == "/page"


def test_a_refusal_of_the_code_sent_again(stage: Stage) -> None:
    person = stage.person()
    form = person.open("/auth/confirm").form("Send the code again")
    for exception in exceptions_of("ResendConfirmationCode"):
        stage.cloud.faults["ResendConfirmationCode"] = refuses(exception, MESSAGE)
        name = f"{exception}-{person.client}@example.com"
        shown = person.follow(person.post(form, username=name))
        if exception.removesuffix("Exception") in (
            "UserNotFound",
            "NotAuthorized",
            "InvalidParameter",
        ):
            assert shown.told == ["If that account exists, we sent a new code."]
        else:
            check(shown, "ResendConfirmationCode", exception)
