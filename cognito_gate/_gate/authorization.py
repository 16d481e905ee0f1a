"""May they? The one point that every request to the app passes, however its visitor was found.

Knows what a request wants to reach, and verified identities. Must not know cookies, tokens, nor
what a refusal looks like.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from ..errors import Forbidden, LoginRequired, StepUpRequired
from ..identity import Identity
from .protocol.conditions import STEP_UP, Lack, lacks
from .protocol.paths import PublicPaths
from .rule_table import Access, Demand, RuleTable, asked_methods

_asked = lru_cache(256)(asked_methods)


@dataclass(frozen=True, slots=True)
class Target:
    """What a request wants to reach: the decoded path, where the app is mounted, the method, the
    time (Unix time), and the methods that headers name in place of the first."""

    path: str
    mount: str
    method: str
    now: float = 0.0
    overrides: tuple[str, ...] = ()


class Check(Protocol):
    """One more check, beside the rules, of whether a signed-in visitor may reach a target."""

    def check(self, target: Target, identity: Identity) -> None:
        """Raises Forbidden when they may not."""


class Authorization:
    """Public paths are for everybody, then the rules decide, and who is signed in may reach what
    neither is about. `checks` come on top."""

    def __init__(
        self, public: PublicPaths, rules: RuleTable | None = None, checks: Iterable[Check] = ()
    ) -> None:
        self._public = public
        self._rules = rules or RuleTable(())
        self._checks = tuple(checks)
        self.restricts = self._rules.restricts or bool(self._checks)
        """Whether a visitor who is signed in may be refused at all."""
        self.by_method = self._rules.by_method

    def is_public(self, target: Target) -> bool:
        """True when no sign-in is needed, and an invalid one does no harm. A visitor who is signed
        in is known there, too."""
        if self._public.match(target.path, target.mount, target.method):
            return True
        return self._rules.opens and self.access(target).public

    def lets_anybody(self, target: Target) -> bool:
        """True when a visitor without any credentials may pass."""
        if self._public.match(target.path, target.mount, target.method):
            return True
        if not self._rules.opens:
            return False
        access = self.access(target)
        return access.public or access.optional

    def check(self, target: Target, identity: Identity | None) -> None:
        """Let the request pass.

        Raises:
            LoginRequired: nobody is signed in.
            Forbidden: a rule is against it.
            StepUpRequired: a rule wants a newer or a stronger sign-in of this visitor.
        """
        if identity is None:
            if not self.lets_anybody(target):
                raise LoginRequired("nobody is signed in")
        elif self.restricts and not self._public.match(target.path, target.mount, target.method):
            self._check_rules(target, identity)

    def _check_rules(self, target: Target, identity: Identity) -> None:
        access = self.access(target)
        if access.public:
            return
        if access.refused:
            raise Forbidden(access.refused, sub=identity.sub, rule=access.rule)
        missing = [
            (demand, lack)
            for demand in access.demands
            if demand.require and (lack := lacks(demand.require, identity, target.now))
        ]
        # A new sign-in is asked for only when nothing else is in the way.
        for demand, lack in sorted(missing, key=lambda pair: pair[1].key in STEP_UP):
            raise _refusal(demand, lack, identity)
        for one in self._checks:
            one.check(target, identity)

    def access(self, target: Target) -> Access:
        """What the rules ask of whoever wants to reach this, public paths left aside."""
        return self._rules.access(
            target.path, target.mount, _asked(target.method, target.overrides)
        )


def _refusal(demand: Demand, lack: Lack, identity: Identity) -> Forbidden:
    require = demand.require
    if lack.key not in STEP_UP or require is None:
        scopes = (require.scopes or ()) if require and lack.key == "scopes" else ()
        return Forbidden(lack.text, sub=identity.sub, rule=demand.rule, scopes=scopes)
    return StepUpRequired(
        lack.text,
        sub=identity.sub,
        rule=demand.rule,
        max_age=require.max_auth_age,
        acr=require.acr or (),
    )
