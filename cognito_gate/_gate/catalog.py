"""The texts of one language, by their ids.

Knows how a text is filled in. Must not know files, pages, nor which language a visitor reads.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from .records import Sentence

_PLACE = re.compile(r"\{([^{}]*)\}")


def places(text: str) -> set[str]:
    """The names in braces of a text."""
    return set(_PLACE.findall(text))


def first_upper(text: str) -> str:
    """A text that begins with a capital letter; the rest stays as it is."""
    return text[:1].upper() + text[1:]


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

    def field(self, name: str) -> str:
        """What to call a field of a form."""
        return self.texts.get(f"field.{name}") or self.attribute(name)

    def said(self, said: Sentence, /, **values: str) -> str:
        """A sentence for the visitor. `seconds`, `missing` (names of rules) and `field` (the name
        of one) become words."""
        if said.text:
            return said.text
        values |= dict(said.values)
        if "seconds" in values:
            values["seconds"] = self._duration(values["seconds"])
        if "missing" in values:
            rules = values["missing"].split()
            values["missing"] = ", ".join(self.text(f"rule.{rule}", **values) for rule in rules)
        if "field" in values:
            values["field"] = self.field(values["field"])
        return self.text(said.id if said.id in self.texts else "error.generic", **values)

    def _duration(self, seconds: str) -> str:
        count = math.ceil(float(seconds))
        if count > 99:
            return self.text("time.minutes", n=math.ceil(count / 60))
        return self.text("time.seconds", n=count) if count > 1 else self.text("time.second")
