"""`/oauth2/userInfo`, `/oauth2/revoke` and `/logout`."""

from typing import Any

import httpx
import pytest

from cognito_gate.local import Client, User
from tests.local.stage import CALLBACK, LOGOUT, ORIGIN, Stage, query_of

FULL = User(
    "full",
    "Full-Password-1",
    email="full@example.com",
    attributes={
        "name": "Full User",
        "email_verified": False,
        "phone_number": "+15550100",
        "phone_number_verified": True,
        "custom:team": "7",
    },
)
REFUSED = (
    'error="invalid_token", error_description="Access token is expired, disabled, or deleted, '
    'or the user has globally signed out."'
)


def test_userinfo_answers_strings_only() -> None:
    stage = Stage(users=(FULL,))
    response = stage.userinfo(stage.cognito.tokens_for("full")["access_token"])
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-cache, no-store, max-age=0, must-revalidate"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.json() == {
        "sub": FULL.sub,
        "username": "full",
        "email": "full@example.com",
        "email_verified": "false",
        "phone_number": "+15550100",
        "phone_number_verified": "true",
        "name": "Full User",
        "custom:team": "7",
    }


@pytest.mark.parametrize(
    ("scopes", "names"),
    [
        (("openid", "email"), {"email", "email_verified"}),
        (("openid", "phone"), {"phone_number", "phone_number_verified"}),
        (("openid", "profile"), {"name", "custom:team"}),
    ],
)
def test_userinfo_follows_the_scopes(scopes: tuple[str, ...], names: set[str]) -> None:
    stage = Stage(users=(FULL,))
    token = stage.cognito.tokens_for("full", scopes=scopes)["access_token"]
    assert stage.userinfo(token).json().keys() == {"sub", "username", *names}


def test_userinfo_takes_post_as_well(stage: Stage) -> None:
    token = stage.cognito.tokens_for("ada")["access_token"]
    headers = {"Authorization": f"bearer {token}"}
    assert stage.http.post("/oauth2/userInfo", headers=headers).status_code == 200


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic {token}"])
def test_userinfo_without_a_bearer_token_is_a_bad_request(stage: Stage, header: str | None) -> None:
    token = stage.cognito.tokens_for("ada")["access_token"]
    headers = {} if header is None else {"Authorization": header.replace("{token}", token)}
    response = stage.http.get("/oauth2/userInfo", headers=headers)
    assert response.status_code == 400
    assert response.headers["www-authenticate"] == (
        'error="invalid_request", error_description="Bad OAuth2 request at UserInfo Endpoint"'
    )
    assert response.json()["error"] == "invalid_request"


def refused(response: httpx.Response) -> bool:
    assert response.status_code == 401
    return response.headers["www-authenticate"] == REFUSED


def test_userinfo_refuses_the_wrong_kind_of_token(stage: Stage) -> None:
    tokens = stage.cognito.tokens_for("ada")
    assert stage.userinfo(tokens["access_token"]).status_code == 200
    assert refused(stage.userinfo(tokens["id_token"]))
    assert refused(stage.userinfo(tokens["refresh_token"]))
    assert refused(stage.userinfo("garbage"))


@pytest.mark.parametrize(
    "overrides",
    [
        {"scope": "email"},
        {"scope": None},
        {"iss": "https://other.example"},
        {"exp": None},
        {"exp": "soon"},
    ],
)
def test_userinfo_refuses_a_token_with_one_wrong_fact(
    stage: Stage, overrides: dict[str, Any]
) -> None:
    assert refused(stage.userinfo(stage.cognito.tokens_for("ada", **overrides)["access_token"]))


def test_userinfo_refuses_tokens_of_deleted_users(stage: Stage) -> None:
    token = stage.cognito.tokens_for("ada")["access_token"]
    stage.cognito.remove_user("ada")
    assert refused(stage.userinfo(token))


