"""The `Session` that ties the steps of one sign-in together.

It serves one successful answer; a wrong one may be tried again, a few times. Must not know what
the challenges ask.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from ..model import Client
from ..pool import Pool
from .errors import not_authorized
from .memory import Pending

_MAX_FAILURES = 5
_STALE = "Invalid session for the user, session is expired."
_SPENT = "Invalid session for the user, session can only be used once."
_WRONG = "Invalid session for the user."


def open_session(pool: Pool, pending: Pending, name: str | None = None) -> str:
    """Store a challenge under a new opaque string, or under the given name."""
    # About as long as Cognito's, so that a cookie which has room for it here has room there.
    session = name or "AYABe" + secrets.token_urlsafe(720)
    pool.memory.sessions.put(session, pending)
    return session


def deadline(pool: Pool) -> float:
    """When a session that begins now ends."""
    return pool.now() + pool.switches.challenge_seconds


def find_pending(pool: Pool, client: Client | None, session: str, challenge: str) -> Pending:
    """The pending challenge of a session, if it is the one to be answered."""
    pending = pool.memory.sessions.get(session)
    if pending is None or pending.challenge != challenge:
        raise not_authorized(_WRONG)
    if client is not None and pending.client_id != client.client_id:
        raise not_authorized(_WRONG)
    if pending.used:
        raise not_authorized(_SPENT)
    if pool.now() >= pending.expires_at:
        raise not_authorized(_STALE)
    return pending


def mark_used(pool: Pool, session: str, pending: Pending) -> None:
    """Mark a session as used, so that it cannot be used again."""
    pool.memory.sessions.put(session, replace(pending, used=True))


def note_failure(pool: Pool, session: str, pending: Pending) -> None:
    """Count a wrong response; after a few of them, the session ends."""
    failures = pending.failures + 1
    used = failures >= _MAX_FAILURES
    pool.memory.sessions.put(session, replace(pending, failures=failures, used=used))
