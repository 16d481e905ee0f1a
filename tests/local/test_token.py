"""`/oauth2/token`: the three grants and the table of errors."""

import re
from typing import Any

import pytest

from cognito_gate.local import Client, User
from tests.local.stage import CALLBACK, ORIGIN, START, VERIFIER, Stage, claims_of, error_of

API = Client(
    secret="m" * 30,
    callback_urls=(CALLBACK,),
    flows=("client_credentials",),
    custom_scopes=("api/read", "api/write"),
)
OTHER = Client(secret="o" * 30, callback_urls=(CALLBACK,), custom_scopes=("other/thing",))


def test_a_code_buys_three_tokens(stage: Stage) -> None:
    response = stage.exchange(stage.code())
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json;charset=UTF-8"
    assert response.headers["access-control-allow-origin"] == "*"
    assert "no-store" in response.headers["cache-control"]
    answer = response.json()
    assert answer.keys() == {
        "access_token", "expires_in", "id_token", "refresh_token", "token_type",
    }  # fmt: skip
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 3600
    assert stage.verified(answer["id_token"])["nonce"] == "n-0"
    assert stage.verified(answer["access_token"])["scope"] == "openid email"


def test_without_openid_there_is_no_id_token(stage: Stage) -> None:
    answer = stage.exchange(stage.code(scope="aws.cognito.signin.user.admin")).json()
    assert answer.keys() == {"access_token", "expires_in", "refresh_token", "token_type"}


def test_scope_omitted_means_all_of_the_clients() -> None:
    stage = Stage(clients=(OTHER,))
    token = stage.exchange(stage.code(scope=None)).json()["access_token"]
    assert claims_of(token)["scope"] == " ".join(OTHER.all_scopes)


def test_a_resource_becomes_the_audience_and_stays_over_refreshes(stage: Stage) -> None:
    first = stage.exchange(stage.code(resource="https://api.example.com")).json()
    second = stage.refresh(first["refresh_token"]).json()
    for answer in (first, second):
        assert claims_of(answer["access_token"])["aud"] == "https://api.example.com"


def test_pkce_may_be_left_out_altogether(stage: Stage) -> None:
    code = stage.code(code_challenge=None, code_challenge_method=None)
    assert stage.exchange(code, code_verifier=None).status_code == 200


def test_a_code_works_once(stage: Stage) -> None:
    code = stage.code()
    assert stage.exchange(code).status_code == 200
    assert error_of(stage.exchange(code)) == {"error": "invalid_grant"}


def test_a_code_lives_five_minutes(stage: Stage) -> None:
    early, late = stage.code(), stage.code(prompt="login")
    stage.clock.now += 299
    assert stage.exchange(early).status_code == 200
    stage.clock.now += 1
    assert error_of(stage.exchange(late)) == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": VERIFIER + "x"}, {"error": "invalid_grant"}),
        ({"code_verifier": None}, {"error": "invalid_grant"}),
        ({"code_verifier": "ä"}, {"error": "invalid_grant"}),
        ({"code": "00000000-0000-4000-8000-000000000000"}, {"error": "invalid_grant"}),
        ({"code": None}, {"error": "invalid_request"}),
        ({"code": ""}, {"error": "invalid_request"}),
        ({"redirect_uri": None}, {"error": "invalid_request"}),
        (
            {"redirect_uri": CALLBACK + "/"},
            {"error": "unauthorized_client", "error_description": "invalid_redirect"},
        ),
        ({"grant_type": None}, {"error": "invalid_request"}),
        ({"grant_type": "password"}, {"error": "unsupported_grant_type"}),
        ({"client_id": "another"}, {"error": "invalid_request"}),
        ({"client_secret": "x"}, {"error": "invalid_request"}),
    ],
)
def test_one_wrong_fact_of_an_exchange(
    stage: Stage, changes: dict[str, Any], error: dict[str, str]
) -> None:
    code = stage.code()
    response = stage.exchange(code, form=changes)
    assert error_of(response) == error


def test_a_verifier_without_a_challenge_is_refused(stage: Stage) -> None:
    code = stage.code(code_challenge=None, code_challenge_method=None)
    assert error_of(stage.exchange(code)) == {"error": "invalid_grant"}


def test_a_failed_attempt_of_its_client_burns_the_code(stage: Stage) -> None:
    code = stage.code()
    stage.exchange(code, code_verifier="wrong")
    assert error_of(stage.exchange(code)) == {"error": "invalid_grant"}


