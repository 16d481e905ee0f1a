"""WEB_AUTHN: an assertion of a registered passkey, really verified (Web Authentication, 7.2)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from ..model import Client
from ..pool import Pool
from ..user import Passkey, User
from . import steps, webauthn
from .errors import not_authorized
from .people import Somebody
from .webauthn import Ceremony, WebAuthnError, decoded


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
        "userVerification": pool.rules.user_verification,
    }
    pending = steps.step(pool, client, Somebody.known(user), "WEB_AUTHN")
    pending = replace(pending, code=challenge)
    return steps.challenge_response(
        pool, pending, {"CREDENTIAL_REQUEST_OPTIONS": json.dumps(options)}
    )


def ceremony(pool: Pool, kind: str, challenge: str) -> Ceremony:
    """What an answer to that challenge must be about."""
    required = pool.rules.user_verification == "required"
    return Ceremony(f"webauthn.{kind}", challenge, pool.rules.relying_party, required)


def check(pool: Pool, user: User, challenge: str, credential: str) -> None:
    """An AuthenticationResponseJSON; NotAuthorized unless everything about it is right."""
    try:
        used = _check(ceremony(pool, "get", challenge), user, json.loads(credential))
    except (ValueError, RecursionError, WebAuthnError) as exc:
        raise not_authorized("Passkey could not be verified") from exc
    passkeys = [used if one.credential_id == used.credential_id else one for one in user.passkeys]
    pool.put_user(replace(user, passkeys=tuple(passkeys)))


def _check(asked: Ceremony, user: User, credential: object) -> Passkey:
    """The passkey that was used, with the counter that it has now."""
    if not isinstance(credential, dict):
        raise WebAuthnError("malformed", "no credential")
    response = webauthn.response_of(credential)
    passkey = _passkey_of(user, credential, response)
    client_data, data, signature = (
        decoded(response.get(name)) for name in ("clientDataJSON", "authenticatorData", "signature")
    )
    webauthn.check_client_data(client_data, asked)
    count = webauthn.read_authenticator_data(data, asked).sign_count
    key = load_pem_public_key(passkey.public_key.encode())
    # Registration takes no other kind.
    key = cast("ec.EllipticCurvePublicKey | rsa.RSAPublicKey", key)
    webauthn.verify(key, signature, data, client_data)
    # Step 22: a counter that does not grow is a copy's. Many authenticators have none, and say 0.
    if (count or passkey.sign_count) and count <= passkey.sign_count:
        raise WebAuthnError("malformed", "a counter that has not grown")
    return replace(passkey, sign_count=count)


def _passkey_of(
    user: User, credential: Mapping[str, object], response: Mapping[str, object]
) -> Passkey:
    """The user's passkey of that id; the authenticator may say whose it is, too."""
    handle = response.get("userHandle")
    if handle is not None and decoded(handle) != user.sub.encode():
        raise WebAuthnError("malformed", "somebody else's passkey")
    for passkey in user.passkeys:
        if passkey.credential_id == credential.get("id"):
            return passkey
    raise WebAuthnError("malformed", "no such passkey")
