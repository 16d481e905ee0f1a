"""Signing out of a session that began at our own page."""

from typing import Any

import pytest

from tests.pages.cloud import refuses
from tests.pages.person import HERE, Person
from tests.pages.stage import SECRET, Stage, sign_in
from tests.world import faults
from tests.world.browser import Reply

SESSION = {f"__Host-cognito_{kind}_token" for kind in ("access", "id", "refresh")}
BOTH_CLIENTS = pytest.mark.parametrize("client", ["confidential", "public"])


def signed_in(stage: Stage, **changes: Any) -> Person:
    person = stage.person(**{"refresh_flow_enabled": True, **changes})
    assert sign_in(person, stage.user()).status == 200
    assert set(person.jar) >= SESSION
    return person


def sign_out(person: Person, method: str = "GET") -> Reply:
    return person.send(method, "/auth/logout", {**HERE, "origin": "https://app.example"})


@pytest.mark.parametrize(("client", "method"), [("confidential", "GET"), ("public", "POST")])
def test_without_a_login_domain(stage: Stage, client: str, method: str) -> None:
    """Straight on: no session of Cognito's own is left that would sign one in again."""
    person = signed_in(stage, client=client)
    reply = sign_out(person, method)
    assert (reply.status, reply.location) == (303, "https://app.example/auth/signed-out")
    assert set(reply.cleared) >= SESSION
    assert not set(person.jar) & SESSION
    assert person.open(reply.location).status == 200
    assert person.open("/page").path == "/auth/sign-in"


@BOTH_CLIENTS
def test_with_a_login_domain(stage: Stage, client: str) -> None:
    person = signed_in(stage, client=client, domain=stage.pool.origin)
    reply = sign_out(person)
    app = stage.pool.clients[client]
    assert reply.location == (
        f"{stage.pool.origin}/logout?client_id={app.client_id}"
        "&logout_uri=https%3A%2F%2Fapp.example%2Fauth%2Fsigned-out"
    )
    answer = stage.cloud.http.get(reply.location)
    assert answer.headers["location"] == "https://app.example/auth/signed-out"


@BOTH_CLIENTS
def test_the_refresh_token_is_revoked_by_the_api(stage: Stage, client: str) -> None:
    person = signed_in(stage, client=client)
    stage.cloud.forget()
    sign_out(person)
    [call] = stage.cloud.calls
    app = stage.pool.clients[client]
    assert (call.name, call.got) == ("RevokeToken", {})
    assert call.said["ClientId"] == app.client_id
    assert call.said.get("ClientSecret") == app.secret
    again = {"RefreshToken": call.said["Token"], "ClientId": app.client_id}
    proof = {"ClientSecret": app.secret} if app.secret else {}
    refused = stage.ask("GetTokensFromRefreshToken", **again, **proof)
    assert refused["message"] == "Refresh Token has been revoked"


@pytest.mark.parametrize(
    ("fault", "revoked"),
    [
        (faults.OUTAGES["500"], False),
        (faults.OUTAGES["firewall"], False),
        (faults.OUTAGES["slow answer"], False),
        (faults.OUTAGES["garbage"], False),
        (faults.OUTAGES["empty"], True),  # that is how Cognito says yes
        (refuses("UnauthorizedException"), False),
        (refuses("UnsupportedTokenTypeException"), False),
    ],
)
def test_it_does_not_hang_on_that(
    stage: Stage, fault: faults.Fault, revoked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    person = signed_in(stage)
    stage.cloud.faults["RevokeToken"] = fault
    reply = sign_out(person)
    assert (reply.status, reply.location) == (303, "https://app.example/auth/signed-out")
    assert not set(person.jar) & SESSION
    assert ("the refresh token could not be revoked" in caplog.text) != revoked


def test_a_step_that_waits_ends_as_well(stage: Stage) -> None:
    person = stage.person()
    sign_in(person, stage.user(mfa=("totp",), totp_secret=SECRET))
    assert "__Host-cognito_pending" in person.jar
    sign_out(person)
    assert "__Host-cognito_pending" not in person.jar


def test_not_by_another_site(stage: Stage) -> None:
    person = signed_in(stage)
    headers = {**HERE, "sec-fetch-site": "cross-site"}
    reply = person.send("GET", "/auth/logout", headers)
    assert (reply.status, reply.cookies) == (403, {})
    assert person.open("/page").status == 200


def test_the_account_page_leads_there(stage: Stage) -> None:
    person = signed_in(stage)
    person.open("/auth/account")
    shown = person.press("Sign out")
    assert shown.path == "/auth/signed-out"
    assert not set(person.jar) & SESSION


@pytest.mark.parametrize(
    ("language", "title"), [("en", "You are signed out"), ("de", "Sie sind abgemeldet")]
)
def test_the_last_page_is_in_the_visitors_language(stage: Stage, language: str, title: str) -> None:
    person = signed_in(stage)
    reply = sign_out(person)
    shown = person.open(reply.location, {**HERE, "accept-language": language})
    assert (shown.status, shown.title, shown.page.one("html").get("lang")) == (200, title, language)
    assert "/auth/sign-in" in shown.links.values()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_last_page_takes_nothing(stage: Stage, method: str) -> None:
    reply = stage.person().send(method, "/auth/signed-out", HERE)
    assert (reply.status, reply.value("allow")) == (405, "GET, HEAD")


def test_everywhere(stage: Stage) -> None:
    """Tokens of the JSON API have the scope for it; the calls go where all others go."""
    person = stage.person(refresh_flow_enabled=True)
    name = stage.user()
    assert sign_in(person, name).status == 200
    other = stage.person(refresh_flow_enabled=True)
    assert sign_in(other, name).status == 200
    shown = person.open("/auth/sessions")
    assert (shown.status, shown.title) == (200, "Your sessions")
    stage.cloud.forget()
    headers = {**HERE, "origin": "https://app.example"}
    reply = person.send_form("/auth/sessions", b"action=everywhere", headers)
    assert (reply.status, reply.location) == (303, "https://app.example/auth/signed-out")
    assert [call.name for call in stage.cloud.calls] == ["GlobalSignOut", "RevokeToken"]
    assert other.open("/page").path == "/auth/sign-in"
