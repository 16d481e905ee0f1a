"""The sample users, and reading users from TOML files.

Knows the file format; nothing of sign-in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from os import PathLike
from pathlib import Path

from .checks import LocalConfigError, require
from .user import User

SAMPLE_USERS = (
    User(
        username="ada",
        password="Correct-Horse-7",
        email="ada@example.com",
        groups=("admin",),
        attributes={"name": "Ada Lovelace"},
    ),
    User(
        username="bob",
        password="Battery-Staple-8",
        email="bob@example.com",
        attributes={"name": "Bob Builder"},
    ),
)

USER_KEYS = frozenset(item.name for item in fields(User)) - {"passkeys"}
"""What an entry of a file may have; passkeys are made in a browser."""


def load_users(path: str | PathLike[str]) -> tuple[User, ...]:
    """Read `[[users]]` entries from a TOML file.

    LocalConfigError names the file, the entry and what is wrong.
    """
    table = _read(Path(path))
    entries = table.get("users")
    require(
        isinstance(entries, list) and bool(entries), f"{path}: needs at least one [[users]] entry"
    )
    assert isinstance(entries, list)  # noqa: S101  (tells mypy what the line above has checked)
    users = tuple(
        _user(entry, f"{path}: users[{number}]") for number, entry in enumerate(entries, 1)
    )
    check_distinct(users, str(path))
    return users


def check_distinct(users: tuple[User, ...], where: str) -> None:
    """User names are compared without case, as pools do by default; `sub` is unique as well."""
    names = [user.username.casefold() for user in users]
    for name in names:
        require(names.count(name) == 1, f"{where}: username {name!r} occurs twice")
    subs = {user.sub for user in users}
    require(len(subs) == len(users), f"{where}: two users have the same sub")


def _read(path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise LocalConfigError(f"{path}: cannot be read: {exc.strerror}") from exc
    except ValueError as exc:  # bad TOML and bad UTF-8 alike
        raise LocalConfigError(f"{path}: is not TOML: {exc}") from exc


def _user(entry: object, where: str) -> User:
    if not isinstance(entry, dict):
        raise LocalConfigError(f"{where}: must be a table")
    unknown = sorted(entry.keys() - USER_KEYS)
    require(not unknown, f"{where}: unknown key {', '.join(unknown)}")
    missing = sorted({"username", "password"} - entry.keys())
    require(not missing, f"{where}: {' and '.join(missing)} missing")
    require(isinstance(entry.get("sub", ""), str), f"{where}: sub must be a string")
    require(isinstance(entry.get("attributes", {}), dict), f"{where}: attributes must be a table")
    try:
        return User(**entry)
    except LocalConfigError as exc:
        raise LocalConfigError(f"{where}: {exc}") from exc
