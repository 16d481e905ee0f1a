"""Checks of lifetimes in the settings: cookies, sessions, refresh, sign-ins.

Knows Cognito's own limits; pool_configuration.py checks the app client's token lifetimes.
"""

from collections.abc import Iterator

from .case import Case
from .findings import Check, Finding, Fix

SESSIONS = Check("session-lifetimes", "session lifetimes")
REFRESH = Check("renewal", "refresh")
SIGN_IN = Check("sign-in-time", "sign-in time")

USUAL_TOKEN_SECONDS, MAX_TOKEN_SECONDS = 3600, 86_400  # seconds; Developer Guide, "Quotas"
# How long people should have. Cognito documents how long a code lives (300 s; Developer Guide,
# "Authorize endpoint"), and nothing about how long its page stays open.
MIN_SIGN_IN_SECONDS = 300

_REFRESH_VARIABLES = {
    "AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS",
    "AWS_COGNITO_REFRESH_COOKIE_ENCRYPTED",
    "COGNITO_GATE_REFRESH_BEFORE_SECONDS",
}


def check(case: Case) -> Iterator[Finding]:
    """All checks of this file; none of them sends a request."""
    yield _sessions(case)
    yield _refresh(case)
    yield _sign_in(case)


def _sessions(case: Case) -> Finding:
    settings = case.settings
    why = case.reason_to_skip(
        "AWS_COGNITO_COOKIE_AGE_SECONDS",
        "AWS_COGNITO_REFRESH_FLOW_ENABLED",
        "AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS",
    )
    if why:
        return SESSIONS.unchecked(why)
    age, session_age = settings.cookie_age_seconds, settings.refresh_cookie_age_seconds
    if not settings.refresh_flow_enabled:
        if age > MAX_TOKEN_SECONDS:
            return SESSIONS.warning(
                f"the cookies last {age} s, but no token lasts over a day: sessions end with it",
                Fix(
                    "For longer sessions, turn refresh on.",
                    setting="AWS_COGNITO_REFRESH_FLOW_ENABLED=true",
                ),
            )
        return SESSIONS.ok(f"{age} s from sign-in, or less if the token expires before")
    if session_age < age:
        return SESSIONS.warning(
            f"sessions end for good after {session_age} s, before their cookies do ({age} s)",
            Fix(
                "Make AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS the longer one: it is the maximum "
                "age of a session."
            ),
        )
    return SESSIONS.ok(f"{session_age} s from sign-in, refreshed meanwhile")


def _refresh(case: Case) -> Finding:
    settings = case.settings
    why = case.reason_to_skip(
        "AWS_COGNITO_REFRESH_FLOW_ENABLED", "COGNITO_GATE_REFRESH_BEFORE_SECONDS"
    )
    if why:
        return REFRESH.unchecked(why)
    without_effect = sorted(_REFRESH_VARIABLES & case.reading.given)
    if not settings.refresh_flow_enabled:
        if without_effect:
            return REFRESH.warning(
                f"sessions are not refreshed, so {' and '.join(without_effect)} has no effect",
                Fix(
                    "Turn refresh on, or remove the setting.",
                    setting="AWS_COGNITO_REFRESH_FLOW_ENABLED=true",
                ),
            )
        return REFRESH.ok("off: visitors sign in again when their token expires")
    before = settings.refresh_before_seconds
    if before >= USUAL_TOKEN_SECONDS:
        return too_early(before, USUAL_TOKEN_SECONDS, "tokens usually last")
    return REFRESH.ok(f"on, {before} to {2 * before} s before a token expires")


def too_early(before: int, life: int, lasts: str) -> Finding:
    """The finding for sessions that are refreshed at every request, as tokens expire so soon."""
    return REFRESH.wrong(
        f"sessions are refreshed {before} s before a token expires, but {lasts} {life} s: every "
        "request asks Cognito for new ones",
        Fix(
            "Set it to about a minute, and less than the lifetime of a token.",
            setting="COGNITO_GATE_REFRESH_BEFORE_SECONDS=60",
        ),
    )


def _sign_in(case: Case) -> Finding:
    why = case.reason_to_skip("COGNITO_GATE_LOGIN_SECONDS")
    if why:
        return SIGN_IN.unchecked(why)
    seconds = case.settings.login_seconds
    if seconds < MIN_SIGN_IN_SECONDS:
        return SIGN_IN.warning(
            f"a sign-in may take {seconds} s, which is short for looking up a password and a code: "
            "slow visitors have to start again",
            Fix("Set it to five minutes or more.", setting="COGNITO_GATE_LOGIN_SECONDS=900"),
        )
    return SIGN_IN.ok(f"up to {seconds} s")
