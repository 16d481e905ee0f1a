"""The texts of our own pages, a TOML file for each language, and which language a visitor gets.

Knows texts and language tags, no pages. Every language falls back to English, which is complete.
"""

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from .._gate.records import Sentence
from ..errors import SettingsError
from ..settings.page_checks import LANGUAGE

ENGLISH = "en"
OURS = files("cognito_gate") / "templates" / "sign_in"
# Texts that only the operator's own templates and attributes need; all others must be ones of ours.
_OPERATORS = ("own.", "attribute.custom:")
_PLACE = re.compile(r"\{([^{}]*)\}")
# RFC 9110, sections 12.4.2 and 12.5.4.
_RANGE = re.compile(
    r"(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?", re.A
)
_LONGEST = 1_000  # bytes of Accept-Language that are read
_LONGEST_TAG = 35  # RFC 5646, 4.4.1


def wrong_file(name: str, problem: str) -> SettingsError:
    """A file of the operator's directory that cannot be used."""
    return SettingsError({"COGNITO_GATE_TEMPLATES": f"holds {name}, {problem}"})


@dataclass(frozen=True, slots=True)
class Catalog:
    """The texts of one language, by their ids."""

    tag: str
    texts: Mapping[str, str]

    def exactly(self, name: str, /, **values: object) -> str:
        """The text of an id, with its {places} filled; those without a value stay as they are.

        Raises:
            KeyError: no language has this id.
        """
        return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), self.texts[name])

    def text(self, name: str, /, **values: object) -> str:
        """The same for pages that are being shown: an id that nobody has stands for itself."""
        return self.exactly(name, **values) if name in self.texts else name

    def attribute(self, name: str) -> str:
        """What to call one of Cognito's attributes."""
        own = name.removeprefix("custom:").replace("_", " ")
        return self.texts.get(f"attribute.{name}", first_upper(own))

    def said(self, said: Sentence, /, **values: str) -> str:
        """A sentence for the visitor. `seconds` and `missing` (names of rules) become words."""
        if said.text:
            return said.text
        values |= dict(said.values)
        if "seconds" in values:
            values["seconds"] = self._duration(values["seconds"])
        if "missing" in values:
            rules = values["missing"].split()
            values["missing"] = ", ".join(self.text(f"rule.{rule}", **values) for rule in rules)
        return self.text(said.id if said.id in self.texts else "error.generic", **values)

    def _duration(self, seconds: str) -> str:
        count = math.ceil(float(seconds))
        if count > 99:
            return self.text("time.minutes", n=math.ceil(count / 60))
        return self.text("time.seconds", n=count) if count > 1 else self.text("time.second")


def first_upper(text: str) -> str:
    """A text that begins with a capital letter; the rest stays as it is."""
    return text[:1].upper() + text[1:]


class Languages:
    """The languages on offer, the default first.

    Args:
        directory: holds further `<language>.toml`, which add to ours or change them; or empty.
        offered: the language tags to offer, or none for all that there are.

    Raises:
        SettingsError: a file cannot be read, or a language is not there.

    Example::

        languages = Languages("/etc/sign-in", ("de", "en"))
        languages.catalogs[languages.choose(b"de-AT,de;q=0.9", "")].text("sign_in.title")
    """

    def __init__(self, directory: str = "", offered: tuple[str, ...] = ()) -> None:
        layers: list[_Layer] = [_read(OURS / "languages")]
        if directory:
            layers.append(_read_own(Path(directory), layers[0]))
        there = {tag.lower(): tag for layer in layers for tag in layer}
        english_first = sorted(there.values(), key=lambda tag: (tag != ENGLISH, tag))
        known = dict.fromkeys(_known(tag, there) for tag in offered)
        self.tags = tuple(known) or tuple(english_first)
        self.catalogs = {tag: Catalog(tag, _merged(tag, layers)) for tag in self.tags}

    def choose(self, accept: bytes, chosen: str) -> str:
        """The language for a visitor: the `chosen` one if offered, else what the browser asks for.

        Args:
            accept: the value of Accept-Language (RFC 9110, section 12.5.4), as it was sent.
            chosen: a language tag that the visitor picked, or anything else.
        """
        wanted, refused = _ranges(accept)
        candidates = [tag for tag in self.tags if tag.lower() not in refused] or [*self.tags]
        found = _lookup(chosen.lower(), [*self.tags]) if len(chosen) <= _LONGEST_TAG else None
        for wish in wanted:
            found = found or (candidates[0] if wish == "*" else _lookup(wish, candidates))
        return found or candidates[0]


