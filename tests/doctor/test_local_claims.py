"""Who is not taken for a local Cognito: real pools, and whatever else answers on this machine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doctor.aws import ENVIRON, Cognito, found, page, says, to
from tests.doctor.servers import Given, Reply, answering
from tests.doctor.stage import diagnose

ENDPOINT = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
POOL = "us-east-1_LOCAL"
CLAIMS: dict[str, Any] = {
    "local_cognito": 1,
    "pool_id": POOL,
    "issuer": f"http://127.0.0.1:9229/{POOL}",
    "client_id": "localclient",
    "public": False,
    "callback_urls": [],
    "logout_urls": [],
    "sample_users": True,
    "rotation": False,
    "access_seconds": 3600,
}


def test_a_real_pool_is_never_asked() -> None:
    cognito = Cognito(about=says(200, **CLAIMS))
    lines = found(cognito, AWS_COGNITO_USER_POOL_CLIENT_ID=None)
    assert not [ask for ask in cognito.asked if ask.url.endswith("/_local/about")]
    fix = lines["setting:AWS_COGNITO_USER_POOL_CLIENT_ID"].fix
    assert fix is not None
    assert fix.command.startswith("aws ")


def test_a_login_domain_on_this_machine_does_not_make_a_real_pool_local() -> None:
    lines = found(
        Cognito(about=says(200, **CLAIMS), discovery=page(404), **{"jwks.json": page(404)}),
        AWS_COGNITO_DOMAIN="http://127.0.0.1:9229",
    )
    fix = lines["user-pool"].fix
    assert fix is not None
    assert fix.command.startswith("aws ")
    assert "local" not in lines["user-pool"].found


@pytest.mark.parametrize(
    "changes",
    [
        {"local_cognito": 2},
        {"pool_id": "us-east-1"},
        {"pool_id": 7},
        {"client_id": "a b"},
        {"client_id": None},
        {"issuer": "javascript:x"},
        {"issuer": "http://127.0.0.1:9229/ x"},
        {"callback_urls": "http://localhost/"},
        {"callback_urls": ["http://localhost/\x1b[31m"]},
        {"callback_urls": ["http://localhost/ --public"]},
        {"logout_urls": [7]},
        {"public": "no"},
        {"access_seconds": "3600"},
        {"access_seconds": True},
        {"sample_users": None},
    ],
)
def test_what_does_not_look_like_one_is_none(changes: dict[str, Any]) -> None:
    assert recognised(says(200, **CLAIMS).body)
    assert not recognised(says(200, **{**CLAIMS, **changes}).body)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'"x"', b"\xff", b"[" * 5000])
def test_nor_is_what_is_no_object(body: bytes) -> None:
    assert not recognised(body)


def recognised(body: bytes) -> bool:
    """Whether a server of this machine that answers so is taken for a local Cognito."""

    def reply(given: Given) -> Reply:
        return (200, {}, body) if given[1] == "/_local/about" else (404, {}, b"")

    with answering(reply) as port:
        at = f"http://127.0.0.1:{port}"
        environ = {
            **ENVIRON,
            "AWS_COGNITO_DOMAIN": at,
            "AWS_COGNITO_USER_POOL_CLIENT_ID": "",
            ENDPOINT: at,
        }
        told = diagnose(environ).finding("setting:AWS_COGNITO_USER_POOL_CLIENT_ID")["fix"]
    assert bool(told["command"]) is not bool(told["setting"])
    if told["command"]:
        assert f"--endpoint-url {at}" in told["command"]
    return not told["command"]


def test_a_redirect_is_not_followed() -> None:
    cognito = Cognito(about=to("https://elsewhere.example/"), discovery=page(404))
    lines = found(cognito, AWS_ENDPOINT_URL="http://127.0.0.1:4566")
    assert {ask.url.split("/")[2] for ask in cognito.asked} <= {
        "127.0.0.1:4566", "my-app.auth.eu-west-1.amazoncognito.com"
    }  # fmt: skip
    assert "local" not in lines["user-pool"].found
