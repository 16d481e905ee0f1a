"""The pre sign-up trigger: whom it lets in, as Python and as the template carries it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cognito_gate.pool.options import PoolOptions
from cognito_gate.pool.sign_up import handler
from tests.pool.cfn import Stack
from tests.pool.variants import LIMITED

LIMITS = ["PreSignUp_SignUp", "PreSignUp_ExternalProvider", "PreSignUp_OfTheFuture"]
FREE = "PreSignUp_AdminCreateUser"


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The function's environment, as the template sets it."""
    monkeypatch.setenv("ALLOWED_DOMAINS", "example.com,kappa.example")


def event(source: str = LIMITS[0], **attributes: str) -> dict[str, Any]:
    """What Cognito sends."""
    return {
        "version": "1",
        "triggerSource": source,
        "userName": "ada",
        "request": {"userAttributes": attributes},
        "response": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
    }


ALLOWED = ["ada@example.com", "Ada@EXAMPLE.com", "a+b.c_d-e@example.com", "x@kappa.example"]


@pytest.mark.parametrize("source", LIMITS)
def test_an_allowed_address_signs_up_and_nothing_is_changed(source: str) -> None:
    for email in ALLOWED:
        sent = event(source, email=email)
        before = copy.deepcopy(sent)
        assert handler(sent, None) is sent
        assert sent == before


REFUSED = [
    "ada@example.org",
    "ada@sub.example.com",
    "ada@notexample.com",
    "ada@example.com.evil.example",
    "ada@example.com.",
    "ada@example.co",
    "ada@example.com@evil.example",
    "ada@evil.example@example.com",
    '"ada@evil.example"@example.com',
    "ada@evil.example,ada@example.com",
    "ada@evil.example;ada@example.com",
    "ada@evil.example ada@example.com",
    "<ada@evil.example>@example.com",
    "ada@example.com\n",
    "ada@example.com ",
    "ada@ example.com",
    "ada\n@example.com",
    "@example.com",
    "example.com",
    "ada@",
    "ada",
    "",
    "ada@\uff45xample.com",  # fullwidth e
    "ada@exa\u00admple.com",  # soft hyphen
    "ada@\u212aappa.example",  # the sign of the kelvin; its small letter is k
    "\u00e4da@example.com",
]


@pytest.mark.parametrize("email", REFUSED)
def test_any_other_address_is_refused(email: str) -> None:
    for source in LIMITS:
        with pytest.raises(ValueError, match=r"at example\.com or kappa\.example$"):
            handler(event(source, email=email), None)


def test_no_address_at_all_is_refused() -> None:
    for source in LIMITS:
        with pytest.raises(ValueError, match="Please sign up with an e-mail address"):
            handler(event(source, name="ada@example.com"), None)


def test_administrators_add_whom_they_like() -> None:
    for email in REFUSED:
        sent = event(FREE, email=email)
        assert handler(sent, None) is sent


@pytest.mark.parametrize("listed", ["", ","])
def test_an_empty_list_lets_nobody_in(listed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_DOMAINS", listed)
    for email in ("ada@example.com", "ada@", ""):
        with pytest.raises(ValueError, match="Please sign up"):
            handler(event(email=email), None)


def test_without_a_list_nobody_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALLOWED_DOMAINS")
    with pytest.raises(KeyError):
        handler(event(email="ada@example.com"), None)


@settings(deadline=None)
@given(st.text(max_size=40) | st.text(max_size=20).map(lambda text: f"{text}@example.com"))
def test_whoever_gets_in_has_one_address_at_an_allowed_domain(email: str) -> None:
    try:
        handler(event(email=email), None)
    except ValueError:
        return
    name, at, domain = email.partition("@")
    assert name
    assert at
    assert domain.lower() in ("example.com", "kappa.example")
    assert email.isascii()
    assert not set(email) & set(' \t\r\n,;<>"')


def test_all_domains_may_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_DOMAINS", "*")
    for email in (*ALLOWED, *REFUSED):
        assert not handler(event(email=email), None)["response"]["autoConfirmUser"]


def test_addresses_at_trusted_domains_need_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTO_CONFIRM_DOMAINS", "Example.com")
    assert handler(event(email="ada@EXAMPLE.com"), None)["response"] == {
        "autoConfirmUser": True,
        "autoVerifyEmail": False,
        "autoVerifyPhone": False,
    }
    assert not handler(event(email="x@kappa.example"), None)["response"]["autoConfirmUser"]
    for source in (*LIMITS[1:], FREE):  # who comes otherwise is confirmed by Cognito, or by nobody
        assert not handler(event(source, email=ALLOWED[0]), None)["response"]["autoConfirmUser"]
    monkeypatch.setenv("ALLOWED_DOMAINS", "*")
    for listed in ("example.com", ""):
        monkeypatch.setenv("AUTO_CONFIRM_DOMAINS", listed)
        for email in REFUSED:
            assert not handler(event(email=email), None)["response"]["autoConfirmUser"]


def test_the_template_carries_this_very_function() -> None:
    source = Stack(PoolOptions(**LIMITED)).properties("SignUpFunction")["Code"]["ZipFile"]
    # The most that CloudFormation takes inline.
    assert len(source.encode()) < 4096
    assert source.isascii()
    inside: dict[str, Any] = {"__name__": "index"}
    exec(compile(source, "index.py", "exec"), inside)
    sent = event(email="ada@example.com")
    assert inside["handler"](sent, None) is sent
    with pytest.raises(ValueError, match="Please sign up"):
        inside["handler"](event(email="ada@example.org"), None)
