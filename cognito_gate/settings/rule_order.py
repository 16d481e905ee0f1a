"""Whether each rule can match, since of several rules the first one counts.

Knows which paths a rule covers: one that opens is read narrowly, one that restricts widely (see
`_gate/rule_table.py`, which decides about requests). Must not know where rules were written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .rules import Rule, where

PUBLIC_PATHS = "COGNITO_GATE_PUBLIC_PATHS"


@dataclass(frozen=True, slots=True)
class OrderProblem:
    """What is wrong with a rule beside the others: its index, the key, and what to say."""

    index: int
    key: str
    text: str


def order_problems(
    rules: tuple[Rule, ...], public_paths: Sequence[str] = (), routes: Iterable[str] = ()
) -> list[OrderProblem]:
    """The rules, or paths of them, that can never match, and names that are there twice.

    `public_paths` are read as a first rule; `routes` are the gate's own paths.
    """
    before = [_Before(PUBLIC_PATHS, tuple(public_paths), None, opens=True)]
    own, names, problems = frozenset(routes), set[str](), []
    for index, rule in enumerate(rules):
        if rule.name and rule.name in names:
            problems.append(OrderProblem(index, "name", f"is that of another rule: {rule.name!r}"))
        names.add(rule.name)
        for path in rule.paths:
            if why := _never_matches(path, rule, before, own):
                text = f"lists {path!r}, which can never match: {why}"
                problems.append(OrderProblem(index, "paths", text))
        before.append(_Before(where(rules, index), rule.paths, rule.methods, opens=rule.opens))
    return problems


@dataclass(frozen=True, slots=True)
class _Before:
    """What comes before a rule."""

    name: str
    paths: tuple[str, ...]
    methods: tuple[str, ...] | None
    opens: bool

    def covers(self, path: str) -> bool:
        """Whether it matches all that this path, or pattern, of a later rule does."""
        if self.opens:
            return any(_covers(mine, path) for mine in self.paths)
        folded = _folded(path)
        return any(_covers(_folded(mine), folded, wide=True) for mine in self.paths)


def _never_matches(path: str, rule: Rule, before: Sequence[_Before], routes: frozenset[str]) -> str:
    """Why a path of a rule has no effect, or an empty text."""
    if path in routes:
        return "it is a route of the gate itself"
    others = [one for one in before if one.covers(path)]
    whole = next((one.name for one in others if one.methods is None), "")
    named = {method: one.name for one in reversed(others) for method in one.methods or ()}
    if not whole and rule.methods is not None and named.keys() >= set(rule.methods):
        whole = " and ".join(dict.fromkeys(named[method] for method in rule.methods))
    return f"it is covered by {whole}, and the first rule that matches counts" if whole else ""


def takes_all(rule: Rule) -> bool:
    """Whether no path and no method is left for what comes after this rule."""
    return rule.methods is None and "/*" in rule.paths


def _folded(path: str) -> str:
    return path.lower() if path == "/" else path.lower().removesuffix("/")


def _covers(mine: str, path: str, *, wide: bool = False) -> bool:
    if not mine.endswith("/*"):
        return mine == path
    return path.startswith(mine[:-1]) or (wide and path == mine[:-2])
