"""The pool's and the domain's own configuration, and token lifetimes against cookie ages.

Judges facts that somebody else has read.
"""

from collections.abc import Iterator

from . import addresses, client_configuration, lifetimes, login_page
from .case import Case
from .description import ClientFacts, Described, DomainFacts, PoolFacts
from .domain import DOMAIN, fix
from .findings import Finding, Fix, Line
from .places import RESETS

ACCOUNT = Line("aws", "AWS")
TOKENS = Line("token-lifetimes", "token lifetimes")
SIGN_UP = Line("sign-up", "sign-up")
MFA = Line("mfa", "MFA")

_LEAST, _MOST, _MOST_REFRESH = 300, 86_400, 315_360_000  # seconds; Developer Guide, "Quotas"
_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def examine(case: Case, described: Described) -> Iterator[Finding]:
    """All that AWS says; one line alone where it says nothing."""
    client = described.client
    why = case.unsure("AWS_COGNITO_USER_POOL_ID", "AWS_COGNITO_USER_POOL_CLIENT_ID")
    if client is None or why:
        yield ACCOUNT.unchecked(why or described.absent)
        return
    yield ACCOUNT.ok("the app client's own configuration was read")
    yield from client_configuration.examine(case, client)
    yield _tokens(case, client)
    yield from _sessions(case, client)
    if described.domain is not None:
        yield from _domain(case, described.domain, styled=described.styled)
    if described.pool is not None:
        yield from _pool(case, described.pool)


def _tokens(case: Case, client: ClientFacts) -> Finding:
    shortest = min(client.access_seconds, client.id_seconds)
    longest = max(client.access_seconds, client.id_seconds)
    found = (
        f"access {told(client.access_seconds)}, ID {told(client.id_seconds)}, "
        f"refresh {told(client.refresh_seconds)}"
    )
    if shortest >= _LEAST and longest <= _MOST and client.refresh_seconds <= _MOST_REFRESH:
        return TOKENS.ok(found)
    return TOKENS.wrong(
        f"{found}: AWS allows 5 minutes to 1 day, and 10 years for refresh tokens",
        Fix(
            f"Without TokenValidityUnits, numbers are hours, and days for refresh tokens. {RESETS}",
            console=case.place.client_form("Access token expiration"),
            command=case.place.update_client(
                ".AccessTokenValidity = 60 | .IdTokenValidity = 60 | .RefreshTokenValidity = 30 | "
                '.TokenValidityUnits = {"AccessToken": "minutes", "IdToken": "minutes", '
                '"RefreshToken": "days"}'
            ),
        ),
    )


def told(seconds: int) -> str:
    """A lifetime in the largest unit that divides it."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}"


def _sessions(case: Case, client: ClientFacts) -> Iterator[Finding]:
    """Cookie ages against what the tokens really last."""
    settings = case.settings
    life = min(client.access_seconds, client.id_seconds)
    if not settings.refresh_flow_enabled:
        if settings.cookie_age_seconds > life:
            yield lifetimes.SESSIONS.warning(
                f"the cookies last {told(settings.cookie_age_seconds)}, the tokens in them "
                f"{told(life)}: sessions end with the tokens",
                Fix(
                    "For longer sessions let them be renewed.",
                    setting="AWS_COGNITO_REFRESH_FLOW_ENABLED=true",
                ),
            )
        return
    if settings.refresh_before_seconds >= life:
        before = settings.refresh_before_seconds
        yield lifetimes.too_early(before, life, "this app client's last")
    if settings.refresh_cookie_age_seconds > client.refresh_seconds:
        yield lifetimes.SESSIONS.warning(
            f"sessions are to last {told(settings.refresh_cookie_age_seconds)}, the refresh token "
            f"lasts {told(client.refresh_seconds)}: they end with it",
            Fix(
                f"Shorten AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS, or lengthen the token. {RESETS}",
                console=case.place.client_form("Refresh token expiration"),
            ),
        )


def _domain(case: Case, domain: DomainFacts, *, styled: bool | None) -> Iterator[Finding]:
    origin = case.settings.domain_origin
    if not case.settings.domain or case.unsure("AWS_COGNITO_DOMAIN"):
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
    settings, place = case.settings, case.place
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
                "If that is not meant, turn it off, or let a trigger limit it to e-mail domains "
                "(`cognito-gate pool template` has one).",
                console=place.pool_menu(
                    "Authentication", "Sign-up", "Self-service sign-up", "Edit"
                ),
            ),
        )
    else:
        how = "a trigger looks at each one" if pool.open_sign_up else "by administrators only"
        yield SIGN_UP.ok(how)
    yield MFA.ok(pool.mfa)
