"""The passkeys of the account page: listed, added, removed, and who may not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cognito_gate._sign_in.account import FRESH_SECONDS
from cognito_gate.events import PasskeyAdded, PasskeyRemoved, RateLimited, Refused
from cognito_gate.local import Passkey, User
from tests.flows.site import CoreSite
from tests.local.api.authenticator import Authenticator, base64url
from tests.local.api.test_passkeys import PASSKEY, PRIVATE, pem
from tests.pages.cloud import answers, refuses
from tests.pages.person import Person, Shown
from tests.pages.stage import Stage, sign_in
from tests.pages.test_told import only, told

ADD, CREATE = "Add a passkey", "Create passkey"
ADDED = "The passkey was added. You can sign in with it from now on."
REMOVED = "The passkey was removed. Delete it on your device, too."
NOT_ADDED = "That passkey could not be added. Please try again."
SITE = "https://app.example"


def at_home(stage: Stage, user: User | None = None, **changes: Any) -> Person:
    """Somebody signed in, at the page of the account."""
    person = stage.person(sign_in_flow="choice", **changes)
    sign_in(person, user or stage.user())
    person.open("/auth/account")
    return person


def device(name: bytes = b"a-passkey", origin: str = SITE) -> Authenticator:
    return Authenticator(PRIVATE, name=name, origin=origin)


def make(shown: Shown, of: Authenticator, **changes: Any) -> str:
    """What the browser would make of the page's options."""
    form = shown.page.one("form", id="credential")
    options = json.loads(form.get("data-passkey"))
    return json.dumps(of.create(options, **changes))


def add(person: Person, of: Authenticator, **changes: Any) -> Shown:
    shown = person.press(ADD)
    assert (shown.status, shown.title) == (200, ADD)
    return person.follow(person.post(shown.form(), credential=make(shown, of, **changes)))


def rows(shown: Shown) -> list[str]:
    return [form.fields["passkey"] for form in shown.forms if "passkey" in form.fields]


def beside(shown: Shown) -> str:
    """What stands beside the button, which has the focus, in the section that is open."""
    button = shown.page.one("button", id="passkey")
    assert button.get("aria-describedby") == "passkey-wrong"
    assert "autofocus" in button.attributes
    assert any("open" in around.attributes for around in button.around)
    return shown.page.one("p", id="passkey-wrong").text.removeprefix("Error: ")


def test_one_is_added_used_and_removed(stage: Stage) -> None:
    user, key = stage.user(), device()
    person = at_home(stage, user)
    told(person)
    shown = add(person, key)
    assert (shown.path, shown.told, rows(shown)) == (
        *("/auth/account", [ADDED], [base64url(key.name)]),
    )
    only(person, PasskeyAdded, username=user.username)

    other = stage.person(sign_in_flow="choice")
    other.open("/page")
    other.fill_in(username=str(user.email))
    asked = other.press("Passkey").page.one("form", id="credential").get("data-passkey")
    given = json.dumps(key.get(json.loads(asked)))
    assert other.follow(other.post(other.last.form(), credential=given)).target == "/page"

    told(person)
    [remove] = [one for form in shown.forms for one in form.buttons if "Remove" in one.text]
    shown = person.press(remove.text)
    assert (shown.path, shown.told, rows(shown)) == ("/auth/account", [REMOVED], [])
    only(person, PasskeyRemoved, username=user.username)
    other = stage.person(sign_in_flow="choice")
    other.open("/page")
    other.fill_in(username=str(user.email))
    assert other.press("Passkey").told == [
        "There is no passkey for this account. Choose another way."
    ]


def test_without_javascript_the_page_says_what_they_need(stage: Stage) -> None:
    shown = at_home(stage).press(ADD)
    assert "hidden" in shown.page.one("form", id="credential").attributes
    note = shown.page.one("p", data_without_script="")
    assert note.text == "Passkeys work only with JavaScript turned on in this browser."
    assert "hidden" not in note.attributes


def test_sites_without_them_neither_show_nor_take_them(stage: Stage) -> None:
    user = stage.user(passkeys=(PASSKEY,))
    person = at_home(stage, user, sign_in_ways=("PASSWORD_SRP", "EMAIL_OTP"))
    assert rows(person.last) == []
    stage.cloud.forget()
    form = person.last.form("", "previous")
    assert person.post(form, action="passkey").status == 400
    assert stage.cloud.names == []


