"""The page of one's own account: another password, an authenticator app, and the way out."""

from typing import Any

import pytest

from cognito_gate._sign_in.account import FRESH_SECONDS
from cognito_gate.local import User
from tests.flows.site import CoreSite
from tests.pages.cloud import refuses
from tests.pages.person import Person
from tests.pages.stage import EVERY_WAY, FLOWS, NEW, PASSWORD, SECRET, Stage, prove, sign_in
from tests.pages.test_set_up import code_of, shown_secret
from tests.world.browser import NAVIGATION

TOO_WEAK = "That password is not accepted. Choose a longer one, or one with other characters."

BOTH_CLIENTS = pytest.mark.parametrize("client", ["confidential", "public"])


def at_home(stage: Stage, user: User | None = None, **changes: Any) -> Person:
    """Somebody signed in, at the page of the account."""
    user, person = user or stage.user(), stage.person(**changes)
    sign_in(person, user)
    shown = person.open("/auth/account")
    assert (shown.status, shown.title) == (200, "Your account")
    return person


@EVERY_WAY
def test_it_says_whose_it_is(stage: Stage, flow: str, client: str) -> None:
    user = stage.user()
    shown = at_home(stage, user, client=client, sign_in_flow=flow).last
    assert user.email in [item.text for item in shown.page.every("dd")]
    states = [item.text for item in shown.page.every("summary")]
    passkeys = ["Passkeys None"] if flow == "choice" else []
    assert states == ["Password Change password", "Authenticator app Off", *passkeys]


def test_somebody_with_a_user_name(stage: Stage) -> None:
    stage.kind = "both"
    user = stage.user()
    shown = at_home(stage, user).last
    assert [item.text for item in shown.page.every("dd")] == [user.username, user.email]


def test_signed_out_it_is_where_the_sign_in_leads(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    shown = person.open("/auth/account")
    assert (shown.path, shown.query) == ("/auth/sign-in", {"next": "/auth/account"})
    shown = prove(person, str(user.email))
    assert (shown.path, shown.title) == ("/auth/account", "Your account")


def test_a_form_of_somebody_signed_out_meanwhile(stage: Stage) -> None:
    person = at_home(stage)
    form = person.last.form("", "previous")
    for name in [name for name in person.jar if name.endswith("_token")]:
        del person.jar[name]
    shown = person.post(form, previous=PASSWORD, password=NEW)
    assert shown.reply.location == "/auth/sign-in?next=%2Fauth%2Faccount"
    assert "ChangePassword" not in stage.cloud.names


# The password


@BOTH_CLIENTS
def test_another_password(stage: Stage, client: str) -> None:
    user = stage.user()
    person = at_home(stage, user, client=client)
    shown = person.fill_in(previous=PASSWORD, password=NEW)
    assert (shown.path, shown.told) == ("/auth/account", ["Your password has been changed."])
    assert sign_in(stage.person(), user, password=NEW).status == 200
    assert sign_in(stage.person(), user, password=PASSWORD).status == 400


def test_a_wrong_present_password(stage: Stage) -> None:
    person = at_home(stage)
    shown = person.fill_in(previous="Wrong-Horse-7", password=NEW)
    assert (shown.status, shown.path) == (400, "/auth/account")
    assert len(shown.told) == 1
    assert "password" in shown.told[0].lower()
    assert set(shown.values.values()) == {""}
    assert person.fill_in(previous=PASSWORD, password=NEW).status == 200


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"previous": ""}, "Please fill in this field."),
        ({"password": ""}, "Please fill in this field."),
        ({"password": "Short-7"}, "That password lacks something. It needs at least 8 characters."),
        ({"password": "Correct Horse 7"}, "Spaces cannot be used here."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    stage: Stage, typed: dict[str, str], says: str
) -> None:
    person = at_home(stage)
    shown = person.fill_in(**{"previous": PASSWORD, "password": NEW, **typed})
    assert shown.status == 400
    [beside] = shown.page.every("p", class_="wrong")
    assert says in beside.text
    assert beside.get("id") == f"{next(iter(typed))}-wrong"
    assert "ChangePassword" not in stage.cloud.names


def test_the_pool_has_the_last_word_on_a_password(stage: Stage) -> None:
    person = at_home(stage, password_policy="6")
    shown = person.fill_in(previous=PASSWORD, password="simple")
    assert (shown.status, shown.told) == (400, [TOO_WEAK])


