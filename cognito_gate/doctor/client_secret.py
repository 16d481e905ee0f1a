"""Checks of the client secret with a made-up code, and of revocation with a made-up token.

Knows the errors of the token and revocation endpoints (RFC 6749 section 5.2, RFC 7009 section
2.2.1). No real code, token or session is used up.
"""

from dataclasses import replace
from typing import Any

from .._gate.effects import Flow, HttpAnswer, call
from .._gate.protocol import oauth
from .._gate.protocol.strict_json import load
from . import authorize, reach
from .case import Case
from .findings import Check, Finding, Fix
from .places import RESETS

SECRET = Check("client-secret", "client secret", decides=True)
REVOCATION = Check("revocation", "revocation")

_VARIABLE = "AWS_COGNITO_USER_POOL_CLIENT_SECRET"
NO_CODE = "00000000-0000-4000-8000-000000000000"
NO_TOKEN = "cognito-gate-doctor"
# Errors that come only after the client has authenticated itself (Developer Guide, "Token
# endpoint", lists the errors; the order is that of RFC 6749 section 3.2.1).
_ERRORS_AFTER_AUTHENTICATION = ("invalid_grant", "unauthorized_client", "invalid_scope")
_INVALID_CLIENT = "invalid_client"
_FIREWALLED = "a firewall answers HTTP 403 at the token endpoint"


def check(case: Case, closed: str) -> Flow[tuple[Finding, ...]]:
    """Check the secret, then revocation; `closed` is why the login domain cannot be called."""
    secret = yield from _secret(case, closed)
    if secret.found.endswith(_FIREWALLED):
        blocked = authorize.blocked(case, "the token endpoint, where each sign-in ends,")
        return blocked, secret, REVOCATION.unchecked(_FIREWALLED)
    if why := closed or case.reason_to_skip(_VARIABLE):
        return secret, REVOCATION.unchecked(why)
    if secret.state == "wrong":
        return secret, REVOCATION.unchecked("the client secret has to be right first")
    return secret, (yield from _revocation(case))


def read_error(answer: HttpAnswer) -> str:
    """The OAuth error of a response, safe to print; empty when there is none."""
    if answer.status not in (400, 401):
        return ""
    try:
        record: Any = load(answer.body)
    except ValueError:
        return ""
    error = record.get("error") if isinstance(record, dict) else None
    return oauth.printable(error) if isinstance(error, str) else ""


def _secret(case: Case, closed: str) -> Flow[Finding]:
    why = closed or case.reason_to_skip(_VARIABLE)
    if why:
        return SECRET.unchecked(why)
    settings = case.settings
    answer = yield from call(oauth.code_exchange(settings, NO_CODE, case.attempt))
    error = read_error(answer)
    if error in _ERRORS_AFTER_AUTHENTICATION:
        detail = (
            "the secret is right" if settings.user_pool_client_secret else "none, and none needed"
        )
        return SECRET.ok(f"{detail} (a made-up code is refused as such)")
    if error != _INVALID_CLIENT:
        return SECRET.unchecked(_reason_unclear(answer, error))
    if not settings.user_pool_client_secret:
        return missing(case)
    without_secret = replace(settings, user_pool_client_secret="")
    error_without_secret = read_error(
        (yield from call(oauth.code_exchange(without_secret, NO_CODE, case.attempt)))
    )
    return _wrong(case, error_without_secret)


def _wrong(case: Case, error_without_secret: str) -> Finding:
    if error_without_secret in _ERRORS_AFTER_AUTHENTICATION:
        return superfluous()
    return SECRET.wrong(f"{_VARIABLE} is not this app client's secret (invalid_client)", copy(case))


def missing(case: Case) -> Finding:
    """The line for a confidential client whose secret is not set."""
    return SECRET.wrong(f"the app client has a secret, and {_VARIABLE} is not set", copy(case))


def superfluous() -> Finding:
    """The line for a public client with a secret."""
    return SECRET.wrong(
        f"{_VARIABLE} is set, but the app client is public: Cognito refuses a secret from it",
        Fix("Remove the variable, or use a confidential app client."),
    )


def copy(case: Case) -> Fix:
    """Where to find the secret."""
    return Fix(
        "Copy the app client's secret. A new one may take a minute to work.",
        console=case.directions.client_menu("App client information", "Show client secret"),
        command=case.directions.about_client(
            "describe-user-pool-client", "--query", "UserPoolClient.ClientSecret"
        ),
    )


def _reason_unclear(answer: HttpAnswer, error: str) -> str:
    if reach.firewalled(answer):
        return _FIREWALLED
    why = reach.failure(answer) or reach.passing(answer)
    return why or f"the token endpoint answers HTTP {answer.status} {error}".rstrip()


def _revocation(case: Case) -> Flow[Finding]:
    answer = yield from call(oauth.revoke_call(case.settings, NO_TOKEN))
    error = read_error(answer)
    # "Revoke endpoint": 200 with an empty body, and `invalid_request` where revocation is off.
    if answer.status == 200 or error == "unsupported_token_type":
        return REVOCATION.ok("is on: signing out ends the refresh token")
    if error == "invalid_request":
        return disabled(case)
    why = reach.failure(answer) or reach.passing(answer)
    return REVOCATION.unchecked(why or f"the answer is HTTP {answer.status} {error}".rstrip())


def disabled(case: Case) -> Finding:
    """The finding for a client whose tokens cannot be revoked: wrong if the gate refreshes."""
    fault = "token revocation is off at the app client"
    fix = Fix(
        f"Turn it on, so that signing out ends the refresh token, too. {RESETS}",
        console=case.directions.client_form(
            "Advanced security configurations: Enable token revocation"
        ),
        command=case.directions.update_client(".EnableTokenRevocation = true"),
    )
    if case.settings.refresh_flow_enabled:
        return REVOCATION.wrong(f"{fault}: refresh tokens outlive a sign-out", fix)
    return REVOCATION.warning(fault, fix)