# Whoever may not


@pytest.mark.parametrize("action", ["passkey", "passkey-add", "passkey-remove"])
def test_they_take_a_fresh_sign_in(stage: Stage, action: str) -> None:
    """Whoever finds a session open must not leave a passkey of theirs in the account."""
    site = CoreSite(
        stage.pool.settings("public", sign_in="email", sign_in_flow="choice"), stage.cloud
    )
    person = Person(site)
    stage.people.append(person)
    user = stage.user(passkeys=(PASSKEY,))
    sign_in(person, user, "/auth/account")
    form = person.last.form(ADD)
    site.ahead = FRESH_SECONDS + 1
    stage.cloud.forget()
    named = {"passkey": PASSKEY.credential_id, "credential": "{}"}
    shown = person.follow(person.post(form, action=action, **named))
    assert (shown.path, shown.query["next"]) == ("/auth/sign-in", "/auth/account")
    assert stage.cloud.names == []
    assert stage.now(user).passkeys == (PASSKEY,)


@pytest.mark.parametrize("action", ["passkey", "passkey-add", "passkey-remove"])
def test_other_sites_cannot_send_their_forms(stage: Stage, action: str) -> None:
    user = stage.user(passkeys=(PASSKEY,))
    person = at_home(stage, user)
    form = person.last.form(ADD).with_({"action": action, "passkey": PASSKEY.credential_id})
    stage.cloud.forget()
    shown = person.post(form, {"sec-fetch-site": "cross-site", "origin": "https://evil.example"})
    assert shown.status == 403
    assert person.post(form, form="of-another-browser").status == 403
    assert {"StartWebAuthnRegistration", "DeleteWebAuthnCredential"}.isdisjoint(stage.cloud.names)
    assert stage.now(user).passkeys == (PASSKEY,)


def test_another_users_passkey_stays(stage: Stage) -> None:
    theirs = Passkey(base64url(b"of-bob"), pem(PRIVATE))
    mine, bob = stage.user(passkeys=(PASSKEY,)), stage.user(passkeys=(theirs,))
    person = at_home(stage, mine)
    told(person)
    form = next(form for form in person.last.forms if "passkey" in form.fields)
    shown = person.post(form, passkey=theirs.credential_id)
    assert (shown.status, beside(shown)) == (400, "That passkey had been removed already.")
    only(person, Refused, status=400, code="refused")
    assert (stage.now(bob).passkeys, stage.now(mine).passkeys) == ((theirs,), (PASSKEY,))


def test_what_the_browser_made_counts_once(stage: Stage) -> None:
    """A form that is sent again adds nothing, nor does one of another person's page."""
    user, bob = stage.user(), stage.user()
    person = at_home(stage, user)
    page = person.press(ADD)
    given = make(page, device())
    assert person.follow(person.post(page.form(), credential=given)).told == [ADDED]
    shown = person.post(page.form(), credential=given)
    assert (shown.status, beside(shown)) == (400, NOT_ADDED)
    other = at_home(stage, bob)
    page = person.press(ADD)
    shown = other.post(other.press(ADD).form(), credential=make(page, device(b"second")))
    assert (shown.status, beside(shown)) == (400, NOT_ADDED)
    assert (len(stage.now(user).passkeys), stage.now(bob).passkeys) == (1, ())


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "[" * 5_000, '{"id": "\\ud800"}', '{"a": 1e999}']
)
def test_what_is_no_passkey(stage: Stage, text: str) -> None:
    person = at_home(stage)
    shown = person.post(person.press(ADD).form(), credential=text)
    assert (shown.status, beside(shown)) == (400, NOT_ADDED)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"client": {"origin": "https://evil.example"}}, NOT_ADDED),
        ({"party": "evil.example"}, NOT_ADDED),
        (
            {"cose": {3: -8}},
            "That kind of passkey is not accepted. Use another device or password manager.",
        ),
    ],
)
def test_a_passkey_that_cognito_refuses(stage: Stage, changes: dict[str, Any], says: str) -> None:
    user = stage.user()
    shown = add(at_home(stage, user), device(), **changes)
    assert (shown.status, beside(shown)) == (400, says)
    assert stage.now(user).passkeys == ()


