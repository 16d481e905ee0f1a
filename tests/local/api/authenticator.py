"""An authenticator of the tests' own: makes passkeys and signs with them, any fact changed.

Written from Web Authentication, 6; shares no code with what checks it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED, EXTENDED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value: Any) -> bytes:
    """RFC 8949, as far as it is needed."""
    match value:
        case bool() | None:
            return bytes([{False: 0xF4, True: 0xF5, None: 0xF6}[value]])
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case list():
            return _head(4, len(value)) + b"".join(map(cbor, value))
    pairs = [cbor(key) + cbor(item) for key, item in value.items()]
    return _head(5, len(pairs)) + b"".join(pairs)


def _head(kind: int, number: int) -> bytes:
    for short, width in ((24, 1), (25, 2), (26, 4)):
        if number < 24:
            return bytes([kind << 5 | number])
        if number < 1 << 8 * width:
            return bytes([kind << 5 | short]) + number.to_bytes(width)
    raise ValueError(number)


def cose(key: Any) -> dict[int, Any]:
    """The public key as a COSE_Key."""
    numbers = key.public_key().public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        size = key.key_size // 8
        return {1: 3, 3: -257, -1: numbers.n.to_bytes(size), -2: numbers.e.to_bytes(3)}
    return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}


class Authenticator:
    """One passkey, before a page at `origin`. What is given to `create` and `get` replaces what is
    right."""

    def __init__(
        self, key: Any = None, *, name: bytes = b"a-passkey", origin: str = "http://localhost:8000"
    ) -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.name, self.origin, self.count = name, origin, 0

    def create(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """RegistrationResponseJSON."""
        client_data = self._client_data("webauthn.create", options, changes)
        attested = bytes(16) + len(self.name).to_bytes(2) + self.name
        attested += changes.get("key") or cbor(cose(self.key) | changes.get("cose", {}))
        flags = changes.get("flags", PRESENT | VERIFIED | ATTESTED)
        party = changes.get("party", options["rp"]["id"])
        data = self._data(party, flags, changes) + (attested if flags & ATTESTED else b"")
        data += changes.get("tail", b"")
        statement: dict[str, Any] = changes.get("statement", {})
        if changes.get("signs"):
            signature = self.sign(data, client_data)
            statement = {"alg": cose(self.key)[3], "sig": signature} | statement
        form = changes.get("fmt", "none")
        made = {"fmt": form, "attStmt": statement, "authData": data} | changes.get("object", {})
        response = {
            "clientDataJSON": base64url(client_data),
            "attestationObject": base64url(changes.get("raw") or cbor(made)),
            "transports": ["internal"],
        }
        return self._credential(response, changes)

    def get(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """AuthenticationResponseJSON."""
        self.count += 1
        client_data = self._client_data("webauthn.get", options, changes)
        flags = changes.get("flags", PRESENT | VERIFIED)
        data = self._data(changes.get("party", options["rpId"]), flags, changes)
        data += changes.get("tail", b"")
        response = {
            "clientDataJSON": base64url(client_data),
            "authenticatorData": base64url(data),
            "signature": base64url(self.sign(data, client_data)),
        }
        return self._credential(response, changes)

    def sign(self, data: bytes, client_data: bytes) -> bytes:
        signed = data + hashlib.sha256(client_data).digest()
        is_rsa = isinstance(self.key, rsa.RSAPrivateKey)
        how: Any = (padding.PKCS1v15(), SHA256()) if is_rsa else (ec.ECDSA(SHA256()),)
        made: bytes = self.key.sign(signed, *how)
        return made

    def _client_data(self, kind: str, options: dict[str, Any], changes: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(told | changes.get("client", {})).encode()

    def _data(self, party: str, flags: int, changes: dict[str, Any]) -> bytes:
        count: int = changes.get("count", self.count)
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + count.to_bytes(4)

    def _credential(self, response: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
        name = base64url(self.name)
        made: dict[str, Any] = {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "clientExtensionResults": {},
        }
        made |= {"authenticatorAttachment": "platform"}
        made["response"] = response | changes.get("response", {})
        made.update(changes.get("top", {}))
        return made
