"""What comes next in a sign-in: a challenge to answer, or the tokens.

Must not know how answers are checked (challenges.py, sign_in.py).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..model import Client
from ..policy import FIRST_FACTORS
from ..pool import Pool
from ..user import User
from . import codes, sessions, tokens
from .memory import Pending
from .people import Somebody

Answer = dict[str, Any]

# The challenge of each second factor, and the attribute whose address gets the code.
MFA_CHALLENGES = {"totp": "SOFTWARE_TOKEN_MFA", "sms": "SMS_MFA", "email": "EMAIL_OTP"}
_ADDRESSES = {
    "SMS_MFA": codes.PHONE,
    "SMS_OTP": codes.PHONE,
    "EMAIL_OTP": codes.EMAIL,
}


def after_password(pool: Pool, client: Client, user: User) -> Answer:
    """The response after a right password: a challenge, or the tokens."""
    if user.status == "FORCE_CHANGE_PASSWORD":
        return _new_password(pool, client, user)
    if pool.switches.extra_challenge:
        return challenge(pool, client, user, pool.switches.extra_challenge)
    return second_factor(pool, client, user)


def second_factor(pool: Pool, client: Client, user: User) -> Answer:
    """Challenge the second factor, if the user has one or the pool requires one."""
    methods = _methods(pool, user)
    if user.preferred_mfa in methods:
        return challenge_second_factor(pool, client, user, user.preferred_mfa)
    if len(methods) > 1:
        names = [MFA_CHALLENGES[method] for method in methods]
        return choice(pool, client, user, "SELECT_MFA_TYPE", "MFAS_CAN_CHOOSE", names)
    if methods:
        return challenge_second_factor(pool, client, user, methods[0])
    if pool.switches.mfa == "on":
        names = ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]
        return choice(pool, client, user, "MFA_SETUP", "MFAS_CAN_SETUP", names)
    return tokens.signed_in(pool, client, user)


def challenge_second_factor(pool: Pool, client: Client, user: User, method: str) -> Answer:
    """The challenge of one second factor."""
    name = MFA_CHALLENGES[method]
    if name == "SOFTWARE_TOKEN_MFA":
        return challenge(pool, client, user, name, {"FRIENDLY_DEVICE_NAME": "TOTP device"})
    return send_code(pool, client, user, name, "mfa")


def send_code(pool: Pool, client: Client, user: User, name: str, kind: str) -> Answer:
    """Send a code to the address of that challenge, and ask for it."""
    attribute = _ADDRESSES[name]
    code = codes.send(pool, kind, user, attribute)
    pending = replace(step(pool, client, Somebody.known(user), name), code=code)
    return challenge_with_code(pool, pending, user.contact(attribute) or "")


def challenge_with_code(pool: Pool, pending: Pending, destination: str) -> Answer:
    """The challenge for a code sent to that address; for an unknown user, none was sent."""
    details = codes.delivery(_ADDRESSES[pending.challenge], destination)
    parameters = {
        "CODE_DELIVERY_DELIVERY_MEDIUM": details["DeliveryMedium"],
        "CODE_DELIVERY_DESTINATION": details["Destination"],
    }
    return challenge_response(pool, pending, parameters)


def challenge(
    pool: Pool, client: Client, user: User, name: str, parameters: dict[str, str] | None = None
) -> Answer:
    """Ask somebody for something."""
    return challenge_response(
        pool, step(pool, client, Somebody.known(user), name), parameters or {}
    )


def choice(
    pool: Pool, client: Client, user: User, name: str, parameter: str, names: Sequence[str]
) -> Answer:
    """Ask somebody which of several."""
    pending = replace(step(pool, client, Somebody.known(user), name), choices=tuple(names))
    return challenge_response(pool, pending, {parameter: json.dumps(names)})


def step(pool: Pool, client: Client, who: Somebody, name: str) -> Pending:
    """A new pending challenge."""
    deadline = sessions.deadline(pool)
    return Pending(name, who.username, who.user_id, client.client_id, deadline)


def challenge_response(pool: Pool, pending: Pending, parameters: dict[str, str]) -> Answer:
    """A pending challenge as a response of the API."""
    return {
        "ChallengeName": pending.challenge,
        "Session": sessions.open_session(pool, pending),
        "ChallengeParameters": {"USER_ID_FOR_SRP": pending.user_id, **parameters},
    }


def first_factors(pool: Pool, user: User | None) -> tuple[str, ...]:
    """The first factors in USER_AUTH, also of an unknown user. Codes and MFA exclude each other."""
    allowed = [name for name in FIRST_FACTORS if name in pool.rules.first_factors]
    usable = {"PASSWORD"}
    if pool.switches.mfa != "on":
        usable |= {"EMAIL_OTP"} if user is None else _without_password(pool, user)
    return _with_both_spellings([name for name in allowed if name in usable])


def _without_password(pool: Pool, user: User) -> set[str]:
    if _methods(pool, user):
        return set()
    usable = {
        "EMAIL_OTP": user.verified(codes.EMAIL),
        "SMS_OTP": user.verified(codes.PHONE),
        "WEB_AUTHN": user.passkeys,
    }
    return {name for name, is_usable in usable.items() if is_usable}


def _with_both_spellings(factors: Sequence[str]) -> tuple[str, ...]:
    # Cognito offers the password both as PASSWORD and as PASSWORD_SRP.
    rest = [name for name in factors if name != "PASSWORD"]
    return (*(("PASSWORD", "PASSWORD_SRP") if "PASSWORD" in factors else ()), *rest)


def _methods(pool: Pool, user: User) -> tuple[str, ...]:
    if pool.switches.mfa == "off":
        return ()
    if not user.mfa and pool.switches.mfa == "on" and user.verified(codes.PHONE):
        return ("sms",)
    return user.mfa


def _new_password(pool: Pool, client: Client, user: User) -> Answer:
    attributes = {name: _text(value) for name, value in user.claims.items()}
    lacking = [name for name in pool.rules.required_attributes if name not in attributes]
    parameters = {
        "userAttributes": json.dumps(attributes),
        "requiredAttributes": json.dumps([f"userAttributes.{name}" for name in lacking]),
    }
    return challenge(pool, client, user, "NEW_PASSWORD_REQUIRED", parameters)


def _text(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
