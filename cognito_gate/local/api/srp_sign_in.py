"""PASSWORD_VERIFIER: signing in without sending the password. The mathematics is srp.py's."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import Any

from ..model import Client
from ..pool import Pool
from . import invented, sessions, srp
from .errors import invalid, missing, nobody, not_authorized
from .memory import Handshake, Pending
from .people import Somebody

# AWS says "within seconds" and no more than that.
_SECONDS = 30
_ANSWER = ("PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP")


def begin(
    pool: Pool,
    client: Client,
    who: Somebody,
    parameters: Mapping[str, str],
    *,
    in_session: bool,
) -> dict[str, Any]:
    """The server's half: a salt, SRP_B and a block that only we can read.

    In USER_SRP_AUTH the block alone carries the state; USER_AUTH has a `Session` as well.
    """
    if who.user is None and not client.prevent_user_existence_errors:
        raise nobody(client, not_authorized())
    handshake = _shake(pool, who, parameters)
    pending = Pending(
        "PASSWORD_VERIFIER",
        who.username,
        who.user_id,
        client.client_id,
        pool.now() + _SECONDS,
        handshake=handshake,
    )
    session = sessions.open_session(pool, pending, None if in_session else handshake.block)
    public = srp.server_public(handshake.server_secret, handshake.verifier)
    return {
        "ChallengeName": "PASSWORD_VERIFIER",
        **({"Session": session} if in_session else {}),
        "ChallengeParameters": {
            "SALT": f"{invented.salt(pool, who.user_id):x}",
            "SECRET_BLOCK": handshake.block,
            "SRP_B": f"{public:x}",
            "USERNAME": who.user_id,
            "USER_ID_FOR_SRP": who.user_id,
        },
    }


def proves(pool: Pool, handshake: Handshake, responses: Mapping[str, str]) -> bool:
    """Whether the response proves knowledge of the password."""
    values = [responses.get(name) for name in _ANSWER]
    for name, value in zip(_ANSWER, values, strict=True):
        if value is None:
            raise missing(name)
    claim, block, timestamp = (value or "" for value in values)
    if block != handshake.block or not srp.is_timestamp(timestamp):
        raise not_authorized()
    key = srp.session_key(handshake.client_public, handshake.server_secret, handshake.verifier)
    expected = srp.signature(
        key, pool_name(pool), handshake.user_id, base64.b64decode(block), timestamp
    )
    return secrets.compare_digest(expected, _decoded(claim))


def pool_name(pool: Pool) -> str:
    """The part of the pool's id after the underscore."""
    return pool.pool_id.partition("_")[2]


def _shake(pool: Pool, who: Somebody, parameters: Mapping[str, str]) -> Handshake:
    if "SRP_A" not in parameters:
        raise missing("SRP_A")
    public = srp.client_public(parameters["SRP_A"])
    if public is None:
        raise invalid("SRP_A is not a number that can be used")
    salt = invented.salt(pool, who.user_id)
    # For an unknown user, the verifier is of a random password.
    password = secrets.token_hex() if who.user is None else who.user.password
    verifier = srp.verifier(pool_name(pool), who.user_id, password, salt)
    block = base64.b64encode(secrets.token_bytes(768)).decode()
    return Handshake(block, who.user_id, public, secrets.randbits(256) | 1 << 255, verifier)


def _decoded(claim: str) -> bytes:
    try:
        return base64.b64decode(claim, validate=True)
    except (binascii.Error, ValueError):
        return b""
