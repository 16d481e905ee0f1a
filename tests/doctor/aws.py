"""The real Cognito as it was seen to answer, played by hand: no sockets, one fault at a time.

What the local Cognito cannot show: AWS's own addresses, its error pages, its firewalls.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from hypothesis import HealthCheck, settings
from joserfc.jwk import RSAKey

from cognito_gate._driver.threads import Sender, run
from cognito_gate._gate.effects import HttpAnswer, HttpCall
from cognito_gate._gate.records import LoginAttempt
from cognito_gate.doctor.case import Case
from cognito_gate.doctor.description import Described
from cognito_gate.doctor.diagnosis import check, complete_findings
from cognito_gate.doctor.findings import Finding
from cognito_gate.doctor.reading import Reading, read
from tests.doctor.remedies import check_fix

REGION, POOL, CLIENT = "eu-west-1", "eu-west-1_AbCdEfGhI", "1example23456789"
ISSUER = f"https://cognito-idp.{REGION}.amazonaws.com/{POOL}"
UPDATED = f"https://issuer-cognito-idp.{REGION}.amazonaws.com/{POOL}"
LOGIN = f"https://my-app.auth.{REGION}.amazoncognito.com"
CALLBACK = "https://app.example.com/auth/callback"
SIGNED_OUT = "https://app.example.com/auth/signed-out"
ENVIRON: Mapping[str, str] = MappingProxyType(
    {
        "AWS_COGNITO_DOMAIN": "my-app",
        "AWS_COGNITO_USER_POOL_ID": POOL,
        "AWS_COGNITO_USER_POOL_CLIENT_ID": CLIENT,
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET": "9q2w8e7r6t5y4u3i1o0p9a8s7d6f5g4h3j2k1l0z",
        "AWS_COGNITO_REDIRECT_URL": CALLBACK,
        "AWS_COGNITO_LOGOUT_URL": SIGNED_OUT,
        "SECRET_KEY": "hGm2vXw0Rr7kTQzN5cYpJ8sLdA1fUeBo4iKq9tVx",
    }
)
ATTEMPT = LoginAttempt("state-" * 6, "nonce-" * 6, "verifier-" * 6, "/", 0)
NOBODY = Described(absent="nobody asked")
Reply = HttpAnswer | Callable[[HttpCall], HttpAnswer]
ANY = settings(deadline=None, suppress_health_check=list(HealthCheck))


def page(status: int, html: str = "<html>Hm?</html>") -> HttpAnswer:
    """A page of whatever stands there."""
    return HttpAnswer(status, (("content-type", "text/html"),), html.encode())


def to(location: str) -> HttpAnswer:
    """A redirect."""
    return HttpAnswer(302, (("location", location),))


def says(status: int, **record: Any) -> HttpAnswer:
    """A JSON object."""
    return HttpAnswer(status, (("content-type", "application/json"),), json.dumps(record).encode())


def error_page(error: str) -> HttpAnswer:
    """To Cognito's own error page, which no app hears of."""
    return to(f"{LOGIN}/error?" + urlencode({"error": error, "client_id": CLIENT}))


def back(error: str, description: str = "") -> HttpAnswer:
    """Back to the app with an error."""
    more = {"error_description": description} if description else {}
    return to(f"{CALLBACK}?" + urlencode({**more, "state": "s", "error": error}))


@cache
def keys() -> tuple[dict[str, Any], ...]:
    """Two public keys."""
    return tuple(
        {
            **RSAKey.generate_key(2048, auto_kid=False).as_dict(private=False),
            "kid": kid,
            "alg": "RS256",
            "use": "sig",
        }
        for kid in ("one", "two")
    )


def document(issuer: str = ISSUER, login: str = LOGIN) -> HttpAnswer:
    """A discovery document; of a pool without domain when `login` is empty."""
    endpoint = f"{login}/oauth2/authorize" if login else f"{issuer}/authorize"
    return says(200, issuer=issuer, authorization_endpoint=endpoint)


def login_page(ask: HttpCall) -> HttpAnswer:
    """To the login page, with the same parameters."""
    return to(f"{LOGIN}/login?{urlsplit(ask.url).query}")


class Cognito(Sender):
    """A pool of AWS's. `replies` replaces answers by the end of their path."""

    def __init__(self, *, discovery: Reply | None = None, **replies: Reply) -> None:
        self.asked: list[HttpCall] = []
        self.replies: dict[str, Reply] = {
            "openid-configuration": discovery or document(),
            "jwks.json": says(200, keys=list(keys())),
            "authorize": login_page,
            "login": page(200, "<form></form>"),
            "logout": lambda ask: to(dict(parse_qsl(urlsplit(ask.url).query))["logout_uri"]),
            "token": says(400, error="invalid_grant"),
            "revoke": HttpAnswer(200),
            "about": page(404),  # only a local Cognito has it
            # The JSON API, asked for somebody whom it does not know.
            "": says(
                400, __type="NotAuthorizedException", message="Incorrect username or password."
            ),
            **{
                name.replace("discovery", "openid-configuration"): it
                for name, it in replies.items()
            },
        }

    def answer(self, ask: HttpCall) -> HttpAnswer:
        self.asked.append(ask)
        reply = self.replies[urlsplit(ask.url).path.rpartition("/")[2]]
        return reply if isinstance(reply, HttpAnswer) else reply(ask)


def reading(**changes: str | None) -> Reading:
    """The settings as read from an environment that fits, but for `changes`."""
    environ = {**ENVIRON, **changes}
    return read({name: value for name, value in environ.items() if value is not None}, ".env")


def case(**changes: str | None) -> Case:
    """What is examined."""
    return Case(reading(**changes), ATTEMPT)


def found(
    cognito: Cognito | None = None,
    changes: Mapping[str, str | None] = MappingProxyType({}),
    described: Described = NOBODY,
    **more: str | None,
) -> dict[str, Finding]:
    """All lines by their codes."""
    examined = case(**{**changes, **more})
    findings = complete_findings(
        examined, run(check(examined), cognito or Cognito()), (), described
    )
    codes = [finding.code for finding in findings]
    assert len(set(codes)) == len(codes), "two lines have one code"
    for finding in findings:
        if finding.fix is not None:
            check_fix(finding.fix)
    return {finding.code: finding for finding in findings}


def wrong(findings: Mapping[str, Finding]) -> set[str]:
    """The codes of the lines that are wrong."""
    return {code for code, finding in findings.items() if finding.state == "wrong"}


def fixing(lines: Mapping[str, Finding], code: str) -> str:
    """All that a line says about fixing it."""
    fix = lines[code].fix
    assert fix is not None
    return " ".join([fix.what, fix.setting, fix.console, fix.command])
