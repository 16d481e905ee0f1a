"""The first factors of USER_AUTH, chosen at once or in SELECT_CHALLENGE."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Client
from ..pool import Pool
from . import invented, passkeys, srp_sign_in, steps
from .people import Somebody, admit, has_password


def begin_with(
    pool: Pool, client: Client, who: Somebody, factor: str, parameters: Mapping[str, str]
) -> steps.Answer:
    """Ask for that factor; with the password or SRP_A already there, take the step after."""
    if factor == "PASSWORD" and "PASSWORD" in parameters:
        return with_password(pool, client, who.username, parameters["PASSWORD"])
    if factor == "PASSWORD_SRP" and "SRP_A" in parameters:
        return srp_sign_in.begin(pool, client, who, parameters, in_session=True)
    if factor in {"EMAIL_OTP", "SMS_OTP"}:
        return _with_code(pool, client, who, factor)
    if factor == "WEB_AUTHN" and who.user is not None:
        return passkeys.make_challenge(pool, client, who.user)
    return steps.challenge_response(pool, steps.step(pool, client, who, factor), {})


def with_password(pool: Pool, client: Client, name: str, password: str) -> steps.Answer:
    """The password, sent as it is."""
    user = admit(pool, client, name, lambda user: has_password(user, password))
    return steps.after_password(pool, client, user)


def _with_code(pool: Pool, client: Client, who: Somebody, factor: str) -> steps.Answer:
    if who.user is not None and who.user.enabled:
        return steps.send_code(pool, client, who.user, factor, "otp")
    pending = steps.step(pool, client, who, factor)
    return steps.challenge_with_code(pool, pending, invented.address(pool, who.username))
