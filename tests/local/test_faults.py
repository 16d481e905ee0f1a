"""How each fault looks to the other side."""

import asyncio
import re
import threading
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest

from cognito_gate.local import Fault
from tests.local.stage import CALLBACK, ORIGIN, Stage, query_of


def token_answer(stage: Stage) -> httpx.Response:
    return stage.refresh(stage.cognito.tokens_for("ada")["refresh_token"])


def jwks_answer(stage: Stage) -> httpx.Response:
    return stage.http.get(f"/{stage.cognito.pool_id}/.well-known/jwks.json")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, "TooManyRequestsException"),
        (500, "InternalErrorException"),
        (503, "InternalErrorException"),
    ],
)
def test_status(stage: Stage, status: int, kind: str) -> None:
    stage.cognito.fail("token", Fault("status", status=status), times=1)
    response = token_answer(stage)
    assert (response.status_code, response.json()["__type"]) == (status, kind)
    assert token_answer(stage).status_code == 200


@pytest.mark.parametrize(
    ("uri", "back"), [(CALLBACK, 'href="https://app.example.com/"'), ("https://evil.example/", "")]
)
def test_a_person_gets_a_page_with_a_way_back(stage: Stage, uri: str, back: str) -> None:
    stage.cognito.fail("authorize", Fault("status", status=503))
    query = {
        "client_id": stage.cognito.client.client_id,
        "response_type": "code",
        "redirect_uri": uri,
    }
    page = stage.http.get("/oauth2/authorize", params=query, headers={"accept": "text/html"})
    assert page.status_code == 503
    assert "It was told to answer with status 503." in page.text
    assert 'href="/#switches"' in page.text
    assert re.findall(r'class="button" (href="[^"]*")', page.text) == ([back] if back else [])
    assert "InternalError" in stage.http.get("/oauth2/authorize", params=query).text


def test_status_with_a_body_of_ones_own(stage: Stage) -> None:
    stage.cognito.fail("jwks", Fault("status", status=502, body="bad gateway"))
    assert (jwks_answer(stage).status_code, jwks_answer(stage).text) == (502, "bad gateway")


def test_garbage_is_a_200_that_is_not_json(stage: Stage) -> None:
    stage.cognito.fail("token", Fault("garbage"))
    response = token_answer(stage)
    assert response.status_code == 200
    with pytest.raises(ValueError):  # noqa: PT011  (bad JSON or bad UTF-8)
        response.json()


def test_wrong_types_are_json_of_another_shape(stage: Stage) -> None:
    stage.cognito.fail("token", Fault("wrong_types"))
    stage.cognito.fail("jwks", Fault("wrong_types"))
    assert not isinstance(token_answer(stage).json()["access_token"], str)
    assert not isinstance(jwks_answer(stage).json()["keys"], list)


def test_huge_is_more_than_a_mebibyte(stage: Stage) -> None:
    stage.cognito.fail("token", Fault("huge"))
    assert len(token_answer(stage).content) > 1024 * 1024


@pytest.mark.parametrize(("body", "text"), [(None, "403 Forbidden"), ("<b>no</b>", "<b>no</b>")])
def test_waf_is_html(stage: Stage, body: str | None, text: str) -> None:
    stage.cognito.fail("token", Fault("waf", body=body))
    response = token_answer(stage)
    assert response.status_code == 403
    assert response.headers["content-type"].startswith("text/html")
    assert text in response.text


def test_redirect_points_elsewhere(stage: Stage) -> None:
    stage.cognito.fail("jwks", Fault("redirect", location="https://evil.example/jwks"))
    assert jwks_answer(stage).headers["location"] == "https://evil.example/jwks"


def test_oauth_error_of_the_token_endpoint(stage: Stage) -> None:
    fault = Fault("oauth_error", error="invalid_grant", description="User is disabled.")
    stage.cognito.fail("token", fault)
    response = token_answer(stage)
    assert response.status_code == 400
    assert response.json() == {"error": "invalid_grant", "error_description": "User is disabled."}


def test_oauth_error_of_a_federated_sign_in_arrives_at_the_callback(stage: Stage) -> None:
    text = "Timeout occurred in calling IdP token endpoint"
    stage.cognito.fail("authorize", Fault("oauth_error", description=text))
    response = stage.authorize()
    assert response.headers["location"].startswith(CALLBACK)
    answer = query_of(response)
    assert (answer["error"], answer["error_description"]) == ("invalid_request", text)
    assert answer["state"] == "st&te"
    stranger = stage.authorize(redirect_uri="https://evil.example")
    assert stranger.headers["location"].startswith(f"{ORIGIN}/error?")


