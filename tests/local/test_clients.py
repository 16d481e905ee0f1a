"""Client authentication: Basic, a secret in the body, or none for a public client."""

import base64
from typing import Any

import pytest

from cognito_gate.local import Client
from tests.local.stage import CALLBACK, Stage, error_of


def test_a_confidential_client_may_send_its_secret_in_the_body(stage: Stage) -> None:
    client = stage.cognito.client
    posted: dict[str, Any] = {"client_id": client.client_id, "client_secret": client.secret}
    assert stage.exchange(stage.code(), auth=None, **posted).status_code == 200


def test_basic_may_repeat_the_client_id(stage: Stage) -> None:
    client_id = stage.cognito.client.client_id
    assert stage.exchange(stage.code(), client_id=client_id).status_code == 200


def test_a_plus_in_a_secret_is_taken_as_it_is() -> None:
    stage = Stage(clients=(Client(secret="a+b" * 10, callback_urls=(CALLBACK,)),))
    assert stage.exchange(stage.code()).status_code == 200


@pytest.mark.parametrize("grant", ["exchange", "refresh"])
@pytest.mark.parametrize(
    ("user", "password", "posted"),
    [
        ("{id}", "wrong", {}),
        ("{id}", "", {}),
        ("another", "{secret}", {}),
        (None, None, {"client_id": "{id}"}),
        (None, None, {"client_id": "{id}", "client_secret": "wrong"}),
        (None, None, {"client_id": "another", "client_secret": "{secret}"}),
    ],
)
def test_a_confidential_client_must_prove_itself_on_every_grant(
    stage: Stage, grant: str, user: str | None, password: str | None, posted: dict[str, Any]
) -> None:
    client = stage.cognito.client

    def real(text: str) -> str:
        return text.replace("{id}", client.client_id).replace("{secret}", client.secret or "")

    auth = (real(user), real(password or "")) if user else None
    form: dict[str, Any] = {name: real(value) for name, value in posted.items()}
    if grant == "exchange":
        response = stage.exchange(stage.code(), auth=auth, **form)
    else:
        token = stage.cognito.tokens_for("ada")["refresh_token"]
        response = stage.refresh(token, auth=auth, **form)
    assert error_of(response) == {"error": "invalid_client"}


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "Bearer {basic}",
        "Basic {basic} ä",
    ],
)
def test_a_malformed_authorization_header_is_invalid_client(stage: Stage, header: str) -> None:
    client = stage.cognito.client
    basic = base64.b64encode(f"{client.client_id}:{client.secret}".encode()).decode()
    response = stage.http.post(
        "/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": "x"},
        headers={b"Authorization": header.replace("{basic}", basic).encode()},
    )
    assert error_of(response) == {"error": "invalid_client"}


def test_a_public_client_names_itself_in_the_body(public_stage: Stage) -> None:
    client_id = public_stage.cognito.client.client_id
    assert public_stage.exchange(public_stage.code(), client_id=client_id).status_code == 200


@pytest.mark.parametrize(
    ("auth", "posted", "error"),
    [
        (("{id}", ""), {}, "invalid_client"),
        (("{id}", "secret"), {}, "invalid_client"),
        (None, {"client_id": "{id}", "client_secret": "secret"}, "invalid_client"),
        (None, {}, "invalid_request"),
    ],
)
def test_a_public_client_sends_no_secret(
    public_stage: Stage, auth: tuple[str, str] | None, posted: dict[str, Any], error: str
) -> None:
    client_id = public_stage.cognito.client.client_id
    real: dict[str, Any] = {
        name: value.replace("{id}", client_id) for name, value in posted.items()
    }
    response = public_stage.exchange(
        public_stage.code(), auth=(client_id, auth[1]) if auth else None, **real
    )
    assert error_of(response) == {"error": error}