def _ranges(accept: bytes) -> tuple[list[str], set[str]]:
    """The language ranges in order of preference, and those that are refused."""
    weights: dict[str, float] = {}
    for part in accept[:_LONGEST].decode("latin-1").lower().split(","):
        if found := _RANGE.fullmatch(part.strip(" \t")):
            weights.setdefault(found[1], float(found[2] or 1))
    wanted = sorted((name for name, q in weights.items() if q), key=lambda name: -weights[name])
    return wanted, {name for name, q in weights.items() if not q}


def _lookup(wish: str, tags: list[str]) -> str | None:
    """The tag that fits a range best: itself, a shorter one, a longer one (RFC 4647, 3.4)."""
    by_name = {tag.lower(): tag for tag in tags}
    shorter = wish
    while shorter:
        if shorter in by_name:
            return by_name[shorter]
        shorter = shorter.rpartition("-")[0]
    return next((tag for name, tag in by_name.items() if name.startswith(f"{wish}-")), None)


_Layer = Mapping[str, Mapping[str, str]]


def _read(directory: Traversable) -> dict[str, dict[str, str]]:
    """The texts of each TOML file, by the file's name without its suffix."""
    return {
        file.name.removesuffix(".toml"): _texts(file)
        for file in directory.iterdir()
        if file.name.endswith(".toml")
    }


def _texts(file: Traversable) -> dict[str, str]:
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


def _read_own(directory: Path, ours: _Layer) -> _Layer:
    """The operator's files, each checked against the English texts."""
    layer = _read(directory)
    for tag, texts in layer.items():
        if not LANGUAGE.fullmatch(tag):
            raise wrong_file(f"{tag}.toml", "which is not named after a language, as fr.toml is")
        if tag not in ours and "language.name" not in texts:
            raise wrong_file(
                f"{tag}.toml", "which lacks language.name, what the language is called"
            )
        for name, text in texts.items():
            if problem := _problem(name, text, ours[ENGLISH]):
                raise wrong_file(f"{tag}.toml", f"in which {name} {problem}")
    return layer


def _problem(name: str, text: str, english: Mapping[str, str]) -> str:
    if name.startswith(_OPERATORS):
        return ""
    if name not in english:
        return "is the id of no text; texts of your own templates begin with own."
    odd = places(text) - places(english[name])
    return f"has {{{min(odd)}}}, which nothing fills in" if odd else ""


def places(text: str) -> set[str]:
    """The names in braces of a text."""
    return set(_PLACE.findall(text))


def _known(tag: str, there: Mapping[str, str]) -> str:
    if tag.lower() not in there:
        known = ", ".join(sorted(there.values()))
        problem = (
            f"lists {tag!r}; there are {known}, and {tag}.toml in COGNITO_GATE_TEMPLATES adds it"
        )
        raise SettingsError({"COGNITO_GATE_LANGUAGES": problem})
    return there[tag.lower()]


def _merged(tag: str, layers: list[_Layer]) -> dict[str, str]:
    """The texts of a language over those of the one it varies (pt-BR: pt) over English."""
    merged: dict[str, str] = {}
    for name in (ENGLISH, tag.partition("-")[0], tag):
        for layer in layers:
            merged |= layer.get(name, {})
    return merged
