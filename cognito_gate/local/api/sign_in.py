"""InitiateAuth: the first step of a sign-in, flow by flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..model import Client
from ..pool import Pool
from . import sessions, srp_sign_in, steps, tokens
from .errors import invalid, missing, nobody, not_authorized
from .first_factor import begin_with
from .inputs import Body
from .people import Somebody, admit, check_confirmed, client_of, has_password
from .secret_hash import check_secret_hash
from .sign_up import CONFIRMED

Parameters = Mapping[str, str]


def initiate_auth(pool: Pool, body: Body) -> dict[str, Any]:
    """Begin a sign-in, or refresh tokens."""
    client, parameters = client_of(pool, body), body.texts("AuthParameters")
    flow = _SAME.get(body.text("AuthFlow"), body.text("AuthFlow"))
    if flow.startswith("ADMIN_"):
        raise invalid(f"{flow} needs AWS credentials: it is for AdminInitiateAuth")
    if f"ALLOW_{flow}" not in client.auth_flows:
        raise invalid(f"{flow} flow not enabled for this client")
    if flow == "REFRESH_TOKEN_AUTH":
        token = parameters.get("REFRESH_TOKEN")
        return tokens.refresh_tokens(pool, client, token, parameters.get("SECRET_HASH"))
    name = parameters.get("USERNAME")
    if not name:
        raise missing("USERNAME")
    check_secret_hash(client, parameters.get("SECRET_HASH"), name)
    return _FLOWS[flow](pool, client, name, parameters, body)


def _by_password(
    pool: Pool, client: Client, name: str, parameters: Parameters, body: Body
) -> dict[str, Any]:
    password = parameters.get("PASSWORD")
    if password is None:
        raise missing("PASSWORD")
    user = admit(pool, client, name, lambda user: has_password(user, password))
    return steps.after_password(pool, client, user)


def _by_srp(
    pool: Pool, client: Client, name: str, parameters: Parameters, body: Body
) -> dict[str, Any]:
    who = Somebody.named(pool, name)
    return srp_sign_in.begin(pool, client, who, parameters, in_session=False)


def _by_custom(
    pool: Pool, client: Client, name: str, parameters: Parameters, body: Body
) -> dict[str, Any]:
    if pool.switches.extra_challenge != "CUSTOM_CHALLENGE":
        raise invalid("Custom auth lambda trigger is not configured for the user pool.")
    user = pool.find(name)
    if user is None:
        raise nobody(client, not_authorized())
    return steps.challenge(pool, client, user, "CUSTOM_CHALLENGE")


def _by_choice(
    pool: Pool, client: Client, name: str, parameters: Parameters, body: Body
) -> dict[str, Any]:
    session = body.maybe("Session")
    if session is not None:
        return _just_confirmed(pool, client, name, session)
    who = Somebody.named(pool, name)
    if who.user is not None:
        check_confirmed(who.user)
    elif not client.prevent_user_existence_errors:
        raise nobody(client, not_authorized())
    offered = steps.first_factors(pool, who.user)
    preferred = parameters.get("PREFERRED_CHALLENGE")
    if preferred in offered:
        answer = begin_with(pool, client, who, preferred, parameters)
        return {**answer, "AvailableChallenges": list(offered)}
    pending = replace(steps.step(pool, client, who, "SELECT_CHALLENGE"), choices=offered)
    return {
        "ChallengeName": "SELECT_CHALLENGE",
        "Session": sessions.open_session(pool, pending),
        "ChallengeParameters": {},
        "AvailableChallenges": list(offered),
    }


def _just_confirmed(pool: Pool, client: Client, name: str, session: str) -> dict[str, Any]:
    """Sign in without a password, right after ConfirmSignUp."""
    pending = sessions.find_pending(pool, client, session, CONFIRMED)
    user = pool.live_user(pending.username)
    if user is None or pool.find(name) != user:
        raise not_authorized()
    sessions.mark_used(pool, session, pending)
    return steps.after_password(pool, client, user)


_SAME = {"REFRESH_TOKEN": "REFRESH_TOKEN_AUTH"}
_Flow = Callable[[Pool, Client, str, Parameters, Body], dict[str, Any]]
_FLOWS: dict[str, _Flow] = {
    "CUSTOM_AUTH": _by_custom,
    "USER_AUTH": _by_choice,
    "USER_PASSWORD_AUTH": _by_password,
    "USER_SRP_AUTH": _by_srp,
}
