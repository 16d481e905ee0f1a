"""The way in, as AWS was seen to answer: domain, firewall, app client, callback, grant, PKCE."""

import pytest

from cognito_gate._gate.effects import HttpAnswer, HttpCall
from tests.doctor.aws import (
    CALLBACK,
    CLIENT,
    LOGIN,
    Cognito,
    back,
    document,
    error_page,
    fixing,
    found,
    login_page,
    page,
    says,
    to,
    wrong,
)

AFTER_DOMAIN = ("firewall", "client-id", "callback-url", "code-grant", "scopes", "pkce")
CUSTOM = "https://login.example.com"


# Where a sign-in leads


@pytest.mark.parametrize(
    "goal",
    [
        login_page,
        lambda ask: to("/login?" + ask.url.partition("?")[2]),
        to(f"https://idp.example.com/saml?SAMLRequest=abc&RelayState={'x' * 900}"),
        to("https://idp.example.com/authorize?client_id=other&redirect_uri="
           f"https%3A%2F%2F{LOGIN.removeprefix('https://')}%2Foauth2%2Fidpresponse"),
    ],
    ids=["login page", "relative", "SAML provider", "OIDC provider"],
)  # fmt: skip
def test_a_sign_in_that_goes_well(goal: HttpAnswer) -> None:
    lines = found(Cognito(authorize=goal))
    assert wrong(lines) == set()
    assert {lines[code].state for code in (*AFTER_DOMAIN, "login-page")} == {"ok"}


def test_an_emulator_may_show_its_page_at_once() -> None:
    shown = page(200, "<html><FORM action=/login><input type=password></html>")
    here = "http://127.0.0.1:4566"
    lines = found(
        Cognito(authorize=shown, discovery=document(login=here)),
        AWS_ENDPOINT_URL=here,
        AWS_COGNITO_DOMAIN=here,
    )
    assert wrong(lines) == set()
    assert lines["login-page"].state == "ok"


def test_a_callback_that_is_not_registered() -> None:
    lines = found(Cognito(authorize=error_page("redirect_mismatch")))
    assert wrong(lines) == {"callback-url"}
    assert CALLBACK in lines["callback-url"].found
    assert lines["client-id"].state == "ok"
    text = fixing(lines, "callback-url")
    for said in (
        "localhost and 127.0.0.1 differ",
        f"App clients > {CLIENT} > Login pages > Managed login pages configuration > Edit",
        f"--arg value {CALLBACK}",
        "file://client.json",
        "resets what it leaves out",
    ):
        assert said in text


@pytest.mark.parametrize("error", ["invalid_request", "Client does not exist", ""])
def test_a_client_that_is_not_known(error: str) -> None:
    lines = found(Cognito(authorize=error_page(error)))
    assert wrong(lines) == {"client-id"}
    assert "the domain is this pool's, so the client id is wrong" in lines["client-id"].found
    for code in ("callback-url", "sign-out-url", "client-secret", "revocation"):
        assert lines[code].found == "not checked: the app client is not known there"


def test_a_client_that_is_not_known_at_a_domain_nobody_vouches_for() -> None:
    lines = found(Cognito(discovery=document(login=""), authorize=error_page("invalid_request")))
    assert wrong(lines) == {"client-id"}
    assert "or the domain belongs to another pool" in lines["client-id"].found


@pytest.mark.parametrize(
    "answer",
    [
        back("unauthorized_client"),
        back("invalid_request", "unauthorized_client"),
        error_page("unauthorized_client"),
    ],
    ids=["as an error", "as a description", "as a page"],
)
def test_a_client_without_the_code_grant(answer: HttpAnswer) -> None:
    lines = found(Cognito(authorize=answer))
    assert wrong(lines) == {"code-grant"}
    assert "AllowedOAuthFlowsUserPoolClient = true" in fixing(lines, "code-grant")
    assert lines["pkce"].state == "unknown"
    # The app client is known, so the rest can be asked.
    assert lines["client-secret"].state == "ok"


@pytest.mark.parametrize("answer", [back("server_error", "Hm?"), to(f"{CALLBACK}?code=1&state=2")])
def test_a_sign_in_that_comes_back_otherwise(answer: HttpAnswer) -> None:
    lines = found(Cognito(authorize=answer))
    assert wrong(lines) == set()
    assert lines["callback-url"].state == "ok"
    assert lines["code-grant"].state == "unknown"


# PKCE


