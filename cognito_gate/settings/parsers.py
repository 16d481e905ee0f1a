"""The parsers of settings: from a text to a value of its type, or a `Problem`.

Knows how flags, numbers and lists are written; must not know which setting they are for.
"""

import re
from collections.abc import Callable
from typing import Any

from .formats import Problem
from .header_budgets import HEADER_BUDGETS


def _flag(text: str) -> bool:
    match text.lower():
        case "true" | "1" | "yes" | "on":
            return True
        case "false" | "0" | "no" | "off":
            return False
    raise Problem(f"is {text!r}; it takes true or false (also 1/0, yes/no, on/off)")


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise Problem(f"is {text!r}; it takes a whole number")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", text, re.ASCII):
        raise Problem(f"is {text!r}; it takes a number of seconds")
    return float(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[,\s]+", text) if word)


def _header_budget(text: str) -> int:
    name = text.lower()
    if name in HEADER_BUDGETS:
        return HEADER_BUDGETS[name]
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        names = ", ".join(HEADER_BUDGETS)
        raise Problem(f"is {text!r}; it takes a number of bytes, or one of {names}")
    return int(text)


def _rules(text: str) -> tuple[Any, ...]:
    # Most gates have no such file, and need no TOML at their start.
    from .rules_file import read_rules_file  # noqa: PLC0415

    return read_rules_file(text)


PARSERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "lower": str.lower,
    "origin": lambda text: text.rstrip("/"),
    "cookie_domain": lambda text: text.removeprefix(".").lower(),
    "flag": _flag,
    "whole": _whole,
    "seconds": _seconds,
    "rules": _rules,
    "words": _words,
    "header_budget": _header_budget,
}
