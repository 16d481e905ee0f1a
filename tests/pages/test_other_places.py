"""Sign-in pages under other settings: another prefix, a mount, plain http, other cookies."""

from typing import Any

import pytest

from cognito_gate.settings.endpoints import PAGES, ROUTES
from tests.pages.person import FORM, HERE, Person
from tests.pages.stage import NEW, PASSWORD, SECRET, Stage

LOCAL = "http://localhost:8000"


def walk(stage: Stage, person: Person, prefix: str, origin: str = "https://app.example") -> None:
    """Sign in with a code, change the password, sign out."""
    user = stage.user(mfa=("totp",), totp_secret=SECRET)
    form, here = {**FORM, "origin": origin}, HERE

    def fill_in(**typed: str) -> str:
        shown = person.post(person.last.form("", *typed), form, **typed)
        return person.open(shown.reply.location, here).path

    assert person.open(f"{prefix.removesuffix('/auth')}/page").path == f"{prefix}/sign-in"
    assert fill_in(username=str(user.email), password=PASSWORD) == f"{prefix}/mfa"
    page = fill_in(code=stage.cognito.totp_code(user.username))
    assert page == f"{prefix.removesuffix('/auth')}/page"
    assert person.last.reply.identity.email == user.email
    person.open(f"{prefix}/account", here)
    assert fill_in(previous=PASSWORD, password=NEW) == f"{prefix}/account"
    assert person.last.told == ["Your password has been changed."]
    ways = {f"{prefix}/account", f"{prefix}/logout"}
    assert {form.action for form in person.last.forms} == ways
    reply = person.send("GET", f"{prefix}/logout", here)
    assert reply.location == f"{origin}{prefix}/signed-out"


@pytest.mark.parametrize("mount", ["", "/shop"])
def test_another_prefix_and_a_mount(stage: Stage, mount: str) -> None:
    prefix = "/shop/auth"
    person = stage.person(
        mount=mount,
        prefix=prefix,
        redirect_url=f"https://app.example{prefix}/callback",
        logout_url=f"https://app.example{prefix}/signed-out",
    )
    walk(stage, person, prefix)


def test_plain_http_on_this_machine(stage: Stage) -> None:
    """No `__Host-` and no Secure, which browsers would refuse there."""
    person = stage.person(
        redirect_url=f"{LOCAL}/auth/callback", logout_url=f"{LOCAL}/auth/signed-out"
    )
    walk(stage, person, "/auth", LOCAL)
    cookies = [cookie for shown in person.seen for cookie in shown.reply.cookies.values()]
    assert {"cognito_form", "cognito_pending"} <= {cookie.name for cookie in cookies}
    assert not any("secure" in cookie.attributes for cookie in cookies)
    assert not any(cookie.name.startswith("__Host-") for cookie in cookies)


def test_cookies_of_a_whole_domain(stage: Stage) -> None:
    person = stage.person(cookie_domain="app.example")
    walk(stage, person, "/auth")
    cookies = [cookie for shown in person.seen for cookie in shown.reply.cookies.values()]
    assert {cookie.attributes["domain"] for cookie in cookies} == {"app.example"}


@pytest.mark.parametrize(
    "changes",
    [
        {"cookie_samesite": "strict"},
        {"cookie_encrypted": True},
        {"refresh_flow_enabled": True, "refresh_cookie_encrypted": False},
        {"session_cache": 0},
        {"bearer": True},
    ],
    ids=str,
)
def test_with_other_settings(stage: Stage, changes: dict[str, Any]) -> None:
    walk(stage, stage.person(**changes), "/auth")


def test_the_pages_are_the_gates_whatever_is_public(stage: Stage) -> None:
    person = stage.person(public_paths=("/*",))
    assert person.open("/auth/sign-in").title == "Sign in to app.example"
    assert person.open("/auth/account").path == "/auth/sign-in"


def test_which_addresses_are_the_gates(stage: Stage) -> None:
    hosted = stage.pool.settings("public", login="hosted", domain="my-app", prefix="/x")
    custom = stage.pool.settings("public", prefix="/x")
    assert hosted.routes == tuple(f"/x{name}" for name in ROUTES)
    assert custom.routes == tuple(f"/x{name}" for name in (*ROUTES, *PAGES))
