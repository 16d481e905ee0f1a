"""What single pages ask for, in the words that browsers and password managers know."""

from collections.abc import Mapping
from typing import Any

import pytest

from cognito_gate._gate.records import Sentence
from cognito_gate._sign_in.error_places import FIELDS, fields
from cognito_gate._sign_in.records import View
from cognito_gate._sign_in.views import SAMPLES
from tests.parts.html import Element, Page
from tests.parts.made import views

PLAIN = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
KINDS = ("email", "username", "both")
BY_KIND = {kind: views(COGNITO_GATE_LOGIN="custom", COGNITO_GATE_SIGN_IN=kind) for kind in KINDS}


def page(
    screen: str, kind: str = "email", typed: Mapping[str, str] | None = None, **facts: Any
) -> Page:
    shown = View(screen=screen, facts={**SAMPLES[screen], **facts}, typed=typed or {})
    return Page(BY_KIND[kind].show(shown, "en").body.decode())


def form(found: Page) -> Element:
    return found.every("form")[0]


def focused(found: Page) -> str:
    [field] = [field for field in found.all if "autofocus" in field.attributes]
    return field.get("name")


@pytest.mark.parametrize(
    ("kind", "type_", "mode", "label"),
    [
        ("email", "email", "email", "E-mail address"),
        ("username", "text", "", "Username"),
        ("both", "text", "", "Username or e-mail address"),
    ],
)
@pytest.mark.parametrize("screen", ["sign-in", "forgot"])
def test_who_signs_in(screen: str, kind: str, type_: str, mode: str, label: str) -> None:
    found = page(screen, kind, {"username": "ada"})
    field = found.one("input", name="username", type=type_, value="ada")
    assert field.get("autocomplete").split()[0] == "username"
    assert field.get("inputmode") == mode
    assert field.attributes.items() >= PLAIN.items()
    assert found.one("label", for_="username").text == label


def test_passwords_are_never_shown_again() -> None:
    typed = dict.fromkeys(("password", "previous", "proof"), "s3cret")
    for screen in SAMPLES:
        shown = View(screen=screen, facts=SAMPLES[screen], typed=typed)
        assert b"s3cret" not in BY_KIND["both"].show(shown, "en").body


@pytest.mark.parametrize("wrong", ["password", "code"])
def test_a_code_stays_where_only_the_password_was_wrong(wrong: str) -> None:
    errors = {wrong: Sentence("error.field.missing")}
    typed = {"code": "123456"}
    shown = View(screen="reset", facts=SAMPLES["reset"], typed=typed, field_errors=errors)
    found = Page(BY_KIND["both"].show(shown, "en").body.decode())
    assert found.one("input", id="code").get("value") == ("123456" if wrong == "password" else "")


@pytest.mark.parametrize("passkeys", [True, False])
def test_browsers_may_offer_a_passkey(passkeys: bool) -> None:
    field = page("sign-in", passkeys=passkeys).one("input", id="username")
    assert field.get("autocomplete") == ("username webauthn" if passkeys else "username")