def test_another_client_can_neither_use_nor_burn_a_code() -> None:
    mine = Client(secret="a" * 24, callback_urls=(CALLBACK,))
    stage = Stage(clients=(mine, OTHER))
    code = stage.code()
    stolen = stage.exchange(code, auth=(OTHER.client_id, OTHER.secret))
    assert error_of(stolen) == {"error": "invalid_grant"}
    assert stage.exchange(code).status_code == 200


def test_a_client_without_the_code_flow_cannot_exchange() -> None:
    stage = Stage(clients=(API,))
    assert error_of(stage.exchange("any")) == {"error": "unauthorized_client"}


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"{}", "application/json"),
        (b"grant_type=refresh_token", "text/plain"),
        (b"grant_type=refresh_token&grant_type=refresh_token", None),
        (b"grant_type=%ff", None),
        (b"grant_type=\xff", None),
        (b"&".join(b"p%d=1" % number for number in range(101)), None),
        (b"grant_type=" + b"x" * 70_000, None),
    ],
)
def test_anything_but_a_clean_form_is_invalid_request(
    stage: Stage, content: bytes, content_type: str | None
) -> None:
    media_type = content_type or "application/x-www-form-urlencoded"
    response = stage.http.post(
        "/oauth2/token", content=content, headers={"Content-Type": media_type}
    )
    assert error_of(response) == {"error": "invalid_request"}
    assert response.headers["access-control-allow-origin"] == "*"


def test_parameters_in_the_query_do_not_count(stage: Stage) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    response = stage.http.post("/oauth2/token", params=form, data={"a": "b"})
    assert error_of(response) == {"error": "invalid_request"}


def test_post_only(stage: Stage) -> None:
    assert stage.http.get("/oauth2/token").status_code == 405


def test_a_refresh_keeps_the_sign_in_and_returns_no_refresh_token(stage: Stage) -> None:
    first = stage.exchange(stage.code()).json()
    stage.clock.now += 1000
    second = stage.refresh(first["refresh_token"]).json()
    assert second.keys() == {"access_token", "expires_in", "id_token", "token_type"}
    for kind in ("id_token", "access_token"):
        old, new = claims_of(first[kind]), stage.verified(second[kind])
        assert (old["origin_jti"], old["auth_time"]) == (new["origin_jti"], new["auth_time"])
        assert old["jti"] != new["jti"]
        assert old["event_id"] != new["event_id"]
        assert new["iat"] == START + 1000
    assert "nonce" not in claims_of(second["id_token"])
    assert stage.refresh(first["refresh_token"]).status_code == 200


def test_groups_follow_at_the_next_refresh(stage: Stage) -> None:
    tokens = stage.cognito.tokens_for("bob")
    stage.cognito.put_user(User("bob", "Battery-Staple-8", groups=("new",)))
    answer = stage.refresh(tokens["refresh_token"]).json()
    assert claims_of(answer["access_token"])["cognito:groups"] == ["new"]


def test_a_deleted_user_cannot_refresh(stage: Stage) -> None:
    tokens = stage.cognito.tokens_for("bob")
    stage.cognito.remove_user("bob")
    assert error_of(stage.refresh(tokens["refresh_token"])) == {"error": "invalid_grant"}


@pytest.mark.parametrize("seconds", [30 * 24 * 3600, 60])
def test_a_refresh_token_ends(stage: Stage, seconds: int) -> None:
    stage.cognito.switch(refresh_seconds=seconds)
    token = stage.cognito.tokens_for("ada")["refresh_token"]
    stage.clock.now += seconds - 1
    assert stage.refresh(token).status_code == 200
    stage.clock.now += 1
    assert error_of(stage.refresh(token)) == {"error": "invalid_grant"}


def test_refresh_tokens_belong_to_their_client() -> None:
    mine = Client(secret="a" * 24)
    stage = Stage(clients=(mine, OTHER))
    token = stage.cognito.tokens_for("ada", client=OTHER)["refresh_token"]
    assert error_of(stage.refresh(token)) == {"error": "invalid_grant"}
    assert stage.refresh(token, auth=(OTHER.client_id, OTHER.secret)).status_code == 200


