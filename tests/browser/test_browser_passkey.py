"""The passkey page with Chromium's virtual authenticator, and where there is less to rely on."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Browser, Page, expect

from tests.browser.gallery import open_gallery
from tests.browser.tab import Tab

KEY = ec.generate_private_key(ec.SECP256R1())
OLDER = """delete PublicKeyCredential.parseRequestOptionsFromJSON;
    delete PublicKeyCredential.parseCreationOptionsFromJSON;
    delete PublicKeyCredential.prototype.toJSON;"""
PART = "delete PublicKeyCredential.prototype.toJSON;"
BROKEN = "PublicKeyCredential.prototype.toJSON = () => { throw new TypeError('not mine'); };"
NONE = "delete window.PublicKeyCredential;"


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    with open_gallery() as origin:
        yield origin


@contextmanager
def visit(
    chromium: Browser,
    gallery: str,
    before: str = "",
    *,
    known: bool = True,
    screen: str = "passkey",
) -> Iterator[Page]:
    """The page, with an authenticator in the device that knows the visitor's passkey or none."""
    with chromium.new_context(base_url=gallery, locale="en-GB") as context:
        tab = Tab(context.new_page())
        if before:
            tab.page.add_init_script(before)
        wire = context.new_cdp_session(tab.page)
        wire.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        options |= {"hasUserVerification": True, "isUserVerified": True}
        made = wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        if known:
            wire.send("WebAuthn.addCredential", made | {"credential": credential()})
        tab.page.goto(f"/empty/{screen}")
        yield tab.page
        assert tab.complaints == []


def credential() -> dict[str, Any]:
    private = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {
        "credentialId": b64encode(b"\xfb\xff an id").decode(),
        "isResidentCredential": True,
        "rpId": "localhost",
        "userHandle": b64encode(b"ada\xff\xfb").decode(),
        "privateKey": b64encode(private).decode(),
        "signCount": 1,
    }


def raw(text: str) -> bytes:
    assert re.fullmatch("[A-Za-z0-9_-]+", text)
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check(said: dict[str, Any]) -> None:
    """A server's checks (Web Authentication, section 7.2), as far as they tell encodings apart."""
    assert set(said) == {
        *("id", "rawId", "type", "response", "clientExtensionResults", "authenticatorAttachment")
    }
    assert raw(said["id"]) == raw(said["rawId"]) == b"\xfb\xff an id"
    assert (said["type"], said["authenticatorAttachment"]) == ("public-key", "platform")
    assert said["clientExtensionResults"] == {}
    answer = said["response"]
    assert set(answer) == {"clientDataJSON", "authenticatorData", "signature", "userHandle"}
    assert raw(answer["userHandle"]) == b"ada\xff\xfb"
    client = json.loads(raw(answer["clientDataJSON"]))
    assert (client["type"], raw(client["challenge"])) == ("webauthn.get", raw("-_8AAQ"))
    signed = raw(answer["authenticatorData"]) + sha256(raw(answer["clientDataJSON"])).digest()
    KEY.public_key().verify(raw(answer["signature"]), signed, ec.ECDSA(SHA256()))


@pytest.mark.parametrize("before", ["", OLDER, PART, BROKEN])
def test_a_passkey_signs_in(chromium: Browser, gallery: str, before: str) -> None:
    with visit(chromium, gallery, before) as page:
        page.get_by_role("button", name="Use passkey").click()
        page.wait_for_url("**/auth/mfa")
        form = json.loads(page.inner_text("body"))
    assert (form["attempt"], form["form"]) == ("a1", "a-token")
    check(json.loads(form["credential"]))


def test_no_passkey_here(chromium: Browser, gallery: str) -> None:
    with visit(chromium, gallery, known=False) as page:
        button = page.get_by_role("button", name="Use passkey")
        button.click()
        expect(page.get_by_role("alert")).to_contain_text("cancelled or took too long")
        expect(button).to_be_enabled()
        expect(button).to_be_focused()


def test_a_challenge_that_is_none(chromium: Browser, gallery: str) -> None:
    with visit(chromium, gallery) as page:
        page.evaluate("document.querySelector('[data-passkey]').dataset.passkey = '{}'")
        page.get_by_role("button", name="Use passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("could not be used")


def test_a_browser_without_passkeys(chromium: Browser, gallery: str) -> None:
    with visit(chromium, gallery, NONE) as page:
        expect(page.get_by_role("alert")).to_contain_text("This browser cannot use passkeys")
        expect(page.get_by_role("button")).to_have_count(0)
        expect(page.get_by_role("link", name="Other ways to sign in")).to_be_visible()


@pytest.mark.parametrize("before", ["", OLDER])
def test_a_passkey_is_made(chromium: Browser, gallery: str, before: str) -> None:
    with visit(chromium, gallery, before, known=False, screen="passkey-setup") as page:
        page.get_by_role("button", name="Create passkey").click()
        page.wait_for_url("**/auth/account")
        form = json.loads(page.inner_text("body"))
    assert form["action"] == "passkey-add"
    made = json.loads(form["credential"])
    assert (made["type"], made["authenticatorAttachment"]) == ("public-key", "platform")
    assert raw(made["id"]) == raw(made["rawId"])
    client = json.loads(raw(made["response"]["clientDataJSON"]))
    assert (client["type"], raw(client["challenge"])) == ("webauthn.create", raw("-_8AAQ"))
    assert raw(made["id"]) in raw(made["response"]["attestationObject"])
    assert made["response"]["transports"] == ["internal"]


def test_a_site_that_the_pools_passkeys_are_not_for(chromium: Browser, gallery: str) -> None:
    with visit(chromium, gallery, screen="passkey-setup") as page:
        page.evaluate("""() => {
          const data = document.querySelector("[data-passkey]").dataset;
          data.passkey = data.passkey.replace('"id":"localhost"', '"id":"pool.example"');
        }""")
        page.get_by_role("button", name="Create passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("not set up for this site's address")
