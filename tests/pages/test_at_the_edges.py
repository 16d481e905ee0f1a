"""The sign-in pages behind ASGI and WSGI: a journey of each, and what an edge itself gives them.

What the pages decide is tested once, on the core, by the other files here.
"""

from urllib.parse import urlencode

import pytest

from cognito_gate._gate.messages import MAX_FORM_BYTES
from tests.local.api.test_passkeys import PASSKEY
from tests.pages.person import FORM
from tests.pages.stage import BOTH_EDGES, FLOWS, NEW, PASSWORD, SECRET, Stage, prove, sign_in
from tests.pages.test_choice import choosing, credential
from tests.pages.test_set_up import code_of
from tests.pages.test_sign_up import address, begun
from tests.world import faults
from tests.world.browser import FETCH, NAVIGATION

pytestmark = BOTH_EDGES
SESSION = {f"__Host-cognito_{kind}_token" for kind in ("access", "id", "refresh")}


@pytest.mark.parametrize("flow", FLOWS)
def test_signing_in(stage: Stage, flow: str) -> None:
    person, user = stage.person(sign_in_flow=flow), stage.user(mfa=("totp",), totp_secret=SECRET)
    shown = sign_in(person, user, "/reports?year=2026&x=%2F", password="Pässwörd-7-€")
    assert (shown.status, shown.told) == (400, ["E-mail address or password is not right."])
    shown = person.fill_in(password=PASSWORD)
    assert (shown.path, shown.title) == ("/auth/mfa", "Enter your code")
    person.fill_in(code=stage.cognito.totp_code(user.username))
    assert person.last.target == "/reports?year=2026&x=%2F"
    assert person.last.reply.identity.email == user.email
    assert person.open("/auth/account").title == "Your account"


def test_a_passkey(stage: Stage) -> None:
    person, user = choosing(stage)
    assert user.passkeys == (PASSKEY,)
    form = person.press("Passkey").form()
    assert person.post(form, credential=credential(person)).reply.location == "/page"


def test_signing_up(stage: Stage) -> None:
    person = stage.person()
    assert begun(person).title == "Confirm your account"
    person.fill_in(code=stage.code(address(person)))
    assert prove(person, address(person)).target == "/page"


def test_a_forgotten_password(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    person.open("/auth/forgot?next=/page")
    person.fill_in(username=str(user.email))
    person.fill_in(code=stage.code(user.email), password=NEW)
    assert prove(person, str(user.email), NEW).target == "/page"


def test_the_account(stage: Stage) -> None:
    person, user = stage.person(refresh_flow_enabled=True), stage.user()
    sign_in(person, user, "/auth/account")
    shown = person.fill_in(previous=PASSWORD, password=NEW)
    assert shown.told == ["Your password has been changed."]
    shown = person.press("Set up")
    assert person.fill_in(code=code_of(shown)).told == ["The authenticator app is set up."]
    assert set(person.jar) >= SESSION
    assert person.press("Sign out").path == "/auth/signed-out"
    assert not set(person.jar) & SESSION
    assert person.open("/page").path == "/auth/sign-in"


def test_an_outage(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    person.open("/page")
    for name in ("no connection", "huge", "redirect", "hangs up", "500"):
        stage.cloud.faults["InitiateAuth"] = faults.OUTAGES[name]
        shown = prove(person, str(user.email))
        assert (shown.status, shown.reply.value("retry-after")) == (503, "5"), name
    stage.cloud.faults.clear()
    assert prove(person, str(user.email)).target == "/page"


def test_a_form_of_another_site_or_browser(stage: Stage) -> None:
    person, user = stage.person(), stage.user()
    form = person.open("/auth/sign-in").form()
    typed = {"username": str(user.email), "password": PASSWORD}
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert person.post(form, headers, **typed).status == 403
    assert stage.person().post(form, **typed).status == 403
    assert stage.cloud.names == []


def test_bodies(stage: Stage) -> None:
    person = stage.person()
    body = urlencode(person.open("/auth/sign-in").form().fields).encode() + b"&x="
    for size in (MAX_FORM_BYTES + 1, MAX_FORM_BYTES + 2, 100_000):
        assert person.post_bytes("/auth/sign-in", body.ljust(size, b"x")).status == 413
    assert person.post_bytes("/auth/sign-in", body.ljust(MAX_FORM_BYTES, b"x")).status == 400
    for kind in (None, "text/plain", "multipart/form-data; boundary=x"):
        assert (
            person.post_bytes("/auth/sign-in", body, {**FORM, "content-type": kind}).status == 400
        )
    assert stage.cloud.names == []


def test_methods(stage: Stage) -> None:
    person = stage.person()
    page = person.open("/auth/sign-in").reply
    head = person.send("HEAD", "/auth/sign-in", NAVIGATION)
    assert (head.status, head.body, head.steady) == (200, b"", page.steady)
    put = person.send("PUT", "/auth/sign-in", FETCH)
    assert (put.status, put.value("allow"), put.app) == (405, "GET, HEAD, POST", None)


@pytest.mark.parametrize("visitor", ["198.51.100.9", "2001:db8::1", ""])
def test_the_visitors_address(stage: Stage, visitor: str) -> None:
    site = stage.site(user_context=True, tries_per_address=2, app_name=f"at {visitor}")
    for status in (400, 400, 429):
        person = stage.person(site)
        person.client = visitor
        assert sign_in(person, stage.user(), password="Wrong-Horse-7").status == status
    for call in stage.cloud.named("InitiateAuth"):
        assert call.said.get("UserContextData") == ((visitor and {"IpAddress": visitor}) or None)


def test_under_a_mount(stage: Stage) -> None:
    prefix = "/shop/auth"
    person, user = (
        stage.person(
            mount="/shop",
            prefix=prefix,
            redirect_url=f"https://app.example{prefix}/callback",
            logout_url=f"https://app.example{prefix}/signed-out",
        ),
        stage.user(),
    )
    shown = sign_in(person, user, "/shop/page")
    assert (shown.target, shown.reply.identity.email) == ("/shop/page", user.email)
