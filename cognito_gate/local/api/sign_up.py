"""Signing up: SignUp, ConfirmSignUp, ResendConfirmationCode. Must not know signing in."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import replace
from typing import Any

from ..model import Client
from ..pool import Pool
from ..user import STANDARD_ATTRIBUTES, User, is_phone, with_attributes
from . import codes, limits, sessions
from .errors import NO_SUCH_PAIR, ApiError, code_expired, invalid, not_authorized, too_many_failures
from .inputs import Body
from .memory import Pending
from .passwords import check_policy
from .people import caller

_PURPOSE = "sign-up"
# What the `Session` of SignUp and that of ConfirmSignUp stand for.
SIGNED_UP, CONFIRMED = "SIGNED_UP", "CONFIRMED"


def sign_up(pool: Pool, body: Body) -> dict[str, Any]:
    """Add somebody, unconfirmed, and send a code to their phone or e-mail."""
    client = caller(pool, body)
    if not pool.switches.sign_up:
        raise not_authorized("SignUp is not permitted for this user pool")
    user = _make_user(pool, body)
    pool.put_user(user)
    details = _send(pool, "sign-up", user)
    return {
        "UserConfirmed": False,
        "UserSub": user.sub,
        **({"CodeDeliveryDetails": details} if details else {}),
        **_session(pool, client, SIGNED_UP, user),
    }


def confirm_sign_up(pool: Pool, body: Body) -> dict[str, Any]:
    """Check the code; then the user may sign in, and the address is verified."""
    client = caller(pool, body)
    user = pool.find(body.text("Username"))
    if user is None:
        raise _unknown(client)
    if user.status != "UNCONFIRMED":
        raise not_authorized(f"User cannot be confirmed. Current status is {user.status}")
    limits.count(pool, "confirm", user.sub, too_many_failures())
    session = body.maybe("Session")
    if session is not None:
        _check_session(pool, client, session, user)
    sent = codes.check_code(pool, _PURPOSE, user, body.text("ConfirmationCode"))
    _free_alias(pool, user, sent.attribute, force=bool(body.flag("ForceAliasCreation")))
    codes.discard_code(pool, _PURPOSE, user)
    proven = with_attributes(user, {f"{sent.attribute}_verified": True})
    pool.put_user(replace(proven, status="CONFIRMED"))
    return {} if session is None else _session(pool, client, CONFIRMED, user)


def resend_confirmation_code(pool: Pool, body: Body) -> dict[str, Any]:
    """Send another code; earlier ones are void."""
    client, name = caller(pool, body), body.text("Username")
    user = pool.find(name)
    if user is None:
        if client.prevent_user_existence_errors:
            return {"CodeDeliveryDetails": codes.simulated_delivery(pool, name)}
        raise ApiError("UserNotFoundException", NO_SUCH_PAIR)
    if user.status != "UNCONFIRMED":
        raise invalid("User is already confirmed.")
    limits.count(pool, "resend", user.sub)
    details = _send(pool, "resend", user)
    if details is None:
        raise invalid("Auto verification not turned on.")
    return {"CodeDeliveryDetails": details}


def _make_user(pool: Pool, body: Body) -> User:
    """The new user, if there may be one."""
    name, attributes = body.text("Username"), body.attributes()
    sub = str(uuid.uuid4())
    _check_name(pool, name)
    if pool.rules.sign_in == "email":
        # The user signs in with the e-mail, and the stored user name is generated.
        name, attributes = sub, {**attributes, "email": name}
    check_attributes(pool, attributes)
    password = body.maybe("Password")
    if password is None:
        password = _no_password(pool)
    else:
        check_policy(pool, password)
    plain = User(name, password, sub=sub, status="UNCONFIRMED")
    return with_attributes(plain, {**attributes, **_unverified(attributes)})


def _check_name(pool: Pool, name: str) -> None:
    rule = pool.rules.sign_in
    if rule == "email" and not is_email(name):
        raise invalid("Username should be an email.")
    if rule == "both" and is_email(name):
        raise invalid(
            "Username cannot be of email format, since user pool is configured for email alias."
        )
    if pool.find(name) is not None:
        with_email = "An account with the given email already exists."
        message = with_email if rule == "email" else "User already exists"
        raise ApiError("UsernameExistsException", message)


def check_attributes(pool: Pool, attributes: dict[str, str], *, all_required: bool = True) -> None:
    """Whether somebody may have these attributes, and give them to themselves."""
    for name, value in attributes.items():
        if name.endswith("_verified") or name == "sub":
            raise not_authorized("A client attempted to write unauthorized attribute")
        if name not in STANDARD_ATTRIBUTES and not re.fullmatch(r"custom:\S{1,20}", name):
            raise _nonconforming(f"{name}: Attribute does not exist in the schema.")
        if name == codes.EMAIL and not is_email(value):
            raise invalid("Invalid email address format.")
        if name == codes.PHONE and not is_phone(value):
            raise invalid("Invalid phone number format.")
    for name in pool.rules.required_attributes if all_required else ():
        if not attributes.get(name):
            raise _nonconforming(f"{name}: The attribute is required")


def is_email(text: str) -> bool:
    """Cognito looks for little more than one `@` with something on both sides."""
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) is not None and text.isprintable()


def _nonconforming(what: str) -> ApiError:
    return invalid(f"Attributes did not conform to the schema: {what}\n")


def _no_password(pool: Pool) -> str:
    if not {"EMAIL_OTP", "SMS_OTP"} & set(pool.rules.first_factors):
        raise invalid("Password is required.")
    return secrets.token_urlsafe(48)


def _unverified(attributes: dict[str, str]) -> dict[str, str | bool]:
    return {f"{name}_verified": False for name in (codes.EMAIL, codes.PHONE) if name in attributes}


def _send(pool: Pool, kind: str, user: User) -> dict[str, str] | None:
    # With both addresses the code goes to the phone; the e-mail stays unverified.
    addresses = [
        name
        for name in (codes.PHONE, codes.EMAIL)
        if name in pool.rules.auto_verified and user.contact(name)
    ]
    if not addresses:
        return None
    return codes.send_and_keep(pool, kind, user, addresses[0], _PURPOSE, codes.SIGN_UP_SECONDS)


def _session(pool: Pool, client: Client, step: str, user: User) -> dict[str, str]:
    """A session for signing in without a password, if the client may use USER_AUTH."""
    if "ALLOW_USER_AUTH" not in client.auth_flows:
        return {}
    name = user.username
    pending = Pending(step, name, name, client.client_id, sessions.deadline(pool))
    return {"Session": sessions.open_session(pool, pending)}


def _check_session(pool: Pool, client: Client, session: str, user: User) -> None:
    if sessions.find_pending(pool, client, session, SIGNED_UP).username != user.username:
        raise not_authorized("Invalid session for the user.")


def _free_alias(pool: Pool, user: User, attribute: str, *, force: bool) -> None:
    """Make sure that only one user has an alias: refuse it, or with `force` take it away."""
    if pool.rules.sign_in != "both" or attribute != codes.EMAIL:
        return
    other = pool.owner_of(user.contact(codes.EMAIL) or "")
    if other is None or other.sub == user.sub:
        return
    if not force:
        raise ApiError("AliasExistsException", "An account with the email already exists.")
    pool.put_user(with_attributes(other, {"email_verified": False}))


def _unknown(client: Client) -> ApiError:
    if client.prevent_user_existence_errors:
        return code_expired()
    return ApiError("UserNotFoundException", NO_SUCH_PAIR)
