"""Made-up values for unknown users, the same each time. Pure functions of the pool's key."""

from __future__ import annotations

import hashlib
import hmac
import uuid

from ..pool import Pool


def salt(pool: Pool, user_id: str) -> int:
    """The SRP salt of known and unknown users alike, so that it does not reveal which."""
    return int.from_bytes(_derived(pool, "salt", user_id)[:16], "big")


def user_id(pool: Pool, name: str) -> str:
    """What USER_ID_FOR_SRP would be: with e-mail as user name, something nobody chose."""
    if pool.rules.sign_in != "email":
        return name
    return str(uuid.UUID(bytes=_derived(pool, "user", name.casefold())[:16]))


def address(pool: Pool, name: str) -> str:
    """An e-mail that they might have."""
    if "@" in name.strip("@"):
        return name
    first, second = (chr(ord("a") + byte % 26) for byte in _derived(pool, "address", name)[:2])
    return f"{first}@{second}"


def _derived(pool: Pool, purpose: str, name: str) -> bytes:
    return hmac.new(pool.memory.key, f"{purpose} {name}".encode(), hashlib.sha256).digest()
