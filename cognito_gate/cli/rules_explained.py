"""What the rules of some settings decide, in words: about one request, or as a matrix.

Asks the gate's own authorization point. Knows rules, paths and made-up visitors; must not know how
options are read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from .._gate.authorization import Authorization
from .._gate.protocol.conditions import lacks
from .._gate.protocol.paths import PublicPaths
from .._gate.rule_decisions import RuleDecisions
from .._gate.rule_table import Demand, RuleTable
from .._gate.target import Target
from ..errors import Forbidden, LoginRequired, StepUpRequired
from ..identity import NO_CLAIMS, VERIFIED_BY, Identity
from ..settings import Settings
from ..settings.rule_order import takes_all
from ..settings.rules import REQUIRE_KEYS, Require, Rule, where

NOW = 1_000_000_000.0
"""The time at which made-up visitors come; only how long ago they signed in counts."""
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who is made up: what they have, and nothing else."""

    groups: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    email: str = ""
    claims: tuple[tuple[str, Any], ...] = ()
    client: str = ""
    acr: str = ""
    auth_age: int = 0

    def identity(self) -> Identity:
        """As the gate knows them after their sign-in. A client is a machine."""
        access = {
            **dict.fromkeys(VERIFIED_BY.values(), True),
            **dict(self.claims),
            "sub": "somebody",
            "exp": NOW + 3600,
            "auth_time": NOW - self.auth_age,
            "scope": " ".join(self.scopes),
            "cognito:groups": self.groups,
        }
        access |= {"client_id": self.client} if self.client else {"username": "somebody"}
        access |= {"acr": self.acr} if self.acr else {}
        mail = {"email": self.email, "email_verified": True}
        return Identity(access, mail if self.email else NO_CLAIMS)

    def __str__(self) -> str:
        parts = [
            *([f"client {self.client}"] if self.client else []),
            *(f"group {group}" for group in self.groups),
            *(f"scope {scope}" for scope in self.scopes),
            *([self.email] if self.email else []),
            *(f"{name}={value}" for name, value in self.claims),
            *([f"acr {self.acr}"] if self.acr else []),
            *([f"signed in {self.auth_age} s ago"] if self.auth_age else []),
        ]
        return ", ".join(parts) or "signed in"