def test_a_challenge_that_is_refused() -> None:
    def strict(ask: HttpCall) -> HttpAnswer:
        return back("invalid_request") if "code_challenge" in ask.url else login_page(ask)

    lines = found(Cognito(authorize=strict))
    assert wrong(lines) == {"pkce"}
    assert lines["login-page"].state == "unknown"
    assert lines["scopes"].state == "unknown"


def test_a_request_that_is_refused_anyhow() -> None:
    lines = found(Cognito(authorize=back("invalid_request", "PreSignUp failed")))
    assert wrong(lines) == set()
    assert "PreSignUp failed" in lines["code-grant"].found
    assert "with it and without it" in lines["pkce"].found


def test_a_login_page_that_is_not_told_everything() -> None:
    lines = found(Cognito(authorize=to(f"{LOGIN}/login?client_id={CLIENT}&state=other")))
    assert lines["pkce"].state == "warning"
    assert "code_challenge, code_challenge_method, state, nonce" in lines["pkce"].found


# Login page


@pytest.mark.parametrize(
    "answer",
    [
        page(403, "<p>Login pages unavailable. Please contact an administrator.</p>"),
        page(200, "<p>Login pages unavailable.</p>"),
        page(400),
        error_page("Required String parameter"),
    ],
)
def test_no_login_page(answer: HttpAnswer) -> None:
    lines = found(Cognito(login=answer))
    assert wrong(lines) == {"login-page"}
    assert "create-managed-login-branding" in fixing(lines, "login-page")


def test_no_login_page_at_once() -> None:
    lines = found(Cognito(authorize=page(403, "<h1>Login pages unavailable</h1>")))
    assert wrong(lines) == {"login-page"}
    assert lines["firewall"].state == "ok"


@pytest.mark.parametrize(
    "answer", [page(503), HttpAnswer(0, failure="timeout"), to("/login?again")]
)
def test_a_login_page_that_nobody_can_tell_of(answer: HttpAnswer) -> None:
    assert found(Cognito(login=answer))["login-page"].state == "unknown"


def test_a_login_page_that_leads_on() -> None:
    assert found(Cognito(login=to("https://idp.example.com/")))["login-page"].state == "ok"


# Emulators, which answer in JSON and without a redirect


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (says(400, error="invalid_client"), "client-id"),
        (says(400, error="invalid_request", error_description="redirect_uri is not allowed"),
         "callback-url"),
        (says(400, message=1), "domain"),
        (says(400, error=["x"]), "domain"),
    ],
)  # fmt: skip
def test_an_emulators_refusal(answer: HttpAnswer, code: str) -> None:
    assert wrong(found(Cognito(authorize=answer))) == {code}


# Settings that are not there


def test_without_a_client_id_the_domain_is_looked_at() -> None:
    lines = found(Cognito(authorize=error_page("invalid_request")),
                  AWS_COGNITO_USER_POOL_CLIENT_ID=None)  # fmt: skip
    assert wrong(lines) == {"setting:AWS_COGNITO_USER_POOL_CLIENT_ID"}
    assert lines["domain"].state == "ok"
    assert lines["client-id"].found == "not checked: AWS_COGNITO_USER_POOL_CLIENT_ID is wrong"


def test_without_a_redirect_url_the_client_is_looked_at() -> None:
    lines = found(Cognito(authorize=error_page("redirect_mismatch")), AWS_COGNITO_REDIRECT_URL=None)
    assert wrong(lines) == {"setting:AWS_COGNITO_REDIRECT_URL"}
    assert lines["client-id"].state == "ok"
    assert lines["callback-url"].state == "unknown"
    assert lines["client-secret"].state == "ok"


def test_sign_in_pages_of_our_own_need_no_domain() -> None:
    lines = found(AWS_COGNITO_DOMAIN=None, COGNITO_GATE_LOGIN="custom")
    assert wrong(lines) == set()
    assert lines["domain"].found.startswith("not checked: there is no login domain")
    assert lines["client-secret"].state == "unknown"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"AWS_REGION": "nowhere"}, "unknown"),
        ({"AWS_COGNITO_USER_POOL_ID": None}, "unknown"),
        ({"AWS_COGNITO_USER_POOL_ID": None, "AWS_REGION": "eu-west-1"}, "ok"),
        ({"AWS_COGNITO_USER_POOL_ID": None, "AWS_COGNITO_DOMAIN": LOGIN}, "ok"),
    ],
)
def test_a_bare_prefix_needs_a_region(changes: dict[str, str | None], state: str) -> None:
    assert found(None, changes)["domain"].state == state