# An authenticator app


@BOTH_CLIENTS
def test_an_app_is_turned_on_and_off(stage: Stage, client: str) -> None:
    user = stage.user()
    person = at_home(stage, user, client=client)
    shown = person.press("Set up")
    assert (shown.path, shown.title) == ("/auth/account", "Set up an authenticator app")
    shown = person.fill_in(code=code_of(shown))
    assert (shown.title, shown.told) == ("Your account", ["The authenticator app is set up."])
    assert "__Host-cognito_pending" not in person.jar

    other = stage.person(client=client)
    assert sign_in(other, user).title == "Enter your code"
    assert other.fill_in(code=stage.cognito.totp_code(user.username, step=1)).path == "/"

    shown = person.fill_in("Turn off", proof=PASSWORD)
    assert (shown.title, shown.told) == ("Your account", ["The authenticator app is turned off."])
    assert sign_in(stage.person(client=client), user).path == "/"


def test_a_wrong_first_code(stage: Stage) -> None:
    person = at_home(stage)
    before = person.press("Set up")
    shown = person.fill_in(code=code_of(before, 3600))
    assert (shown.status, shown.title) == (400, "Set up an authenticator app")
    assert shown.told == ["That code is not right. If it keeps failing, set up the app again."]
    assert shown_secret(shown) == shown_secret(before)
    shown = person.fill_in(code="12345")
    assert (shown.status, shown.title) == (400, "Set up an authenticator app")
    assert person.fill_in(code=code_of(before)).told == ["The authenticator app is set up."]


def test_not_now(stage: Stage) -> None:
    user = stage.user()
    person = at_home(stage, user)
    person.press("Set up")
    assert person.open("/auth/account").title == "Set up an authenticator app"
    shown = person.press("Back to your account")
    assert (shown.path, shown.title) == ("/auth/account", "Your account")
    assert "__Host-cognito_pending" not in person.jar
    assert stage.now(user).mfa == ()


def test_two_tabs_set_it_up(stage: Stage) -> None:
    """The page that was opened first has a secret that Cognito no longer waits for."""
    person = at_home(stage)
    begin = person.last.form("Set up")
    first = person.press("Set up")
    person.open(person.post(begin).reply.location)
    assert shown_secret(person.last) != shown_secret(first)
    shown = person.post(first.form("Turn on"), code=code_of(first))
    assert shown.status == 400
    assert shown_secret(shown) == shown_secret(person.open("/auth/account"))


def test_the_secret_of_one_is_not_shown_to_another(stage: Stage) -> None:
    person, bob = at_home(stage), stage.user()
    person.press("Set up")
    held = person.jar["__Host-cognito_pending"]
    person.open("/auth/sign-in?notice=confirmed")
    prove(person, str(bob.email))
    assert "__Host-cognito_pending" not in person.jar
    person.jar["__Host-cognito_pending"] = held
    assert person.open("/auth/account").title == "Your account"


