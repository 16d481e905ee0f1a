"""The front page, `GET /`: what it shows, and what it keeps to itself."""

from __future__ import annotations

import re
from dataclasses import fields
from html import unescape

import httpx
import pytest

from cognito_gate.local import Client, Fault, LocalCognito, LocalConfigError, Switches, User
from cognito_gate.local.model import ENDPOINTS, FAULT_KINDS
from tests.local.stage import CALLBACK, LOGOUT, ORIGIN, Stage

LOGIN_URL = "http://localhost:8000/auth/login"
EVE = User(
    "eve",
    "Secret-Word-7",
    "eve@example.com",
    groups=("staff", "editors"),
    attributes={"name": "Eve <b>"},
    status="FORCE_CHANGE_PASSWORD",
    mfa=("totp",),
    totp_secret="JBSWY3DPEHPK3PXP",
)


def front(stage: Stage) -> httpx.Response:
    response = stage.http.get("/")
    assert response.status_code == 200, response.text
    return response


def shown(stage: Stage, section: str = "") -> str:
    """What the page, or one of its sections, says, without its tags."""
    html = front(stage).text
    if section:
        [html] = re.findall(rf'<section id="{section}".*?</section>', html, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def links(stage: Stage) -> list[str]:
    return [unescape(link) for link in re.findall(r'href="([^"]+)"', front(stage).text)]


def test_it_says_what_it_is(stage: Stage) -> None:
    response = front(stage)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    text = shown(stage)
    assert "Local Cognito - not for production" in text
    assert ORIGIN in text
    assert stage.cognito.pool_id in text
    assert "<script" not in response.text


def test_it_is_locked_down_as_the_other_pages_are(stage: Stage) -> None:
    headers = front(stage).headers
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "no-store" in headers["cache-control"]
    assert "access-control-allow-origin" not in headers


def test_sections_are_there_and_linked(stage: Stage) -> None:
    html = front(stage).text
    for section in ("users", "outbox", "clients", "switches", "requests"):
        assert f'href="#{section}"' in html
        assert f'<section id="{section}"' in html


# Users


def test_the_sample_users_are_shown_with_their_passwords(stage: Stage) -> None:
    text = shown(stage, "users")
    for word in ("ada", "Ada Lovelace", "ada@example.com", "admin", "CONFIRMED", "Correct-Horse-7"):
        assert word in text
    assert "Battery-Staple-8" in text


def test_a_password_that_is_not_publicly_known_is_not_shown() -> None:
    stage = Stage(users=(EVE,))
    text = shown(stage)
    assert "Secret-Word-7" not in text
    assert "JBSWY3DPEHPK3PXP" not in text
    for word in ("Eve <b>", "staff, editors", "FORCE_CHANGE_PASSWORD", "authenticator app"):
        assert word in shown(stage, "users")
    assert "Eve &lt;b&gt;" in front(stage).text


def test_a_sample_users_new_password_is_not_shown(stage: Stage) -> None:
    ada = next(user for user in stage.cognito.users if user.username == "ada")
    stage.cognito.put_user(User("ada", "Another-Word-7", ada.email))
    assert "Another-Word-7" not in shown(stage)
    assert "Battery-Staple-8" in shown(stage)


def test_a_disabled_user_is_shown_as_such_and_has_no_way_in() -> None:
    stage = Stage(users=(User("zoe", "Secret-Word-7", enabled=False),))
    assert "disabled" in shown(stage, "users")
    assert not [link for link in links(stage) if "login_hint" in link]


def test_many_users_are_no_wall() -> None:
    stage = Stage(users=tuple(User(f"user-{n}", "Secret-Word-7") for n in range(150)))
    assert "user-99" in shown(stage, "users")
    assert "user-100" not in shown(stage, "users")
    assert "and 50 more" in shown(stage, "users")


def test_a_sign_in_starts_at_the_app() -> None:
    stage = Stage(login_url=LOGIN_URL)
    assert f"{LOGIN_URL}?login_hint=ada&prompt=login" in links(stage)


def test_without_the_apps_address_it_starts_at_the_login_page(stage: Stage) -> None:
    [link] = [link for link in links(stage) if "login_hint=bob" in link]
    page = stage.http.get(link)
    assert page.status_code == 200
    assert 'value="bob"' in page.text
    typed = {"username": "bob", "password": "Battery-Staple-8"}
    csrf = re.search(r'name="_csrf" value="([^"]+)"', page.text)
    assert csrf
    answer = stage.http.post(link, data={**typed, "_csrf": csrf[1]})
    assert answer.headers["location"].startswith(CALLBACK)


def test_a_client_without_callback_has_no_way_in() -> None:
    stage = Stage(clients=(Client(),))
    assert not [link for link in links(stage) if "login_hint" in link]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/auth/login", "http://[", "ftp://x/", " "])
def test_the_apps_address_must_be_one_for_a_browser(url: str) -> None:
    with pytest.raises(LocalConfigError, match="login_url"):
        LocalCognito(login_url=url)


# Outbox, clients


def test_the_newest_messages_are_shown(stage: Stage) -> None:
    assert "Nothing yet." in shown(stage, "outbox")
    assert "/_local/outbox" in links(stage)
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "AWSCognitoIdentityProviderService.ForgotPassword",
    }
    client = Client("publicclient", callback_urls=(CALLBACK,))
    stage = Stage(clients=(client,))
    for _ in range(7):
        stage.clock.now += 3601
        body = {"ClientId": client.client_id, "Username": "ada"}
        assert stage.http.post("/", json=body, headers=headers).status_code == 200
    codes = [message.code for message in stage.cognito.outbox]
    text = shown(stage, "outbox")
    assert len(codes) == 7
    assert [code in text for code in codes] == [False, False, True, True, True, True, True]
    assert text.index(codes[6]) < text.index(codes[5])


