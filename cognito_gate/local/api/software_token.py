"""Authenticator apps: AssociateSoftwareToken, VerifySoftwareToken, and codes in a sign-in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..pool import Pool
from ..user import User
from . import sessions, totp
from .errors import ApiError, code_expired, code_mismatch, invalid
from .inputs import Given
from .memory import Pending
from .people import holder

_SETUP = "MFA_SETUP"


def associate_software_token(pool: Pool, given: Given) -> dict[str, Any]:
    """A new secret, for somebody signed in or in the middle of it; it counts once verified."""
    _check_switched_on(pool)
    secret = totp.new_secret()
    session = given.maybe("Session")
    if session is None:
        pool.memory.totp_offers.put(_holder(pool, given).sub, secret)
        return {"SecretCode": secret}
    pending = sessions.look(pool, None, session, _SETUP)
    sessions.spend(pool, session, pending)
    offered = replace(pending, totp_secret=secret, totp_proven=False, failures=0)
    return {"SecretCode": secret, "Session": sessions.open_session(pool, offered)}


def verify_software_token(pool: Pool, given: Given) -> dict[str, Any]:
    """The first code of the new secret, which is kept from now on."""
    _check_switched_on(pool)
    code, session = given.text("UserCode"), given.maybe("Session")
    if session is None:
        user = _holder(pool, given)
        secret = pool.memory.totp_offers.get(user.sub)
        _keep(pool, user, secret, code)
        pool.memory.totp_offers.pop(user.sub)
        return {"Status": "SUCCESS"}
    pending = sessions.look(pool, None, session, _SETUP)
    try:
        _keep(pool, _owner(pool, pending), pending.totp_secret, code)
    except ApiError:
        sessions.note_failure(pool, session, pending)
        raise
    sessions.spend(pool, session, pending)
    proven = replace(pending, totp_proven=True, failures=0)
    return {"Status": "SUCCESS", "Session": sessions.open_session(pool, proven)}


def check_code(pool: Pool, user: User, code: str) -> None:
    """A code of the user's app, which must not have served before (RFC 6238 section 5.2)."""
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


def _holder(pool: Pool, given: Given) -> User:
    if given.maybe("AccessToken") is None:
        raise invalid("Either AccessToken or Session must be given")
    return holder(pool, given)


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
