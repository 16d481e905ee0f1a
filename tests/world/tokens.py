"""Keys and signed tokens of the fake pool, made with `cryptography` alone.

Knows how Cognito's tokens look; imports nothing of the code under test.
"""

import base64
import hashlib
import json
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

GONE: Any = object()
"""In place of a value: leave the name out."""


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """An RSA key, always the same for the same name within a test run."""
    return rsa.generate_private_key(65537, 2048)


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def changed(facts: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """A copy with some facts changed; those that become `GONE` are left out."""
    return {name: value for name, value in {**facts, **change}.items() if value is not GONE}


def signed(header: dict[str, Any], claims: dict[str, Any], signer: str) -> str:
    """A token signed with the key named `signer`."""
    text = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{b64(key(signer).sign(text.encode(), padding.PKCS1v15(), SHA256()))}"


def claims(token: str) -> dict[str, Any]:
    """What a token of ours says."""
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def jwk(kid: str, signer: str) -> dict[str, str]:
    """The public half of a key as Cognito publishes it."""
    numbers = key(signer).public_key().public_numbers()
    n = numbers.n.to_bytes(256, "big")
    return {"kty": "RSA", "kid": kid, "alg": "RS256", "use": "sig", "n": b64(n), "e": "AQAB"}


def at_hash(access_token: str) -> str:
    """What binds an ID token to its access token (OpenID Connect Core 3.1.3.6)."""
    return b64(hashlib.sha256(access_token.encode()).digest()[:16])


def challenge(verifier: str) -> str:
    """PKCE S256 (RFC 7636 section 4.2)."""
    return b64(hashlib.sha256(verifier.encode()).digest())
