"""Values that exist are valid, and those that cannot be say why."""

from typing import Any

import pytest

from cognito_gate.local import Client, Fault, LocalConfigError, Request, Switches
from cognito_gate.local.checks import is_loopback
from cognito_gate.local.model import FAULT_KINDS


def test_secrets_stay_out_of_repr() -> None:
    assert "s" * 24 not in repr(Client(secret="s" * 24))


def test_client_ids_are_random() -> None:
    first, second = Client(), Client()
    assert first.client_id != second.client_id
    assert len(first.client_id) == 26
    assert first.secret is None


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example.com/callback?x=1",
        "https://app.example.com",
        "http://localhost:8000/callback",
        "http://127.0.0.1/",
        "http://[::1]:8000/",
        "myapp://",
    ],
)
def test_urls_that_can_be_registered(url: str) -> None:
    assert Client(callback_urls=(url,), logout_urls=(url,)).callback_urls == (url,)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("/callback", "absolute"),
        ("app.example.com/callback", "absolute"),
        ("https:app.example.com", "absolute"),
        ("https://app.example.com/#x", "fragment"),
        ("https://app.example.com/#", "fragment"),
        ("https:///path", "host"),
        ("http://app.example.com/", "https"),
        ("http://localhost.example.com/", "https"),
        ("https://app.example.com/a b", "ASCII"),
        ("https://app.example.com/\r\nx", "ASCII"),
        ("https://äpp.example.com/", "ASCII"),
        ("https://[app/", "not a URL"),
    ],
)
def test_urls_that_cannot_be_registered(url: str, complaint: str) -> None:
    with pytest.raises(LocalConfigError, match=complaint):
        Client(callback_urls=(url,))
    with pytest.raises(LocalConfigError, match=complaint):
        Client(logout_urls=(url,))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"client_id": ""}, "client_id"),
        ({"client_id": "a-b"}, "client_id"),
        ({"client_id": "a" * 129}, "client_id"),
        ({"secret": ""}, "secret"),
        ({"secret": "s" * 23}, "secret"),
        ({"secret": "s" * 65}, "secret"),
        ({"secret": "s:" * 12}, "secret"),
        ({"callback_urls": "https://app.example.com"}, "callback_urls must be a list"),
        ({"scopes": ("openid", "api/read")}, "'api/read' is not one of"),
        ({"flows": ("implicit",)}, "'implicit' is not one of"),
        ({"custom_scopes": ("read",)}, "custom_scopes"),
        ({"custom_scopes": ("api/",)}, "custom_scopes"),
        ({"custom_scopes": ("api/re ad",)}, "custom_scopes"),
        ({"secret": None, "flows": ("client_credentials",)}, "needs a client with a secret"),
        ({"auth_flows": ("USER_AUTH",)}, "auth_flows: 'USER_AUTH' is not one of"),
        ({"auth_flows": "ALLOW_USER_AUTH"}, "auth_flows must be a list"),
        ({"prevent_user_existence_errors": 1}, "prevent_user_existence_errors must be"),
    ],
)
def test_clients_that_cannot_be(changes: dict[str, Any], complaint: str) -> None:
    good: dict[str, Any] = {
        "client_id": "a",
        "secret": "s" * 24,
        "flows": ("code", "client_credentials"),
        "custom_scopes": ("https://api.example.com/read", "api/write"),
    }
    Client(**good)
    with pytest.raises(LocalConfigError, match=complaint):
        Client(**{**good, **changes})


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"access_seconds": -1}, "access_seconds must not be negative"),
        ({"access_seconds": "5"}, "access_seconds must be a whole number"),
        ({"access_seconds": 5.0}, "access_seconds must be a whole number"),
        ({"access_seconds": True}, "access_seconds must be a whole number"),
        ({"access_seconds": 10**10}, "access_seconds must be within"),
        ({"rotation": 1}, "rotation must be true or false"),
    ],
)
def test_switches_that_cannot_be(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(LocalConfigError, match=complaint):
        Switches(**changes)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"mfa": "maybe"}, "mfa: 'maybe' is not one of off, optional, on"),
        ({"mfa": True}, "mfa: True is not one of"),
        ({"extra_challenge": "SMS_MFA"}, "extra_challenge: 'SMS_MFA' is not one of"),
        ({"limits": 1}, "limits must be true or false"),
        ({"sign_up": "yes"}, "sign_up must be true or false"),
        ({"challenge_seconds": -1}, "challenge_seconds must not be negative"),
    ],
)
def test_switches_of_the_json_api_that_cannot_be(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(LocalConfigError, match=complaint):
        Switches(**changes)


def test_only_the_clock_may_run_backwards() -> None:
    assert Switches(clock_skew=-60, access_seconds=0).clock_skew == -60


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_every_kind_of_fault_can_be_made(kind: str) -> None:
    assert Fault(kind, error="TooManyRequestsException").kind == kind


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"kind": "odd"}, "'odd' is not one of"),
        ({"kind": 7}, "7 is not one of"),
        ({"status": 200}, "between 400 and 599"),
        ({"status": "500"}, "between 400 and 599"),
        ({"seconds": -1}, "seconds"),
        ({"seconds": float("nan")}, "seconds"),
        ({"seconds": "1"}, "seconds"),
        ({"body": 7}, "body must be text"),
        ({"body": "\ud800"}, "body must be text"),
        ({"error": []}, "error must be text"),
        ({"kind": "api_error"}, "error must be the name of an exception"),
        ({"kind": "api_error", "error": 7}, "error must be the name of an exception"),
        ({"location": ""}, "location"),
        ({"location": "https://x\r\n"}, "location"),
    ],
)
def test_faults_that_cannot_be(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(LocalConfigError, match=complaint):
        Fault(**{"kind": "status", **changes})


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"[]", {}),
        (b"{", {}),
        (b"", {}),
        (b"\xff", {}),
        (b"[" * 60_000, {}),
    ],
)
def test_a_request_shows_its_json(body: bytes, document: dict[str, int]) -> None:
    assert Request("SignUp", "POST", "", {}, body).document == document


def test_a_request_shows_query_and_form_together() -> None:
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = Request("token", "POST", "a=1&b=", form, b"c=%20")
    assert request.params == {"a": "1", "b": "", "c": " "}
    assert Request("token", "POST", "a=1", {}, b"c=2").params == {"a": "1"}


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("", False),
        (None, False),
    ],
)
def test_loopback_hosts(host: str | None, is_local: bool) -> None:
    assert is_loopback(host) is is_local
