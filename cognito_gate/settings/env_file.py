"""Reads a .env file: the variables in it, and each line that is not clear.

The only module that imports `dotenv`. Must not know what a variable means. A problem tells the
line and never its text, which may be a secret.
"""

import codecs
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotenv.parser import Binding

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# A variable of the gate within another one's value: the quotation mark before it is not closed.
_SWALLOWED = re.compile(r"^\s*(?:export\s+)?(?:AWS_|COGNITO_GATE_|SECRET_KEY)\w*\s*=", re.MULTILINE)
_QUOTED = re.compile(r"""[^=]*=[^\S\r\n]*(?P<mark>["'])(?:\\.|(?!(?P=mark))[^\\])*(?P=mark)""")
_OPEN = re.compile(r"""[^=\r\n]*=[^\S\r\n]*["']""")


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What a .env file says. `problems` maps the file, or a line of it, to what is wrong there."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    problems: dict[str, str] = field(default_factory=dict)


def load_env_file(path: str | Path) -> EnvFile:
    """Read a file; what is wrong with it is told, not raised.

    Nothing is expanded: `$HOME` stays what it is. A name without `=` is left to the environment.
    """
    try:
        bindings = list(_parse(_text(path)))
    except UnicodeError:
        return EnvFile(problems={str(path): "is not text in UTF-8 or UTF-16"})
    except OSError as error:
        return EnvFile(problems={str(path): f"cannot be read ({type(error).__name__})"})
    values = {item.key: item.value for item in bindings if item.key and item.value is not None}
    problems = {f"{path}, line {_line(item)}": what for item in bindings if (what := _wrong(item))}
    return EnvFile(values, problems)


def without(path: str | Path, names: Collection[str]) -> str:
    """The text of a file without these variables."""
    return "".join(item.original.string for item in _parse(_text(path)) if item.key not in names)


def _text(path: str | Path) -> str:
    content = Path(path).read_bytes()
    # PowerShell's > writes UTF-16 with a byte order mark, and some editors put one before UTF-8.
    text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    if "\0" in text:  # UTF-16 without a mark can be valid UTF-8
        raise UnicodeError
    return text


def _parse(text: str) -> Iterator["Binding"]:
    # Imported here, because most servers have no .env file.
    from dotenv.parser import parse_stream  # noqa: PLC0415

    return parse_stream(StringIO(text, newline=""))


def _line(item: "Binding") -> int:
    """The line of the variable; the parser's own counts from the blank lines before it."""
    text = item.original.string
    blank = text[: len(text) - len(text.lstrip())]
    return item.original.line + len(blank.splitlines())


def _wrong(item: "Binding") -> str:
    """What is wrong with a line; empty for one that is clear."""
    if not item.error:
        swallows = _SWALLOWED.search((item.value or "").partition("\n")[2])
        return "has a quotation mark that is not closed" if swallows else ""
    text = item.original.string.strip()
    if not _OPEN.match(text):
        return "is not NAME=value"
    closed = _QUOTED.match(text.splitlines()[0])
    what = (
        "text after the closing quotation mark" if closed else "a quotation mark that is not closed"
    )
    return f"has {what}"
