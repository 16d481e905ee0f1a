"""Checks of the pool's and the domain's configuration, and of token lifetimes and cookie ages.

Compares facts that description.py has read.
"""

from collections.abc import Iterator

from . import addresses, client_configuration, lifetimes, login_page, page_settings
from .case import Case
from .description import ClientFacts, Described, DomainFacts, PoolFacts
from .domain import DOMAIN, fix
from .findings import Check, Finding, Fix
from .places import RESETS

ACCOUNT = Check("aws", "AWS")
TOKENS = Check("token-lifetimes", "token lifetimes")
SIGN_UP = Check("sign-up", "sign-up")
MFA = Check("mfa", "MFA")

# Developer Guide, "Quotas".
MIN_TOKEN_SECONDS, MAX_TOKEN_SECONDS = 300, 86_400
MAX_REFRESH_SECONDS = 315_360_000
_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def check(case: Case, described: Described) -> Iterator[Finding]:
    """All checks of the configuration at AWS; one finding alone when it could not be read."""
    client = described.client
    why = case.reason_to_skip("AWS_COGNITO_USER_POOL_ID", "AWS_COGNITO_USER_POOL_CLIENT_ID")
    if client is None or why:
        yield ACCOUNT.unchecked(why or described.absent)
        return
    yield ACCOUNT.ok("the app client's own configuration was read")
    yield from client_configuration.check(case, client)
    yield _tokens(case, client)
    yield from _sessions(case, client)
    if described.domain is not None:
        yield from _domain(case, described.domain, styled=described.styled)
    if described.pool is not None:
        yield from _pool(case, described.pool)
        yield from page_settings.check(case, client, described.pool)


def _tokens(case: Case, client: ClientFacts) -> Finding:
    shortest = min(client.access_seconds, client.id_seconds)
    longest = max(client.access_seconds, client.id_seconds)
    lifetimes_text = (
        f"access {duration(client.access_seconds)}, ID {duration(client.id_seconds)}, "
        f"refresh {duration(client.refresh_seconds)}"
    )
    if (
        shortest >= MIN_TOKEN_SECONDS
        and longest <= MAX_TOKEN_SECONDS
        and client.refresh_seconds <= MAX_REFRESH_SECONDS
    ):
        return TOKENS.ok(lifetimes_text)
    return TOKENS.wrong(
        f"{lifetimes_text}: AWS allows 5 minutes to 1 day, and 10 years for refresh tokens",
        Fix(
            f"Without TokenValidityUnits, numbers are hours, and days for refresh tokens. {RESETS}",
            console=case.directions.client_form("Access token expiration"),
            command=case.directions.update_client(
                ".AccessTokenValidity = 60 | .IdTokenValidity = 60 | .RefreshTokenValidity = 30 | "
                '.TokenValidityUnits = {"AccessToken": "minutes", "IdToken": "minutes", '
                '"RefreshToken": "days"}'
            ),
        ),
    )


def duration(seconds: int) -> str:
    """A lifetime in the largest unit that divides it."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}"


def _sessions(case: Case, client: ClientFacts) -> Iterator[Finding]:
    """Compare cookie ages with the lifetimes of the tokens."""
    settings = case.settings
    life = min(client.access_seconds, client.id_seconds)
    if not settings.refresh_flow_enabled:
        if settings.cookie_age_seconds > life:
            yield lifetimes.SESSIONS.warning(
                f"the cookies last {duration(settings.cookie_age_seconds)}, the tokens in them "
                f"{duration(life)}: sessions end with the tokens",
                Fix(
                    "For longer sessions, turn refresh on.",
                    setting="AWS_COGNITO_REFRESH_FLOW_ENABLED=true",
                ),
            )
        return
    if settings.refresh_before_seconds >= life:
        before = settings.refresh_before_seconds
        yield lifetimes.too_early(before, life, "this app client's last")
    if settings.refresh_cookie_age_seconds > client.refresh_seconds:
        yield lifetimes.SESSIONS.warning(
            f"sessions may last {duration(settings.refresh_cookie_age_seconds)}, but the refresh "
            f"token lasts {duration(client.refresh_seconds)}: they end with it",
            Fix(
                f"Shorten AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS, or lengthen the token. {RESETS}",
                console=case.directions.client_form("Refresh token expiration"),
            ),
        )


def _domain(case: Case, domain: DomainFacts, *, styled: bool | None) -> Iterator[Finding]:
    origin = case.settings.domain_origin
    if not case.settings.domain or case.reason_to_skip("AWS_COGNITO_DOMAIN"):
        return
    compare = fix(case, "Compare the pool's domains.")
    if not domain.pool_id:
        yield DOMAIN.wrong(f"no pool of this account and region has the domain {origin}", compare)
    elif domain.pool_id != case.settings.user_pool_id:
        yield DOMAIN.wrong(f"{origin} is the domain of the pool {domain.pool_id}", compare)
    elif domain.status not in ("ACTIVE", ""):
        yield DOMAIN.wrong(
            f"{origin} is not active yet: its status is {domain.status}",
            fix(case, "A custom domain takes up to an hour. Look at its status again."),
        )
    if domain.managed and styled is False:
        yield login_page.PAGE.wrong(
            "the domain has managed login, and the app client no style for it: there is no page",
            login_page.no_style(case),
        )


def _pool(case: Case, pool: PoolFacts) -> Iterator[Finding]:
    settings, directions = case.settings, case.directions
    # IssuerConfiguration is told by newer versions of the API alone (API reference, UserPoolType).
    updated = settings.issuer_url.startswith("https://issuer-")
    if pool.updated_issuer and not updated and not settings.endpoint_url:
        issuer = f"https://issuer-cognito-idp.{settings.pool_region}.amazonaws.com"
        yield addresses.ISSUER.wrong(
            "the pool has the updated issuer, and ours is of the original form",
            Fix(
                "No token would be accepted. Set the pool's own.",
                setting=f"AWS_COGNITO_ISSUER={issuer}/{settings.user_pool_id}",
            ),
        )
    if pool.open_sign_up and not pool.guarded:
        yield SIGN_UP.warning(
            "anybody may sign up for the pool, and then sign in here",
            Fix(
                "If that is not intended, turn it off, or let a trigger limit it to e-mail domains "
                "(`cognito-gate pool template` has one).",
                console=directions.pool_menu(
                    "Authentication", "Sign-up", "Self-service sign-up", "Edit"
                ),
            ),
        )
    else:
        policy = "a trigger checks each one" if pool.open_sign_up else "by administrators only"
        yield SIGN_UP.ok(policy)
    yield MFA.ok(pool.mfa)
