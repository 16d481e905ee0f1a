"""Rules -> what a path asks of its visitors.

Of the rules, the first one counts that matches. One that opens is read narrowly: it matches plain
paths, exactly. One that restricts is read widely: whatever case, slash at the end or reading of an
odd path leads to it. Where readings disagree, each one's rule must be met. Knows rules and paths;
must not know visitors.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..settings.rules import Require, Rule, label
from .protocol.path_readings import readings
from .protocol.paths import PublicPaths, is_plain

MAX_OVERRIDE_CHARS = 256  # of the headers that name a method in place of the first
OTHER = ""
"""Stands for every method that no rule names."""
DEFAULT = "no rule"
"""What stands in place of a rule's name where none matches."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What one rule requires; None is no more than a sign-in. `rule` is what it is called."""

    rule: str
    require: Require | None


@dataclass(frozen=True, slots=True)
class Access:
    """What a request asks of its visitor.

    `public`: nothing. `optional`: nobody needs to be signed in. Else a sign-in, and that all
    `demands` are met; `refused` is why not even that is enough, or empty. `rule` names the rule
    that decides; of several, the first.
    """

    rule: str
    public: bool = False
    optional: bool = False
    demands: tuple[Demand, ...] = ()
    refused: str = ""


class _Matcher:
    """One rule, ready to be compared with paths."""

    def __init__(self, rule: Rule, name: str, callback: str) -> None:
        self.opens = rule.opens
        self.demand = Demand(name, rule.require)
        self.opened = Access(name, public=rule.public, optional=rule.optional)
        self._methods = None if rule.methods is None else frozenset(rule.methods)
        self._public = PublicPaths(rule.paths, callback=callback)
        self._exact = frozenset(path for path in rule.paths if not path.endswith("/*"))
        self._below = tuple(path[:-1] for path in rule.paths if path.endswith("/*"))
        self._folded = frozenset(map(_folded, self._exact | {path[:-1] for path in self._below}))
        self._folded_below = tuple(path.lower() for path in self._below)
        self._all = "/" in self._below

    def takes(self, method: str) -> bool:
        return self._methods is None or method in self._methods

    def opens_path(self, path: str, mount: str, method: str) -> bool:
        """Narrowly, for a rule that opens: as a public path."""
        return self._public.match(path, mount, method)

    def matches(self, path: str) -> bool:
        """As the rule is written."""
        return self._all or path in self._exact or path.startswith(self._below)

    def matches_widely(self, folded: str) -> bool:
        """Whatever the case and with or without a slash at the end; `/a/*` takes `/a`, too."""
        return self._all or folded in self._folded or folded.startswith(self._folded_below)