def test_userinfo_refuses_another_pools_token(stage: Stage) -> None:
    stranger = Stage(pool_id=stage.cognito.pool_id)
    stranger.cognito.rotate_keys()
    assert refused(stage.userinfo(stranger.cognito.tokens_for("ada")["access_token"]))


def test_userinfo_refuses_expired_tokens(stage: Stage) -> None:
    token = stage.cognito.tokens_for("ada")["access_token"]
    stage.clock.now += 3599
    assert stage.userinfo(token).status_code == 200
    stage.clock.now += 1
    assert refused(stage.userinfo(token))


def test_userinfo_refuses_tokens_of_keys_that_are_gone(stage: Stage) -> None:
    token = stage.cognito.tokens_for("ada")["access_token"]
    stage.cognito.rotate_keys(keep_old=True)
    assert stage.userinfo(token).status_code == 200
    stage.cognito.rotate_keys()
    assert refused(stage.userinfo(token))


def test_revoking_kills_what_came_of_the_sign_in(stage: Stage) -> None:
    tokens = stage.exchange(stage.code()).json()
    refreshed = stage.refresh(tokens["refresh_token"]).json()
    other = stage.cognito.tokens_for("ada")
    response = stage.post("/oauth2/revoke", {"token": tokens["refresh_token"]})
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["access-control-allow-origin"] == "*"
    assert stage.refresh(tokens["refresh_token"]).json() == {"error": "invalid_grant"}
    assert refused(stage.userinfo(tokens["access_token"]))
    assert refused(stage.userinfo(refreshed["access_token"]))
    assert stage.userinfo(other["access_token"]).status_code == 200
    assert stage.refresh(other["refresh_token"]).status_code == 200


def test_revoking_a_rotated_out_token_kills_its_successor(stage: Stage) -> None:
    stage.cognito.switch(rotation=True)
    old = stage.cognito.tokens_for("ada")["refresh_token"]
    new = stage.refresh(old).json()["refresh_token"]
    stage.post("/oauth2/revoke", {"token": old})
    assert stage.refresh(new).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize("token", ["garbage", "a.b.c", "{revoked}"])
def test_revoking_the_dead_succeeds(stage: Stage, token: str) -> None:
    revoked = stage.cognito.tokens_for("ada")["refresh_token"]
    stage.post("/oauth2/revoke", {"token": revoked})
    response = stage.post("/oauth2/revoke", {"token": token.replace("{revoked}", revoked)})
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("kind", ["access_token", "id_token"])
def test_only_refresh_tokens_can_be_revoked(stage: Stage, kind: str) -> None:
    response = stage.post("/oauth2/revoke", {"token": stage.cognito.tokens_for("ada")[kind]})
    assert response.status_code == 400
    assert response.json() == {"error": "unsupported_token_type"}


def test_revoking_needs_a_token(stage: Stage) -> None:
    response = stage.post("/oauth2/revoke", {})
    assert response.status_code == 400
    assert response.json() == {"error": "invalid_request"}
    response = stage.post("/oauth2/revoke", {"client_id": stage.cognito.client.client_id})
    assert response.json() == {"error": "invalid_request"}


def test_revocation_may_be_disabled(stage: Stage) -> None:
    stage.cognito.switch(revocation=False)
    token = stage.cognito.tokens_for("ada")["refresh_token"]
    response = stage.post("/oauth2/revoke", {"token": token})
    assert response.status_code == 400
    assert response.json() == {"error": "invalid_request"}
    assert stage.refresh(token).status_code == 200


@pytest.mark.parametrize("auth", [None, ("{id}", "wrong"), "Basic !"])
def test_revoking_without_the_secret_is_a_401(stage: Stage, auth: Any) -> None:
    client_id = stage.cognito.client.client_id
    token = stage.cognito.tokens_for("ada")["refresh_token"]
    form = {"token": token, "client_id": client_id}
    if isinstance(auth, str):
        headers = {"Authorization": auth}
        response = stage.http.post("/oauth2/revoke", data=form, headers=headers)
    else:
        response = stage.post("/oauth2/revoke", form, auth=auth and (client_id, auth[1]))
    assert response.status_code == 401
    assert response.json() == {"error": "invalid_client"}
    assert stage.refresh(token).status_code == 200


