"""RespondToAuthChallenge: one check per challenge, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from ..model import Client
from ..pool import Pool
from ..user import User, with_attributes
from . import codes, passkeys, sessions, srp_sign_in, steps
from .errors import ApiError, code_mismatch, invalid, missing, not_authorized
from .first_factor import begin_with, with_password
from .inputs import Body
from .memory import Pending
from .passwords import check_policy, set_password
from .people import admit, client_of
from .reply import Reply
from .secret_hash import check_secret_hash
from .sign_up import check_attributes
from .software_token import check_code
from .tokens import signed_in


def respond_to_auth_challenge(pool: Pool, body: Body) -> steps.Answer:
    """Check a response to a challenge; it uses up the session, or one of its attempts."""
    client, name = client_of(pool, body), body.text("ChallengeName")
    responses = body.texts("ChallengeResponses")
    if name not in _ANSWERS:
        raise invalid(f"{name} cannot be answered here")
    session = body.maybe("Session")
    if session is None and name == "PASSWORD_VERIFIER":
        session = responses.get("PASSWORD_CLAIM_SECRET_BLOCK")
    if session is None:
        raise missing("Session")
    pending = sessions.find_pending(pool, client, session, name)
    _check_name(pool, client, pending, responses)
    try:
        result = _ANSWERS[name](Reply(pool, client, pending, responses))
    except ApiError:
        sessions.note_failure(pool, session, pending)
        raise
    sessions.mark_used(pool, session, pending)
    return result


def _check_name(pool: Pool, client: Client, pending: Pending, responses: Mapping[str, str]) -> None:
    """Check the secret hash over USERNAME, which must name the user of this sign-in."""
    name = responses.get("USERNAME")
    if not name:
        raise missing("USERNAME")
    check_secret_hash(client, responses.get("SECRET_HASH"), name, pending.username)
    user, stored = pool.find(name), pool.user(pending.username)
    simulated = stored is None and name in {pending.username, pending.user_id}
    if not simulated and (user is None or user != stored):
        raise not_authorized("Invalid session for the user.")


def _select(reply: Reply) -> steps.Answer:
    chosen = reply.needed("ANSWER")
    if chosen not in reply.pending.choices:
        raise invalid(f"{chosen} is not an available challenge")
    return begin_with(reply.pool, reply.client, reply.who, chosen, reply.responses)


def _password(reply: Reply) -> steps.Answer:
    password = reply.needed("PASSWORD")
    return with_password(reply.pool, reply.client, reply.pending.username, password)


def _password_srp(reply: Reply) -> steps.Answer:
    return srp_sign_in.begin(reply.pool, reply.client, reply.who, reply.responses, in_session=True)


def _password_verifier(reply: Reply) -> steps.Answer:
    shake = reply.pending.handshake
    assert shake is not None  # noqa: S101  (only srp_sign_in makes such a step)
    user = admit(
        reply.pool,
        reply.client,
        reply.pending.username,
        lambda _: srp_sign_in.proves(reply.pool, shake, reply.responses),
    )
    return steps.after_password(reply.pool, reply.client, user)


def _sent_code(reply: Reply) -> steps.Answer:
    """A code that went out: as first factor or as second, it is the last step."""
    code = reply.needed(f"{reply.pending.challenge}_CODE")
    if not codes.same(reply.pending.code, code):
        raise code_mismatch("Invalid code or auth state for the user.")
    return signed_in(reply.pool, reply.client, reply.user)


def _software_token(reply: Reply) -> steps.Answer:
    user = reply.user
    check_code(reply.pool, user, reply.needed("SOFTWARE_TOKEN_MFA_CODE"))
    return signed_in(reply.pool, reply.client, user)


def _passkey(reply: Reply) -> steps.Answer:
    user = reply.user
    passkeys.check(reply.pool, user, reply.pending.code, reply.needed("CREDENTIAL"))
    return signed_in(reply.pool, reply.client, user)


def _select_mfa(reply: Reply) -> steps.Answer:
    # The Developer Guide says EMAIL_MFA, but the API reference has EMAIL_OTP.
    chosen = reply.needed("ANSWER").replace("EMAIL_MFA", "EMAIL_OTP")
    if chosen not in reply.pending.choices:
        raise ApiError("MFAMethodNotFoundException", f"{chosen} is not set up for the user")
    method = next(key for key, name in steps.MFA_CHALLENGES.items() if name == chosen)
    return steps.challenge_second_factor(reply.pool, reply.client, reply.user, method)


def _mfa_setup(reply: Reply) -> steps.Answer:
    user = reply.user
    if not reply.pending.totp_proven:
        raise invalid("User has not verified software token mfa")
    if "totp" not in user.mfa:
        user = replace(user, mfa=(*user.mfa, "totp"))
        reply.pool.put_user(user)
    return signed_in(reply.pool, reply.client, user)


def _new_password(reply: Reply) -> steps.Answer:
    pool, user, password = reply.pool, reply.user, reply.needed("NEW_PASSWORD")
    if re.fullmatch(r"\S{1,256}", password) is None:
        raise ApiError("InvalidPasswordException", "Provided password cannot be used")
    check_policy(pool, password)
    user = with_attributes(user, dict(_new_attributes(pool, user, reply.responses)))
    changed = set_password(pool, user, password)
    return steps.after_password(pool, reply.client, changed)


def _new_attributes(pool: Pool, user: User, responses: Mapping[str, str]) -> dict[str, str]:
    prefix = "userAttributes."
    attributes = {
        name.removeprefix(prefix): value
        for name, value in responses.items()
        if name.startswith(prefix)
    }
    check_attributes(pool, attributes, all_required=False)
    for name in attributes:
        if name in user.claims:
            raise invalid(f"Cannot modify an already provided {name}")
    for name in pool.rules.required_attributes:
        if name not in user.claims and not attributes.get(name):
            raise invalid(f"Invalid attributes given, {name} is missing")
    return attributes


_ANSWERS: dict[str, Callable[[Reply], steps.Answer]] = {
    "EMAIL_OTP": _sent_code,
    "MFA_SETUP": _mfa_setup,
    "NEW_PASSWORD_REQUIRED": _new_password,
    "PASSWORD": _password,
    "PASSWORD_SRP": _password_srp,
    "PASSWORD_VERIFIER": _password_verifier,
    "SELECT_CHALLENGE": _select,
    "SELECT_MFA_TYPE": _select_mfa,
    "SMS_MFA": _sent_code,
    "SMS_OTP": _sent_code,
    "SOFTWARE_TOKEN_MFA": _software_token,
    "WEB_AUTHN": _passkey,
}
