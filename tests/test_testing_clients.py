"""How the pytest plugin signs in each kind of client; nothing is served for it.

`test_testing.py` runs whole suites of users; here the plugin's parts are called as they call them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from werkzeug.test import Client as WerkzeugClient

from cognito_gate import Settings
from cognito_gate.local import LocalCognito
from cognito_gate.testing import CALLBACK_URL, LOGOUT_URL, IssueTokens, SignedIn
from tests.signing_keys import with_ready_keys

KEY = "0123456789abcdef0123456789abcdef"
SESSION = {"cognito_access_token", "cognito_id_token"}


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    """Says which cookies came."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ.get("HTTP_COOKIE", "").encode()]


@dataclass
class Handler:
    """What Django's test client calls; it gives back what it was told."""

    def __call__(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return request


@dataclass
class DjangoLike:
    """As much of Django's test client as the plugin touches."""

    cookies: SimpleCookie = field(default_factory=SimpleCookie)
    handler: Any = field(default_factory=Handler)


@dataclass
class Plain:
    """A client with a way to set cookies, and none to choose a domain or to delete one."""

    held: dict[str, str] = field(default_factory=dict)

    def set_cookie(self, name: str, value: str) -> None:
        self.held[name] = value


@pytest.fixture
def issue() -> IssueTokens:
    cognito = with_ready_keys(
        LocalCognito(callback_urls=(CALLBACK_URL,), logout_urls=(LOGOUT_URL,))
    )
    cognito.app("http://127.0.0.1:1")  # an address; nobody asks there
    return IssueTokens(cognito)


@pytest.fixture
def signed_in(issue: IssueTokens) -> SignedIn:
    environ = {**issue._cognito.environment(), "SECRET_KEY": KEY}
    return SignedIn(issue, Settings.from_env(environ, env_file=None))


def test_a_client_with_a_jar(signed_in: SignedIn) -> None:
    with httpx.Client(base_url="http://localhost") as client:
        assert signed_in(client) is client
        assert {cookie.name for cookie in client.cookies.jar} == SESSION


def test_a_client_like_djangos_is_told_the_identity(signed_in: SignedIn) -> None:
    client = signed_in(DjangoLike(), groups=["staff"])
    assert set(client.cookies) == SESSION
    told = client.handler({"path": "/", "REMOTE_USER": "forged"})
    assert (told["path"], told["REMOTE_USER"]) == ("/", "ada")
    identity = told["cognito_gate.identity"]
    assert (identity.username, identity.groups) == ("ada", ("staff",))
    assert identity.email == "ada@example.com"
    assert identity.access_token == client.cookies["cognito_access_token"].value


def test_the_next_user_of_a_client_like_djangos(signed_in: SignedIn) -> None:
    client = signed_in(DjangoLike(), groups=[f"{'g' * 90}{number}" for number in range(30)])
    inner = client.handler.inner
    assert "cognito_id_token.1" in client.cookies
    signed_in(client, "bob")
    assert set(client.cookies) == SESSION
    assert client.handler.inner is inner  # one teller, not one inside another
    assert client.handler({})["REMOTE_USER"] == "bob"


def test_a_client_like_werkzeugs(signed_in: SignedIn) -> None:
    client = WerkzeugClient(app)
    long = {f"custom:{number}": "x" * 900 for number in range(5)}
    signed_in(client, **long)
    assert client.get_cookie("cognito_id_token.1") is not None
    signed_in(client, "bob")
    assert client.get_cookie("cognito_id_token.1") is None
    assert {pair.partition("=")[0] for pair in client.get("/").text.split("; ")} == SESSION


def test_a_client_that_only_sets_cookies(signed_in: SignedIn) -> None:
    assert set(signed_in(Plain()).held) == SESSION


def test_a_client_without_a_place_for_cookies(signed_in: SignedIn) -> None:
    with pytest.raises(TypeError, match="a dict has neither a cookie jar nor set_cookie"):
        signed_in({})


def test_a_client_that_would_not_send_them(signed_in: SignedIn) -> None:
    secure = replace(signed_in._settings, redirect_url="https://app.example/auth/callback")
    with (
        httpx.Client(base_url="http://app.example") as client,
        pytest.raises(ValueError, match="its base URL must fit"),
    ):
        SignedIn(signed_in._issue, secure)(client)
