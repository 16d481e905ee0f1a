"""Value <-> sealed string, one key per purpose, retired keys still open.

Knows nothing of what it seals. A value sealed for one purpose does not open for another, so cookies
cannot be swapped.
"""

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING

from ...errors import TokenRefused

if TYPE_CHECKING:
    from .encryption import Box
    from .signing import Signer


def key(secret: str, purpose: str) -> bytes:
    """The key of 32 bytes that a secret gives for one purpose."""
    from .encryption import derive  # noqa: PLC0415 - cryptography, when a key is first needed

    return derive(secret, purpose)


def _box(keys: list[bytes]) -> "Box":
    from .encryption import Box  # noqa: PLC0415 - as above

    return Box(keys)


def _signer() -> "type[Signer]":
    from .signing import Signer  # noqa: PLC0415 - itsdangerous, where a setting asks for signatures

    return Signer


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _strict(sealed: str, marks: bytes = b"") -> bytes:
    """The bytes of a sealed value, when it has nothing but base64url and `marks` in it.

    Python's base64 passes over foreign characters; a value that was altered is not ours.
    """
    raw = sealed.encode()
    body = raw if marks else raw.rstrip(b"=")  # Fernet pads, itsdangerous does not
    if body.translate(None, _ALPHABET + marks) or not (marks or _padded(raw, body)):
        raise TokenRefused("a cookie of this form does not open with our keys")
    return raw


def _padded(raw: bytes, body: bytes) -> bool:
    return len(raw) - len(body) == -len(body) % 4


class Encrypted:
    """Fernet: hides and authenticates. The first secret seals, all of them open.

    Example::

        box = Encrypted((secret,), "login")
        box.open(box.seal("text", now=time.time()))
    """

    def __init__(self, secrets: tuple[str, ...], purpose: str) -> None:
        self._secrets, self._purpose = secrets, purpose

    @cached_property
    def _opener(self) -> "Box":
        return _box([key(secret, self._purpose) for secret in self._secrets])

    def seal(self, text: str, now: float) -> str:
        return self._opener.encrypt(text, now)

    def open(self, sealed: str) -> str:
        """Raises TokenRefused for anything that was not sealed here for this purpose."""
        try:
            return self._opener.decrypt(_strict(sealed))
        except ValueError as exc:
            raise TokenRefused("a sealed cookie does not open with our keys") from exc


class Signed:
    """itsdangerous: authenticates, does not hide. The first secret signs, all of them open."""

    def __init__(self, secrets: tuple[str, ...], purpose: str) -> None:
        self._secrets, self._purpose = secrets, purpose
        self._make = _signer()

    @cached_property
    def _signer(self) -> "Signer":
        keys = [key(secret, self._purpose) for secret in self._secrets]
        return self._make(keys, f"cognito-gate/1/{self._purpose}")

    def seal(self, text: str, now: float) -> str:
        return self._signer.sign(text)

    def open(self, sealed: str) -> str:
        """Raises TokenRefused for anything that was not signed here for this purpose."""
        try:
            return self._signer.verify(_strict(sealed, b"."))
        except ValueError as exc:
            raise TokenRefused("a signed cookie was not signed with our keys") from exc


class Inherited:
    """The refresh cookie of flask-cognito-lib: Fernet under the SHA-256 of its app's secret key.

    It only opens. Fernet carries the time of sealing, which there was the time of sign-in.
    """

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(secret.encode()).digest()

    @cached_property
    def _opener(self) -> "Box":
        return _box([self._key])

    def open(self, sealed: str) -> tuple[str, int]:
        """The refresh token and when it was sealed (Unix time). Raises TokenRefused."""
        try:
            raw = _strict(sealed)
            token = self._opener.decrypt(raw)
            token.encode("ascii")
            return token, self._opener.encrypted_at(raw)
        except ValueError as exc:
            raise TokenRefused("not a refresh cookie of flask-cognito-lib") from exc


class Plain:
    """No seal: for values that carry their own signature (the JWTs of Cognito)."""

    def seal(self, text: str, now: float) -> str:
        return text

    def open(self, sealed: str) -> str:
        return sealed


Seal = Encrypted | Signed | Plain
