"""An authenticator app: RFC 6238 by the book, with nothing of the project's own code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time


def totp(secret: str, at: float, digits: int = 6) -> str:
    """The code for a base32 secret at a time (RFC 6238 section 4, RFC 4226 section 5.3)."""
    letters = secret.replace(" ", "")
    key = base64.b32decode(letters + "=" * (-len(letters) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(at) // 30), hashlib.sha1)
    offset = digest[-1] & 0x0F
    (number,) = struct.unpack_from(">I", digest, offset)
    return f"{(number & 0x7FFFFFFF) % 10**digits:0{digits}}"


class App:
    """Somebody's phone. No code serves twice: the second one asked for is that of the next thirty
    seconds, which Cognito takes already (RFC 6238 section 5.2)."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._last = 0

    def code(self) -> str:
        """One that has not been used."""
        self._last = max(int(time.time()) // 30, self._last + 1)
        return totp(self._secret, self._last * 30)