def test_there_is_no_other_action(stage: Stage) -> None:
    person = at_home(stage)
    assert person.post(person.last.form(ADD), action="passkey-rename").status == 400


def test_attempts_are_counted(stage: Stage) -> None:
    person = at_home(stage, tries_per_address=3)
    page = person.last
    told(person)
    while person.post(page.form(ADD)).status == 200:
        told(person)
    assert (person.last.status, int(person.last.reply.value("retry-after")) > 0) == (429, True)
    only(person, RateLimited, status=429)


# What the pool lacks


@pytest.mark.parametrize(
    ("exception", "status", "says", "advice"),
    [
        (
            "WebAuthnNotEnabledException",
            503,
            "Passkeys are not set up for this app. Please tell the people who run it.",
            "add WEB_AUTHN to the first factors of its sign-in policy",
        ),
        (
            "WebAuthnConfigurationMissingException",
            503,
            "Passkeys are not set up for this app. Please tell the people who run it.",
            "the pool has no relying party id for passkeys",
        ),
        (
            "FeatureUnavailableInTierException",
            503,
            "Passkeys are not set up for this app. Please tell the people who run it.",
            "the pool's feature plan does not include this",
        ),
        (
            "LimitExceededException",
            400,
            "No more passkeys can be added right now. Remove one that you no longer use, "
            "or try again later.",
            "",
        ),
    ],
)
def test_what_a_pool_lacks_is_said(
    stage: Stage,
    caplog: pytest.LogCaptureFixture,
    exception: str,
    status: int,
    says: str,
    advice: str,
) -> None:
    person = at_home(stage)
    stage.cloud.faults["StartWebAuthnRegistration"] = refuses(exception)
    shown = person.press(ADD)
    assert (shown.status, beside(shown)) == (status, says)
    assert advice in caplog.text


@pytest.mark.parametrize(("party", "fits"), [("app.example", True), ("pool.example", False)])
def test_passkeys_of_another_site(
    stage: Stage, caplog: pytest.LogCaptureFixture, party: str, fits: bool
) -> None:
    person = at_home(stage)
    options = {"CredentialCreationOptions": {"rp": {"id": party}}}
    stage.cloud.faults["StartWebAuthnRegistration"] = answers(**options)
    shown = person.press(ADD)
    assert shown.page.one("form", id="credential").get("data-misplaced")
    assert (f"passkeys are for {party}, and this site is app.example" in caplog.text) is not fits


def test_options_that_are_none(stage: Stage) -> None:
    person = at_home(stage)
    stage.cloud.faults["StartWebAuthnRegistration"] = answers(CredentialCreationOptions="x")
    assert person.press(ADD).status == 503


LISTED = {"CredentialId": "a-b", "FriendlyCredentialName": "Key\u202e<b>" + "x" * 99}


@pytest.mark.parametrize("at", [1_795_219_200.5, None, True, -1, 1e300, "2026"])
def test_names_and_dates_are_shown_as_far_as_they_make_sense(stage: Stage, at: Any) -> None:
    person = at_home(stage)
    stage.cloud.faults["ListWebAuthnCredentials"] = answers(
        Credentials=[{**LISTED, "CreatedAt": at}]
    )
    shown = person.open("/auth/account")
    [name] = [item.text for item in shown.page.every("b") if item.text.startswith("Key")]
    assert name == ("Key<b>" + "x" * 99)[:80]
    assert ("Added on 2026-11-21" in shown.page.one("main").text) is (at == 1_795_219_200.5)


@pytest.mark.parametrize(
    "fault",
    [
        refuses("WebAuthnNotEnabledException"),
        refuses("TooManyRequestsException"),
        answers(),
        answers(Credentials=["x"]),
        answers(Credentials=[{}]),
        answers(Credentials=[{"CredentialId": "a", "FriendlyCredentialName": ["x"]}]),
    ],
)
def test_the_password_can_be_changed_where_passkeys_cannot_be_listed(
    stage: Stage, caplog: pytest.LogCaptureFixture, fault: Any
) -> None:
    person = at_home(stage)
    stage.cloud.faults["ListWebAuthnCredentials"] = fault
    shown = person.open("/auth/account")
    assert (shown.status, shown.told) == (200, ["Your passkeys cannot be shown right now."])
    assert shown.form("", "previous")
    assert caplog.text
