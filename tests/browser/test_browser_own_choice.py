"""Where Cognito offers several ways to sign in (`USER_AUTH`): a passkey of the browser's own
authenticator, a code by e-mail, the password."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from playwright.sync_api import Browser, Page, expect

from cognito_gate import ASGIGate, Settings
from cognito_gate.demo import make_app
from cognito_gate.local import Client, LocalCognito, Passkey, User
from tests.browser.walk import Person, Place, Walk, walking
from tests.journey.serving import listen, port_of, serving
from tests.journey.stage import SECRET_KEY

KEY = ec.generate_private_key(ec.SECP256R1())
ID = b"\xfb\xff the passkey of grace"
PASSKEY = Passkey(
    urlsafe_b64encode(ID).decode().rstrip("="),
    KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
)
GRACE = User("grace", "First-Compiler-1", "grace@example.com", passkeys=(PASSKEY,))
PERSON = Person(GRACE.username, GRACE.password)
FLOWS = ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH")
CHOICE = {
    "SECRET_KEY": SECRET_KEY,
    "COGNITO_GATE_LOGIN": "custom",
    "COGNITO_GATE_SIGN_IN": "both",
    "COGNITO_GATE_SIGN_IN_FLOW": "choice",
    "COGNITO_GATE_SIGN_UP": "true",
}


@pytest.fixture(scope="module")
def cognito() -> LocalCognito:
    """A pool that lets people begin without a password."""
    return LocalCognito(
        users=(GRACE,),
        clients=(Client(secret="s" * 51, auth_flows=FLOWS),),
        first_factors=("PASSWORD", "EMAIL_OTP", "WEB_AUTHN"),
    )


@pytest.fixture(scope="module")
def place(cognito: LocalCognito) -> Iterator[Place]:
    listener = listen()
    app = f"http://localhost:{port_of(listener)}"
    with listener, cognito.serve() as origin:
        variables = {
            **cognito.environment(),
            **CHOICE,
            "AWS_COGNITO_DOMAIN": "",  # signing out stays on this site
            "AWS_COGNITO_REDIRECT_URL": f"{app}/auth/callback",
            "AWS_COGNITO_LOGOUT_URL": f"{app}/auth/signed-out",
        }
        settings = Settings.from_env(variables, env_file=None)
        with serving(ASGIGate(make_app(settings), settings=settings), listener):
            yield Place(app, origin)


@pytest.fixture
def walk(chromium: Browser, place: Place) -> Iterator[Walk]:
    with walking(chromium, place) as made:
        yield made


@contextmanager
def authenticator(page: Page, key: ec.EllipticCurvePrivateKey | None = None) -> Iterator[None]:
    """Chromium's own, which finds its owner present, and holds a passkey of this key, or none."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    made = wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    if key is not None:
        wire.send("WebAuthn.addCredential", made | {"credential": credential(key)})
    yield
    wire.detach()


def credential(key: ec.EllipticCurvePrivateKey) -> dict[str, object]:
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {
        "credentialId": b64encode(ID).decode(),
        "isResidentCredential": True,
        "rpId": "localhost",
        "userHandle": b64encode(GRACE.sub.encode()).decode(),
        "privateKey": b64encode(private).decode(),
        "signCount": 1,
    }


def choose(walk: Walk, way: str, person: Person = PERSON) -> None:
    """Say who one is, then how to prove it."""
    walk.start("/?here=1")
    expect(walk.page.locator("#password")).to_have_count(0)
    walk.hands.fill("username", person.name)
    walk.hands.press("Continue")
    walk.at("choose.title")
    walk.reloads()
    walk.hands.press(way)


def test_with_a_passkey(walk: Walk) -> None:
    with authenticator(walk.page, KEY):
        choose(walk, "Passkey")
        walk.at("passkey.title")
        walk.reloads()
        walk.hands.press("Use passkey")
        walk.inside(PERSON, "/?here=1")


def test_with_a_passkey_that_is_not_theirs(walk: Walk) -> None:
    with authenticator(walk.page, ec.generate_private_key(ec.SECP256R1())):
        choose(walk, "Passkey")
        walk.hands.press("Use passkey")
        walk.at("sign_in.title")
        walk.problem("This sign-in cannot go on.")


def add_passkey(walk: Walk) -> None:
    """From the app to the account page, and back to that with a passkey more."""
    walk.open_account()
    walk.unfold("account.passkeys_title")
    walk.hands.press("Add a passkey")
    walk.at("passkey_setup.title")
    walk.hands.press("Create passkey")


def test_the_life_of_a_passkey(walk: Walk, cognito: LocalCognito) -> None:
    """Added on the account page, used to sign in, removed; and then it opens nothing any more."""
    person = Person("dorothy", "First-Compiler-1")
    cognito.put_user(User(person.name, person.password, person.email))
    with authenticator(walk.page):
        choose(walk, "Password", person)
        walk.fill_in(password=person.password)
        walk.hands.press(walk.words("password.button"))
        walk.inside(person, "/?here=1")
        add_passkey(walk)
        walk.at("account.title")
        walk.noticed("notice.passkey_added")
        add_passkey(walk)
        expect(walk.page.get_by_role("alert")).to_have_text(walk.words("passkey_setup.known"))
        walk.sign_out()

        choose(walk, "Passkey", person)
        walk.hands.press("Use passkey")
        walk.inside(person, "/?here=1")
        walk.open_account()
        walk.unfold("account.passkeys_title")
        expect(walk.page.locator(".row")).to_have_count(1)
        walk.page.locator(".row button").click()
        walk.at("account.title")
        walk.noticed("notice.passkey_removed")
        walk.sign_out()

        choose(walk, "Passkey", person)
        expect(walk.page.locator("#message")).to_have_text(walk.words("error.field.way"))


def test_a_newcomer_is_inside_with_the_code_alone(walk: Walk) -> None:
    person = Person()
    walk.start("/?here=1")
    walk.sign_up(person)
    walk.fill_in(code=walk.letter(person.email))
    walk.hands.press("Confirm")
    walk.inside(person, "/?here=1")
