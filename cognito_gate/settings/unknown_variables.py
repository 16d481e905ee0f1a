"""Finds variables that look like the gate's and are not, such as misspelled ones.

Knows names only; must not know what a variable means, and never sees a value.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

_PREFIXES = ("AWS_COGNITO_", "COGNITO_GATE_")


@dataclass(frozen=True, slots=True)
class UnknownVariable:
    """A variable that looks like one of the gate's but is not; `meant` is the most similar one."""

    name: str
    meant: str

    def __str__(self) -> str:
        if self.meant:
            return f"{self.name} is not a variable of the gate; did you mean {self.meant}?"
        return f"{self.name} is not a variable of the gate, and has no effect"


def find_unknown(
    names: Iterable[str], variables: Collection[str], also_known: Collection[str]
) -> tuple[UnknownVariable, ...]:
    """The names that are neither in `variables`, nor in `also_known`, nor obviously of others."""
    candidates = (name for name in names if "COG" in name.upper())
    unknown = []
    for name in sorted({*candidates}.difference(variables, also_known)):
        has_prefix = name.upper().startswith(_PREFIXES)
        similar = get_close_matches(name.upper(), variables, 1, cutoff=0.8 if has_prefix else 0.85)
        if has_prefix or similar:
            unknown.append(UnknownVariable(name, similar[0] if similar else ""))
    return tuple(unknown)