class Explained:
    """The rules of settings, asked like the gate asks them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        public = PublicPaths(settings.public_paths, settings.logout_path, settings.callback_path)
        table = RuleTable(settings.rules, settings.default_require, settings.callback_path)
        self._rules = RuleDecisions(public, table)
        self._authorization = Authorization(public, self._rules)
        self._routes = {settings.callback_path, *settings.routes}
        self._places = {name: where(settings.rules, index) for index, name in _named(settings)}

    def explain(self, target: Target, visitor: Visitor | None) -> Iterator[str]:
        """The outcome for one request, which rule decides, and why. None is nobody signed in."""
        said = "nobody signed in" if visitor is None else str(visitor)
        if target.path in self._routes:
            yield f"{target.method} {target.path}: a route of the gate itself, without rules"
            return
        yield f"{target.method} {target.path}: {self._outcome(target, visitor)}"
        yield f"  visitor   {said}"
        access = self._rules.access(target)
        if access.public or access.optional:
            kind = "public" if access.public else "optional"
            yield f"  rule      {self._places.get(access.rule, access.rule)}: {kind}"
            return
        if access.refused:
            yield f"  refused   {access.refused}"
        # Where readings of an odd path lead to other rules, that no rule matches one says little.
        demands = [demand for demand in access.demands if demand.require] or access.demands
        for demand in demands:
            yield from self._demand(demand, visitor)
        if len(demands) > 1:
            yield "The path may be read in several ways, and each way's rule must be met."

    def _demand(self, demand: Demand, visitor: Visitor | None) -> Iterator[str]:
        place = self._places.get(demand.rule, "no rule matches")
        yield f"  rule      {place}"
        yield f"  requires  {required(demand.require)}"
        if visitor is not None and demand.require is not None:
            lack = lacks(demand.require, visitor.identity(), NOW)
            yield f"  because   {lack.text}" if lack else "  because   all of that is there"

    def _outcome(self, target: Target, visitor: Visitor | None) -> str:
        try:
            self._authorization.check(target, visitor.identity() if visitor else None)
        except LoginRequired:
            return "must sign in (programs: 401)"
        except StepUpRequired:
            return "must sign in again (programs: 401)"
        except Forbidden:
            return "refused (403)"
        return "passes"

    # The matrix

    def table(self) -> Iterator[str]:
        """Who may reach which path: a row for each path of a rule, a column for each visitor."""
        visitors: list[Visitor | None] = [None, *self._visitors()]
        heads = [str(number) for number in range(1, len(visitors) + 1)]
        rows = [["method", "path", *heads], *(self._row(*row, visitors) for row in self._rows())]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            yield "  ".join(cells).rstrip()
        yield ""
        for head, visitor in zip(heads, visitors, strict=True):
            yield f"{head}  {'nobody signed in' if visitor is None else visitor}"

    def _row(
        self, methods: str, path: str, target: Target, visitors: Sequence[Visitor | None]
    ) -> list[str]:
        return [methods, path, *(self._cell(target, visitor) for visitor in visitors)]

    def _cell(self, target: Target, visitor: Visitor | None) -> str:
        words = {"passes": "yes", "refused": "no"}
        outcome = self._outcome(target, visitor)
        return words.get(outcome.split()[0], "again" if "again" in outcome else "sign in")

    def _rows(self) -> Iterator[tuple[str, str, Target]]:
        """Each path of a rule with a request that this rule decides."""
        for path in self._settings.public_paths:
            yield "any", path, Target(self._sample(path), "", "GET", NOW)
        for index, name in _named(self._settings):
            rule = self._settings.rules[index]
            for path in rule.paths:
                yield self._rule_row(rule, name, path)
        if not any(map(takes_all, self._settings.rules)):
            yield "any", "all others", Target(self._sample("/*"), "", "GET", NOW)

    def _rule_row(self, rule: Rule, name: str, path: str) -> tuple[str, str, Target]:
        methods = rule.methods or _METHODS
        targets = [Target(self._sample(path), "", method, NOW) for method in methods]
        mine = (one for one in targets if self._rules.access(one).rule == name)
        target = next(mine, targets[0])
        shown = ",".join(rule.methods or ()) or ("any" if target.method == "GET" else "other")
        return shown, path, target

    def _sample(self, path: str) -> str:
        """A path that this pattern matches, and no pattern that is more exact."""
        if not path.endswith("/*"):
            return path
        known = [*self._settings.public_paths, *(p for r in self._settings.rules for p in r.paths)]
        taken = {one.lower().removesuffix("/*") for one in known}
        samples = (f"{path[:-1]}page-{number}" for number in count(1))
        return next(sample for sample in samples if sample.lower() not in taken)

    def _visitors(self) -> tuple[Visitor, ...]:
        """Somebody with nothing, and who meets what each rule requires."""
        required = [rule.require for rule in self._settings.rules]
        met = [
            visitor
            for require in (*required, self._settings.default_require)
            if require is not None
            for visitor in _meeting(require)
        ]
        return tuple(dict.fromkeys([Visitor(), *met]))


def _named(settings: Settings) -> Iterator[tuple[int, str]]:
    for index, rule in enumerate(settings.rules):
        yield index, rule.name or f"rule {index + 1}"


def _meeting(require: Require) -> Iterator[Visitor]:
    """Visitors who have what is required and no more; one for each group of which one will do."""
    claims = (require.claims or {}).items()
    for group in require.any_group or ("",):
        extra = (group,) if group and group not in (require.groups or ()) else ()
        yield Visitor(
            groups=(*(require.groups or ()), *extra),
            scopes=require.scopes or (),
            email=f"somebody@{require.email_domains[0]}" if require.email_domains else "",
            claims=tuple((name, v[0] if isinstance(v, tuple) else v) for name, v in claims),
            client=require.clients[0] if require.clients else "",
            acr=require.acr[0] if require.acr else "",
        )


def required(require: Require | None) -> str:
    """What is required, in one line."""
    if require is None:
        return "a sign-in"
    values = ((key, getattr(require, key)) for key in REQUIRE_KEYS)
    return "; ".join(f"{key} {_shown(value)}" for key, value in values if value is not None)


def _shown(value: Any) -> str:
    if isinstance(value, int):
        return f"{value} s"
    if isinstance(value, tuple):
        return ", ".join(value)
    return ", ".join(f"{name} = {wanted!r}" for name, wanted in value.items())
