"""Where a local Cognito sends people back to, and what the access log keeps to itself."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from cognito_gate import Settings
from cognito_gate.cli import _login_url_beside, _urls_beside
from cognito_gate.cli.process import OneServerFilter, RedactingFilter, log_config

HERE = "http://localhost:8100"
FAR = "https://app.example.com"
PLAIN: dict[str, Any] = {"uds": None, "root_path": ""}


def found(**changes: Any) -> Settings:
    return Settings(disabled=True, **changes)


def far(**changes: Any) -> Settings:
    return found(redirect_url=f"{FAR}/a/callback", logout_url=f"{FAR}/bye", **changes)


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_COGNITO_REDIRECT_URL", raising=False)


def test_without_settings_it_is_this_server() -> None:
    urls = _urls_beside(found(), HERE, PLAIN)
    assert urls == (f"{HERE}/auth/callback", f"{HERE}/auth/signed-out")


def test_a_host_of_the_env_file_does_not_count() -> None:
    assert _urls_beside(far(), HERE, PLAIN) == (f"{HERE}/a/callback", f"{HERE}/bye")


def test_one_that_the_environment_names_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_COGNITO_REDIRECT_URL", f"{FAR}/a/callback")
    assert _urls_beside(far(), HERE, PLAIN) == (f"{FAR}/a/callback", f"{FAR}/bye")


@pytest.mark.parametrize("proxied", [{"uds": "/tmp/x"}, {"root_path": "/a"}])
def test_one_before_a_proxy_does(proxied: dict[str, Any]) -> None:
    settings = found(redirect_url=f"{FAR}/a/callback")
    urls = _urls_beside(settings, HERE, {**PLAIN, **proxied})
    assert urls == (f"{FAR}/a/callback", f"{FAR}/auth/signed-out")


@pytest.mark.parametrize(
    ("redirect", "prefix", "login"),
    [
        (f"{HERE}/auth/callback", "/auth", f"{HERE}/auth/login"),
        (f"{HERE}/cb", "/auth", f"{HERE}/auth/login"),
        (f"{FAR}/mounted/gate/callback", "/gate", f"{FAR}/mounted/gate/login"),
    ],
)
def test_the_front_page_leads_to_the_gates_login(redirect: str, prefix: str, login: str) -> None:
    assert _login_url_beside(redirect, found(prefix=prefix)) == login


def logged(*args: object) -> str:
    record = logging.LogRecord("uvicorn.access", 20, "", 0, "%s %s %d", args, None)
    assert RedactingFilter().filter(record)
    return record.getMessage()


def test_codes_stay_out_of_the_access_log() -> None:
    said = logged("GET", "/auth/callback?code=abc-1&state=xyz_2&x=3", 303)
    assert said == "GET /auth/callback?code=...&state=...&x=3 303"
    assert logged("GET", "/page?encode=1", 200) == "GET /page?encode=1 200"
    assert RedactingFilter().filter(logging.LogRecord("x", 20, "", 0, "plain", None, None))
    assert log_config("info")["handlers"]["access"]["filters"] == ["redacting"]


@pytest.mark.parametrize(
    ("name", "thread", "level", "passes"),
    [
        ("uvicorn.error", "MainThread", logging.INFO, True),
        ("uvicorn.error", "Thread-1", logging.INFO, False),
        ("uvicorn.error", "Thread-1", logging.WARNING, True),
        ("cognito_gate", "Thread-1", logging.INFO, True),
    ],
)
def test_the_server_of_the_local_cognito_comes_and_goes_in_silence(
    name: str, thread: str, level: int, passes: bool
) -> None:
    record = logging.LogRecord(name, level, "", 0, "Shutting down", (), None)
    record.threadName = thread
    assert OneServerFilter().filter(record) is passes
    assert log_config("info")["handlers"]["default"]["filters"] == ["one_server"]
