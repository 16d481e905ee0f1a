"""Passwords: the policy, ForgotPassword, ConfirmForgotPassword, ChangePassword."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..pool import Pool
from ..user import User
from . import codes, limits
from .errors import (
    NO_SUCH_PAIR,
    ApiError,
    code_mismatch,
    invalid,
    missing,
    nobody,
    not_authorized,
    too_many_failures,
)
from .inputs import Body
from .people import caller, check_confirmed, has_password, holder, identity_of

_PURPOSE = "forgot-password"


def check_policy(pool: Pool, password: str) -> None:
    """Refuse a password that the pool's policy does not allow."""
    complaint = pool.rules.password.complaint(password)
    if complaint is not None:
        raise ApiError(
            "InvalidPasswordException", f"Password did not conform with policy: {complaint}"
        )


def forgot_password(pool: Pool, body: Body) -> dict[str, Any]:
    """Send a code for a new password; for an unknown user, only answer as if it was sent."""
    client, name = caller(pool, body), body.text("Username")
    user = pool.find(name)
    limits.count(pool, "recovery", identity_of(user, name))
    attribute = None if user is None else _channel(user)
    if user is not None and user.status == "FORCE_CHANGE_PASSWORD":
        raise not_authorized("User password cannot be reset in the current state.")
    if user is None or attribute is None or not user.enabled:
        if client.prevent_user_existence_errors:
            return {"CodeDeliveryDetails": codes.simulated_delivery(pool, name)}
        raise _unrecoverable(user)
    details = codes.send_and_keep(pool, _PURPOSE, user, attribute, _PURPOSE, codes.FORGOT_SECONDS)
    return {"CodeDeliveryDetails": details}


def confirm_forgot_password(pool: Pool, body: Body) -> dict[str, Any]:
    """Check the code and set the password."""
    client = caller(pool, body)
    user = pool.find(body.text("Username"))
    hides = client.prevent_user_existence_errors
    if user is None or (hides and not user.enabled):
        raise nobody(client, code_mismatch(), NO_SUCH_PAIR)
    check_confirmed(user)
    if not user.enabled:
        raise not_authorized("User is disabled.")
    limits.count(pool, "recovery", user.sub, too_many_failures())
    codes.check_code(pool, _PURPOSE, user, body.text("ConfirmationCode"))
    check_policy(pool, body.text("Password"))
    codes.discard_code(pool, _PURPOSE, user)
    set_password(pool, user, body.text("Password"))
    return {}


def change_password(pool: Pool, body: Body) -> dict[str, Any]:
    """Replace the password of somebody who is signed in and knows it."""
    user, previous = holder(pool, body), body.maybe("PreviousPassword")
    if previous is None:
        raise missing("PreviousPassword")
    limits.count(pool, "change-password", user.sub)
    if not has_password(user, previous):
        raise not_authorized()
    check_policy(pool, body.text("ProposedPassword"))
    set_password(pool, user, body.text("ProposedPassword"))
    return {}


def set_password(pool: Pool, user: User, password: str) -> User:
    """The user as they are with the new password: confirmed, and not locked out."""
    changed = replace(user, password=password, status="CONFIRMED")
    pool.put_user(changed)
    limits.succeeded(pool, user.sub)
    return changed


def _unrecoverable(user: User | None) -> ApiError:
    if user is None:
        return ApiError("UserNotFoundException", NO_SUCH_PAIR)
    if not user.enabled:
        return not_authorized("User is disabled.")
    return invalid(
        "Cannot reset password for the user as there is no registered/verified email or "
        "phone_number"
    )


def _channel(user: User) -> str | None:
    """A verified address; never the one that the second factor uses."""
    taken = {"email": codes.EMAIL, "sms": codes.PHONE}
    barred = {taken.get(method) for method in user.mfa}
    usable = (name for name in (codes.EMAIL, codes.PHONE) if name not in barred)
    return next((name for name in usable if user.verified(name)), None)
