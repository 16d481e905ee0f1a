"""Authenticator apps: AssociateSoftwareToken, VerifySoftwareToken, and codes in a sign-in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..pool import Pool
from ..user import User
from . import sessions, totp
from .errors import ApiError, code_expired, code_mismatch, invalid
from .inputs import Body
from .memory import Pending
from .people import holder

_SETUP = "MFA_SETUP"


def associate_software_token(pool: Pool, body: Body) -> dict[str, Any]:
    """A new secret, during a sign-in or after it; it is used only after it was verified."""
    _check_switched_on(pool)
    secret = totp.new_secret()
    session = body.maybe("Session")
    if session is None:
        pool.memory.totp_offers.put(_holder(pool, body).sub, secret)
        return {"SecretCode": secret}
    pending = sessions.find_pending(pool, None, session, _SETUP)
    sessions.mark_used(pool, session, pending)
    offered = replace(pending, totp_secret=secret, totp_proven=False, failures=0)
    return {"SecretCode": secret, "Session": sessions.open_session(pool, offered)}


def verify_software_token(pool: Pool, body: Body) -> dict[str, Any]:
    """Check the first code of the new secret, and store that."""
    _check_switched_on(pool)
    code, session = body.text("UserCode"), body.maybe("Session")
    if session is None:
        user = _holder(pool, body)
        secret = pool.memory.totp_offers.get(user.sub)
        _keep(pool, user, secret, code)
        pool.memory.totp_offers.pop(user.sub)
        return {"Status": "SUCCESS"}
    pending = sessions.find_pending(pool, None, session, _SETUP)
    try:
        _keep(pool, _owner(pool, pending), pending.totp_secret, code)
    except ApiError:
        sessions.note_failure(pool, session, pending)
        raise
    sessions.mark_used(pool, session, pending)
    proven = replace(pending, totp_proven=True, failures=0)
    return {"Status": "SUCCESS", "Session": sessions.open_session(pool, proven)}


def check_code(pool: Pool, user: User, code: str) -> None:
    """Check a code of the user's app, which must not have been used (RFC 6238 section 5.2)."""
    if user.totp_secret is None:
        raise _no_token()
    step = totp.matching_step(user.totp_secret, code, pool.now())
    if step is None:
        raise code_mismatch("Invalid code received for user")
    if step <= (pool.memory.totp_steps.get(user.sub) or -1):
        raise code_expired("Your software token has already been used once.")
    pool.memory.totp_steps.put(user.sub, step)


def _keep(pool: Pool, user: User, secret: str | None, code: str) -> None:
    if not secret:
        raise _no_token()
    step = totp.matching_step(secret, code, pool.now())
    if step is None:
        raise ApiError(
            "EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA"
        )
    pool.memory.totp_steps.put(user.sub, step)
    pool.put_user(replace(user, totp_secret=secret))


def _holder(pool: Pool, body: Body) -> User:
    if body.maybe("AccessToken") is None:
        raise invalid("Either AccessToken or Session must be given")
    return holder(pool, body)


def _owner(pool: Pool, pending: Pending) -> User:
    user = pool.user(pending.username)
    if user is None:
        raise ApiError("UserNotFoundException", "User does not exist.")
    return user


def _check_switched_on(pool: Pool) -> None:
    if pool.switches.mfa == "off":
        raise ApiError(
            "SoftwareTokenMFANotFoundException",
            "Software Token MFA has not been enabled by the userPool.",
        )


def _no_token() -> ApiError:
    return ApiError("SoftwareTokenMFANotFoundException", "User has not set up software token mfa")
