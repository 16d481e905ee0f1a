"""Request headers that claim an identity do not reach the app, in any spelling, on either edge."""

import pytest

from cognito_gate.identity import tells_identity
from tests.edge.browser import Browser
from tests.edge.conftest import Open
from tests.edge.pool import Pool

CLAIMS = ["X-Forwarded-User", "x_forwarded_user", "REMOTE_USER", "Remote-User", "X-AMZN-OIDC-data"]
INNOCENT = [
    "X-Request-Id",
    "X-Forwarded-For",
    "Referer",
    "X-Forwarded-Proto",
    "Range",
    "User-Agent",
]


@pytest.mark.parametrize("name", CLAIMS)
def test_what_claims_an_identity(name: str) -> None:
    assert tells_identity(name)


@pytest.mark.parametrize("name", INNOCENT)
def test_what_does_not(name: str) -> None:
    assert not tells_identity(name)


@pytest.mark.parametrize("name", [name.lower() for name in CLAIMS])
@pytest.mark.parametrize("path", ["/page", "/open"])
def test_a_claim_does_not_reach_the_app(make_site: Open, pool: Pool, path: str, name: str) -> None:
    browser = Browser(make_site(public_paths=("/open",)))
    browser.sign_in(pool)
    reply = browser.go(path, headers={name: "root", "x-request-id": "17"})
    assert reply.app is not None
    facts = reply.app.facts
    told = str([facts.get("headers"), {key: facts[key] for key in facts if key.isupper()}])
    assert "root" not in told
    assert "17" in told
