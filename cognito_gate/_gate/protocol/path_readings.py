"""The ways in which an app, a server or a file system may read an odd path.

A path is odd that is not in plain form: with `%` or `;` left in it, doubled slashes, dot segments,
backslashes, control or non-ASCII characters. Knows text only. Must not know what a reading is for.
"""

import re
from collections.abc import Callable
from unicodedata import normalize
from urllib.parse import unquote

MAX_CHARS = 2_048
MAX_UNICODE_CHARS = 256  # normal forms take quadratic time for what nobody would write
MAX_READINGS = 64

_BLANKS = re.compile(r"[\x00-\x20\x7f-\xa0\u200b\u2028\u2029\ufeff\ufffd]+")
_PARAMETERS = re.compile(r";[^/]*")
_SLASHES = re.compile(r"//+")


def readings(path: str) -> frozenset[str] | None:
    """The path itself and all that it may be read as, each step alone and after any others; None
    when it is so long, or can be read in so many ways, that nobody can say."""
    if len(path) > MAX_CHARS:
        return None
    found, left = {path}, [path]
    while left:
        text = left.pop()
        if len(text) > MAX_UNICODE_CHARS and not text.isascii():
            return None
        for step in _STEPS:
            reading = step(text)
            if reading not in found:
                found.add(reading)
                left.append(reading)
        if len(found) > MAX_READINGS:
            return None
    return frozenset(found)


def _resolved(path: str) -> str:
    """Without dot segments (RFC 3986 section 5.2.4)."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]  # the empty one before the first slash stays
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)


_STEPS: tuple[Callable[[str], str], ...] = (
    lambda path: path if path.startswith("/") else f"/{path}",
    unquote,
    _resolved,
    lambda path: path.replace("\\", "/"),
    lambda path: _SLASHES.sub("/", path),
    lambda path: _PARAMETERS.sub("", path),
    lambda path: path.partition("?")[0],
    lambda path: path.partition("#")[0],
    lambda path: path.partition("\0")[0],
    lambda path: _BLANKS.sub("", path),
    lambda path: normalize("NFKC", path),
)
