"""Time-based one-time passwords (RFC 6238): SHA-1, six digits, thirty seconds. Pure functions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

STEP = 30


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 section 4 recommends."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def totp_code(secret: str, at: float) -> str:
    """The code of an authenticator app that holds `secret` (base32), at that time."""
    return _code(secret, int(at) // STEP)


def matching_step(secret: str, code: str, at: float) -> int | None:
    """The time step whose code this is: the present one or a neighbour (section 5.2)."""
    now = int(at) // STEP
    steps = (step for step in (now, now - 1, now + 1) if _equal(_code(secret, step), code))
    return next(steps, None)


def _code(secret: str, step: int) -> str:
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, max(step, 0).to_bytes(8, "big"), hashlib.sha1).digest()
    # RFC 4226 section 5.3: dynamic truncation.
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def _equal(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())
