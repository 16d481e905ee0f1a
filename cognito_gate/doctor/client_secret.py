"""The client secret, by a code that never was; and token revocation, by a token that never was.

Knows the errors of the token and revocation endpoints (RFC 6749 section 5.2, RFC 7009 section
2.2.1). Nothing is spent: no code, no token, no session.
"""

from dataclasses import replace
from typing import Any

from .._gate.effects import Flow, HttpAnswer, call
from .._gate.protocol import oauth
from .._gate.protocol.strict_json import load
from . import reach
from .case import Case
from .findings import Finding, Fix, Line
from .places import RESETS

SECRET = Line("client-secret", "client secret")
REVOCATION = Line("revocation", "revocation")

_VARIABLE = "AWS_COGNITO_USER_POOL_CLIENT_SECRET"
NO_CODE = "00000000-0000-4000-8000-000000000000"
NO_TOKEN = "cognito-gate-doctor"
# Errors that come after the client has proved itself.
_TAKEN = ("invalid_grant", "unauthorized_client", "invalid_scope")
_REFUSED = "invalid_client"


def examine(case: Case, closed: str) -> Flow[tuple[Finding, Finding]]:
    """Both lines; `closed` is why the login domain cannot be asked."""
    secret = yield from _secret(case, closed)
    if closed or secret.state == "wrong":
        return secret, REVOCATION.unchecked(closed or "the client secret has to be right first")
    return secret, (yield from _revocation(case))


def said(answer: HttpAnswer) -> str:
    """The OAuth error of an answer, fit to be shown; empty when it holds none."""
    if answer.status not in (400, 401):
        return ""
    try:
        record: Any = load(answer.body)
    except ValueError:
        return ""
    error = record.get("error") if isinstance(record, dict) else None
    return oauth.printable(error) if isinstance(error, str) else ""


def _secret(case: Case, closed: str) -> Flow[Finding]:
    why = closed or case.unsure(_VARIABLE)
    if why:
        return SECRET.unchecked(why)
    settings = case.settings
    answer = yield from call(oauth.code_exchange(settings, NO_CODE, case.attempt))
    error = said(answer)
    if error in _TAKEN:
        has = "the secret is right" if settings.user_pool_client_secret else "none, and none needed"
        return SECRET.ok(f"{has} (a made-up code is refused as such)")
    if error != _REFUSED:
        return SECRET.unchecked(_unclear(answer, error))
    if not settings.user_pool_client_secret:
        return missing(case)
    bare = replace(settings, user_pool_client_secret="")
    without = said((yield from call(oauth.code_exchange(bare, NO_CODE, case.attempt))))
    return _wrong(case, without)


def _wrong(case: Case, without: str) -> Finding:
    if without in _TAKEN:
        return superfluous()
    return SECRET.wrong(f"{_VARIABLE} is not this app client's secret (invalid_client)", copy(case))


def missing(case: Case) -> Finding:
    """The line for a confidential client whose secret is not set."""
    return SECRET.wrong(f"the app client has a secret, and {_VARIABLE} is not set", copy(case))


def superfluous() -> Finding:
    """The line for a public client with a secret."""
    return SECRET.wrong(
        f"{_VARIABLE} is set, and the app client is a public one: Cognito takes it without only",
        Fix("Take the variable away, or name a confidential app client."),
    )


def copy(case: Case) -> Fix:
    """Where the secret is."""
    return Fix(
        "Copy the app client's own secret. One that was just made may take a minute.",
        console=case.place.client_menu("App client information", "Show client secret"),
        command=case.place.about_client(
            "describe-user-pool-client", "--query", "UserPoolClient.ClientSecret"
        ),
    )


def _unclear(answer: HttpAnswer, error: str) -> str:
    if reach.firewalled(answer):
        return "a firewall answers HTTP 403 at the token endpoint"
    why = reach.failure(answer) or reach.passing(answer)
    return why or f"the token endpoint answers HTTP {answer.status} {error}".rstrip()


def _revocation(case: Case) -> Flow[Finding]:
    answer = yield from call(oauth.revoke_call(case.settings, NO_TOKEN))
    error = said(answer)
    if answer.status == 200 or error == "unsupported_token_type":
        return REVOCATION.ok("is on: signing out ends the refresh token")
    if error == "invalid_request":
        return disabled(case)
    why = reach.failure(answer) or reach.passing(answer)
    return REVOCATION.unchecked(why or f"the answer is HTTP {answer.status} {error}".rstrip())


def disabled(case: Case) -> Finding:
    """The line for a client whose tokens cannot be revoked: bad where refresh tokens are kept."""
    found = "token revocation is off at the app client"
    fix = Fix(
        f"Turn it on, so that signing out ends the refresh token, too. {RESETS}",
        console=case.place.client_form("Advanced security configurations: Enable token revocation"),
        command=case.place.update_client(".EnableTokenRevocation = true"),
    )
    if case.settings.refresh_flow_enabled:
        return REVOCATION.wrong(f"{found}: refresh tokens outlive a sign-out", fix)
    return REVOCATION.warning(found, fix)
