"""The rules in a TOML file: read, and each mistake with its line.

Knows TOML and the keys; what a value may be is known to rules.py.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .formats import Problem
from .rule_order import order_problems
from .rules import REQUIRE_KEYS, RULE_KEYS, Require, Rule, require_problems, rule_problems
from .toml_lines import Place, find_lines

MAX_BYTES = 256 * 1024
_BARE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a file of rules, and the line; 0 where it is about the whole file."""

    line: int
    text: str


class RulesFileError(Problem):
    """A file of rules cannot be used. `mistakes` are all that were found, in the file's order."""

    def __init__(self, file: str, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line))
        places = (f", line {one.line}" if one.line else "" for one in self.mistakes)
        said = (
            f"{file}{place}: {one.text}" for one, place in zip(self.mistakes, places, strict=True)
        )
        super().__init__("\n    ".join(said))


def read_rules_file(path: str | Path) -> tuple[Rule, ...]:
    """The rules of a file.

    Raises:
        RulesFileError: it cannot be read, or a rule in it is wrong.
    """
    try:
        with Path(path).open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except (OSError, ValueError) as exc:
        reason = f"cannot be read ({type(exc).__name__})"
        raise RulesFileError(str(path), [Mistake(0, reason)]) from exc
    if len(raw) > MAX_BYTES:
        raise RulesFileError(str(path), [Mistake(0, f"is larger than {MAX_BYTES} bytes")])
    return parse_rules(text, str(path))


def parse_rules(text: str, file: str) -> tuple[Rule, ...]:
    """The rules in the text of a file of this name.

    Raises:
        RulesFileError: a rule is wrong, or it is no TOML.
    """
    text = text.replace("\r\n", "\n")
    try:
        return _parsed(text, file)
    except RecursionError as exc:
        raise RulesFileError(file, [Mistake(0, "is nested too deeply")]) from exc


def _parsed(text: str, file: str) -> tuple[Rule, ...]:
    try:
        content = tomllib.loads(text)
    except ValueError as exc:
        raise RulesFileError(file, [Mistake(0, f"is no TOML: {exc}")]) from exc
    lines = find_lines(text)
    reading = _Reading(content, file, lines)
    if not reading.problems:
        problems = order_problems(reading.rules)
        reading.problems = [(("rule", one.index, one.key), one.text) for one in problems]
    if reading.problems:
        raise RulesFileError(file, _mistakes(reading.problems, lines))
    return reading.rules


def _mistakes(problems: list[tuple[Place, str]], lines: Mapping[Place, int]) -> list[Mistake]:
    return [Mistake(_line(place, lines), _said(place, text)) for place, text in problems]


def _line(place: Place, lines: Mapping[Place, int]) -> int:
    """The line of a value, or of what it is a part of."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 0)


def _said(place: Place, text: str) -> str:
    """A sentence that begins with the key, or with the rule."""
    keys = [part for part in place if isinstance(part, str) and part]
    name = ".".join(key if _BARE.fullmatch(key) else repr(key) for key in keys)
    name = name.removeprefix("rule.")
    return f"the rule {text}" if name == "rule" else f"{name} {text}"


class _Reading:
    """The rules that TOML says, and what is wrong with it by its place."""

    def __init__(self, content: Mapping[str, Any], file: str, lines: Mapping[Place, int]) -> None:
        self._file, self._lines = file, lines
        self.problems: list[tuple[Place, str]] = []
        self._check_keys((), content, ("rule",), "a file of rules")
        listed = content.get("rule", [])
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            self.problems.append((("rule",), "is no [[rule]] with two brackets on either side"))
            listed = []
        elif not listed and not self.problems:
            self.problems.append(((), "has no [[rule]]"))
        found = [self._rule(("rule", index), item) for index, item in enumerate(listed)]
        self.rules = tuple(rule for rule in found if rule is not None)

    def _rule(self, place: Place, item: Mapping[str, Any]) -> Rule | None:
        known = self._check_keys(place, item, RULE_KEYS, "a rule")
        given = {key: _tuples(item[key]) for key in known}
        before = len(self.problems)
        if isinstance(given.get("require"), dict):
            given["require"] = self._require((*place, "require"), given["require"])
        wrong = rule_problems({key: value for key, value in given.items() if value is not None})
        self._add(place, wrong)
        if len(self.problems) > before:
            return None
        return Rule(**given, place=f"{self._file}, line {_line(place, self._lines)}")

    def _require(self, place: Place, item: Mapping[str, Any]) -> Require:
        known = self._check_keys(place, item, REQUIRE_KEYS, "require")
        given = {key: _tuples(item[key]) for key in known}
        wrong = {} if item and not known else require_problems(given)
        self._add(place, wrong)
        # What is wrong is told; the rule's other keys are checked beside a sound one.
        return _SOUND if wrong or not known else Require(**given)

    def _add(self, place: Place, wrong: Mapping[str, str]) -> None:
        self.problems += [((*place, key), text) for key, text in wrong.items()]

    def _check_keys(
        self, place: Place, item: Mapping[str, Any], keys: Sequence[str], of: str
    ) -> list[str]:
        """The keys that are known; the others are problems."""
        for key in item:
            if key not in keys:
                self.problems.append(((*place, key), f"is not a key of {of}{_nearest(key, keys)}"))
        return [key for key in item if key in keys]


_SOUND = Require(max_auth_age=10)


def _nearest(key: str, keys: Sequence[str]) -> str:
    similar = get_close_matches(key.lower(), keys, 1, cutoff=0.5)
    return f"; did you mean {similar[0]}?" if similar else f", which has {', '.join(keys)}"


def _tuples(value: Any) -> Any:
    """The same with tuples in place of lists, as rules have them."""
    if isinstance(value, list):
        return tuple(map(_tuples, value))
    if isinstance(value, dict):
        return {key: _tuples(inner) for key, inner in value.items()}
    return value
