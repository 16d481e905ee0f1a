"""How long things last, by the settings alone: cookies, sessions, sign-ins, renewals.

Knows Cognito's own limits; the app client's token lifetimes are another check's.
"""

from collections.abc import Iterator

from .case import Case
from .findings import Finding, Fix, Line

SESSIONS = Line("session-lifetimes", "session lifetimes")
RENEWAL = Line("renewal", "renewal")
SIGN_IN = Line("sign-in-time", "sign-in time")

USUAL_TOKEN, MAX_TOKEN_CHARS = 3600, 86_400  # seconds; Developer Guide, "Quotas"
LONGEST_PROMPT = 300  # seconds after which Cognito gives a login page up

_REFRESH = {
    "AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS",
    "AWS_COGNITO_REFRESH_COOKIE_ENCRYPTED",
    "COGNITO_GATE_REFRESH_BEFORE_SECONDS",
}


def examine(case: Case) -> Iterator[Finding]:
    """The lines, in which nothing is asked of anybody."""
    yield _sessions(case)
    yield _renewal(case)
    yield _sign_in(case)


def _sessions(case: Case) -> Finding:
    settings = case.settings
    why = case.unsure(
        "AWS_COGNITO_COOKIE_AGE_SECONDS",
        "AWS_COGNITO_REFRESH_FLOW_ENABLED",
        "AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS",
    )
    if why:
        return SESSIONS.unchecked(why)
    age, whole = settings.cookie_age_seconds, settings.refresh_cookie_age_seconds
    if not settings.refresh_flow_enabled:
        if age > MAX_TOKEN_CHARS:
            return SESSIONS.warning(
                f"the cookies last {age} s, but no token lasts over a day: sessions end with it",
                Fix(
                    "For longer sessions let them be renewed.",
                    setting="AWS_COGNITO_REFRESH_FLOW_ENABLED=true",
                ),
            )
        return SESSIONS.ok(f"{age} s from sign-in, or less where the token ends before")
    if whole < age:
        return SESSIONS.warning(
            f"sessions end for good after {whole} s, before their cookies do ({age} s)",
            Fix(
                "Let AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS be the longer one: it is the whole "
                "life of a session."
            ),
        )
    return SESSIONS.ok(f"{whole} s from sign-in, renewed on the way")


def _renewal(case: Case) -> Finding:
    settings = case.settings
    why = case.unsure("AWS_COGNITO_REFRESH_FLOW_ENABLED", "COGNITO_GATE_REFRESH_BEFORE_SECONDS")
    if why:
        return RENEWAL.unchecked(why)
    idle = sorted(_REFRESH & case.reading.given)
    if not settings.refresh_flow_enabled:
        if idle:
            return RENEWAL.warning(
                f"sessions are not renewed, so {' and '.join(idle)} has no effect",
                Fix(
                    "Turn renewal on, or take it away.",
                    setting="AWS_COGNITO_REFRESH_FLOW_ENABLED=true",
                ),
            )
        return RENEWAL.ok("off: whoever stays longer signs in again")
    before = settings.refresh_before_seconds
    if before >= USUAL_TOKEN:
        return too_early(before, USUAL_TOKEN, "tokens usually last")
    return RENEWAL.ok(f"on, {before} s before a token ends")


def too_early(before: int, life: int, lasts: str) -> Finding:
    """The line for a session that is renewed at each request, since its tokens end so soon."""
    return RENEWAL.wrong(
        f"sessions are renewed {before} s before a token ends, but {lasts} {life} s: every "
        "request asks Cognito for new ones",
        Fix(
            "Let it be a minute or so, and less than the life of a token.",
            setting="COGNITO_GATE_REFRESH_BEFORE_SECONDS=60",
        ),
    )


def _sign_in(case: Case) -> Finding:
    why = case.unsure("COGNITO_GATE_LOGIN_SECONDS")
    if why:
        return SIGN_IN.unchecked(why)
    seconds = case.settings.login_seconds
    if seconds < LONGEST_PROMPT:
        return SIGN_IN.warning(
            f"a sign-in may take {seconds} s, and Cognito's page gives {LONGEST_PROMPT} s: who "
            "types slowly starts over",
            Fix("Let it be five minutes or more.", setting="COGNITO_GATE_LOGIN_SECONDS=900"),
        )
    return SIGN_IN.ok(f"up to {seconds} s")
