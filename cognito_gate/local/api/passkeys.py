"""WEB_AUTHN: an assertion of a registered passkey, really verified (WebAuthn level 2, 7.2).

ES256 keys only, no registration and no sign count: passkeys come with the `User`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from ..model import Client
from ..pool import Pool
from ..user import User
from . import steps
from .errors import not_authorized
from .people import Somebody

_USER_PRESENT = 0x01


def make_challenge(pool: Pool, client: Client, user: User) -> steps.Answer:
    """Options for `navigator.credentials.get`, as JSON in a string."""
    challenge = secrets.token_urlsafe(32)
    options = {
        "challenge": challenge,
        "timeout": pool.switches.challenge_seconds * 1000,
        "rpId": pool.rules.relying_party,
        "allowCredentials": [
            {"type": "public-key", "id": passkey.credential_id} for passkey in user.passkeys
        ],
        "userVerification": "preferred",
    }
    pending = steps.step(pool, client, Somebody.known(user), "WEB_AUTHN")
    pending = replace(pending, code=challenge)
    return steps.challenge_response(
        pool, pending, {"CREDENTIAL_REQUEST_OPTIONS": json.dumps(options)}
    )


def check(pool: Pool, user: User, challenge: str, credential: str) -> None:
    """An AuthenticationResponseJSON; NotAuthorized unless everything about it is right."""
    try:
        _check(pool, user, challenge, json.loads(credential))
    except (ValueError, TypeError, LookupError, RecursionError, InvalidSignature) as exc:
        raise not_authorized("Passkey could not be verified") from exc


def _check(pool: Pool, user: User, challenge: str, credential: Mapping[str, object]) -> None:
    response = credential["response"]
    if not isinstance(response, dict):
        raise TypeError("response")
    client_data = _decoded(response["clientDataJSON"])
    authenticator_data = _decoded(response["authenticatorData"])
    _check_client_data(pool, challenge, json.loads(client_data))
    party = hashlib.sha256(pool.rules.relying_party.encode()).digest()
    if authenticator_data[:32] != party or not authenticator_data[32] & _USER_PRESENT:
        raise ValueError("authenticatorData")
    public_keys = {passkey.credential_id: passkey.public_key for passkey in user.passkeys}
    key = load_pem_public_key(public_keys[str(credential["id"])].encode())
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("ES256 only")
    signed = authenticator_data + hashlib.sha256(client_data).digest()
    key.verify(_decoded(response["signature"]), signed, ec.ECDSA(SHA256()))


def _check_client_data(pool: Pool, challenge: str, client_data: Mapping[str, object]) -> None:
    host = urlsplit(str(client_data["origin"])).hostname or ""
    party = pool.rules.relying_party
    if client_data["type"] != "webauthn.get" or client_data["challenge"] != challenge:
        raise ValueError("clientDataJSON")
    if host != party and not host.endswith(f".{party}"):
        raise ValueError("origin")


def _decoded(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError("base64url")
    return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