def test_a_public_client_revokes_by_its_id(public_stage: Stage) -> None:
    client_id = public_stage.cognito.client.client_id
    token = public_stage.cognito.tokens_for("ada")["refresh_token"]
    public_stage.post("/oauth2/revoke", {"token": token, "client_id": client_id})
    answer = public_stage.refresh(token, client_id=client_id)
    assert answer.json() == {"error": "invalid_grant"}


def test_another_clients_token_is_left_alone() -> None:
    mine, other = Client(secret="a" * 24), Client(secret="b" * 24)
    stage = Stage(clients=(mine, other))
    token = stage.cognito.tokens_for("ada", client=other)["refresh_token"]
    assert stage.post("/oauth2/revoke", {"token": token}).status_code == 200
    assert stage.refresh(token, auth=(other.client_id, other.secret)).status_code == 200


def leave(stage: Stage, **params: str) -> httpx.Response:
    return stage.http.get("/logout", params={"client_id": stage.cognito.client.client_id, **params})


def test_logout_ends_the_session_and_goes_to_the_registered_url(stage: Stage) -> None:
    stage.sign_in()
    session = stage.http.cookies["cognito"]
    response = leave(stage, logout_uri=LOGOUT, state="ignored", redirect_uri=CALLBACK)
    assert response.status_code == 302
    assert response.headers["location"] == LOGOUT
    assert "cognito" not in stage.http.cookies
    stage.http.cookies.set("cognito", session)
    assert query_of(stage.authorize(prompt="none"))["error"] == "login_required"


def test_logout_leaves_tokens_alive(stage: Stage) -> None:
    tokens = stage.exchange(stage.code()).json()
    leave(stage, logout_uri=LOGOUT)
    assert stage.refresh(tokens["refresh_token"]).status_code == 200


def test_logout_in_its_second_form_shows_the_sign_in_page(stage: Stage) -> None:
    stage.sign_in()
    form = {"response_type": "code", "redirect_uri": CALLBACK, "scope": "openid", "state": "s"}
    response = leave(stage, **form)
    assert response.headers["location"].startswith(f"{ORIGIN}/login?")
    page = stage.http.get(response.headers["location"])
    assert ">Sign in</button>" in page.text
    assert "cognito" not in stage.http.cookies


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"logout_uri": LOGOUT + "/"}, "Required String parameter 'redirect_uri' is not present"),
        ({"logout_uri": CALLBACK}, "Required String parameter 'redirect_uri' is not present"),
        ({}, "Required String parameter 'redirect_uri' is not present"),
        ({"redirect_uri": LOGOUT}, "redirect_mismatch"),
        ({"logout_uri": LOGOUT, "client_id": "another"}, "Required parameters missing"),
    ],
)
def test_an_unlisted_url_ends_at_cognitos_error_page(
    stage: Stage, params: dict[str, str], error: str
) -> None:
    stage.sign_in()
    response = leave(stage, **params)
    assert query_of(response)["error"] == error
    page = stage.http.get(response.headers["location"])
    assert page.status_code == 400
    assert "cognito" not in stage.http.cookies


def test_a_malformed_logout_ends_at_the_error_page(stage: Stage) -> None:
    response = stage.http.get("/logout?client_id=1&client_id=2")
    assert query_of(response) == {"error": "invalid_request"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/logout"), ("HEAD", "/logout"), ("GET", "/oauth2/revoke"), ("PUT", "/login")],
)
def test_other_methods_are_405(stage: Stage, method: str, path: str) -> None:
    assert stage.http.request(method, path).status_code == 405
