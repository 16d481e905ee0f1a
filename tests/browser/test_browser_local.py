"""The local Cognito's pages in a browser: they fit a phone, run under their policy, lead back."""

import base64
import hmac
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, Page

from cognito_gate.local import SAMPLE_USERS, LocalCognito
from cognito_gate.local.login import WRONG
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
