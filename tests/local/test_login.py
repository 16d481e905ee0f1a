"""`/login` and `/error`: the pages, their form, and the session cookie."""

import re
from html import unescape
from typing import Any

import httpx
import pytest

from cognito_gate.local import SAMPLE_USERS, User
from cognito_gate.local.login import STALE, WRONG
from tests.local.stage import CALLBACK, ORIGIN, PASSWORDS, Stage, claims_of, query_of


def test_the_page_looks_like_a_sign_in_page(stage: Stage) -> None:
    page = stage.login_page()
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for text in (
        '<label for="username">',
        '<label for="password">',
        'autocomplete="username"',
        'autocomplete="current-password"',
        ">Sign in</button>",
        "Local Cognito - not for production",
    ):
        assert text in page.text
    assert 'role="alert"' not in page.text


def test_the_page_loads_nothing_and_runs_nothing(stage: Stage) -> None:
    page = stage.login_page()
    policy = page.headers["content-security-policy"]
    nonce = re.search(r'<style nonce="([^"]+)">', page.text)
    assert nonce
    assert f"default-src 'none'; style-src 'nonce-{nonce[1]}'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script" not in page.text
    assert not re.search(r"(src|srcset|@import|url\()", page.text)
    assert re.findall(r"<link[^>]*>", page.text) == ['<link rel="icon" href="data:,">']


def test_sample_users_are_listed_and_others_are_not(stage: Stage) -> None:
    assert all(user.password in stage.login_page().text for user in SAMPLE_USERS)
    own = Stage(users=(*SAMPLE_USERS, User("eve", "Own-Password-1")))
    page = own.login_page()
    assert "Own-Password-1" not in page.text
    assert PASSWORDS["ada"] not in page.text
    assert "Local Cognito - not for production" in page.text


def test_signing_in_redirects_with_code_and_state_and_opens_the_session(stage: Stage) -> None:
    response = stage.sign_in()
    assert query_of(response).keys() == {"kept", "code", "state"}
    cookies = response.headers.get_list("set-cookie")
    assert len(cookies) == 1
    attributes = cookies[0].lower().split("; ")
    assert attributes[0].startswith("cognito=")
    assert {"httponly", "max-age=3600", "path=/", "samesite=lax"} == set(attributes[1:])


@pytest.mark.parametrize("name", ["ADA", "ada@example.com"])
def test_a_name_may_be_typed_in_any_case_or_as_the_e_mail(stage: Stage, name: str) -> None:
    response = stage.submit({"username": name, "password": PASSWORDS["ada"]})
    tokens = stage.exchange(query_of(response)["code"]).json()
    assert claims_of(tokens["id_token"])["cognito:username"] == "ada"


@pytest.mark.parametrize(
    "typed",
    [
        {"username": "ada", "password": "wrong"},
        {"username": "ada", "password": PASSWORDS["bob"]},
        {"username": "ada", "password": PASSWORDS["ada"] + " "},
        {"username": "nobody", "password": PASSWORDS["ada"]},
        {"username": "ada", "password": ""},
        {"username": "ada"},
        {},
    ],
)
def test_wrong_name_and_wrong_password_are_told_alike(stage: Stage, typed: dict[str, str]) -> None:
    response = stage.submit(typed)
    assert response.status_code == 200
    assert f'role="alert" id="complaint">{WRONG}<' in response.text
    assert response.text.count('aria-invalid="true" aria-describedby="complaint"') == 2
    assert not stage.http.cookies.get("cognito")


def test_what_was_typed_comes_back_escaped(stage: Stage) -> None:
    response = stage.submit({"username": '"><script>', "password": "x"})
    assert "<script" not in response.text
    assert 'value="&#34;&gt;&lt;script&gt;"' in response.text


def test_login_hint_fills_the_name_in(stage: Stage) -> None:
    assert 'value="bob@example.com"' in stage.login_page(login_hint="bob@example.com").text


def test_cancel_goes_back_to_the_app(stage: Stage) -> None:
    link = re.search(r'<a href="([^"]+)">Cancel', stage.login_page().text)
    assert link
    location = httpx.URL(unescape(link[1]))
    assert str(location).startswith(CALLBACK)
    assert location.params["error"] == "access_denied"
    assert location.params["error_description"]
    assert location.params["state"] == "st&te"


@pytest.mark.parametrize("field", [None, "", "0" * 36, "ä"])
def test_a_form_that_is_not_from_our_page_signs_nobody_in(stage: Stage, field: str | None) -> None:
    typed = {"username": "ada", "password": PASSWORDS["ada"], "_csrf": field}
    response = stage.submit(typed)  # type: ignore[arg-type]
    assert response.status_code == 400
    assert STALE in response.text
    assert not stage.http.cookies.get("cognito")


