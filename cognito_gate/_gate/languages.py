"""Which language a visitor gets, and its texts: ours, and those of the operator's directory.

Knows language tags, no pages. The files are read when the first text is needed, since a gate that
shows no page of its own needs none; only an operator's are read and checked at the start.
"""

import re
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path

from ..errors import SettingsError
from .catalog import Catalog

DEFAULT = "en"
OURS = Path(__file__).parents[1] / "templates" / "languages"
# RFC 9110, sections 12.4.2 and 12.5.4.
_RANGE = re.compile(
    r"(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?", re.A
)
_MAX_ACCEPT_BYTES = 1_000  # bytes of Accept-Language that are read
_MAX_TAG_CHARS = 35  # RFC 5646, 4.4.1


class Languages:
    """The languages on offer, the default first.

    Args:
        directory: holds further `<language>.toml`, which add to ours or change them; or empty.
        offered: the language tags to offer, or none for all that there are.

    Raises:
        SettingsError: a file of the directory cannot be used, or a language is not there.

    Example::

        languages = Languages("/etc/sign-in", ("de", "en"))
        languages.catalogs[languages.choose(b"de-AT,de;q=0.9", "")].text("sign_in.title")
    """

    def __init__(self, directory: str = "", offered: tuple[str, ...] = ()) -> None:
        self._own = _read_own(Path(directory)) if directory else {}
        there = {tag.lower(): tag for tag in (*_our_tags(), *self._own)}
        default_first = sorted(there.values(), key=lambda tag: (tag != DEFAULT, tag))
        known = dict.fromkeys(_known(tag, there) for tag in offered)
        self.tags = tuple(known) or tuple(default_first)

    @cached_property
    def catalogs(self) -> Mapping[str, Catalog]:
        """The texts of each language, by its tag."""
        from .catalog_files import merged  # noqa: PLC0415

        return {tag: Catalog(tag, merged(tag, _ours(), self._own)) for tag in self.tags}

    def choose(self, accept: bytes, chosen: str) -> str:
        """The language for a visitor: the `chosen` one if offered, else what the browser asks for.

        Args:
            accept: the value of Accept-Language (RFC 9110, section 12.5.4), as it was sent.
            chosen: a language tag that the visitor picked, or anything else.
        """
        wanted, refused = _ranges(accept)
        candidates = [tag for tag in self.tags if tag.lower() not in refused] or [*self.tags]
        found = _lookup(chosen.lower(), [*self.tags]) if len(chosen) <= _MAX_TAG_CHARS else None
        for wish in wanted:
            found = found or (candidates[0] if wish == "*" else _lookup(wish, candidates))
        return found or candidates[0]


def _ranges(accept: bytes) -> tuple[list[str], set[str]]:
    """The language ranges in order of preference, and those that are refused."""
    weights: dict[str, float] = {}
    for part in accept[:_MAX_ACCEPT_BYTES].decode("latin-1").lower().split(","):
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


@cache
def _our_tags() -> tuple[str, ...]:
    names = (file.name for file in OURS.iterdir())
    return tuple(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


@cache
def _ours() -> Mapping[str, Mapping[str, str]]:
    from .catalog_files import read  # noqa: PLC0415

    return read(OURS)


def _read_own(directory: Path) -> Mapping[str, Mapping[str, str]]:
    from .catalog_files import read_own  # noqa: PLC0415

    return read_own(directory, _ours())


def _known(tag: str, there: Mapping[str, str]) -> str:
    if tag.lower() not in there:
        known = ", ".join(sorted(there.values()))
        problem = (
            f"lists {tag!r}; there are {known}, and {tag}.toml in COGNITO_GATE_TEMPLATES adds it"
        )
        raise SettingsError({"COGNITO_GATE_LANGUAGES": problem})
    return there[tag.lower()]