def test_clients_are_shown_without_their_secrets() -> None:
    secret = "s3cret" * 8
    machine = Client("machine", secret, flows=("client_credentials",), custom_scopes=("api/read",))
    web = Client("web", secret, callback_urls=(CALLBACK,), logout_urls=(LOGOUT,))
    stage = Stage(clients=(web, machine, Client("spa", callback_urls=("http://localhost:1/x",))))
    text = shown(stage, "clients")
    for row in (f"web confidential {CALLBACK} {LOGOUT}", "machine machine to machine none none"):
        assert row in text
    assert "spa public http://localhost:1/x none" in text
    assert secret not in front(stage).text


# Switches


def test_each_switch_is_there_with_its_value_and_what_it_does(stage: Stage) -> None:
    stage.cognito.switch(access_seconds=77, rotation=True, mfa="on")
    html = front(stage).text
    text = shown(stage, "switches")
    for item in fields(Switches):
        assert re.search(rf'name="{item.name}"', html), item.name
        assert re.search(rf'aria-describedby="about-{item.name}"', html), item.name
        [about] = re.findall(rf'id="about-{item.name}"[^>]*>([^<]+)<', html)
        assert len(about) > 15
    assert re.search(r'name="access_seconds"[^>]*value="77"', html)
    assert re.search(r'name="rotation"[^>]*checked', html)
    assert not re.search(r'name="limits"[^>]*checked', front(Stage(limits=False)).text)
    assert re.search(r'<option value="on" selected>', html)
    assert "Cognito is down" in text


def test_every_fault_and_endpoint_can_be_chosen(stage: Stage) -> None:
    html = front(stage).text
    options = re.findall(r'<option value="(\w*)"', html)
    assert set(FAULT_KINDS) <= set(options)
    assert set(ENDPOINTS) <= set(options)


def test_faults_that_are_on_are_named(stage: Stage) -> None:
    assert "Everything answers as usual" in shown(stage, "switches")
    stage.cognito.fail("token", Fault("slow", seconds=5), times=3)
    stage.cognito.fail("jwks", Fault("status", status=503))
    text = shown(stage, "switches")
    assert "Everything answers as usual" not in text
    assert "token: slow, the next 3 times" in text
    assert "jwks: status 503, until switched off" in text


def test_a_fault_everywhere_is_one_line(stage: Stage) -> None:
    for endpoint in ENDPOINTS:
        stage.cognito.fail(endpoint, Fault("status", status=503))
    assert "everywhere: status 503, until switched off" in shown(stage, "switches")


# Requests


def test_recent_requests_are_shown_without_anything_secret(stage: Stage) -> None:
    code = stage.code(state="the-state")
    tokens = stage.exchange(code).json()
    stage.userinfo(tokens["access_token"])
    stage.refresh("nobodys-refresh-token")
    stage.http.get("/us-east-1_Gone/.well-known/jwks.json?x=secret-query")
    text = shown(stage, "requests")
    for line in (
        "GET /login 200",
        "POST /login 302",
        "POST /oauth2/token 200",
        "GET /oauth2/userInfo 200",
        "POST /oauth2/token 400",
        "GET /us-east-1_Gone/.well-known/jwks.json 404",
    ):
        assert line in text, line
    assert text.index("404") < text.index("GET /oauth2/userInfo"), "the newest come first"
    html = front(stage).text
    secret = stage.cognito.client.secret
    assert secret
    for word in (code, *map(str, tokens.values()), "nobodys-refresh", "the-state", "secret-query"):
        assert word == str(tokens["expires_in"]) or word == "Bearer" or word not in html, word
    assert secret not in html


def test_the_operation_and_the_fault_are_named(stage: Stage) -> None:
    stage.cognito.fail("token", Fault("status", status=503), times=1)
    stage.refresh("x")
    stage.http.post("/", headers={"X-Amz-Target": "AWSCognitoIdentityProviderService.GetUser"})
    text = shown(stage, "requests")
    assert "POST /oauth2/token 503 fault: status" in text
    assert "POST / 400 GetUser" in text


def test_a_broken_connection_has_no_status(stage: Stage) -> None:
    stage.cognito.fail("jwks", Fault("reset"), times=1)
    with pytest.raises(ConnectionResetError):
        stage.http.get(f"/{stage.cognito.pool_id}/.well-known/jwks.json")
    assert "jwks.json none fault: reset" in shown(stage, "requests")


def test_its_own_pages_are_no_requests(stage: Stage) -> None:
    for path in ("/", "/_local/state", "/_local/outbox"):
        stage.http.get(path)
    assert "None yet." in shown(stage, "requests")


def test_the_requests_are_bounded(stage: Stage) -> None:
    for number in range(60):
        stage.http.get(f"/gone-{number}-{'x' * 200}")
    text = shown(stage, "requests")
    assert "gone-59" in text
    assert text.count("404") == 20
    assert "x" * 150 not in text


def test_a_query_that_cannot_be_read_is_none(stage: Stage) -> None:
    assert stage.http.get("/?done=keys&done=keys").status_code == 200


# Who may read it


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "build-server", "local:4000"]
)
def test_other_host_names_see_nothing(stage: Stage, host: str) -> None:
    response = stage.http.get("/", headers={"Host": host})
    assert response.status_code == 403
    assert "ada" not in response.text


def test_a_head_request_is_none(stage: Stage) -> None:
    assert stage.http.head("/").status_code == 405
