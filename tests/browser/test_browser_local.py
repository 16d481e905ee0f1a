"""The local Cognito's pages in a browser: they fit a phone, run under their policy, lead back."""

import base64
import hmac
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from cognito_gate.local import SAMPLE_USERS, Fault, LocalCognito, User
from cognito_gate.local.login import WRONG
from tests.browser.test_browser_pages import CONTRASTS, WIDER
from tests.browser.test_browser_screens import SMALL
from tests.signing_keys import with_ready_keys

CALLBACK = "http://localhost:9/callback"


@pytest.fixture(scope="module")
def cognito() -> Iterator[LocalCognito]:
    cognito = with_ready_keys(LocalCognito(callback_urls=(CALLBACK,)))
    with cognito.serve():
        yield cognito


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A phone's, on which the app is whatever answers there."""
    context = chromium.new_context(viewport={"width": 320, "height": 700})
    context.route("http://localhost:9/**", lambda route: route.fulfill(body="the app"))
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    context.close()
    assert complaints == []


def authorize_url(cognito: LocalCognito, **more: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": cognito.client.client_id,
        "redirect_uri": CALLBACK,
        "state": "s",
    }
    return f"{cognito.origin}/oauth2/authorize?{urlencode({**asked, **more})}"


def sign_in(page: Page, password: str) -> None:
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_person_signs_in(page: Page, cognito: LocalCognito) -> None:
    page.goto(authorize_url(cognito))
    # The policy lets the page's own style through, and nothing is wider than the screen.
    assert (
        page.locator("main").evaluate("element => getComputedStyle(element).borderRadius") == "16px"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.get_by_label("Username").evaluate("element => element === document.activeElement")
    sign_in(page, "wrong")
    assert page.get_by_role("alert").inner_text() == WRONG
    sign_in(page, SAMPLE_USERS[0].password)
    page.wait_for_url(f"{CALLBACK}?code=*")
    assert page.inner_text("body") == "the app"


def test_a_signed_in_person_chooses(page: Page, cognito: LocalCognito) -> None:
    page.goto(authorize_url(cognito))
    sign_in(page, SAMPLE_USERS[0].password)
    page.wait_for_url(f"{CALLBACK}?code=*")
    page.goto(authorize_url(cognito, prompt="select_account"))
    page.get_by_role("link", name="Sign in as a different user").click()
    page.get_by_label("Password", exact=True).wait_for()
    page.go_back()
    page.get_by_role("button", name="Continue as ada").click()
    page.wait_for_url(f"{CALLBACK}?code=*")


def test_a_person_cancels(page: Page, cognito: LocalCognito) -> None:
    page.goto(authorize_url(cognito))
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(f"{CALLBACK}?error=access_denied*")


def test_a_person_reads_a_code(page: Page, cognito: LocalCognito) -> None:
    page.goto(f"{cognito.origin}/_local/outbox")
    asked = {"ClientId": cognito.client.client_id, "Username": "ada"}
    secret = (cognito.client.secret or "").encode()
    digest = hmac.digest(secret, f"ada{asked['ClientId']}".encode(), "sha256")
    asked["SecretHash"] = base64.b64encode(digest).decode()
    target = {"X-Amz-Target": "AWSCognitoIdentityProviderService.ForgotPassword"}
    assert httpx.post(cognito.origin, headers=target, json=asked).status_code == 200
    page.get_by_role("link", name="Look again").click()
    newest = page.get_by_role("listitem").first
    assert newest.locator("code").inner_text() == cognito.outbox[-1].code
    assert "EMAIL to ada@example.com" in newest.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_person_signs_in_from_the_front_page(page: Page, cognito: LocalCognito) -> None:
    page.goto(cognito.origin)
    page.get_by_role("link", name="Sign in as bob").click()
    assert page.get_by_label("Username").input_value() == "bob"
    page.get_by_label("Password", exact=True).fill(SAMPLE_USERS[1].password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{CALLBACK}?code=*")


def test_a_person_switches_things(page: Page, cognito: LocalCognito) -> None:
    """The browser says by itself that the forms are the page's own."""
    page.goto(cognito.origin)
    page.get_by_role("button", name="Cognito is down").click()
    expect(page.get_by_role("status")).to_be_in_viewport()
    expect(page.get_by_text("everywhere: status 503")).to_be_visible()
    assert httpx.get(f"{cognito.issuer}/.well-known/jwks.json").status_code == 503
    page.get_by_role("button", name="Switch all faults off").click()
    page.get_by_label("Access token, seconds").fill("60")
    page.get_by_label("Rotate refresh tokens").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Access token, seconds")).to_have_value("60")
    assert cognito.switches.rotation
    cognito.switch(access_seconds=3600, rotation=False)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_front_page_can_be_read_and_used(
    page: Page, cognito: LocalCognito, theme: Literal["light", "dark"], width: int
) -> None:
    name = "a-long-name-of-somebody-that-nobody-would-type@subdomain.example.com"
    cognito.put_user(User("eve", "Secret-Word-7", name, groups=("editors",), enabled=False))
    cognito.fail("token", Fault("slow"))
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{cognito.origin}/?done=keys")
    page.get_by_text("One fault in detail").click()
    wider, small = page.evaluate(WIDER), page.evaluate(SMALL)
    weak = [what for ratio, what in page.evaluate(CONTRASTS) if ratio < 4.5]
    cognito.heal()
    cognito.remove_user("eve")
    assert (wider, weak, small) == (0, [], [])
