"""Signing keys for the tests' local pools: making RSA keys takes longer than most tests do.

Knows how to give a pool keys that exist already. A pool that rotates makes new ones of its own.
"""

from __future__ import annotations

from functools import cache

from cognito_gate.local import LocalCognito
from cognito_gate.local.keys import KeyRing, SigningKey, TokenUse


@cache
def _pair() -> dict[TokenUse, SigningKey]:
    """One pair for all tests of a process."""
    return {"id": SigningKey.make(), "access": SigningKey.make()}


def with_ready_keys(cognito: LocalCognito) -> LocalCognito:
    """The pool, its key ring filled already."""
    ring = KeyRing()
    ring._current = dict(_pair())
    cognito._pool.keys = ring
    return cognito
