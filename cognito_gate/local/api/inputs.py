"""Reads and checks a request's JSON: shapes with the API's lengths, patterns and error texts.

Knows kinds of values, not operations (shapes.py). Values marked secret are never quoted.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from .errors import ApiError, invalid

_T = TypeVar("_T")


class Shape(Protocol):
    """A kind of value."""

    def complaints(self, value: object, path: str) -> Iterator[str]:
        """What is wrong with a value; SerializationException when it is of another JSON type."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    shortest: int = 0
    longest: int = 131_072
    pattern: str = ""
    secret: bool = True

    def complaints(self, value: object, path: str) -> Iterator[str]:
        """What is wrong with a value."""
        text = _as(str, value)
        description = "Value" if self.secret else f"Value '{text}'"
        failed = f"{description} at '{path}' failed to satisfy constraint: Member must"
        if len(text) > self.longest:
            yield f"{failed} have length less than or equal to {self.longest}"
        if len(text) < self.shortest:
            yield f"{failed} have length greater than or equal to {self.shortest}"
        if self.pattern and not _matches(self.pattern, text):
            yield f"{failed} satisfy regular expression pattern: {self.pattern}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some strings."""

    names: tuple[str, ...]

    def complaints(self, value: object, path: str) -> Iterator[str]:
        """What is wrong with a value."""
        text = _as(str, value)
        if text not in self.names:
            yield (
                f"Value '{text}' at '{path}' failed to satisfy constraint: "
                f"Member must satisfy enum value set: [{', '.join(self.names)}]"
            )


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def complaints(self, value: object, path: str) -> Iterator[str]:
        """What is wrong with a value."""
        _as(bool, value)
        yield from ()


@dataclass(frozen=True, slots=True)
class Texts:
    """Strings by name."""

    def complaints(self, value: object, path: str) -> Iterator[str]:
        """What is wrong with a value."""
        for item in _as(dict, value).values():
            _as(str, item)
        yield from ()


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of objects."""

    item: Members

    def complaints(self, value: object, path: str) -> Iterator[str]:
        """What is wrong with a value."""
        for number, item in enumerate(_as(list, value), 1):
            yield from self.item.complaints(item, f"{path}.{number}.member")


@dataclass(frozen=True, slots=True)
class Members:
    """An object. Members that are not listed are ignored, as AWS ignores them."""

    shapes: Mapping[str, Shape]
    required: tuple[str, ...] = ()

    def complaints(self, value: object, path: str = "") -> Iterator[str]:
        """What is wrong with a value."""
        members = _as(dict, value)
        for name, shape in self.shapes.items():
            where = _lower(name) if not path else f"{path}.{_lower(name)}"
            if members.get(name) is not None:
                yield from shape.complaints(members[name], where)
            elif name in self.required:
                yield (
                    f"Value null at '{where}' failed to satisfy constraint: Member must not be null"
                )


@dataclass(frozen=True, slots=True)
class Body:
    """The members of a request whose shapes have been checked."""

    members: Mapping[str, object]

    def text(self, name: str) -> str:
        """A required string."""
        return _as(str, self.members[name])

    def maybe(self, name: str) -> str | None:
        """A string that may be left out."""
        value = self.members.get(name)
        return None if value is None else _as(str, value)

    def flag(self, name: str) -> bool | None:
        """A boolean that may be left out."""
        value = self.members.get(name)
        return None if value is None else _as(bool, value)

    def texts(self, name: str) -> dict[str, str]:
        """Strings by name; none when left out."""
        return {key: _as(str, item) for key, item in _as(dict, self.members.get(name, {})).items()}

    def part(self, name: str) -> Body | None:
        """An object that may be left out."""
        value = self.members.get(name)
        return None if value is None else Body(_as(dict, value))

    def document(self, name: str) -> dict[str, object]:
        """A required object."""
        return _as(dict, self.members[name])

    def attributes(self, name: str = "UserAttributes") -> dict[str, str]:
        """A list of `{"Name", "Value"}`."""
        pairs = [Body(_as(dict, item)) for item in _as(list, self.members.get(name) or [])]
        return {pair.text("Name"): pair.maybe("Value") or "" for pair in pairs}


def read(body: bytes) -> dict[str, object]:
    """The JSON object of a request; SerializationException for anything else."""
    try:
        document = json.loads(body or b"{}")
        json.dumps(document, ensure_ascii=False).encode()  # lone surrogates have no place to go
    except (ValueError, RecursionError) as exc:
        raise _unreadable("Unexpected content") from exc
    return _as(dict, document)


def check(shape: Members, document: Mapping[str, object]) -> Body:
    """Check a request against its shape; InvalidParameterException lists all complaints."""
    complaints = list(shape.complaints(document))
    if complaints:
        many = "error" if len(complaints) == 1 else "errors"
        raise invalid(f"{len(complaints)} validation {many} detected: {'; '.join(complaints)}")
    return Body(document)


def _as(kind: type[_T], value: object) -> _T:
    if not isinstance(value, kind):
        raise _unreadable(f"{_KINDS.get(type(value), 'NULL')} can not be converted to {_TO[kind]}")
    return value


_KINDS: dict[type, str] = {
    bool: "BOOLEAN_VALUE",
    dict: "START_OBJECT",
    float: "DECIMAL_VALUE",
    int: "NUMBER_VALUE",
    list: "START_ARRAY",
    str: "STRING_VALUE",
}
_TO: dict[type, str] = {bool: "Boolean", dict: "Structure", list: "List", str: "String"}


def _unreadable(message: str) -> ApiError:
    return ApiError("SerializationException", message)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _matches(pattern: str, text: str) -> bool:
    special = _SPECIAL.get(pattern)
    return special(text) if special else re.fullmatch(pattern, text, re.ASCII) is not None


def _is_visible(text: str) -> bool:
    return bool(text) and all(unicodedata.category(letter)[0] in "LMSNP" for letter in text)


def _is_visible_or_blank(text: str) -> bool:
    return bool(text) and all(
        letter in "\t\n\r " or unicodedata.category(letter)[0] in "LMSNP" for letter in text
    )


VISIBLE = r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+"
VISIBLE_OR_BLANK = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+"
# Python's regular expressions know no Unicode categories.
_SPECIAL: dict[str, Callable[[str], bool]] = {
    VISIBLE: _is_visible,
    VISIBLE_OR_BLANK: _is_visible_or_blank,
}
