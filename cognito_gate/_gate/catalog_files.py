"""The files of the language catalogs, a TOML file for each language: read, checked, merged.

The door to TOML, which a gate opens only when it has a text to show. Must not know what a text is
for.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..settings.page_checks import LANGUAGE
from .appearance import wrong_file
from .catalog import places

ENGLISH = "en"
# Texts that only the operator's own templates and attributes need; all others must be ones of ours.
_OPERATORS = ("own.", "attribute.custom:")

_Texts = Mapping[str, str]


def read(directory: Path) -> dict[str, dict[str, str]]:
    """The texts of each TOML file, by the file's name without its suffix."""
    return {
        file.name.removesuffix(".toml"): _texts(file)
        for file in directory.iterdir()
        if file.name.endswith(".toml")
    }


def _texts(file: Path) -> dict[str, str]:
    try:
        found = dict(_flat(tomllib.loads(file.read_text(encoding="utf-8"))))
    except (OSError, ValueError) as error:
        raise wrong_file(file.name, f"which cannot be read: {error}") from error
    for name, text in found.items():
        if not isinstance(text, str) or not text.strip():
            raise wrong_file(file.name, f"in which {name} is no text")
    return found


def _flat(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{key}.")
        else:
            yield path + key, value


def read_own(directory: Path, ours: Mapping[str, _Texts]) -> dict[str, dict[str, str]]:
    """The operator's files, each checked against our English texts.

    Raises:
        SettingsError: one cannot be used.
    """
    own = read(directory)
    for tag, texts in own.items():
        if not LANGUAGE.fullmatch(tag):
            raise wrong_file(f"{tag}.toml", "which is not named after a language, as fr.toml is")
        if tag not in ours and "language.name" not in texts:
            raise wrong_file(
                f"{tag}.toml", "which lacks language.name, what the language is called"
            )
        for name, text in texts.items():
            if problem := _problem(name, text, ours[ENGLISH]):
                raise wrong_file(f"{tag}.toml", f"in which {name} {problem}")
    return own


def _problem(name: str, text: str, english: _Texts) -> str:
    if name.startswith(_OPERATORS):
        return ""
    if name not in english:
        return "is the id of no text; texts of your own templates begin with own."
    odd = places(text) - places(english[name])
    return f"has {{{min(odd)}}}, which nothing fills in" if odd else ""


def merged(tag: str, *layers: Mapping[str, _Texts]) -> dict[str, str]:
    """The texts of a language over those of the one it varies (pt-BR: pt) over English. The later
    layer wins."""
    texts: dict[str, str] = {}
    for name in (ENGLISH, tag.partition("-")[0], tag):
        for layer in layers:
            texts |= layer.get(name, {})
    return texts