class RuleTable:
    """The rules in their order, and what is asked where none of them matches."""

    def __init__(
        self, rules: Sequence[Rule], default: Require | None = None, callback: str = ""
    ) -> None:
        """`callback` is that of the gate (see `PublicPaths`)."""
        named = tuple(rules)
        self._rules = [
            _Matcher(rule, label(named, index), callback) for index, rule in enumerate(named)
        ]
        self._default = Demand(DEFAULT, default)
        self.restricts = default is not None or any(rule.require for rule in named)
        self._opens = any(rule.opens for rule in named)
        self._named = {method for rule in named for method in rule.methods or ()}

    def may_open(self, path: str) -> bool:
        """False where no rule can open a path, whichever matches: nobody's odd paths are read."""
        return self._opens and is_plain(path)

    def asked(self, method: str, overrides: Iterable[str] = ()) -> tuple[str, ...]:
        """All methods that an app may take a request for; those that no rule names are one."""
        if sum(map(len, overrides := tuple(overrides))) > MAX_OVERRIDE_CHARS:
            return (OTHER, *sorted(self._named))  # it may be any
        seen = asked_methods(method, overrides)
        return tuple(dict.fromkeys(name if name in self._named else OTHER for name in seen))

    def access(self, path: str, mount: str, methods: tuple[str, ...]) -> Access:
        """What a request for this decoded path asks. `methods` are all that it may be taken for.

        `mount` is where the app is mounted, a part of the path.
        """
        each = [self._for_method(path, mount, method) for method in methods]
        closed = [access for access in each if not access.public]
        if not closed:
            return each[0]
        demanding = [access for access in closed if not access.optional]
        if not demanding:
            return closed[0]
        demands = _unique(demand for access in demanding for demand in access.demands)
        refused = next((access.refused for access in demanding if access.refused), "")
        return Access(demands[0].rule, demands=demands, refused=refused)

    def _for_method(self, path: str, mount: str, method: str) -> Access:
        rules = [rule for rule in self._rules if rule.takes(method)]
        closing = [rule for rule in rules if not rule.opens]
        if not is_plain(path):
            return self._for_odd_path(path, mount, closing)
        folded = _folded(path)
        for index, rule in enumerate(rules):
            if rule.opens:
                if rule.opens_path(path, mount, method):
                    before = [one for one in rules[:index] if not one.opens]
                    hidden = [*_demands(before, *_across(path, mount))]
                    return self._restricted(hidden) if hidden else rule.opened
            elif rule.matches_widely(folded):
                exactly = self._exactly(path, mount, method, rules)
                slashed = _first_widely(closing, path.casefold())
                others = _demands(closing, *_across(path, mount))
                return self._restricted([rule.demand, exactly, slashed, *others])
        others = _demands(closing, *_across(path, mount))
        return self._restricted([*others] or [self._default])

    def _exactly(
        self, path: str, mount: str, method: str, rules: Iterable[_Matcher]
    ) -> Demand | None:
        """The demand of the first rule that matches as it is written; None where that one opens."""
        for rule in rules:
            if rule.opens and rule.opens_path(path, mount, method):
                return None
            if not rule.opens and rule.matches(path):
                return rule.demand
        return self._default

    def _for_odd_path(self, path: str, mount: str, closing: Sequence[_Matcher]) -> Access:
        possible = readings(path) if closing else frozenset({path})
        if possible is None:
            refused = "the path is too long, or can be read in too many ways"
            return Access(DEFAULT, demands=(self._default,), refused=refused)
        demands = [
            demand
            for reading in sorted(possible, key=lambda reading: (reading != path, reading))
            for demand in [*_demands(closing, reading)] or [self._default]
        ]
        across = (other for reading in possible for other in _across(reading, mount))
        return self._restricted([*demands, *_demands(closing, *across)])

    def _restricted(self, demands: Sequence[Demand | None]) -> Access:
        unique = _unique(demand for demand in demands if demand is not None)
        return Access(unique[0].rule, demands=unique)


def _demands(closing: Sequence[_Matcher], *paths: str) -> Iterator[Demand]:
    """What rules that restrict demand of these readings of a path: the first that matches as it is
    written, and the first that matches widely, with and without a slash at the end."""
    for path in paths:
        exactly = next((rule.demand for rule in closing if rule.matches(path)), None)
        slashed, folded = path.casefold(), _folded(path)
        found = (exactly, _first_widely(closing, slashed), _first_widely(closing, folded))
        yield from (demand for demand in found if demand is not None)


def _first_widely(closing: Iterable[_Matcher], text: str) -> Demand | None:
    return next((rule.demand for rule in closing if rule.matches_widely(text)), None)


def _across(path: str, mount: str) -> tuple[str, ...]:
    """The path as an app sees it that was mounted. Frameworks take the mount away where a path
    begins with it, and leave other paths as they are, so that both spellings reach one page."""
    if not mount:
        return ()
    inside = path[len(mount) :] if path.startswith(f"{mount}/") else ""
    return (inside,) if inside else (f"{mount}{path}",)


def asked_methods(method: str, overrides: Iterable[str] = ()) -> tuple[str, ...]:
    """All methods that an app may take a request for: the one that was sent and that in upper case,
    for HEAD that of the page itself, and those that a header names in its place."""
    named = (name.strip().upper() for line in overrides for name in line.split(","))
    seen = [method, method.upper(), *named]
    heads = ["GET"] if "HEAD" in seen else []
    return tuple(dict.fromkeys([*seen, *heads]))


def _folded(path: str) -> str:
    return path.casefold().rstrip("/") or "/"


def _unique(demands: Iterable[Demand]) -> tuple[Demand, ...]:
    """Each rule's demand once, in order."""
    return tuple(dict.fromkeys(demands))
