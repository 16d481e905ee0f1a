"""What a relying party checks in an authenticator's answers (Web Authentication, 7.1 and 7.2).

ES256 and RS256 keys; attestation "none", and "packed" by the passkey's own key. Knows no pool and
no user; must not know what follows from a refusal.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from . import cbor

ES256, RS256 = -7, -257  # IANA's registry "COSE Algorithms"
MIN_RSA_BITS = 2048
MAX_ID_BYTES = 1023  # Level 3, 4: "Credential ID"
_PRESENT, _VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP = 0x01, 0x04, 0x08, 0x10
_ATTESTED, _EXTENSIONS = 0x40, 0x80
_HEAD = 37  # bytes: the relying party's hash, the flags, the signature counter

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
Fault: TypeAlias = Literal["challenge", "origin", "party", "unsupported", "malformed"]


class WebAuthnError(Exception):
    """What is wrong with an answer. `fault` is its kind."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What was asked for: `kind` is "webauthn.create" or "webauthn.get"; `party` is the relying
    party's id; `verification`: the person must have given a fingerprint, a PIN or the like."""

    kind: str
    challenge: str
    party: str
    verification: bool


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """The id and the key of a passkey that is being registered (6.5.1)."""

    credential_id: bytes
    algorithm: object
    public_key: PublicKey


@dataclass(frozen=True, slots=True)
class AuthenticatorData:
    """What an authenticator signs (6.1)."""

    sign_count: int
    credential: NewPasskey | None


def decoded(value: object) -> bytes:
    """Base64url without padding, in one spelling. Raises WebAuthnError."""
    text = value if isinstance(value, str) else "?"
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as exc:
        raise WebAuthnError("malformed", "no base64url") from exc
    if encoded(data) != text:
        raise WebAuthnError("malformed", "no base64url")
    return data


