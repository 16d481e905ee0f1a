"""The check of the store that several processes share: whether it answers, and who may read it.

Asks it for a session that nobody has, as the gate would ask. Makes no file and no table, and knows
nothing of what is in one.
"""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from .._driver.store_calls import StoreCalls
from .._driver.stores.opening import store_of
from .._gate.effects import StoreCall
from ..errors import SettingsError
from ..settings.stores import DynamoDBAddress, SQLiteAddress, StoreAddress, parse_store
from .case import Case
from .findings import Check, Finding, Fix

STORE = Check("store", "store")

_NO_SESSION = "cognito-gate-doctor"
# What DynamoDB says of a table that is not there (API reference, GetItem).
_NO_TABLE = "ResourceNotFoundException"


def check(case: Case) -> Iterator[Finding]:
    """Nothing where no store is set, or where its address is wrong, which another line says."""
    try:
        calls = store_of(case.settings)
    except SettingsError as error:
        yield STORE.wrong("; ".join(error.problems.values()), Fix("Install it beside the app."))
        return
    if calls is not None:
        try:
            yield _ask(parse_store(case.settings.store), calls)
        finally:
            calls.close()


def _ask(address: StoreAddress, calls: StoreCalls) -> Finding:
    if isinstance(address, SQLiteAddress) and not _has_content(address.path):
        return _not_made(address.path)
    failure = calls.answer(StoreCall("load", _NO_SESSION)).failure
    if failure:
        fault = f"{_name(address)} cannot be used: {failure}"
        return STORE.wrong(fault, how_to_fix(address, failure))
    if isinstance(address, SQLiteAddress) and address.path.stat().st_mode & 0o077:
        return STORE.warning(
            f"{address.path} can be read by others on this host, and sessions are in it",
            Fix(
                "Let nobody but the app's user read it.",
                command=shlex.join(("chmod", "600", str(address.path))),
            ),
        )
    return STORE.ok(f"{_name(address)} answers")


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _not_made(path: Path) -> Finding:
    if os.access(path.parent, os.W_OK | os.X_OK):
        return STORE.ok(f"{path} is not there yet; the gate makes it, for its user alone")
    return STORE.wrong(
        f"{path} is not there, and this user may not write to its directory",
        Fix("Run this as the app's user; if it is that, give it a directory of its own."),
    )


def _name(address: StoreAddress) -> str:
    if isinstance(address, SQLiteAddress):
        return str(address.path)
    if isinstance(address, DynamoDBAddress):
        return f"the table {address.table}"
    return f"{address.host}:{address.port}"


def how_to_fix(address: StoreAddress, failure: str) -> Fix:
    """What to do about a store that gave no answer."""
    if isinstance(address, SQLiteAddress):
        return Fix("Name a file that is a store of the gate's, or one that does not exist yet.")
    if not isinstance(address, DynamoDBAddress):
        return Fix("Check host, port, user and password, and that this machine may reach it.")
    if _NO_TABLE in failure:
        return Fix(
            "Check the table's name and its region, or make one with the pool's stack.",
            command="cognito-gate pool deploy STACK --sessions-table",
        )
    return Fix("Check that these credentials of AWS may read the table, in its region.")
