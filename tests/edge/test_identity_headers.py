"""Request headers that claim an identity do not reach the app, in any spelling, on either edge."""

import itertools

from cognito_gate.identity import tells_identity
from tests.edge.conftest import Open
from tests.world.browser import Browser, Reply
from tests.world.pool import Pool

CLAIMS = ["X-Forwarded-User", "x_forwarded_user", "REMOTE_USER", "Remote-User", "X-AMZN-OIDC-data"]
# One or two of each proxy's own.
PROXIES = [
    *("X-Forwarded-Email", "X-Forwarded-Groups", "X-Forwarded-Preferred-Username"),  # oauth2-proxy
    *("X-Forwarded-Access-Token", "X-Auth-Request-User", "X-Auth-Request-Access-Token"),
    *("X-Auth-User", "X-Auth-Username", "X-Auth-Groups", "X-Auth-Token"),  # Traefik's and others
    *("X-WebAuth-User", "X-WebAuth-Groups", "X-WebAuth-Name"),  # Grafana's
    *("Remote-Name", "Remote-Email", "Remote-Groups", "Remote-Role"),  # Authelia, Pangolin
    *("X-Remote-User", "X-Remote-Group", "X-Remote-Extra-Scopes"),  # Kubernetes
    *("OIDC_CLAIM_sub", "OIDC-access-token"),  # mod_auth_openidc
    *("Cf-Access-Jwt-Assertion", "CF-Access-Authenticated-User-Email"),  # Cloudflare
    *("X-Amzn-Oidc-Identity", "X-Amzn-Ava-User-Context"),  # AWS
    *("X-authentik-username", "X-Authentik-Jwt"),
    *("X-Pomerium-Jwt-Assertion", "X-Pomerium-Claim-Email"),
    *("X-MS-CLIENT-PRINCIPAL", "X-MS-CLIENT-PRINCIPAL-NAME", "X-MS-TOKEN-AAD-ID-TOKEN"),  # Azure
    *("X-Goog-Authenticated-User-Email", "X-Goog-IAP-JWT-Assertion"),
    *("Tailscale-User-Login", "Tailscale-User-Name", "Tailscale-User-Profile-Pic"),
    *("X-Vouch-User", "X-Vouch-Idp-Claims-Groups"),
    *("X-Consumer-Username", "X-Authenticated-UserId", "X-Authenticated-Groups", "X-Userinfo"),
    *("X-Cognito-Username", "X-User", "X-User-Name", "X-User-Roles", "X-Email", "X-Groups"),
]
INNOCENT = [
    *("X-Request-Id", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"),
    *("X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server", "X-Real-Ip"),
    *("Referer", "Range", "User-Agent", "X-User-Agent", "X-Requested-With", "X-CSRF-Token"),
    *("Authorization", "Cookie", "X-Author", "X-Authority", "Remote", "CF-Ray", "CF-Connecting-IP"),
    *("X-Amzn-Trace-Id", "X-Goog-Api-Key", "X-Ms-Request-Id", "Te", "Origin", "OIDC", "X-Api-Key"),
]


def spellings(name: str) -> set[str]:
    return {name.upper(), name.lower(), name.replace("-", "_"), name.upper().replace("-", "_")}


def test_what_claims_an_identity() -> None:
    for name in (*CLAIMS, *PROXIES):
        assert all(map(tells_identity, spellings(name))), name
    for name in INNOCENT:
        assert not tells_identity(name), name


def test_a_claim_does_not_reach_the_app(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site(public_paths=("/open",)))
    browser.sign_in(pool)
    for path, name in itertools.product(("/page", "/open"), CLAIMS):
        reply = browser.go(path, headers={name: "root", "x-request-id": "17"})
        assert reply.app is not None
        facts = reply.app.facts
        sent = str([facts.get("headers"), {key: facts[key] for key in facts if key.isupper()}])
        assert "root" not in sent, (path, name)
        assert "17" in sent


def test_none_of_them_reaches_it_and_all_others_do(make_site: Open) -> None:
    """On either edge, in every spelling; the longest name there may be, too."""
    browser = Browser(make_site(public_paths=("/open",)))
    claims = {spelled for name in (*CLAIMS, *PROXIES) for spelled in spellings(name)}
    for name in (*claims, "remote-" + "x" * 500):
        reply = browser.send("GET", "/open", {name: "root"})
        assert "root" not in str(received(reply)), name
    for name in (*INNOCENT, "x-" + "y" * 500):
        if name not in ("Cookie", "Authorization"):
            assert "root" in str(received(browser.send("GET", "/open", {name: "root"}))), name


def received(reply: Reply) -> object:
    """The request headers that the app saw."""
    assert reply.app is not None
    facts = reply.app.facts
    return [facts.get("headers"), {key: facts[key] for key in facts if key.startswith("HTTP_")}]