def test_where_the_pool_has_no_apps(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.cognito.switch(mfa="off")
    person = at_home(stage)
    shown = person.press("Set up")
    assert (shown.status, shown.title) == (503, "Your account")
    assert "authenticator apps are not turned on in the pool" in caplog.text


def test_an_app_that_is_on_already(stage: Stage) -> None:
    user = stage.user(mfa=("totp",), totp_secret=SECRET)
    person = stage.person()
    sign_in(person, user)
    person.fill_in(code=stage.cognito.totp_code(user.username))
    shown = person.open("/auth/account")
    assert {item.text for form in shown.forms for item in form.buttons} == {
        "Change password",
        "Turn off",
        "Set up another app",
        "Sign out",
    }


def with_an_app(stage: Stage, **changes: Any) -> tuple[Person, User]:
    """Somebody signed in with a code, at the page of the account."""
    user, person = stage.user(mfa=("totp",), totp_secret=SECRET), stage.person(**changes)
    sign_in(person, user, "/auth/account")
    person.fill_in(code=stage.cognito.totp_code(user.username))
    assert person.last.title == "Your account"
    return person, user


@pytest.mark.parametrize("flow", FLOWS)
def test_an_app_that_is_on_takes_the_password(stage: Stage, flow: str) -> None:
    """A session that somebody left open a minute ago is not enough."""
    person, user = with_an_app(stage, sign_in_flow=flow)
    page, wrong, empty = (
        person.last,
        "The current password is not right.",
        "Please fill in this field.",
    )
    stage.cloud.forget()
    for button in ("Turn off", "Set up another app"):
        for proof, says in (("Wrong-Horse-7", wrong), ("", empty), (None, empty)):
            shown = person.post(page.form(button), proof=proof)
            assert (shown.status, shown.title, says in shown.told) == (400, "Your account", True)
            assert shown.page.one("p", id="proof-wrong").text.endswith(says)
    assert {"SetUserMFAPreference", "AssociateSoftwareToken"}.isdisjoint(stage.cloud.names)
    assert stage.now(user).mfa == ("totp",)


@pytest.mark.parametrize("flow", FLOWS)
def test_another_app_in_place_of_one(stage: Stage, flow: str) -> None:
    person, user = with_an_app(stage, sign_in_flow=flow)
    shown = person.fill_in("Set up another app", proof=PASSWORD)
    assert shown.title == "Set up an authenticator app"
    shown = person.fill_in(code=code_of(shown))
    assert shown.told == ["The authenticator app is set up."]
    assert stage.now(user).totp_secret != SECRET


def test_a_password_that_nobody_could_check(stage: Stage) -> None:
    """A refusal that says nothing of the password does not stand beside its field."""
    person, user = with_an_app(stage)
    stage.cloud.faults["InitiateAuth"] = refuses("PasswordResetRequiredException", "Reset")
    shown = person.fill_in("Turn off", proof=PASSWORD)
    assert shown.page.every("p", id="proof-wrong") == []
    assert shown.told
    assert stage.now(user).mfa == ("totp",)


def test_passwords_for_it_are_counted(stage: Stage) -> None:
    person, _ = with_an_app(stage, tries_per_account=2)
    for _ in range(2):
        person.fill_in("Turn off", proof="Wrong-Horse-7")
    stage.cloud.forget()
    shown = person.fill_in("Turn off", proof=PASSWORD)
    assert (shown.status, "InitiateAuth" in stage.cloud.names) == (429, False)


def test_an_app_that_was_turned_on_meanwhile_is_not_replaced(stage: Stage) -> None:
    """The set-up was begun when there was none, and nobody had to give a password."""
    user = stage.user()
    person = at_home(stage, user)
    begun = person.press("Set up")
    stage.change(user, mfa=("totp",), totp_secret=SECRET)
    shown = person.fill_in(code=code_of(begun))
    assert (shown.path, shown.title) == ("/auth/account", "Your account")
    assert stage.now(user).totp_secret == SECRET


def test_a_code_without_a_set_up(stage: Stage) -> None:
    person = at_home(stage)
    form = person.press("Set up").form("Turn on")
    del person.jar["__Host-cognito_pending"]
    stage.cloud.forget()
    person.post(form, code="123456")
    assert "VerifySoftwareToken" not in stage.cloud.names


def test_the_sign_in_that_proves_it_leaves_nothing_behind(stage: Stage) -> None:
    """Where no second factor follows, as from another app's settings, Cognito gives tokens."""
    person, user = with_an_app(stage)
    stage.change(user, mfa=())
    stage.cloud.forget()
    assert person.fill_in("Turn off", proof=PASSWORD).status == 200
    assert stage.cloud.names[:3] == ["InitiateAuth", "RevokeToken", "SetUserMFAPreference"]


@pytest.mark.parametrize("button", ["Set up", "Turn off"])
def test_the_second_factor_takes_a_fresh_sign_in(stage: Stage, button: str) -> None:
    """A session that was left open, or stolen, is not enough; the password is asked for anyway."""
    hand = CoreSite(stage.pool.settings("public", sign_in="email"), stage.cloud)
    on = {"mfa": ("totp",), "totp_secret": SECRET} if button == "Turn off" else {}
    user, person = stage.user(**on), Person(hand)
    stage.people.append(person)
    sign_in(person, user, "/auth/account")
    if on:
        person.fill_in(code=stage.cognito.totp_code(user.username))
    form = person.last.form(button)
    if on:
        form = form.with_({"proof": PASSWORD})
    hand.ahead = FRESH_SECONDS + 1
    stage.cloud.forget()
    shown = person.follow(person.post(form))
    assert (shown.path, shown.query["next"]) == ("/auth/sign-in", "/auth/account")
    assert shown.status == 200
    assert len(shown.told) == 1
    assert stage.cloud.names == []
    hand.ahead = 0
    assert person.follow(person.post(form)).path == "/auth/account"
    assert stage.cloud.names != []


@pytest.mark.parametrize("seconds", [2, 59])
def test_cognitos_clock_may_be_ahead(stage: Stage, seconds: int) -> None:
    stage.cognito.switch(clock_skew=seconds)
    assert at_home(stage).press("Set up").title == "Set up an authenticator app"


# Whoever may not


@pytest.mark.parametrize("action", [None, "", "x", "<script>", "PASSWORD"])
def test_an_action_that_there_is_not(stage: Stage, action: str | None) -> None:
    person = at_home(stage)
    stage.cloud.forget()
    shown = person.post(person.last.form("", "previous"), action=action)
    assert (shown.status, shown.reply.app) == (400, None)
    assert stage.cloud.names == []


def test_a_session_that_may_not_manage_the_account(stage: Stage) -> None:
    """As one of the hosted login, without the scope aws.cognito.signin.user.admin."""
    user, person = stage.user(), stage.person()
    app = stage.pool.clients["confidential"]
    tokens = stage.cognito.tokens_for(user.username, scopes=("openid", "email"), client=app)
    person.jar["__Host-cognito_access_token"] = tokens["access_token"]
    person.jar["__Host-cognito_id_token"] = tokens["id_token"]
    assert person.open("/").reply.identity.email == user.email
    shown = person.open("/auth/account")
    assert (shown.status, shown.title) == (403, "That is not possible here")
    assert shown.links["Sign out"] == "/auth/logout"


def test_a_token_that_was_revoked_elsewhere(stage: Stage) -> None:
    person = at_home(stage, refresh_flow_enabled=True)
    form = person.last.form("", "previous")
    [token] = {
        call.got["AuthenticationResult"]["RefreshToken"]
        for call in stage.cloud.calls
        if "AuthenticationResult" in call.got
    }
    stage.revoke(token)
    shown = person.post(form, previous=PASSWORD, password=NEW)
    assert shown.status == 303
    assert shown.reply.location.startswith("/auth/sign-in?")


@pytest.mark.parametrize("change", ["deleted", "disabled", "to be reset"])
def test_an_account_that_is_not_what_it_was(stage: Stage, change: str) -> None:
    user = stage.user()
    person = at_home(stage, user)
    if change == "deleted":
        stage.cognito.remove_user(user.username)
    else:
        status = "CONFIRMED" if change == "disabled" else "RESET_REQUIRED"
        stage.change(user, status=status, enabled=change != "disabled")
    shown = person.open("/auth/account")
    assert (shown.status, shown.title) == (403, "That is not possible here")
    assert shown.links["Sign out"] == "/auth/logout"


@pytest.mark.parametrize("name", ["TooManyRequestsException", "ForbiddenException", "NewException"])
def test_cognito_does_not_say_whose_it_is(stage: Stage, name: str) -> None:
    person = at_home(stage)
    form = person.last.form("", "previous")
    stage.cloud.faults["GetUser"] = refuses(name, "something of Cognito's own")
    shown = person.open("/auth/account")
    assert (shown.status, shown.reply.value("retry-after")) == (503, "5")
    assert "Exception" not in shown.reply.body.decode()
    assert shown.links["Try again"] == "/auth/account"
    stage.cloud.faults["ChangePassword"] = refuses("InvalidPasswordException")
    assert person.post(form, previous=PASSWORD, password=NEW).status == 503
    stage.cloud.faults.clear()
    assert person.click("Try again").title == "Your account"


# Where password managers look (W3C, "A Well-Known URL for Changing Passwords")


def test_password_managers_find_where_the_password_changes(stage: Stage) -> None:
    person = stage.person()
    reply = person.send("GET", "/.well-known/change-password", NAVIGATION)
    assert (reply.status, reply.location) == (303, "/auth/account#previous")
    assert person.send("POST", "/.well-known/change-password", NAVIGATION).status == 405


def test_an_app_with_the_hosted_login_keeps_that_address(stage: Stage) -> None:
    person = stage.person(login="hosted", domain=stage.pool.origin)
    reply = person.send("GET", "/.well-known/change-password", NAVIGATION)
    assert reply.location.startswith(f"{stage.pool.origin}/oauth2/authorize?")