@pytest.mark.parametrize(
    ("token", "error"), [("unknown", "invalid_grant"), ("", "invalid_request")]
)
def test_refresh_needs_a_known_token(stage: Stage, token: str, error: str) -> None:
    assert error_of(stage.refresh(token)) == {"error": error}


def test_rotation_kills_the_old_token_at_once_without_grace(stage: Stage) -> None:
    stage.cognito.switch(rotation=True)
    old = stage.cognito.tokens_for("ada")["refresh_token"]
    new = stage.refresh(old).json()["refresh_token"]
    assert new != old
    assert error_of(stage.refresh(old)) == {"error": "invalid_grant"}
    assert stage.refresh(new).status_code == 200


def test_rotation_lets_the_old_token_live_through_its_grace_period(stage: Stage) -> None:
    stage.cognito.switch(rotation=True, grace_seconds=10)
    old = stage.cognito.tokens_for("ada")["refresh_token"]
    stage.refresh(old)
    stage.clock.now += 9
    late = stage.refresh(old).json()["refresh_token"]
    stage.clock.now += 1
    assert error_of(stage.refresh(old)) == {"error": "invalid_grant"}
    assert stage.refresh(late).status_code == 200


def test_rotation_does_not_prolong_the_sign_in(stage: Stage) -> None:
    stage.cognito.switch(rotation=True, refresh_seconds=100)
    token = stage.cognito.tokens_for("ada")["refresh_token"]
    stage.clock.now += 99
    token = stage.refresh(token).json()["refresh_token"]
    stage.clock.now += 1
    assert error_of(stage.refresh(token)) == {"error": "invalid_grant"}


def test_a_machine_gets_all_its_custom_scopes_by_default() -> None:
    stage = Stage(clients=(API, OTHER))
    answer = stage.post("/oauth2/token", {"grant_type": "client_credentials"}).json()
    assert answer.keys() == {"access_token", "expires_in", "token_type"}
    claims = stage.verified(answer["access_token"])
    assert claims["scope"] == "api/read api/write"
    assert claims["sub"] == claims["client_id"] == API.client_id
    assert claims["token_use"] == "access"
    assert not claims.keys() & {"username", "cognito:groups", "origin_jti", "aud"}


@pytest.mark.parametrize(
    ("scope", "error"),
    [
        ("api/nothing", "invalid_scope"),
        ("api/read api/nothing", "invalid_scope"),
        ("other/thing", "invalid_grant"),
        ("openid", "invalid_grant"),
    ],
)
def test_a_machine_gets_no_scope_that_is_not_its_own(scope: str, error: str) -> None:
    stage = Stage(clients=(API, OTHER))
    form = {"grant_type": "client_credentials", "scope": "api/read"}
    answer = stage.post("/oauth2/token", {**form, "aws_client_metadata": "{}"}).json()
    assert claims_of(answer["access_token"])["scope"] == "api/read"
    response = stage.post("/oauth2/token", {**form, "scope": scope})
    assert error_of(response) == {"error": error}


def test_client_credentials_must_be_allowed(stage: Stage) -> None:
    response = stage.post("/oauth2/token", {"grant_type": "client_credentials"})
    assert error_of(response) == {"error": "unauthorized_client"}


def test_refresh_tokens_look_like_cognitos(stage: Stage) -> None:
    token = stage.exchange(stage.code()).json()["refresh_token"]
    assert token.startswith("eyJjdHkiOiJKV1Qi")
    assert len(token.split(".")) == 5
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", token)
    assert 1700 < len(token) < 1900


def test_lifetimes_are_switches(stage: Stage) -> None:
    stage.cognito.switch(access_seconds=5, id_seconds=7, code_seconds=9)
    code = stage.code()
    stage.clock.now += 8
    answer = stage.exchange(code).json()
    assert answer["expires_in"] == 5
    assert claims_of(answer["access_token"])["exp"] == START + 8 + 5
    assert claims_of(answer["id_token"])["exp"] == START + 8 + 7
    assert claims_of(answer["id_token"])["iss"] == f"{ORIGIN}/{stage.cognito.pool_id}"


def test_a_skewed_clock_shows_in_the_tokens_only(stage: Stage) -> None:
    stage.cognito.switch(clock_skew=-90)
    code = stage.code()
    claims = claims_of(stage.exchange(code).json()["id_token"])
    assert claims["iat"] == claims["auth_time"] == START - 90
    assert claims["exp"] == START - 90 + 3600
