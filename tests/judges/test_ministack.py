"""The gate in front of both kinds of app, with MiniStack as its Cognito."""

import httpx
import pytest
from click.testing import CliRunner

from cognito_gate.cli.sessions_command import sessions
from tests.journey.visitor import PASSWORDS, is_login_form, set_cookies
from tests.judges.conftest import App, gated
from tests.judges.ministack import CREDENTIALS, MiniStack
from tests.judges.pool import Guest

SESSION = {"cognito_access_token", "cognito_id_token", "cognito_refresh_token"}


# What does not depend on the edge is asked of one.
ASGI = pytest.mark.parametrize("app", ["asgi"], indirect=True)


def test_a_sign_in_ends_where_it_began(app: App, guest: Guest) -> None:
    target = "/%C3%A9;v=1/@me?x=%2F&q=a+b%20c%26d"
    page = guest.follow(guest.ask("/", extensions={"target": target.encode()}))
    landed = guest.ask(guest.submit(page, "ada", PASSWORDS["ada"]).headers["location"])
    assert (landed.status_code, landed.headers["location"]) == (303, target)
    assert set(guest.cookies) == SESSION
    seen = guest.ask("/", extensions={"target": target.encode()}).json()
    assert (seen["username"], seen["email"]) == ("ada", "ada@example.com")
    assert set(seen["groups"]) == {"admin", "editors"}
    assert set(seen["scopes"]) == {"openid", "email", "profile"}


@ASGI
def test_the_issuer_is_the_real_one(app: App, guest: Guest) -> None:
    guest.sign_in()
    claims = guest.ask("/auth/me").json()
    for use in ("access_claims", "id_claims"):
        assert claims[use]["iss"] == app.pool.issuer
    assert claims["access_claims"]["client_id"] == claims["id_claims"]["aud"] == app.pool.client_id


def test_a_public_client(judge: MiniStack) -> None:
    with gated(judge, "wsgi", confidential=False) as app, app.guest() as guest:
        assert app.pool.secret == ""
        assert guest.sign_in("/x?y=1").json()["path"] == "/x"
        guest.drop("cognito_access_token", "cognito_id_token")
        assert guest.ask("/").json()["username"] == "ada"
        assert guest.sign_out().url.path == "/auth/signed-out"


@ASGI
def test_someone_else_without_groups(app: App, guest: Guest) -> None:
    seen = guest.sign_in("/", "bob").json()
    assert (seen["username"], seen["groups"]) == ("bob", [])


@ASGI
def test_a_wrong_password_stays_on_the_login_page(app: App, guest: Guest) -> None:
    page = guest.submit(guest.login_page("/x?y=1"), "ada", "Wrong-Horse-1")
    assert is_login_form(page)
    assert "Incorrect username or password." in page.text
    landed = guest.follow(guest.submit(page, "ada", PASSWORDS["ada"])).json()
    assert (landed["path"], landed["query"]) == ("/x", "y=1")


def test_a_session_is_renewed(app: App, guest: Guest) -> None:
    first = guest.sign_in().json()
    before = guest.session
    guest.drop("cognito_access_token", "cognito_id_token")
    answer = guest.ask("/x?y=1")
    assert (answer.json()["username"], answer.json()["sub"]) == ("ada", first["sub"])
    assert set(set_cookies(answer)) == SESSION
    assert not set(guest.session.values()) & set(before.values())
    assert not set_cookies(guest.ask("/"))


@ASGI
def test_a_signed_out_user_cannot_renew(app: App, guest: Guest) -> None:
    guest.sign_in("/", "bob")
    app.pool.call("admin_user_global_sign_out", Username="bob")
    guest.drop("cognito_access_token", "cognito_id_token")
    assert is_login_form(guest.go("/"))


@ASGI
def test_the_command_that_ends_sessions(
    app: App, guest: Guest, judge: MiniStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    words = ("bob", "--user-pool-id", app.pool.pool_id, "--endpoint-url", judge.origin)
    guest.sign_in("/", "bob")
    listed = CliRunner().invoke(sessions, ("list", *words))
    assert (listed.exit_code, listed.exception) == (0, None)
    ended = CliRunner().invoke(sessions, ("end", *words))
    assert ended.stdout == "All sessions of bob have ended at Cognito.\n"
    guest.drop("cognito_access_token", "cognito_id_token")
    assert is_login_form(guest.go("/"))
    assert CliRunner().invoke(sessions, ("end", "nobody", *words[1:])).exit_code == 1


@ASGI
def test_a_disabled_user_cannot_renew(app: App, guest: Guest) -> None:
    guest.sign_in("/", "bob")
    app.pool.call("admin_disable_user", Username="bob")
    guest.drop("cognito_access_token", "cognito_id_token")
    answer = guest.ask("/x")
    app.pool.call("admin_enable_user", Username="bob")
    assert answer.is_redirect


def test_signing_out_clears_the_session(app: App, guest: Guest) -> None:
    guest.sign_in()
    page = guest.sign_out()
    assert (page.url.path, page.status_code) == ("/auth/signed-out", 200)
    assert guest.cookies == {}
    assert is_login_form(guest.go("/"))


@ASGI
def test_tokens_of_the_api_are_bearers(app: App) -> None:
    tokens = app.pool.tokens("ada")
    assert _bearer(app, tokens["AccessToken"]).json()["username"] == "ada"
    for wrong in (tokens["IdToken"], tokens["RefreshToken"], tokens["AccessToken"][:-9]):
        assert _bearer(app, wrong).status_code == 401


@ASGI
def test_tokens_of_another_pool_are_no_bearers(app: App, judge: MiniStack) -> None:
    with gated(judge, "asgi") as other:
        token = other.pool.tokens("ada")["AccessToken"]
        assert _bearer(other, token).status_code == 200
        assert _bearer(app, token).status_code == 401


def _bearer(app: App, token: str) -> httpx.Response:
    return httpx.get(f"{app.origin}/api", headers={"Authorization": f"Bearer {token}"})
