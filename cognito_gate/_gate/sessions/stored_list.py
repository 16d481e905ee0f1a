"""The sessions of one user in the store: for the user's own page, and for operators.

Knows the items that a user owns. Must not know who asks, nor why.
"""

import logging

from ...errors import StoreUnavailable, TokenRefused
from .. import store, store_keys
from ..effects import Flow, T
from ..store_keys import StoreKeys
from .interface import Listed
from .stored_session import SessionSeal

log = logging.getLogger("cognito_gate")


def of_user(keys: StoreKeys, seal: SessionSeal, sub: str) -> Flow[tuple[Listed, ...]]:
    """All sessions of a user, the one used last first. Raises StoreUnavailable."""
    found: dict[str, Listed] = {}
    for owner in keys.owners(sub):
        for item in (yield from ask(store.owned(owner))):
            try:
                session = seal.open(item.key, item.value)
            except TokenRefused as error:
                log.warning("a stored session is not listed: %s", error)
                continue
            found[item.key] = Listed(
                store_keys.listed_as(item.key),
                session.name,
                session.agent,
                session.began,
                session.used_at,
                session.ends_at,
                session.refresh,
            )
    return tuple(sorted(found.values(), key=lambda one: one.used_at, reverse=True))


def ask(flow: Flow[T]) -> Flow[T]:
    """What the store says. Raises StoreUnavailable."""
    try:
        return (yield from flow)
    except store.StoreFailed as error:
        raise StoreUnavailable(f"the store cannot be reached: {error}") from error
