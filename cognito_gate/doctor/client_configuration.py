"""Checks of the app client's configuration at AWS against the settings.

Compares facts that description.py has read. Compares the secret in memory, and never shows it.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from hmac import compare_digest
from urllib.parse import urlsplit

from . import authorize, client_secret, machine_client, sign_in_pages, sign_out
from .case import Case
from .description import ClientFacts
from .findings import Check, Finding, Fix
from .places import RESETS
from .scopes import SCOPES, allow_openid

PROVIDERS = Check("identity-providers", "identity providers")
FLOWS = Check("auth-flows", "auth flows")
ROTATION = Check("rotation", "rotation")
USERS = Check("user-existence", "user existence")
ATTRIBUTES = Check("attributes", "attributes")

MIN_GRACE_SECONDS = 5  # seconds
_REFRESH = "ALLOW_REFRESH_TOKEN_AUTH"
_OF_MANAGED_LOGIN = {"ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"}


def check(case: Case, client: ClientFacts) -> Iterator[Finding]:
    """All checks of the app client except those of lifetimes. What its members mean, and what their
    defaults are: API reference, UserPoolClientType and CreateUserPoolClient."""
    if case.settings.domain and machine_client.is_one(client):
        yield _grant(case, client)
    elif case.settings.domain:  # with sign-in pages of the gate's own there may be none
        yield _grant(case, client)
        yield _callback(case, client)
        yield _sign_out(case, client)
        yield _scopes(case, client)
        yield _providers(case, client)
    yield _secret(case, client)
    yield _flows(case, client)
    yield _rotation(case, client)
    if client.revokes:
        yield client_secret.REVOCATION.ok("is on: signing out ends the refresh token")
    else:
        yield client_secret.disabled(case)
    yield _users(case, client)
    yield _attributes(case, client)


def _grant(case: Case, client: ClientFacts) -> Finding:
    fix = authorize.no_grant(case)
    if not client.hosted:
        return authorize.GRANT.wrong(
            "the OAuth settings of the app client are turned off "
            "(AllowedOAuthFlowsUserPoolClient is false), and none of them has effect",
            fix,
        )
    if machine_client.is_one(client):
        return machine_client.wrong(case)
    if "code" not in client.grants:
        has = " ".join(client.grants) or "none"
        return authorize.GRANT.wrong(f"code is not among the app client's grants ({has})", fix)
    return authorize.GRANT.ok("the app client may use the authorization code grant")


def _callback(case: Case, client: ClientFacts) -> Finding:
    url, variable = case.settings.redirect_url, "AWS_COGNITO_REDIRECT_URL"
    check = authorize.CALLBACK
    return _registered(case, check, variable, url, client.callbacks, authorize.fix(case))


def _sign_out(case: Case, client: ClientFacts) -> Finding:
    url, variable = case.settings.logout_url, "AWS_COGNITO_LOGOUT_URL"
    check = sign_out.SIGN_OUT
    return _registered(case, check, variable, url, client.sign_outs, sign_out.fix(case))


def _registered(
    case: Case, check: Check, variable: str, url: str, registered: tuple[str, ...], fix: Fix
) -> Finding:
    reason = case.reason_to_skip(variable)
    if reason:
        return check.unchecked(reason)
    if url in registered:
        return check.ok(f"{url} is registered")
    return check.wrong(f"{url} is not registered{nearest(url, registered)}", fix)


def nearest(url: str, registered: tuple[str, ...]) -> str:
    """A clause that names the most similar registered URL, and how it differs."""
    closest = get_close_matches(url, registered, 1, cutoff=0.6)
    if not closest:
        return f"; {len(registered)} others are" if registered else "; none is"
    return f"; {closest[0]} is, and differs in {difference(url, closest[0])}"


def difference(one: str, other: str) -> str:
    """How two URLs differ, in words."""
    if one.lower() == other.lower():
        return "case"
    if one.rstrip("/") == other.rstrip("/"):
        return "the slash at the end"
    first, second = urlsplit(one), urlsplit(other)
    parts = [
        word
        for word, left, right in (
            ("http and https", first.scheme, second.scheme),
            ("the host", first.netloc.partition(":")[0], second.netloc.partition(":")[0]),
            ("the port", first.netloc.partition(":")[2], second.netloc.partition(":")[2]),
            ("the path", first.path, second.path),
        )
        if left != right
    ]
    return " and ".join(parts) or "its end"


def _scopes(case: Case, client: ClientFacts) -> Finding:
    asked = case.settings.scopes
    why = case.reason_to_skip("AWS_COGNITO_SCOPES")
    if why:
        return SCOPES.unchecked(why)
    refused = [scope for scope in asked if scope not in client.scopes]
    if refused:
        return SCOPES.wrong(
            f"{' '.join(refused)}: not among the client's ({' '.join(client.scopes) or 'none'})",
            allow_openid(case)
            if "openid" in refused
            else Fix(
                f"Allow it, or do not ask for it. {RESETS}",
                console=case.directions.login_pages("OpenID Connect scopes (or Custom scopes)"),
                command=case.directions.add_to_client("AllowedOAuthScopes", refused[0]),
            ),
        )
    if "openid" not in (asked or client.scopes):
        return SCOPES.warning(
            "without openid there is no ID token (no e-mail, no name)",
            allow_openid(case),
        )
    return SCOPES.ok(" ".join(asked or client.scopes))


def _providers(case: Case, client: ClientFacts) -> Finding:
    if client.providers:
        return PROVIDERS.ok(" ".join(client.providers))
    return PROVIDERS.wrong(
        "the app client has none: nobody can sign in",
        Fix(
            f"Choose at least one; Cognito's own user directory is one. {RESETS}",
            console=case.directions.login_pages("Identity providers"),
            command=case.directions.add_to_client("SupportedIdentityProviders", "COGNITO"),
        ),
    )


def _secret(case: Case, client: ClientFacts) -> Finding:
    why = case.reason_to_skip("AWS_COGNITO_USER_POOL_CLIENT_SECRET")
    if why:
        return client_secret.SECRET.unchecked(why)
    configured = case.settings.user_pool_client_secret
    if bool(configured) != bool(client.secret):
        return client_secret.superfluous() if configured else client_secret.missing(case)
    if not compare_digest(configured.encode(), client.secret.encode()):
        return client_secret.SECRET.warning(
            "differs from the one AWS returns; an app client may have two during a rotation",
            client_secret.copy(case),
        )
    return client_secret.SECRET.ok("is the app client's" if configured else "none, and none needed")


def _flows(case: Case, client: ClientFacts) -> Finding:
    settings = case.settings
    listed = " ".join(client.flows)
    if settings.login == "hosted":
        return _hosted_flows(case, client, listed)
    needed = [sign_in_pages.ALLOWED_BY[settings.sign_in_flow]]
    if settings.refresh_flow_enabled and not client.rotates:
        needed.append(_REFRESH)
    missing = [flow for flow in needed if flow not in client.flows]
    if not missing:
        return sign_in_pages.FLOW.ok(listed)
    return sign_in_pages.FLOW.wrong(
        f"the gate's own sign-in pages need {' and '.join(missing)}; there is {listed}",
        Fix(
            f"Allow it. {RESETS}",
            console=case.directions.client_form("Authentication flows"),
            command=case.directions.add_to_client("ExplicitAuthFlows", missing[0]),
        ),
    )


def _hosted_flows(case: Case, client: ClientFacts, listed: str) -> Finding:
    """The flows decide what Cognito's own login offers to users of the pool itself: a choice by
    ALLOW_USER_AUTH, a password by the others. Identity providers need none, and custom flows are
    not for it (Developer Guide, "Configure authentication methods for managed login" and "Things
    to know about authentication with user pools")."""
    if "COGNITO" not in client.providers or set(client.flows) & _OF_MANAGED_LOGIN:
        return FLOWS.ok(f"{listed}: Cognito's own login offers what these allow")
    return FLOWS.warning(
        f"{listed}: none by which Cognito's own login is documented to sign in users of the pool",
        Fix(
            f"Allow a password by SRP, or choice-based sign-in (ALLOW_USER_AUTH). {RESETS}",
            console=case.directions.client_form("Authentication flows"),
            command=case.directions.add_to_client("ExplicitAuthFlows", "ALLOW_USER_SRP_AUTH"),
        ),
    )


def _rotation(case: Case, client: ClientFacts) -> Finding:
    if not client.rotates:
        return ROTATION.ok("off: a refresh token can be used until it expires")
    grace = f"on, with {client.grace} s of grace"
    # Processes that share a store refresh each session once, whatever their number.
    alone = case.settings.refresh_flow_enabled and not case.settings.store
    if alone and client.grace < MIN_GRACE_SECONDS:
        return ROTATION.warning(
            f"{grace}: with several workers, two refreshes at the same time end a session",
            Fix(
                f"Give it {MIN_GRACE_SECONDS} s or more, or let them share refreshes "
                f"(COGNITO_GATE_STORE and COGNITO_GATE_STORE_FOR=refresh). {RESETS}",
                console=case.directions.client_form("Refresh token rotation grace period"),
                command=case.directions.update_client(
                    ".RefreshTokenRotation.RetryGracePeriodSeconds = 30"
                ),
            ),
        )
    if _REFRESH in client.flows:
        return ROTATION.warning(
            # "Refresh tokens" in the Developer Guide: rotation takes the place of that flow.
            f"{grace}, but {_REFRESH} is allowed as well, which conflicts with rotation",
            Fix(
                f"Take {_REFRESH} out of the app client's flows. {RESETS}",
                console=case.directions.client_form("Authentication flows"),
                command=case.directions.update_client(".ExplicitAuthFlows -= [$value]", _REFRESH),
            ),
        )
    return ROTATION.ok(grace)


def _users(case: Case, client: ClientFacts) -> Finding:
    if client.hides_users:
        return USERS.ok("errors do not reveal who has an account")
    return USERS.warning(
        "errors reveal who has an account (PreventUserExistenceErrors is not ENABLED)",
        Fix(
            f"Turn it on. {RESETS}",
            console=case.directions.client_form(
                "Advanced security configurations: Prevent user existence errors"
            ),
            command=case.directions.update_client('.PreventUserExistenceErrors = "ENABLED"'),
        ),
    )


def _attributes(case: Case, client: ClientFacts) -> Finding:
    # Developer Guide, "Token endpoint": invalid_grant where a scope's attribute cannot be read.
    asked = case.settings.scopes or client.scopes
    for scope, name in (("email", "email"), ("phone", "phone_number")):
        verified = f"{name}_verified"
        if name in client.readable and verified not in client.readable:
            fault = f"the app client may read {name} and not {verified}"
            fix = Fix(
                f"Allow it to read {verified}, too. {RESETS}",
                console=case.directions.client_menu("Attribute permissions", "Edit"),
                command=case.directions.add_to_client("ReadAttributes", verified),
            )
            if scope in asked:
                return ATTRIBUTES.wrong(f"{fault}: each sign-in ends with invalid_grant", fix)
            return ATTRIBUTES.warning(f"{fault}: the app cannot know whether it is verified", fix)
    listed = " ".join(client.readable)
    return ATTRIBUTES.ok(f"{listed}: readable" if listed else "the app client may read all")
