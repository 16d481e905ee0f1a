"""Which store the settings name. The library that asks it is loaded here: at start, where a missing
one is told, and only where it is used.
"""

from collections.abc import Callable
from functools import partial
from typing import assert_never

from ...errors import SettingsError
from ...settings import Settings
from ...settings.stores import DynamoDBAddress, RedisAddress, SQLiteAddress, parse_store
from ..store_calls import ObserveStore, StoreCalls, unobserved
from .interface import Store


def store_of(settings: Settings, observe: ObserveStore = unobserved) -> StoreCalls | None:
    """The store of these settings, which is not opened yet; None for none.

    Raises:
        SettingsError: the extra that the store needs is not installed.
    """
    if settings.disabled or not settings.store:
        return None
    return StoreCalls(_opener(settings), settings.store_timeout_seconds, observe)


def _opener(settings: Settings) -> Callable[[], Store]:
    """What makes the store, once in each process."""
    seconds = settings.store_timeout_seconds
    match parse_store(settings.store):
        case SQLiteAddress(path):
            from .sqlite import SQLiteStore  # noqa: PLC0415

            return partial(SQLiteStore, path, seconds)
        case RedisAddress() | DynamoDBAddress():
            raise SettingsError({"COGNITO_GATE_STORE": "names a store that does not exist yet"})
        case _ as never:
            assert_never(never)
