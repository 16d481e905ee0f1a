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
    """Remember a step under a new opaque string, or under a name of its own."""
    # About as long as Cognito's: who keeps it in a cookie must find out here that it fits.
    session = name or "AYABe" + secrets.token_urlsafe(720)
    pool.memory.sessions.put(session, pending)
    return session


def deadline(pool: Pool) -> float:
    """When a session that begins now ends."""
    return pool.now() + pool.switches.challenge_seconds


def look(pool: Pool, client: Client | None, session: str, challenge: str) -> Pending:
    """The step that a session stands for, if that challenge may be answered with it."""
    found = pool.memory.sessions.get(session)
    if found is None or found.challenge != challenge:
        raise not_authorized(_WRONG)
    if client is not None and found.client_id != client.client_id:
        raise not_authorized(_WRONG)
    if found.used:
        raise not_authorized(_SPENT)
    if pool.now() >= found.expires_at:
        raise not_authorized(_STALE)
    return found


def spend(pool: Pool, session: str, pending: Pending) -> None:
    """The session has served."""
    pool.memory.sessions.put(session, replace(pending, used=True))


def note_failure(pool: Pool, session: str, pending: Pending) -> None:
    """A wrong answer; after a few, the session is worth nothing."""
    failures = pending.failures + 1
    used = failures >= _MAX_FAILURES
    pool.memory.sessions.put(session, replace(pending, failures=failures, used=used))
