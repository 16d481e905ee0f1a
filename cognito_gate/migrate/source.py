"""The files of a code base, read: Python as syntax trees, templates as lines.

Knows files and Python's syntax; must not know what is looked for in them.
"""

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TEMPLATES = {".html", ".htm", ".j2", ".jinja", ".jinja2"}
_SKIPPED = {"__pycache__", "node_modules", "site-packages"}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of the code base: what is there, and what to do about it."""

    file: str
    line: int
    what: str
    change: str


@dataclass(frozen=True, slots=True)
class Template:
    """A template; its syntax is not looked at."""

    file: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """A Python module. `name` is what `from .name import ...` calls it."""

    file: str
    name: str
    tree: ast.Module


def read(root: Path) -> Iterator[Module | Template | Place]:
    """All modules and templates below a folder, or the one file; a place for each that cannot be
    read."""
    base = root if root.is_dir() else root.parent
    for path in sorted(_files(root)):
        file = path.relative_to(base).as_posix()
        try:
            if path.suffix == ".py":
                name = path.parent.name if path.stem == "__init__" else path.stem
                yield Module(file, name, ast.parse(path.read_bytes()))
            else:
                yield Template(file, tuple(path.read_text(encoding="utf-8").splitlines()))
        except (OSError, SyntaxError, ValueError) as error:
            yield Place(file, 1, "cannot be read", f"Look at it yourself: {error}")


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not _skipped(Path(folder, name))]
        for path in (Path(folder, name) for name in names):
            if path.suffix == ".py" or path.suffix in _TEMPLATES:
                yield path


def _skipped(folder: Path) -> bool:
    """Virtual environments, and what tools keep for themselves."""
    is_environment = (folder / "pyvenv.cfg").exists()
    return folder.name.startswith(".") or folder.name in _SKIPPED or is_environment


# Reading expressions


def text_of(node: ast.AST | None) -> str | None:
    """The value of a string in the source; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def last_name(node: ast.AST) -> str:
    """`c` of `a.b.c` and of `c`; empty for other expressions."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def key_read(node: ast.AST) -> tuple[ast.expr, str] | None:
    """The mapping and the key of `mapping["key"]`, `mapping.get("key")` and `"key" in mapping`."""
    match node:
        case ast.Subscript(value=mapping, slice=ast.Constant(value=str(key))):
            return mapping, key
        case ast.Call(
            func=ast.Attribute(value=mapping, attr="get" | "pop" | "setdefault"),
            args=[ast.Constant(value=str(key)), *_],
        ):
            return mapping, key
        case ast.Compare(
            left=ast.Constant(value=str(key)),
            ops=[ast.In() | ast.NotIn()],
            comparators=[mapping],
        ):
            return mapping, key
    return None
