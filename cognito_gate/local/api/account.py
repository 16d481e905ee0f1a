"""Operations of a signed-in user on their account: attributes, their codes, MFA preferences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..pool import Pool
from ..user import User, with_attributes
from . import codes, limits, steps
from .errors import ApiError, invalid
from .inputs import Body
from .people import holder
from .sign_up import check_attributes

_SETTINGS = {
    "totp": "SoftwareTokenMfaSettings",
    "sms": "SMSMfaSettings",
    "email": "EmailMfaSettings",
}


def get_user(pool: Pool, body: Body) -> dict[str, Any]:
    """The attributes, all of them as strings, and the second factors."""
    user = holder(pool, body)
    attributes = {"sub": user.sub, **user.claims}
    return {
        "Username": user.username,
        "UserAttributes": [
            {"Name": name, "Value": str(value).lower() if isinstance(value, bool) else value}
            for name, value in attributes.items()
        ],
        **_mfa(user),
    }


def get_user_auth_factors(pool: Pool, body: Body) -> dict[str, Any]:
    """The user's factors for signing in."""
    user = holder(pool, body)
    factors = [name for name in steps.first_factors(pool, user) if name != "PASSWORD_SRP"]
    if user.totp_secret is not None:
        factors.append("SOFTWARE_TOKEN")
    return {"Username": user.username, "ConfiguredUserAuthFactors": factors, **_mfa(user)}


def update_user_attributes(pool: Pool, body: Body) -> dict[str, Any]:
    """Change attributes; a new address is unverified, and a code goes there."""
    user, changes = holder(pool, body), body.attributes()
    check_attributes(pool, changes, all_required=False)
    for name in pool.rules.required_attributes:
        if changes.get(name) == "":
            raise invalid(f"Attributes did not conform to the schema: {name}: is required\n")
    moved = [
        name
        for name in (codes.EMAIL, codes.PHONE)
        if name in changes and changes[name] != user.contact(name)
    ]
    if codes.EMAIL in moved and pool.rules.sign_in == "email":
        _check_email_unused(pool, user, changes[codes.EMAIL])
    unproven: dict[str, str | bool] = {f"{name}_verified": False for name in moved}
    changed = with_attributes(user, {**changes, **unproven})
    pool.put_user(changed)
    sent = [_send(pool, changed, name) for name in moved if name in pool.rules.auto_verified]
    return {"CodeDeliveryDetailsList": sent}


def get_user_attribute_verification_code(pool: Pool, body: Body) -> dict[str, Any]:
    """Another code for an address."""
    user, name = holder(pool, body), _verifiable(body)
    if user.contact(name) is None:
        raise invalid(f"User does not have {name} to verify")
    limits.count(pool, "attribute-code", user.sub)
    return {"CodeDeliveryDetails": _send(pool, user, name)}


def verify_user_attribute(pool: Pool, body: Body) -> dict[str, Any]:
    """Check the code; the address is verified then."""
    user, name = holder(pool, body), _verifiable(body)
    limits.count(pool, "verify", user.sub)
    purpose = f"attribute-{name}"
    codes.check_code(pool, purpose, user, body.text("Code"))
    if name == codes.EMAIL:
        _check_email_unused(pool, user, user.contact(name) or "")
    codes.discard_code(pool, purpose, user)
    pool.put_user(with_attributes(user, {f"{name}_verified": True}))
    return {}


def set_user_mfa_preference(pool: Pool, body: Body) -> dict[str, Any]:
    """Switch second factors on and off, and say which one comes first."""
    user = holder(pool, body)
    for method, setting in _SETTINGS.items():
        preference = body.part(setting)
        if preference is not None:
            user = _with_preference(user, method, preference)
    pool.put_user(user)
    return {}


def _check_email_unused(pool: Pool, user: User, email: str) -> None:
    other = pool.owner_of(email)
    if other is not None and other.sub != user.sub:
        raise ApiError("AliasExistsException", "An account with the email already exists.")


def _with_preference(user: User, method: str, preference: Body) -> User:
    enabled, preferred = bool(preference.flag("Enabled")), bool(preference.flag("PreferredMfa"))
    others = tuple(name for name in user.mfa if name != method)
    was = "" if user.preferred_mfa == method else user.preferred_mfa
    if not enabled:
        return replace(user, mfa=others, preferred_mfa=was)
    _check_possible(user, method)
    return replace(user, mfa=(*others, method), preferred_mfa=method if preferred else was)


def _check_possible(user: User, method: str) -> None:
    if method == "totp" and user.totp_secret is None:
        raise invalid("User has not verified software token mfa")
    address = {"sms": codes.PHONE, "email": codes.EMAIL}.get(method)
    if address is not None and user.contact(address) is None:
        name = steps.MFA_CHALLENGES[method]
        raise invalid(f"User does not have delivery config set to turn on {name}")


def _mfa(user: User) -> dict[str, Any]:
    names = [steps.MFA_CHALLENGES[method] for method in user.mfa]
    preferred = steps.MFA_CHALLENGES.get(user.preferred_mfa)
    return {
        **({"UserMFASettingList": names} if names else {}),
        **({"PreferredMfaSetting": preferred} if preferred else {}),
    }


def _send(pool: Pool, user: User, name: str) -> dict[str, str]:
    purpose, seconds = f"attribute-{name}", codes.ATTRIBUTE_SECONDS
    return codes.send_and_keep(pool, "attribute", user, name, purpose, seconds)


def _verifiable(body: Body) -> str:
    name = body.text("AttributeName")
    if name not in (codes.EMAIL, codes.PHONE):
        raise invalid(f"Attribute {name} cannot be verified")
    return name
