"""The gate's own pages in front of MiniStack: new accounts, and what their owners change later."""

from zlib import crc32

import pytest

from tests.browser.authenticator import App, totp
from tests.judges.own_pages import ANOTHER, PASSWORD, OwnApp, letters, mailed
from tests.judges.person import Person, Screen, text
from tests.judges.test_own_pages import address, is_in, wrong

FIXED = "123456"  # MiniStack sends no text messages: see test_own_pages_differences.py


def digits(name: str) -> str:
    """The last digits of somebody's phone number: one phone gets few messages."""
    return f"{crc32(name.encode()) % 10_000:04}"


def about(site: OwnApp, name: str) -> dict[str, str]:
    """What the sign-up page asks of somebody, but for the password."""
    by_name = {"username": name, "phone_number": f"+44 (20) 7946-{digits(name)}"}
    return {"email": name} if site.kind.sign_in == "email" else by_name


def told(site: OwnApp, name: str) -> dict[str, str]:
    """What Cognito is to be told of that: numbers as E.164 has them."""
    by_name = {"Name": "phone_number", "Value": f"+44207946{digits(name)}"}
    return {"Name": "email", "Value": name} if site.kind.sign_in == "email" else by_name


def code_for(site: OwnApp, name: str) -> str:
    """The code that a new account was sent."""
    return mailed(site, name) if site.kind.sign_in == "email" else FIXED


def signs_up(site: OwnApp, person: Person, name: str, **changed: str) -> Screen:
    """From the sign-in page to the one that asks for the code."""
    sign_in = person.opens("/deep?x=1")
    [link] = [
        item.get("href") for item in sign_in.page.every("a") if item.text == text("sign_in.sign_up")
    ]
    known = {**about(site, name), "password": PASSWORD, **changed}
    return person.sends(person.opens(link), "sign_up.button", **known)


def greeted(screen: Screen) -> bool:
    """Whether the account is confirmed, and may sign in."""
    return (screen.path, screen.said) == ("/auth/sign-in", text("notice.confirmed"))


def test_a_new_account(site: OwnApp, person: Person) -> None:
    name = site.login("newcomer")
    screen = signs_up(site, person, name)
    assert (screen.path, screen.fields) == ("/auth/confirm", {"code"})
    user = site.pool.call("admin_get_user", Username=name)
    assert user["UserStatus"] == "UNCONFIRMED"
    assert told(site, name) in user["UserAttributes"]
    screen = person.sends(screen, "confirm.button", code="000000")
    assert (screen.response.status_code, screen.said) == (400, text("error.code_wrong_or_expired"))
    screen = person.sends(screen, "confirm.button", code=code_for(site, name))
    assert greeted(screen)
    assert site.pool.status(name) == "CONFIRMED"
    screen = person.sends(screen, "sign_in.button", username=name, password=PASSWORD)
    assert (screen.seen["path"], screen.seen["query"]) == ("/deep", "x=1")


def test_the_code_is_sent_again(site: OwnApp, person: Person) -> None:
    name = site.login("impatient")
    screen = signs_up(site, person, name)
    screen = person.sends(screen, "resend.button")
    assert (screen.path, screen.said) == ("/auth/confirm", text("notice.code_sent_again"))
    if site.kind.sign_in == "email":
        assert len(letters(site, name)) == 2
    assert greeted(person.sends(screen, "confirm.button", code=code_for(site, name)))


@pytest.mark.parametrize("password", [PASSWORD, "Wrong-Horse-1"])
def test_who_is_not_confirmed_cannot_sign_in(site: OwnApp, person: Person, password: str) -> None:
    name = site.login(f"unconfirmed{len(password)}")
    signs_up(site, person, name)
    with site.person() as elsewhere:
        screen = elsewhere.signs_in(name, password)
        assert (screen.path, screen.said) == ("/auth/confirm", text("error.confirm_first"))
        screen = elsewhere.sends(screen, "resend.button")
        assert greeted(elsewhere.sends(screen, "confirm.button", code=code_for(site, name)))
        assert elsewhere.signs_in(name, PASSWORD).seen["username"]


def test_a_name_that_is_taken(site: OwnApp, person: Person) -> None:
    name = site.add("taken")
    screen = signs_up(site, person, name)
    assert (screen.response.status_code, screen.path) == (400, "/auth/sign-up")
    assert screen.said == text("error.address_taken")
    assert screen.form(text("sign_up.button"))[1]["password"] == ""


def test_a_password_against_the_rules(site: OwnApp, person: Person) -> None:
    screen = signs_up(site, person, site.login("weak"), password="weak-horse")
    assert (screen.response.status_code, screen.path) == (400, "/auth/sign-up")
    if "COGNITO_GATE_PASSWORD_POLICY" in site.kind.more:  # of which ours lets it pass
        assert screen.said == text("error.password_policy")
    else:
        assert f"{text('rule.upper')}, {text('rule.digits')}" in screen.said


def test_a_change_of_password(site: OwnApp, person: Person) -> None:
    name = site.add("changing")
    person.signs_in(name, PASSWORD)
    screen = person.opens("/auth/account")
    assert address(name) in screen.page.one("dl").text
    screen = person.sends(
        screen, "account.password_button", previous="Wrong-Horse-1", password=ANOTHER
    )
    assert (screen.response.status_code, screen.said) == (400, text("error.wrong_previous"))
    screen = person.sends(screen, "account.password_button", previous=PASSWORD, password=ANOTHER)
    assert (screen.path, screen.said) == ("/auth/account", text("notice.password_changed"))
    person.leaves()
    assert person.signs_in(name, PASSWORD).said == wrong(site)
    assert is_in(person.signs_in(name, ANOTHER), name)


def with_an_app(site: OwnApp, person: Person, name: str) -> App:
    """Sign in, set up an authenticator app, and sign out; the app."""
    person.signs_in(name, PASSWORD)
    screen = person.sends(person.opens("/auth/account"), "account.totp_set_up")
    app = App(screen.secret)
    again = person.sends(screen, "totp_setup.button", code=totp(screen.secret, 0))
    assert (again.said, again.secret) == (text("error.totp_again"), screen.secret)
    screen = person.sends(again, "totp_setup.button", code=app.code())
    assert (screen.path, screen.said) == ("/auth/account", text("notice.totp_on"))
    person.leaves()
    return app


def test_an_authenticator_app(site: OwnApp, person: Person) -> None:
    name = site.add("careful")
    app = with_an_app(site, person, name)
    screen = person.signs_in(name, PASSWORD, "/deep?x=1")
    assert (screen.path, screen.fields) == ("/auth/mfa", {"code"})
    assert not person.session
    screen = person.sends(screen, "code.button", code="000000")
    assert (screen.response.status_code, screen.said) == (400, text("error.code_wrong"))
    screen = person.sends(screen, "code.button", code=app.code())
    assert (is_in(screen, name), screen.seen["path"]) == (True, "/deep")
    screen = person.sends(person.opens("/auth/account"), "account.totp_turn_off", proof=PASSWORD)
    assert screen.said == text("notice.totp_off")
    person.leaves()
    assert is_in(person.signs_in(name, PASSWORD), name)
