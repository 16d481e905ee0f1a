"""A TOML file of the options of a pool, for more of them than a command line can carry.

Knows the names of the options and how TOML writes their values; which values are allowed is
checked where they become `PoolOptions`.
"""

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..settings.formats import Problem
from ._option_fields import DEFAULTS
from .identity_providers import read_provider

_PAIRS = ("tags", "triggers")


class OptionsFileError(ValueError):
    """The file holds no options of a pool. The text says where and why."""


def read_options(file: Path) -> dict[str, Any]:
    """The options of a file, by their names; those that it does not have are left out.

    Raises:
        OptionsFileError: it cannot be read, or has a key that is no option.

    Example::

        PoolOptions(**read_options(Path("pool.toml")))
    """
    try:
        tables = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise OptionsFileError(f"{file} cannot be read: {error}") from error
    return {name: _value(file, name, value) for name, value in tables.items()}


def _value(file: Path, name: str, value: object) -> Any:
    if name not in DEFAULTS:
        near = difflib.get_close_matches(name.replace("-", "_"), DEFAULTS, n=1)
        advice = f"; did you mean {near[0]}?" if near else ""
        raise OptionsFileError(f"{file}: {name!r} is no option of a pool{advice}")
    if name == "identity_providers":
        return _providers(file, value)
    if name in _PAIRS and isinstance(value, dict):
        return tuple(f"{key}={text}" for key, text in value.items())
    return tuple(value) if isinstance(value, list) else value


def _providers(file: Path, tables: object) -> tuple[Any, ...]:
    if not isinstance(tables, list) or not all(isinstance(item, Mapping) for item in tables):
        raise OptionsFileError(f"{file}: identity_providers are tables: [[identity_providers]]")
    try:
        return tuple(read_provider(table) for table in tables)
    except Problem as problem:
        raise OptionsFileError(f"{file}: identity_providers {problem}") from problem