def encoded(data: bytes) -> str:
    """The same the other way."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def response_of(credential: Mapping[str, object]) -> Mapping[str, object]:
    """The `response` of a credential, whose two ids agree and whose type is the only one."""
    response, name = credential.get("response"), credential.get("id")
    if credential.get("rawId", name) != name or credential.get("type") != "public-key":
        raise WebAuthnError("malformed", "no credential")
    if not isinstance(response, dict):
        raise WebAuthnError("malformed", "no credential")
    return response


def check_client_data(raw: bytes, ceremony: Ceremony) -> None:
    """What the browser says: for which challenge, on which page. Raises WebAuthnError."""
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise WebAuthnError("malformed", "clientDataJSON") from exc
    if not isinstance(said, dict) or said.get("type") != ceremony.kind:
        raise WebAuthnError("malformed", "clientDataJSON of another kind")
    if said.get("challenge") != ceremony.challenge:
        raise WebAuthnError("challenge", "another challenge")
    if said.get("crossOrigin", False) is not False or not _belongs(
        said.get("origin"), ceremony.party
    ):
        raise WebAuthnError("origin", "another origin")


def _belongs(origin: object, party: str) -> bool:
    """Whether a page there may use passkeys of this relying party (5.1.3, 5.1.4)."""
    try:
        parts = urlsplit(str(origin))
    except ValueError:
        return False
    host = parts.hostname or ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and party == "localhost")
    return secure and (host == party or host.endswith(f".{party}"))


def read_authenticator_data(raw: bytes, ceremony: Ceremony) -> AuthenticatorData:
    """Take it apart, and check whose it is and who was there. Raises WebAuthnError."""
    if len(raw) < _HEAD:
        raise WebAuthnError("malformed", "authenticatorData")
    flags, rest = raw[32], raw[_HEAD:]
    if raw[:32] != hashlib.sha256(ceremony.party.encode()).digest():
        raise WebAuthnError("party", "another relying party")
    if not flags & _PRESENT or (ceremony.verification and not flags & _VERIFIED):
        raise WebAuthnError("unsupported", "nobody was present, or nobody proved to be")
    if flags & _BACKED_UP and not flags & _BACKUP_ELIGIBLE:
        raise WebAuthnError("malformed", "a backup that cannot be")
    credential = None
    try:
        if flags & _ATTESTED:
            credential, rest = _attested(rest)
        if flags & _EXTENSIONS:
            extensions, rest = cbor.decode(rest)
            rest = rest if isinstance(extensions, dict) else b"?"
    except ValueError as exc:
        raise WebAuthnError("malformed", "authenticatorData") from exc
    if rest:
        raise WebAuthnError("malformed", "authenticatorData with something behind it")
    return AuthenticatorData(int.from_bytes(raw[33:_HEAD]), credential)


def _attested(data: bytes) -> tuple[NewPasskey, bytes]:
    """Attested credential data, and what follows: AAGUID, length, id, COSE key."""
    length = int.from_bytes(data[16:18])
    credential_id = data[18 : 18 + length]
    if not credential_id or len(credential_id) != length or length > MAX_ID_BYTES:
        raise ValueError("credentialId")
    key, rest = cbor.decode(data[18 + length :])
    if not isinstance(key, dict):
        raise ValueError("credentialPublicKey")
    return NewPasskey(credential_id, key.get(3), _public_key(key)), rest


def _public_key(key: Mapping[object, object]) -> PublicKey:
    """A COSE key (RFC 9052 section 7, RFC 8230). ValueError for one that is damaged, such as a
    point that is not on the curve."""
    kind, algorithm = key.get(1), key.get(3)
    if (kind, algorithm, key.get(-1)) == (2, ES256, 1):
        x, y = (_number(key, name, 32) for name in (-2, -3))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    if (kind, algorithm) == (3, RS256):
        made = rsa.RSAPublicNumbers(_number(key, -2), _number(key, -1)).public_key()
        if made.key_size < MIN_RSA_BITS:
            raise WebAuthnError("unsupported", "a short RSA key")
        return made
    raise WebAuthnError("unsupported", "neither ES256 nor RS256")


def _number(key: Mapping[object, object], name: int, size: int = 0) -> int:
    value = key.get(name)
    if not isinstance(value, bytes) or (size and len(value) != size):
        raise ValueError("a number of a key")
    return int.from_bytes(value)


def read_attestation(raw: bytes, client_data: bytes, ceremony: Ceremony) -> AuthenticatorData:
    """An attestation object (6.5): the new passkey in it, its statement verified. Of statements
    only "none" is taken, and "packed" by the passkey itself. Raises WebAuthnError."""
    try:
        found, rest = cbor.decode(raw)
    except ValueError as exc:
        raise WebAuthnError("malformed", "attestationObject") from exc
    if not isinstance(found, dict) or rest:
        raise WebAuthnError("malformed", "attestationObject")
    data, statement = found.get("authData"), found.get("attStmt")
    if not isinstance(data, bytes) or not isinstance(statement, dict):
        raise WebAuthnError("malformed", "attestationObject")
    made = read_authenticator_data(data, ceremony)
    if made.credential is None:
        raise WebAuthnError("malformed", "no credential in it")
    if (found.get("fmt"), statement) != ("none", {}):
        _check_self_attestation(found.get("fmt"), statement, made.credential, data, client_data)
    return made


def _check_self_attestation(
    form: object,
    statement: Mapping[object, object],
    made: NewPasskey,
    data: bytes,
    client_data: bytes,
) -> None:
    """ "packed" without a certificate (8.2): signed by the new key itself."""
    if form != "packed" or set(statement) != {"alg", "sig"}:
        raise WebAuthnError("unsupported", "an attestation that is not verified here")
    if statement["alg"] != made.algorithm:
        raise WebAuthnError("malformed", "another algorithm")
    verify(made.public_key, statement["sig"], data, client_data)


def verify(key: PublicKey, signature: object, data: bytes, client_data: bytes) -> None:
    """The signature over authenticator data and client data. Raises WebAuthnError."""
    signed = data + hashlib.sha256(client_data).digest()
    if not isinstance(signature, bytes):
        raise WebAuthnError("malformed", "no signature")
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), SHA256())
        else:
            key.verify(signature, signed, ec.ECDSA(SHA256()))
    except InvalidSignature as exc:
        raise WebAuthnError("malformed", "another signature") from exc
