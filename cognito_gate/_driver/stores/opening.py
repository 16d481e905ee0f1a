"""Which store the settings name. The library that asks it is loaded here: at start, where a missing
one is told, and only where it is used.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import assert_never

from ..._extras import needed_by
from ...settings import Settings
from ...settings.stores import DynamoDBAddress, RedisAddress, SQLiteAddress, parse_store
from ..store_calls import ObserveStore, StoreCalls, unobserved
from .interface import Store

_VARIABLE = "COGNITO_GATE_STORE"


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
    seconds, name = settings.store_timeout_seconds, settings.user_pool_client_id
    match parse_store(settings.store):
        case SQLiteAddress(path):
            from .sqlite import SQLiteStore  # noqa: PLC0415

            return partial(SQLiteStore, path, seconds)
        case RedisAddress() as address:
            with needed_by(_VARIABLE, "redis", "redis"):
                from .redis import RedisStore  # noqa: PLC0415
            return partial(RedisStore, address, seconds, address.prefix or name)
        case DynamoDBAddress() as table:
            table = replace(table, region=table.region or settings.pool_region)
            with needed_by(_VARIABLE, "aws", "boto3"):
                from .dynamodb import DynamoDBStore  # noqa: PLC0415
            return partial(DynamoDBStore, table, seconds, table.prefix or name)
        case _ as never:
            assert_never(never)
