"""Finds variables that look like the gate's and are not, such as misspelled ones.

Knows names only; must not know what a variable means, and never sees a value.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

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
    candidates = {name for name in names if "COG" in name.upper()}.difference(variables, also_known)
    if not candidates:
        return ()
    from difflib import get_close_matches  # noqa: PLC0415 - for the few who mistyped one

    unknown = []
    for name in sorted(candidates):
        has_prefix = name.upper().startswith(_PREFIXES)
        similar = get_close_matches(name.upper(), variables, 1, cutoff=0.8 if has_prefix else 0.85)
        if has_prefix or similar:
            unknown.append(UnknownVariable(name, similar[0] if similar else ""))
    return tuple(unknown)
