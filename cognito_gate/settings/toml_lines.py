"""The line on which each value of a TOML file stands, for messages about a wrong one.

tomllib says where a file is no TOML, but not where a value came from. A file is a row of statements
(headers and `key = value`), and a statement is complete as soon as tomllib reads it by itself.
"""

import tomllib
from collections.abc import Iterator
from typing import Any, TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys, and indexes in arrays of tables."""


def find_lines(text: str) -> dict[Place, int]:
    """The number of the line on which the statement of each value begins.

    `text` is valid TOML. Values below an array of tables are found in `[[name]]` of the top level,
    which is what rules are.
    """
    lines: dict[Place, int] = {}
    table: Place = ()
    counts: dict[str, int] = {}
    for number, statement, content in _statements(text):
        if statement.startswith("[["):
            name = next(iter(content))
            table = (name, counts.get(name, 0))
            counts[name] = counts.get(name, 0) + 1
            lines.setdefault((name,), number)
            lines[table] = number
        elif statement.startswith("["):
            table = _open_table(content, counts)
            lines.setdefault(table, number)
        else:
            for place in _places(content):
                lines.setdefault((*table, *place), number)
    return lines


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Each statement with the number of its first line, and what it says by itself."""
    begun, first = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        first = first if begun else number
        begun += line + "\n"
        try:
            content = tomllib.loads(begun)
        except (ValueError, RecursionError):
            continue  # a value goes on in the next line
        if content:
            yield first, begun.lstrip(), content
        begun = ""


def _open_table(content: Any, counts: dict[str, int]) -> Place:
    """The place of a `[header]`; in an array of tables it belongs to the last one."""
    place: list[str | int] = []
    while content:
        name = next(iter(content))
        place.append(name)
        if len(place) == 1 and counts.get(name):
            place.append(counts[name] - 1)
        content = content[name]
    return tuple(place)


def _places(value: Any) -> Iterator[Place]:
    """The ways to all values in a statement."""
    if isinstance(value, dict):
        items: Any = value.items()
    elif isinstance(value, list):
        items = [pair for pair in enumerate(value) if isinstance(pair[1], dict)]
    else:
        return
    for key, inner in items:
        yield (key,)
        yield from ((key, *place) for place in _places(inner))
