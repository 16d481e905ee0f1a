"""JSON as RFC 8259 has it: UTF-8, no NaN, no Infinity, and one kind of error.

Knows nothing of what the documents mean. Python's own reader is more generous.
"""

from json import JSONDecoder
from typing import Any, NoReturn


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


MAX_DEPTH = 100  # lists and objects within each other; Pythons differ in what they bear
_DECODER = JSONDecoder(parse_constant=_no_constant)


def load(raw: bytes) -> Any:
    """The value of a JSON document. Raises ValueError, and nothing else."""
    text = raw.decode("utf-8").strip(" \t\n\r")
    try:
        value, end = _DECODER.raw_decode(text)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc
    if end != len(text):
        raise ValueError("more than one document")
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for held in level:
            inner += held.values() if isinstance(held, dict) else held
        level = [item for item in inner if isinstance(item, (dict, list))]
        if not level:
            return
    raise ValueError("nested too deeply")
