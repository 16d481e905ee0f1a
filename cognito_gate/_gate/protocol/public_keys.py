"""One member of a JWKS document -> the public key that checks signatures.

Door to joserfc (JWK) and to cryptography's RSA. It is imported when the first keys are read
(`jwks.py`): joserfc loads every kind of key there is.
"""

from base64 import urlsafe_b64decode
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from ...errors import TokenRefused

BITS = range(2048, 8193)  # of an RSA key: below is weak (NIST SP 800-131A), above is slow


class PublicKey:
    """A key of the pool; it checks RS256 signatures (RFC 7518 section 3.3) and nothing else."""

    __slots__ = ("_key",)
    _RS256 = (PKCS1v15(), SHA256())

    def __init__(self, key: RSAPublicKey) -> None:
        self._key = key

    @property
    def modulus(self) -> int:
        return self._key.public_numbers().n

    def verify(self, signature: bytes, signed: bytes) -> None:
        """Raises TokenRefused."""
        try:
            self._key.verify(signature, signed, *self._RS256)
        except (InvalidSignature, ValueError) as exc:
            raise TokenRefused("the token's signature is wrong") from exc


def read_key(member: Any) -> tuple[str, PublicKey | None]:
    """The key and its `kid`; None where it is not an RSA key that may check RS256 signatures."""
    if not isinstance(member, dict) or not isinstance(member.get("kid"), str):
        return "", None
    if member.get("kty") != "RSA" or member.get("alg", "RS256") != "RS256":
        return "", None
    operations = member.get("key_ops", ["verify"])
    if member.get("use", "sig") != "sig" or not isinstance(operations, list):
        return "", None
    if "verify" not in operations:
        return "", None
    try:
        if _bits(member["n"]) not in BITS:
            return "", None
        # Only the public members: whatever else stands there is not for us.
        jwk = RSAKey.import_key({"kty": "RSA", "n": member["n"], "e": member["e"]})
        key = PublicKey(jwk.public_key)  # cryptography refuses e = 1 and even ones here
    except (JoseError, KeyError, TypeError, ValueError, OverflowError):
        return "", None
    return member["kid"], key


def _bits(modulus: str) -> int:
    return int.from_bytes(urlsafe_b64decode(modulus + "==")).bit_length()
