"""The check of how large sessions in cookies may be, beside how large they are likely to be.

Knows the limits of servers, and how large tokens of a user without groups were seen to be. Nothing
here calls Cognito: what a pool's trigger puts into its tokens nobody can know beforehand.
"""

from ..settings import ASGI_SESSION_BYTES, WSGI_SESSION_BYTES, Settings
from ..settings.header_budgets import HEADER_BUDGETS
from .case import Case
from .findings import Check, Finding, Fix

SIZE = Check("session-size", "session size")

# The largest Cookie header, in bytes, that servers and proxies accept by their documentation.
_HEADER_LIMITS = (
    (HEADER_BUDGETS["gunicorn"], "gunicorn, Apache and nginx (8,190, unless told otherwise)"),
    (10_000, "API Gateway (10,240 of all headers)"),
    (HEADER_BUDGETS["alb"], "an Application Load Balancer (16,384)"),
)
# Bytes of the tokens of a user without groups and custom claims, as pools were seen to issue them.
_ACCESS, _ID, _REFRESH = 1_100, 1_700, 1_850
_ID_OF_EMAIL = 1_200  # with `openid email`, which leaves all other attributes out
_SEALED = 4 / 3  # Base64 of what is encrypted
_STORE = "or keep large sessions on a server (COGNITO_GATE_STORE and COGNITO_GATE_STORE_FOR=large)"


def check(case: Case) -> Finding:
    """What a session may hold, and whether that is likely to be enough."""
    why = case.reason_to_skip("COGNITO_GATE_SESSION_BYTES")
    if why:
        return SIZE.unchecked(why)
    limit_bytes, likely = case.settings.session_bytes, likely_bytes(case.settings)
    if likely > (limit_bytes or WSGI_SESSION_BYTES):
        return _too_little(limit_bytes or WSGI_SESSION_BYTES, likely)
    refused_by = [what for max_bytes, what in _HEADER_LIMITS if limit_bytes > max_bytes]
    if refused_by:
        return _too_much(limit_bytes, refused_by)
    allowed = (
        f"{limit_bytes:,} bytes"
        if limit_bytes
        else f"{ASGI_SESSION_BYTES:,} bytes under ASGI, {WSGI_SESSION_BYTES:,} under WSGI"
    )
    return SIZE.ok(
        f"{allowed}, and some {likely:,} are likely without groups and custom claims: what is "
        "larger is refused with a page that says so"
    )


def likely_bytes(settings: Settings) -> int:
    """How large the session of a user without groups and custom claims is likely to be."""
    only_email = set(settings.scopes) == {"openid", "email"}
    tokens = _ACCESS + (_ID_OF_EMAIL if only_email else _ID)
    if settings.cookie_encrypted:
        tokens = int(tokens * _SEALED)
    if not settings.refresh_flow_enabled:
        return tokens
    return tokens + int(_REFRESH * (_SEALED if settings.refresh_cookie_encrypted else 1))


def _too_little(limit_bytes: int, likely: int) -> Finding:
    return SIZE.warning(
        f"{limit_bytes:,} bytes, and already a user without groups and custom claims is likely to "
        f"have some {likely:,}: such sign-ins would end on a page that says so",
        Fix(
            f"Ask for fewer scopes (openid email), let what stands in front take more, {_STORE}.",
            setting=f"COGNITO_GATE_SESSION_BYTES={WSGI_SESSION_BYTES}",
        ),
    )


def _too_much(limit_bytes: int, refused_by: list[str]) -> Finding:
    return SIZE.warning(
        f"{limit_bytes:,} bytes, which is more than some servers accept; they would refuse "
        f"visitors without a page that says why: {'; '.join(refused_by)}",
        Fix(
            "Unless none of them is between your visitors and your app, or their limits were "
            f"raised, lower it, {_STORE}.",
            setting=f"COGNITO_GATE_SESSION_BYTES={WSGI_SESSION_BYTES}",
        ),
    )
