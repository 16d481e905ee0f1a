"""May they? The one point that every request to the app passes, however its visitor was found.

Knows what a request wants to reach, and verified identities. Must not know cookies, tokens, nor
what a refusal looks like.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import LoginRequired
from ..identity import Identity
from ..settings import Settings
from .protocol.paths import PublicPaths
from .target import Check, Target

if TYPE_CHECKING:
    from .rule_decisions import RuleDecisions


class Authorization:
    """Public paths are for everybody, then the rules decide, and who is signed in may reach what
    neither is about."""

    def __init__(self, public: PublicPaths, rules: "RuleDecisions | None" = None) -> None:
        """`rules` is None for a gate that has none."""
        self._public = public
        self._rules = rules
        self.restricts = rules is not None and rules.restricts
        """Whether a visitor who is signed in may be refused at all."""

    @classmethod
    def of(cls, settings: Settings, checks: Iterable[Check] = ()) -> "Authorization":
        """That of a gate. `checks` come on top of the rules."""
        public = PublicPaths(settings.public_paths, settings.logout_path, settings.callback_path)
        checks = tuple(checks)
        if not (settings.rules or settings.default_require or checks):
            return cls(public)
        # Most gates have no rules, whose reading of paths takes its time to load.
        from .rule_decisions import RuleDecisions  # noqa: PLC0415
        from .rule_table import RuleTable  # noqa: PLC0415

        table = RuleTable(settings.rules, settings.default_require, settings.callback_path)
        return cls(public, RuleDecisions(public, table, checks))

    def is_public(self, target: Target) -> bool:
        """True when no sign-in is needed, and an invalid one does no harm. A visitor who is signed
        in is known there, too."""
        if self._rules is None or not self._rules.may_open(target.path):
            return self._is_public_path(target)
        return self._rules.access(target).public

    def lets_anybody(self, target: Target) -> bool:
        """True when a visitor without any credentials may pass."""
        if self._rules is None or not self._rules.may_open(target.path):
            return self._is_public_path(target)
        access = self._rules.access(target)
        return access.public or access.optional

    def _is_public_path(self, target: Target) -> bool:
        # An app may take a request for what a header names in place of its method.
        method = "" if target.socket or target.overrides else target.method
        return self._public.match(target.path, target.mount, method)

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
        elif self._rules is not None and self.restricts:
            self._rules.check(target, identity)

    def ends_at(self, target: Target, identity: Identity) -> float:
        """Until when this visitor's sign-in is new enough for what they may reach now (Unix time):
        a WebSocket may be open for longer."""
        return float("inf") if self._rules is None else self._rules.ends_at(target, identity)
