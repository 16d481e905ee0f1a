"""A user's own passkeys: StartWebAuthnRegistration, CompleteWebAuthnRegistration, list, delete.

Really verified (Web Authentication, 7.1), in the exceptions of the API reference.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..pool import Pool
from ..user import Passkey, User
from . import passkeys, webauthn
from .errors import ApiError, invalid, limit_exceeded
from .inputs import Body
from .memory import PasskeyOffer
from .people import holder
from .webauthn import Ceremony, NewPasskey, WebAuthnError, decoded, encoded

MAX_PASSKEYS = 20  # Developer Guide, "Quotas": passkeys per user
OFFER_SECONDS = 300
_TRANSPORTS = frozenset({"ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"})
_EXCEPTIONS = {
    "challenge": "WebAuthnChallengeNotFoundException",
    "origin": "WebAuthnOriginNotAllowedException",
    "party": "WebAuthnRelyingPartyMismatchException",
    "unsupported": "WebAuthnCredentialNotSupportedException",
    "malformed": "InvalidParameterException",
}


def start(pool: Pool, body: Body) -> dict[str, Any]:
    """Options for `navigator.credentials.create`. A later start replaces an earlier one."""
    user = holder(pool, body)
    _check_enabled(pool)
    _check_room(user)
    challenge, client_id = secrets.token_urlsafe(32), _client_id(pool, body)
    offer = PasskeyOffer(challenge, client_id, pool.now() + OFFER_SECONDS)
    pool.memory.passkey_offers.put(user.sub, offer)
    party = pool.rules.relying_party
    name = user.contact("email") or user.username
    return {
        "CredentialCreationOptions": {
            "rp": {"id": party, "name": party},
            "user": {"id": encoded(user.sub.encode()), "name": name, "displayName": name},
            "challenge": challenge,
            "pubKeyCredParams": [
                {"type": "public-key", "alg": algorithm}
                for algorithm in (webauthn.ES256, webauthn.RS256)
            ],
            "timeout": OFFER_SECONDS * 1000,
            "excludeCredentials": [
                {"type": "public-key", "id": one.credential_id} for one in user.passkeys
            ],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": pool.rules.user_verification,
            },
        }
    }


def complete(pool: Pool, body: Body) -> dict[str, Any]:
    """Keep a new passkey, if all of its RegistrationResponseJSON is right. A challenge counts
    once, whether that is so or not."""
    user = holder(pool, body)
    _check_enabled(pool)
    offer = pool.memory.passkey_offers.pop(user.sub)
    if offer is None or pool.now() >= offer.expires_at:
        raise ApiError(_EXCEPTIONS["challenge"], "Challenge not found")
    if offer.client_id != _client_id(pool, body):
        raise ApiError("WebAuthnClientMismatchException", "Another client began it")
    _check_room(user)
    asked = passkeys.ceremony(pool, "create", offer.challenge)
    try:
        made = _read(pool, user, asked, body.document("Credential"))
    except WebAuthnError as exc:
        raise ApiError(_EXCEPTIONS[exc.fault], f"The passkey cannot be used: {exc}") from exc
    if any(made.credential_id == one.credential_id for each in pool.users for one in each.passkeys):
        raise invalid("The passkey is registered already")
    pool.put_user(replace(user, passkeys=(*user.passkeys, made)))
    return {}


def list_all(pool: Pool, body: Body) -> dict[str, Any]:
    """All passkeys of the user, on one page: more than fit on one are not registered."""
    return {"Credentials": [_described(one) for one in holder(pool, body).passkeys]}


def delete(pool: Pool, body: Body) -> dict[str, Any]:
    """Remove a passkey of the user; another user's is as unknown as any other text."""
    user, gone = holder(pool, body), body.text("CredentialId")
    left = tuple(one for one in user.passkeys if one.credential_id != gone)
    if len(left) == len(user.passkeys):
        raise ApiError("ResourceNotFoundException", "Passkey not found")
    pool.put_user(replace(user, passkeys=left))
    return {}


def _check_enabled(pool: Pool) -> None:
    if "WEB_AUTHN" not in pool.rules.first_factors:
        raise ApiError("WebAuthnNotEnabledException", "WebAuthn is not enabled for this user pool")
    if not pool.rules.relying_party:
        raise ApiError("WebAuthnConfigurationMissingException", "No relying party is configured")


def _check_room(user: User) -> None:
    if len(user.passkeys) >= MAX_PASSKEYS:
        raise limit_exceeded()


def _client_id(pool: Pool, body: Body) -> str:
    return str(pool.live_claims(body.text("AccessToken"), "access")["client_id"])


def _read(pool: Pool, user: User, asked: Ceremony, credential: dict[str, object]) -> Passkey:
    response = webauthn.response_of(credential)
    client_data = decoded(response.get("clientDataJSON"))
    webauthn.check_client_data(client_data, asked)
    attestation = decoded(response.get("attestationObject"))
    data = webauthn.read_attestation(attestation, client_data, asked)
    made = data.credential
    if made is None or encoded(made.credential_id) != credential.get("id"):
        raise WebAuthnError("malformed", "another id")
    attachment, transports = credential.get("authenticatorAttachment"), response.get("transports")
    return Passkey(
        encoded(made.credential_id),
        _pem(made),
        data.sign_count,
        f"Passkey {len(user.passkeys) + 1}",
        pool.now(),
        pool.rules.relying_party,
        str(attachment) if attachment in ("platform", "cross-platform") else "",
        tuple(sorted(_TRANSPORTS & {*map(str, transports)}))
        if isinstance(transports, list)
        else (),
    )


def _pem(made: NewPasskey) -> str:
    key = made.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return key.decode()


def _described(passkey: Passkey) -> dict[str, Any]:
    attached = {"AuthenticatorAttachment": passkey.attachment} if passkey.attachment else {}
    return {
        "CredentialId": passkey.credential_id,
        "FriendlyCredentialName": passkey.name,
        "RelyingPartyId": passkey.relying_party,
        **attached,
        "AuthenticatorTransports": [*passkey.transports],
        "CreatedAt": passkey.created_at,
    }