def test_slow_answers_in_the_end(stage: Stage) -> None:
    stage.cognito.fail("token", Fault("slow", seconds=0.01))
    assert token_answer(stage).status_code == 200


def test_slow_stops_waiting_when_the_client_leaves(stage: Stage) -> None:
    stage.cognito.fail("jwks", Fault("slow", seconds=600))
    messages: list[Any] = [
        {"type": "http.request", "body": b""},
        {"type": "http.request", "body": b""},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    path = f"/{stage.cognito.pool_id}/.well-known/jwks.json"
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    asyncio.run(stage.app(scope, receive, send))
    assert sent[0]["status"] == 200


def test_reset_without_a_server_is_an_exception(stage: Stage) -> None:
    stage.cognito.fail("token", Fault("reset"))
    with pytest.raises(ConnectionResetError):
        token_answer(stage)


def test_reset_closes_the_connection_without_an_answer(stage: Stage) -> None:
    stage.cognito.fail("jwks", Fault("reset"), times=1)
    with stage.cognito.serve() as origin, httpx.Client(base_url=origin) as client:
        path = f"/{stage.cognito.pool_id}/.well-known/jwks.json"
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.get(path)
        assert client.get(path).status_code == 200


def test_a_reset_hits_one_connection_only(stage: Stage) -> None:
    path = f"/{stage.cognito.pool_id}/.well-known/jwks.json"
    with stage.cognito.serve() as origin:
        # A client that would notice: httpx reconnects silently, this one raises.
        bystander = HTTPConnection(httpx.URL(origin).netloc.decode())
        for _ in range(2):
            bystander.request("GET", path)
            assert bystander.getresponse().read()
            stage.cognito.fail("jwks", Fault("reset"), times=1)
            with pytest.raises(httpx.TransportError):
                httpx.get(f"{origin}{path}")
        bystander.close()


def test_faults_may_be_armed_while_serving(stage: Stage) -> None:
    done = threading.Event()
    with stage.cognito.serve() as origin:

        def arm() -> None:
            stage.cognito.fail("jwks", Fault("status", status=503))
            done.set()

        threading.Thread(target=arm).start()
        assert done.wait(10)
        url = f"{origin}/{stage.cognito.pool_id}/.well-known/jwks.json"
        assert httpx.get(url).status_code == 503
        stage.cognito.heal()
        assert httpx.get(url).status_code == 200


def api_answer(stage: Stage) -> httpx.Response:
    headers = {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"}
    return stage.http.post("/", headers=headers, json={})


@pytest.mark.parametrize(
    ("kind", "status", "message"),
    [
        ("TooManyRequestsException", 400, "Rate exceeded"),
        ("InternalErrorException", 500, "Internal error"),
        ("ForbiddenException", 403, "Request not allowed due to WAF block."),
    ],
)
def test_api_error(stage: Stage, kind: str, status: int, message: str) -> None:
    stage.cognito.fail("InitiateAuth", Fault("api_error", error=kind), times=1)
    response = api_answer(stage)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/x-amz-json-1.1"
    assert response.headers["x-amzn-errortype"] == f"{kind}:"
    assert response.json() == {"__type": kind, "message": message}
    assert api_answer(stage).json()["__type"] == "InvalidParameterException"


def test_api_error_in_other_words(stage: Stage) -> None:
    text = "PreSignUp failed with error Only example.com."
    fault = Fault("api_error", error="UserLambdaValidationException", description=text)
    stage.cognito.fail("InitiateAuth", fault)
    assert api_answer(stage).json()["message"] == text
    stage.cognito.fail("InitiateAuth", Fault("api_error", error="CodeDeliveryFailureException"))
    assert api_answer(stage).json() == {"__type": "CodeDeliveryFailureException"}


def test_other_faults_of_the_api(stage: Stage) -> None:
    stage.cognito.fail("InitiateAuth", Fault("waf"))
    assert "403 Forbidden" in api_answer(stage).text
    stage.cognito.fail("InitiateAuth", Fault("wrong_types"))
    assert not isinstance(api_answer(stage).json()["AuthenticationResult"], dict)
    stage.cognito.fail("InitiateAuth", Fault("slow", seconds=0.01))
    assert api_answer(stage).status_code == 400
    stage.cognito.fail("InitiateAuth", Fault("status", status=503))
    assert api_answer(stage).json()["__type"] == "InternalErrorException"
    stage.cognito.heal("InitiateAuth")
    assert stage.cognito.calls["InitiateAuth"] == 4