@pytest.mark.parametrize("screen", FIELDS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", [{}, {"username": "", "totp": False, "asks_password": False}])
def test_errors_know_the_fields_of_each_page(
    screen: str, kind: str, change: dict[str, Any]
) -> None:
    """An error of a field that is not on the page would be told nowhere."""
    facts = {name: value for name, value in change.items() if name in SAMPLES[screen]}
    found = page(screen, kind, **facts)
    there = tuple(field.get("name") for field in found.shown_fields())
    there += tuple(button.get("id") for button in found.every("button") if button.get("id"))
    assert fields(screen, {**SAMPLES[screen], **facts}, kind) == there


def test_pages_without_a_table_have_no_fields() -> None:
    for screen in SAMPLES.keys() - FIELDS.keys():
        assert page(screen).shown_fields() == []


@pytest.mark.parametrize(
    ("screen", "passwords"),
    [
        ("sign-in", {"password": "current-password"}),
        ("password", {"password": "current-password"}),
        ("sign-up", {"password": "new-password"}),
        ("reset", {"password": "new-password"}),
        ("new-password", {"password": "new-password"}),
        (
            "account",
            dict.fromkeys(("previous", "proof"), "current-password") | {"password": "new-password"},
        ),
    ],
)
def test_passwords(screen: str, passwords: dict[str, str]) -> None:
    found = page(screen)
    fields = found.every("input", type="password")
    assert {field.get("name"): field.get("autocomplete") for field in fields} == passwords
    for field in fields:
        assert field.attributes.items() >= PLAIN.items()
        button = found.one("button", type="button", data_shows=field.get("id"))
        assert "hidden" in button.attributes  # a script shows it
        assert button.get("data-hide") == "Hide"


@pytest.mark.parametrize("screen", ["confirm", "reset", "code", "totp-setup"])
def test_codes(screen: str) -> None:
    field = page(screen).one("input", id="code", type="text", autocomplete="one-time-code")
    assert field.get("inputmode") == "numeric"
    assert field.attributes.items() >= PLAIN.items()


@pytest.mark.parametrize("screen", ["confirm", "reset", "password", "new-password", "account"])
def test_a_known_account_stays_with_its_password(screen: str) -> None:
    for kept in page(screen, email="").every("input", autocomplete="username", hidden=""):
        assert kept.get("value") == SAMPLES[screen]["username"]


@pytest.mark.parametrize("screen", ["confirm", "reset"])
def test_an_account_that_is_not_known_is_asked_for(screen: str) -> None:
    found = page(screen, username="")
    assert focused(found) == "username"
    assert [field.get("name") for field in found.shown_fields()][:2] == ["username", "code"]


def test_the_first_empty_field_has_the_focus() -> None:
    assert focused(page("sign-in")) == "username"
    assert focused(page("sign-in", typed={"username": "ada"})) == "password"
    assert focused(page("confirm")) == "code"
    assert focused(page("reset")) == "code"
    assert focused(page("reset", username="", typed={"username": "ada"})) == "code"
    assert focused(page("sign-up", "email")) == "email"
    assert focused(page("sign-up", "both")) == "username"
    assert focused(page("new-password")) == "family_name"
    assert focused(page("new-password", attributes=())) == "password"


@pytest.mark.parametrize(
    ("name", "type_", "complete", "mode", "label"),
    [
        ("email", "email", "email", "email", "E-mail address"),
        ("phone_number", "tel", "tel", "tel", "Phone number"),
        ("name", "text", "name", "", "Full name"),
        ("given_name", "text", "given-name", "", "Given name"),
        ("family_name", "text", "family-name", "", "Family name"),
        ("birthdate", "date", "bday", "", "Date of birth"),
        ("website", "url", "url", "url", "Website"),
        ("preferred_username", "text", "off", "", "Preferred username"),
        ("custom:cost_centre", "text", "off", "", "Cost centre"),
    ],
)
def test_attributes(name: str, type_: str, complete: str, mode: str, label: str) -> None:
    found = page("sign-up", "username", {name: "typed"}, attributes=(name,))
    field = found.one("input", name=name, type=type_, autocomplete=complete, value="typed")
    assert field.get("inputmode") == mode
    assert found.one("label", for_=name).text == label


def test_an_address_that_is_the_account_is_kept_as_its_username() -> None:
    field = page("sign-up", "email").one("input", name="email", type="email")
    assert field.get("autocomplete") == "username"
    assert page("sign-up", "email").every("input", name="username") == []
    field = page("sign-up", "both").one("input", name="email", type="email")
    assert field.get("autocomplete") == "email"
    assert page("sign-up", "both").one("label", for_="username").text == "Username"


@pytest.mark.parametrize("screen", ["sign-up", "reset", "new-password", "account"])
def test_the_policy_is_a_list(screen: str) -> None:
    found = page(screen)
    rules = [item for item in found.every("li") if item.get("data-rule")]
    assert [rule.get("data-rule") for rule in rules] == [
        *("length", "upper", "lower", "digits", "symbols", "whitespace")
    ]
    assert rules[0].text == "At least 8 characters"
    described = found.one("input", id="password").get("aria-describedby")
    assert described == "password-rules"
    assert found.one("ul", id="password-rules") in rules[0].around


def test_what_a_password_lacks_is_said_with_the_policys_length() -> None:
    missing = Sentence("error.field.password", values=(("missing", "length upper"),))
    shown = View(screen="reset", facts=SAMPLES["reset"], field_errors={"password": missing})
    found = Page(BY_KIND["email"].show(shown, "en").body.decode())
    needs = "It needs at least 8 characters, an uppercase letter (A to Z)."
    said = f"That password lacks something. {needs}"
    assert found.one("p", id="password-wrong").text == f"Error: {said}"


@pytest.mark.parametrize(
    ("kind", "who"),
    [("email", "E-mail address or"), ("username", "Username or"), ("both", "Username or e-mail")],
)
def test_who_or_what_is_not_right(kind: str, who: str) -> None:
    shown = View(
        screen="password", facts=SAMPLES["password"], error=Sentence("error.wrong_password")
    )
    found = Page(BY_KIND[kind].show(shown, "en").body.decode())
    assert found.one("p", id="password-wrong").text.startswith(f"Error: {who}")


@pytest.mark.parametrize(
    ("screen", "action"),
    [
        *((screen, f"/auth/{screen}") for screen in ("sign-in", "sign-up", "confirm", "forgot")),
        *((screen, f"/auth/{screen}") for screen in ("reset", "new-password", "account")),
        *((screen, "/auth/mfa") for screen in ("code", "choose", "password", "passkey")),
        ("totp-setup", "/auth/account"),
        ("passkey-setup", "/auth/account"),
    ],
)
def test_where_forms_go(screen: str, action: str) -> None:
    out = {"/auth/logout"} if screen == "account" else set()
    assert {form.get("action") for form in page(screen).every("form")} == {action} | out


def test_setting_up_an_app_in_the_middle_of_a_sign_in() -> None:
    found = page("totp-setup", action="/mfa")
    assert form(found).get("action") == "/auth/mfa"
    assert found.sent(form(found))["action"] == "totp-verify"
    assert found.one("code", translate="no").text == SAMPLES["totp-setup"]["secret"]
    assert found.one("a", href=SAMPLES["totp-setup"]["uri"])
    assert found.one("svg").around[-1].get("aria-label") == "QR code for the authenticator app"


@pytest.mark.parametrize(
    ("screen", "action"),
    [("confirm", "/auth/confirm"), ("reset", "/auth/reset"), ("code", "/auth/mfa")],
)
def test_sending_again_is_a_form_of_its_own(screen: str, action: str) -> None:
    found = page(screen)
    _, again = found.every("form")
    assert again.get("action") == action
    sent = found.sent(again)
    assert (sent["action"], sent["username"]) == ("resend", "ada@example.com")
    button = next(one for one in found.every("button") if again in one.around)
    assert button.get("data-wait") == "30"
    assert "{time}" in button.get("data-waiting")
    assert "disabled" not in button.attributes


def test_sending_again_to_an_account_that_is_not_known() -> None:
    found = page("confirm", username="")
    assert len(found.every("form")) == 1
    assert found.one("button", name="action", value="resend").around[-1] is form(found)
    assert page("reset", username="").one("a", href="/auth/forgot").text == "Send the code again"


@pytest.mark.parametrize(
    ("medium", "destination", "said"),
    [
        ("email", "a***@e***", "We sent a code to a***@e***."),
        ("email", "", "We sent a code to your e-mail address."),
        ("sms", "+***1234", "We sent a code by text message to +***1234."),
        ("sms", "", "We sent a code by text message to your phone."),
        ("totp", "", "Open your authenticator app and enter the code it shows."),
    ],
)
def test_where_a_code_went(medium: str, destination: str, said: str) -> None:
    found = page("code", medium=medium, destination=destination, sure=True, again=False)
    assert said in [one.text for one in found.every("p")]


def test_where_a_code_to_confirm_went() -> None:
    said = "We sent a code to +15550001234."
    assert said in page("confirm", destination="+15550001234").one("main").text
    for destination in ("", "ada@example.com"):  # which stands below, to be changed
        found = page("confirm", destination=destination)
        assert "the code we sent you." in found.one("main").text
        assert found.one("p", class_="known").text == "ada@example.com Change account"


def test_a_choice_is_a_button_each() -> None:
    found = page("choose")
    options = [(one.get("value"), one.text) for one in found.every("button", name="choice")]
    assert options == [
        ("EMAIL_OTP", "Code by e-mail"),
        ("SMS_OTP", "Code by text message"),
        ("PASSWORD", "Password"),
        ("WEB_AUTHN", "Passkey"),
    ]


def test_signing_in_without_a_password_at_first() -> None:
    found = page("sign-in", asks_password=False, sign_up=False)
    assert [field.get("name") for field in found.shown_fields()] == ["username"]
    assert [button.text for button in found.every("button")] == ["Continue"]
    assert found.every("a", href="/auth/sign-up") == []
    assert found.one("a", href="/auth/forgot")


def test_a_passkey_waits_for_the_script() -> None:
    found = page("passkey")
    assert "hidden" in form(found).attributes
    assert found.one("p", data_without_script="").text
    assert form(found).get("data-passkey") == SAMPLES["passkey"]["options"]
    assert "credential" in found.sent(form(found))
    links = [link.text for link in found.every("a", href="/auth/sign-in")]
    assert links == ["Change account", "Other ways to sign in"]


@pytest.mark.parametrize(("totp", "actions"), [(False, ["totp"]), (True, ["totp", "totp-off"])])
def test_the_account(totp: bool, actions: list[str]) -> None:
    found = page("account", totp=totp)
    change, app, *_, out = found.every("form")
    assert found.sent(change)["action"] == "password"
    pressed = found.every("button", name="action")
    assert [button.get("value") for button in pressed if app in button.around] == actions
    asked = [field for field in found.every("input", name="proof") if app in field.around]
    assert len(asked) == totp
    assert not totp or found.one("label", for_="proof").text == "Current password"
    assert [one.text for one in found.every("dd")] == ["ada", "ada@example.com"]
    assert out.get("action") == "/auth/logout"
    assert [one.text for one in found.every("button") if out in one.around] == ["Sign out"]
    same = page("account", username="ada@example.com")
    assert [one.text for one in same.every("dd")] == ["ada@example.com"]


def test_the_passkeys_of_an_account() -> None:
    """By the name that Cognito made, whose characters are anybody's."""
    one = {"id": "a-b", "name": "<b>Key", "day": "2026-11-21"}
    found = page("account", passkeys=(one, {"id": "c", "name": "", "day": ""}))
    rows = [found.sent(form) for form in found.every("form", class_="row")]
    assert [(row["action"], row["passkey"]) for row in rows] == [
        *(("passkey-remove", "a-b"), ("passkey-remove", "c"))
    ]
    removes = [button.text for button in found.every("button") if "danger" in button.get("class")]
    assert removes[1:] == ["Remove <b>Key 2026-11-21", "Remove Passkey"]
    assert [field.get("value") for field in found.every("input", name="passkey")] == ["a-b", "c"]
    unknown = page("account", passkeys=(), passkeys_known=False)
    assert "cannot be shown right now" in unknown.one("p", class_="note").text
    assert unknown.one("button", id="passkey").text == "Add a passkey"
    assert page("account", passkeys=None).every("button", id="passkey") == []


def test_a_message() -> None:
    found = page("message")
    assert found.one("h1").text == "That is not possible here"
    assert found.one("a", class_="button", href="/auth/sign-in").text == "Back to sign-in"
    assert page("message", link="").every("a", class_="button") == []
