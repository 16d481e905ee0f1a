"""The signing keys of the pool: as in Cognito one RSA-2048 key for ID, one for access tokens.

Knows how to sign, publish, check and rotate. Must not know what the claims mean.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization, RSAKey
from joserfc.jws import JWSRegistry

TokenUse = Literal["id", "access"]

_RS256 = JWSRegistry(algorithms=["RS256"]).get_alg("RS256")


class BadToken(Exception):
    """A token that this pool has not signed, or that was changed."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An RSA key under the name it is published with."""

    kid: str
    key: RSAKey

    @classmethod
    def make(cls) -> SigningKey:
        """A fresh key under a fresh name."""
        kid = random_kid()
        return cls(kid, RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256", "use": "sig"}))


def random_kid() -> str:
    """44 base64 characters, always with `+` and `/`, which URL-unsafe code would break."""
    while True:
        kid = base64.b64encode(secrets.token_bytes(32)).decode()
        if "+" in kid and "/" in kid:
            return kid


class KeyRing:
    """The current pair of keys and what the JWKS publishes. Safe to use from several threads.

    Keys are made when first needed, since generating them takes a while.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: dict[TokenUse, SigningKey] = {}
        self._older: tuple[SigningKey, ...] = ()

    def rotate(self, *, keep_old: bool = False) -> None:
        """Sign with new keys from now on; the old ones stay published only if asked."""
        with self._lock:
            self._older = (*self._pair().values(), *self._older)[:8] if keep_old else ()
            self._current = {}

    def jwks(self) -> KeySetSerialization:
        """The published key set."""
        return self._published().as_dict(private=False)

    def sign(self, use: TokenUse, claims: Mapping[str, Any]) -> str:
        """A compact JWS with Cognito's bare header (no typ) and its escaped slashes."""
        with self._lock:
            key = self._pair()[use]
        signing_input = f"{_segment({'kid': key.kid, 'alg': 'RS256'})}.{_segment(claims)}"
        signature = _RS256.sign(signing_input.encode(), key.key)
        return f"{signing_input}.{_base64url(signature)}"

    def verify(self, token: str) -> dict[str, Any]:
        """The claims of an intact token signed by a published key; BadToken otherwise."""
        try:
            return jwt.decode(token, self._published(), algorithms=["RS256"]).claims
        except (JoseError, ValueError, RecursionError) as exc:
            raise BadToken(str(exc)) from exc

    def _published(self) -> KeySet:
        with self._lock:
            return KeySet([key.key for key in (*self._pair().values(), *self._older)])

    def _pair(self) -> dict[TokenUse, SigningKey]:
        if not self._current:
            self._current = {"id": SigningKey.make(), "access": SigningKey.make()}
        return self._current


def _segment(value: Mapping[str, Any]) -> str:
    # Cognito's JSON library escapes "/", so clients must not compare the raw text of tokens.
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/")
    return _base64url(text.encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
