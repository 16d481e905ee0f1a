"""`/oauth2/authorize`: what is accepted, refused, and to whom a refusal is told."""

import re
from typing import Any

import pytest

from cognito_gate.local import SAMPLE_USERS, Client
from tests.local.stage import CALLBACK, LOGOUT, ORIGIN, Stage, challenge_of, query_of


def test_a_new_browser_is_sent_to_the_login_page_with_the_same_parameters(stage: Stage) -> None:
    response = stage.authorize()
    assert response.status_code == 302
    assert response.headers["location"].startswith(f"{ORIGIN}/login?")
    assert query_of(response) == stage.asking()


def test_a_signed_in_browser_gets_a_code_at_once(stage: Stage) -> None:
    stage.sign_in()
    response = stage.authorize(state="second")
    assert response.headers["location"].startswith(f"{CALLBACK}&code=")
    answer = query_of(response)
    assert answer["state"] == "second"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer["code"])
    assert stage.exchange(answer["code"]).status_code == 200


def test_state_is_left_out_when_none_was_sent(stage: Stage) -> None:
    stage.sign_in()
    assert query_of(stage.authorize(state=None)).keys() == {"kept", "code"}


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_get_only(stage: Stage, method: str) -> None:
    response = stage.http.request(method, "/oauth2/authorize", params=stage.asking())
    assert response.status_code == 405


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": CALLBACK + "/"}, "redirect_mismatch"),
        ({"redirect_uri": CALLBACK.upper()}, "redirect_mismatch"),
        ({"redirect_uri": LOGOUT}, "redirect_mismatch"),
        ({"redirect_uri": "https://evil.example/"}, "redirect_mismatch"),
        ({"redirect_uri": None}, "Required String parameter 'redirect_uri' is not present"),
        ({"client_id": "another"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
    ],
)
def test_without_a_known_return_address_the_app_hears_nothing(
    stage: Stage, changes: dict[str, Any], error: str
) -> None:
    response = stage.authorize(**changes)
    assert response.headers["location"].startswith(f"{ORIGIN}/error?error=")
    asked = stage.asking(**changes)
    named = {"client_id": asked["client_id"]} if "client_id" in asked else {}
    assert query_of(response) == {"error": error, **named}


@pytest.mark.parametrize(
    "query",
    [
        "client_id={id}&client_id={id}",
        "client_id={id}&state=%ff",
        "&".join(f"p{number}=1" for number in range(101)),
    ],
)
def test_malformed_queries_end_at_cognitos_own_error_page(stage: Stage, query: str) -> None:
    url = "/oauth2/authorize?" + query.replace("{id}", stage.cognito.client.client_id)
    response = stage.http.get(url)
    assert response.headers["location"] == f"{ORIGIN}/error?error=invalid_request"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token id_token"}, "invalid_request"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": challenge_of("x")[:-1]}, "invalid_request"),
        ({"code_challenge": challenge_of("x") + "="}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"resource": "not-a-url"}, "invalid_request"),
        ({"resource": "http://api.example.com"}, "invalid_request"),
        ({"resource": "https://api.example.com/#x"}, "invalid_request"),
        ({"resource": "https://[api"}, "invalid_request"),
        ({"scope": "openid nonsense"}, "invalid_scope"),
        ({"scope": "openid api/read"}, "invalid_scope"),
        ({"scope": "email"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_refusals_go_back_to_the_app_with_its_state(
    stage: Stage, changes: dict[str, Any], error: str
) -> None:
    response = stage.authorize(**changes)
    assert response.headers["location"].startswith(f"{CALLBACK}&error=")
    assert query_of(response) == {"kept": "1", "error": error, "state": "st&te"}


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"scope": None},
        {"scope": "openid offline_access"},
        {"scope": "aws.cognito.signin.user.admin"},
        {"nonce": None},
        {"prompt": "consent"},
        {"resource": "https://api.example.com/v1"},
        {"resource": "http://localhost:8000"},
        {"resource": "myapp://api"},
        {"identity_provider": "COGNITO", "lang": "de"},
    ],
)
def test_what_may_be_left_out_or_added(stage: Stage, changes: dict[str, Any]) -> None:
    stage.sign_in()
    assert "code" in query_of(stage.authorize(**changes))


def test_a_client_without_the_code_flow_is_unauthorized() -> None:
    machine = Client(
        secret="s" * 24,
        callback_urls=(CALLBACK,),
        flows=("client_credentials",),
        custom_scopes=("api/read",),
    )
    response = Stage(clients=(machine,)).authorize()
    assert query_of(response)["error"] == "unauthorized_client"


def test_a_repeated_scope_counts_once(stage: Stage) -> None:
    tokens = stage.exchange(stage.code(scope="openid openid email")).json()
    assert stage.verified(tokens["access_token"])["scope"] == "openid email"


def test_prompt_none_answers_for_a_live_session_only(stage: Stage) -> None:
    stage.sign_in()
    assert "code" in query_of(stage.authorize(prompt="none"))
    stage.clock.now += 3600
    assert query_of(stage.authorize(prompt="none"))["error"] == "login_required"


def test_the_session_lasts_one_hour_and_does_not_slide(stage: Stage) -> None:
    stage.sign_in()
    stage.clock.now += 3599
    assert "code" in query_of(stage.authorize())
    stage.clock.now += 1
    assert "code" not in query_of(stage.authorize())


@pytest.mark.parametrize("prompt", ["login", "select_account", "login select_account"])
def test_prompts_show_the_page_in_spite_of_a_session(stage: Stage, prompt: str) -> None:
    stage.sign_in()
    response = stage.authorize(prompt=prompt)
    assert response.headers["location"].startswith(f"{ORIGIN}/login?")


def test_max_age_demands_a_recent_sign_in(stage: Stage) -> None:
    stage.sign_in()
    stage.clock.now += 60
    assert "code" in query_of(stage.authorize(max_age="60"))
    assert "code" not in query_of(stage.authorize(max_age="59"))


def test_a_session_of_a_deleted_user_is_worth_nothing(stage: Stage) -> None:
    stage.sign_in("bob")
    stage.cognito.remove_user("bob")
    assert "code" not in query_of(stage.authorize())


def test_the_session_works_for_every_client_of_the_pool() -> None:
    first, second = (Client(callback_urls=(CALLBACK,)) for _ in range(2))
    stage = Stage(clients=(first, second), users=SAMPLE_USERS)
    stage.sign_in()
    assert "code" in query_of(stage.authorize(client_id=second.client_id))


def test_a_custom_scheme_comes_back_unchanged() -> None:
    stage = Stage(callback_urls=("myapp://",))
    stage.sign_in(redirect_uri="myapp://")
    response = stage.authorize(redirect_uri="myapp://")
    assert response.headers["location"].startswith("myapp://?code=")