@pytest.mark.parametrize("keep_field", [True, False])
def test_a_form_without_the_cookie_signs_nobody_in(stage: Stage, keep_field: bool) -> None:
    page = stage.login_page()
    found = re.search(r'name="_csrf" value="([^"]+)"', page.text)
    assert found
    typed = {"username": "ada", "password": PASSWORDS["ada"]}
    if keep_field:
        typed["_csrf"] = found[1]
    response = stage.browser().post("/login", params=stage.asking(), data=typed)
    assert response.status_code == 400


def test_two_tabs_share_the_form_token(stage: Stage) -> None:
    first, second = stage.login_page(state="1"), stage.login_page(state="2")
    tokens = [re.findall(r'name="_csrf" value="([^"]+)"', page.text) for page in (first, second)]
    assert tokens[0] == tokens[1]


def test_a_planted_form_cookie_is_replaced(stage: Stage) -> None:
    page = stage.http.get("/login", params=stage.asking(), headers={"Cookie": "XSRF-TOKEN=planted"})
    assert "planted" not in page.text


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", ""])
def test_only_forms_are_read(stage: Stage, content_type: str) -> None:
    response = stage.http.post(
        "/login",
        params=stage.asking(),
        content=b"username=ada",
        headers={"Content-Type": content_type},
    )
    assert query_of(response)["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"redirect_uri": "https://evil.example"}, f"{ORIGIN}/error?error=redirect_mismatch"),
        ({"redirect_uri": None}, f"{ORIGIN}/error?error=Required"),
        ({"response_type": None}, f"{CALLBACK}&error=invalid_request"),
    ],
)
def test_the_page_checks_what_authorize_checks(
    stage: Stage, changes: dict[str, Any], place: str
) -> None:
    assert stage.login_page(**changes).headers["location"].startswith(place)
    posted = stage.http.post("/login", params=stage.asking(**changes), data={"username": "ada"})
    assert posted.headers["location"].startswith(place)


def test_a_live_session_is_offered(stage: Stage) -> None:
    stage.sign_in()
    page = stage.login_page(prompt="select_account")
    assert "Continue as ada" in page.text
    assert 'name="password"' not in page.text
    response = stage.submit({"continue": "1"}, prompt="select_account")
    tokens = stage.exchange(query_of(response)["code"]).json()
    assert claims_of(tokens["id_token"])["cognito:username"] == "ada"


def test_a_different_user_may_sign_in_instead(stage: Stage) -> None:
    stage.sign_in()
    page = stage.login_page(prompt="select_account")
    link = re.search(r'href="([^"]+)">Sign in as a different user', page.text)
    assert link
    other = stage.http.get(unescape(link[1]))
    assert 'name="password"' in other.text
    first = stage.http.cookies["cognito"]
    response = stage.sign_in("bob", prompt="login")
    tokens = stage.exchange(query_of(response)["code"]).json()
    assert claims_of(tokens["id_token"])["cognito:username"] == "bob"
    old = stage.browser()
    old.cookies.set("cognito", first)
    answer = old.get("/oauth2/authorize", params=stage.asking(prompt="none"))
    assert query_of(answer)["error"] == "login_required"


def test_continuing_with_an_ended_session_asks_for_the_password(stage: Stage) -> None:
    stage.sign_in()
    page = stage.login_page()
    found = re.search(r'name="_csrf" value="([^"]+)"', page.text)
    assert found
    stage.clock.now += 3600
    typed = {"_csrf": found[1], "continue": "1"}
    response = stage.http.post("/login", params=stage.asking(), data=typed)
    assert response.status_code == 400
    assert STALE in response.text
    assert 'name="password"' in response.text


def test_prompt_login_offers_no_session(stage: Stage) -> None:
    stage.sign_in()
    assert "Continue as" not in stage.login_page(prompt="login").text
    response = stage.submit({"continue": "1"}, prompt="login")
    assert STALE in response.text


def test_the_error_page_is_a_400_and_escapes(stage: Stage) -> None:
    page = stage.http.get("/error", params={"error": "<b>", "client_id": "<i>"})
    assert page.status_code == 400
    assert "An error was encountered with the requested page." in page.text
    assert "&lt;b&gt;" in page.text
    assert "&lt;i&gt;" in page.text


@pytest.mark.parametrize("query", ["", "?error=1&error=2", "?error=%ff"])
def test_the_error_page_survives_anything(stage: Stage, query: str) -> None:
    assert stage.http.get(f"/error{query}").status_code == 400
