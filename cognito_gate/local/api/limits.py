"""How often somebody may try: counts per user and hour, and the lock after wrong passwords.

Time is the pool's. Must not know what is being tried.
"""

from __future__ import annotations

from ..pool import Pool
from .errors import ApiError, limit_exceeded, not_authorized
from .memory import Lock

_HOUR = 3600
# Quotas of the Developer Guide; where it gives a range (password recovery: 5 to 20), its end.
_PER_HOUR = {
    "recovery": 20,
    "resend": 5,
    "confirm": 15,
    "change-password": 5,
    "verify": 15,
    "attribute-code": 5,
}
_FREE_FAILURES = 5
_MAX_LOCK_SECONDS = 15 * 60


def count(pool: Pool, action: str, who: str, refused: ApiError | None = None) -> None:
    """Count one attempt; raise when the limit of the hour is exceeded."""
    if not pool.switches.limits:
        return
    now, key = pool.now(), f"{action} {who}"
    recent = tuple(at for at in pool.memory.tallies.get(key) or () if now - at < _HOUR)
    if len(recent) >= _PER_HOUR[action]:
        raise refused or limit_exceeded()
    pool.memory.tallies.put(key, (*recent, now))


def check_lock(pool: Pool, who: str) -> None:
    """Refuse to look at a password while the name is locked."""
    lock = pool.memory.locks.get(who)
    if lock is not None and pool.now() < lock.until:
        raise not_authorized("Password attempts exceeded")


def failed(pool: Pool, who: str) -> None:
    """A wrong password: from the fifth in a row on, the name is locked for 1 s, 2 s, 4 s ..."""
    if not pool.switches.limits:
        return
    failures = (pool.memory.locks.get(who) or Lock()).failures + 1
    beyond = failures - _FREE_FAILURES
    seconds = min(2 ** min(beyond, 10), _MAX_LOCK_SECONDS) if beyond >= 0 else 0
    pool.memory.locks.put(who, Lock(failures, pool.now() + seconds))


def succeeded(pool: Pool, who: str) -> None:
    """Forget the failures after a right password."""
    pool.memory.locks.pop(who)
