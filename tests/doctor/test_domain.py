"""The login domain and what may stand before it."""

import pytest

from cognito_gate._gate.effects import HttpAnswer
from tests.doctor.aws import (
    CALLBACK,
    CLIENT,
    LOGIN,
    Cognito,
    document,
    error_page,
    fixing,
    found,
    page,
    says,
    to,
    wrong,
)

AFTER_DOMAIN = ("firewall", "client-id", "callback-url", "code-grant", "scopes", "pkce")
CUSTOM = "https://login.example.com"


# Domain


@pytest.mark.parametrize(
    ("domain", "failure", "said"),
    [
        ("my-app", "dns", "No pool there seems to have the prefix 'my-app'"),
        ("my-aws-app", "dns", "Cognito does not allow the prefix 'my-aws-app'"),
        (CUSTOM, "dns", "A custom domain needs its DNS record"),
        (CUSTOM, "tls: Hostname mismatch", "up to an hour"),
        ("http://localhost:9229", "refused", "Is the local Cognito, or the emulator, running?"),
        (CUSTOM, "timeout", "COGNITO_GATE_HTTP_TIMEOUT_SECONDS"),
        (CUSTOM, "tls: unable to get local issuer certificate", "SSL_CERT_FILE"),
        (CUSTOM, "ProxyError", "may reach it"),
    ],
)
def test_a_domain_that_cannot_be_reached(domain: str, failure: str, said: str) -> None:
    lines = found(Cognito(authorize=HttpAnswer(0, failure=failure)), AWS_COGNITO_DOMAIN=domain)
    assert wrong(lines) == {"domain"}
    assert said in fixing(lines, "domain")
    assert {lines[code].state for code in AFTER_DOMAIN} == {"unknown"}


def test_a_page_of_somebody_else() -> None:
    lines = found(Cognito(authorize=page(404)))
    assert wrong(lines) == {"domain"}


def test_a_domain_that_cloudfront_does_not_know() -> None:
    html = "<H1>403 ERROR</H1>The request could not be satisfied."
    lines = found(Cognito(authorize=page(403, html)), AWS_COGNITO_DOMAIN=CUSTOM)
    assert wrong(lines) == {"domain"}
    assert "up to an hour" in fixing(lines, "domain")


def test_a_domain_that_moved() -> None:
    lines = found(
        Cognito(authorize=to(f"https://www.example.com/oauth2/authorize?client_id={CLIENT}"))
    )
    assert wrong(lines) == {"domain"}
    assert "sends on to https://www.example.com" in lines["domain"].found
    # Where it sends to is not for copying: nobody has vouched for it.
    assert "www.example.com" not in fixing(lines, "domain")


@pytest.mark.parametrize("answer", [page(500), page(429), to("https://parked.example/")])
def test_a_domain_of_which_nobody_can_tell(answer: HttpAnswer) -> None:
    lines = found(Cognito(authorize=answer))
    assert wrong(lines) == set()
    assert lines["domain"].state == "unknown"


@pytest.mark.parametrize("html", ["<h1>Shop</h1>", "<form>Search</form>"])
def test_somebody_elses_page_is_no_login(html: str) -> None:
    """As where the name leads to the app: Cognito would redirect to its own page first."""
    lines = found(Cognito(authorize=page(200, html)))
    assert wrong(lines) == {"domain"}
    assert "with a page of its own where Cognito's login would redirect" in lines["domain"].found
    assert lines["client-id"].state == lines["callback-url"].state == "unknown"


def test_the_domain_of_another_pool() -> None:
    """Domain and client belong together, and the pool id to others: tokens would be refused."""
    lines = found(Cognito(discovery=document(login=LOGIN.replace("my-app", "other"))))
    assert wrong(lines) == {"domain"}


def test_a_domain_that_may_be_a_proxy_in_front() -> None:
    passed_on = Cognito(authorize=lambda ask: to("/login?" + ask.url.partition("?")[2]))
    lines = found(passed_on, AWS_COGNITO_DOMAIN=CUSTOM)
    assert wrong(lines) == set()
    assert lines["domain"].state == "warning"
    unknown = Cognito(authorize=to("/error?error=invalid_request"))
    assert wrong(found(unknown, AWS_COGNITO_DOMAIN=CUSTOM)) == {"domain"}


def test_a_pool_with_two_domains_names_the_custom_one() -> None:
    lines = found(Cognito(discovery=document(login=CUSTOM)))
    assert wrong(lines) == set()
    assert lines["domain"].state == "warning"
    unknown = Cognito(discovery=document(login=CUSTOM), authorize=error_page("invalid_request"))
    assert wrong(found(unknown)) == {"client-id"}


def test_an_emulator_may_call_itself_otherwise() -> None:
    named = document(login="http://emulator:4566")
    at = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    assert found(Cognito(discovery=named), at)["domain"].state == "ok"
    named = document(login="https://elsewhere.example")
    assert found(Cognito(discovery=named), at)["domain"].state == "ok"
    stranger = Cognito(discovery=named, authorize=says(400, error="invalid_client"))
    assert wrong(found(stranger, at, AWS_COGNITO_DOMAIN="http://127.0.0.1:4566")) == {"domain"}


# Firewall


@pytest.mark.parametrize(
    ("url", "said"),
    [("http://localhost:8000/auth/callback", "EC2MetaDataSSRF"), (CALLBACK, "sampled requests")],
)
def test_a_firewall_before_cognito(url: str, said: str) -> None:
    lines = found(Cognito(authorize=page(403)), AWS_COGNITO_REDIRECT_URL=url,
                  AWS_COGNITO_LOGOUT_URL=url.replace("callback", "signed-out"))  # fmt: skip
    assert wrong(lines) == {"firewall"}
    assert said in fixing(lines, "firewall")
