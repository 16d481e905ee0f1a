"""An SRP client as Cognito's SDKs have it, in their own way with hexadecimal text.

Shares nothing with the server's mathematics: two that agree have to be right.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

# RFC 3526 section 4 gives the group as a formula: 2^3072 - 2^3008 - 1 + 2^64 * ([2^2942 pi] + E).
_E = 1690314


def _pi_bits(bits: int) -> int:
    """[2^bits pi], by Machin's formula, with some bits to spare."""
    spare = bits + 64

    def arctan_of_inverse(x: int) -> int:
        term = total = (1 << spare) // x
        divisor = 1
        while term:
            term //= -x * x
            divisor += 2
            total += term // divisor
        return total

    return (4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))) >> 64


N = 2**3072 - 2**3008 - 1 + 2**64 * (_pi_bits(2942) + _E)


def _even(text: str) -> str:
    return text if len(text) % 2 == 0 else "0" + text


def _padded(number: int) -> str:
    text = _even(f"{number:x}")
    return "00" + text if text[0] in "89abcdef" else text


def _hashed(text: str) -> int:
    return int(hashlib.sha256(bytes.fromhex(text)).hexdigest(), 16)


@dataclass(frozen=True)
class SrpClient:
    """One sign-in: `public` is SRP_A in hexadecimal."""

    pool_name: str
    password: str
    # The least that RFC 5054 section 2.5.4 asks for; the SDKs take four times as long for 1024.
    private: int = field(default_factory=lambda: secrets.randbits(256))

    @property
    def public(self) -> str:
        return f"{pow(2, self.private, N):x}"

    def key(self, user_id: str, salt: str, server_public: str) -> bytes:
        """The 16 bytes that sign."""
        k = _hashed(_padded(N) + "02")
        b = int(server_public, 16)
        u = _hashed(_padded(int(self.public, 16)) + _padded(b))
        inner = hashlib.sha256(f"{self.pool_name}{user_id}:{self.password}".encode()).hexdigest()
        x = _hashed(_padded(int(salt, 16)) + inner)
        s = pow(b - k * pow(2, x, N), self.private + u * x, N)
        salted = hmac.new(bytes.fromhex(_padded(u)), bytes.fromhex(_padded(s)), "sha256").digest()
        return hmac.new(salted, b"Caldera Derived Key\x01", "sha256").digest()[:16]

    def answer(self, parameters: dict[str, str], timestamp: str) -> dict[str, str]:
        """ChallengeResponses for PASSWORD_VERIFIER."""
        user_id, block = parameters["USER_ID_FOR_SRP"], parameters["SECRET_BLOCK"]
        key = self.key(user_id, parameters["SALT"], parameters["SRP_B"])
        signed = (self.pool_name + user_id).encode() + base64.b64decode(block) + timestamp.encode()
        return {
            "USERNAME": user_id,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(
                hmac.new(key, signed, "sha256").digest()
            ).decode(),
            "TIMESTAMP": timestamp,
        }
