"""May they? The one point that every request to the app passes, however its visitor was found.

Knows what a request wants to reach, and verified identities. Must not know cookies, tokens, nor
what a refusal looks like.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, Protocol

from ..errors import Forbidden, LoginRequired, StepUpRequired
from ..identity import Identity
from ..settings.rule_order import PUBLIC_PATHS
from .protocol.conditions import STEP_UP, lacks
from .protocol.paths import PublicPaths
from .rule_table import Access, Demand, RuleTable

REMEMBERED, MAX_REMEMBERED_CHARS = 1024, 256
"""How many requests' paths, and of which length, are remembered with what is asked there."""
READING = ("GET", "HEAD")
PUBLIC = Access(PUBLIC_PATHS, public=True)


class Target(NamedTuple):
    """What a request wants to reach: the decoded path, where the app is mounted, the method, the
    time (Unix time), the methods that headers name in place of the first, and whether it opens a
    WebSocket."""

    path: str
    mount: str
    method: str
    now: float = 0.0
    overrides: tuple[str, ...] = ()
    socket: bool = False


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
        self._remembered = lru_cache(REMEMBERED)(self._access)

    def is_public(self, target: Target) -> bool:
        """True when no sign-in is needed, and an invalid one does no harm. A visitor who is signed
        in is known there, too."""
        if not self._rules.may_open(target.path):
            return self._is_public_path(target)
        return self.access(target).public

    def lets_anybody(self, target: Target) -> bool:
        """True when a visitor without any credentials may pass."""
        if not self._rules.may_open(target.path):
            return self._is_public_path(target)
        access = self.access(target)
        return access.public or access.optional

    def _is_public_path(self, target: Target) -> bool:
        method = "" if target.socket else target.method
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
        elif self.restricts:
            self._check_rules(self.access(target), target, identity)

    def _check_rules(self, access: Access, target: Target, identity: Identity) -> None:
        if access.public:
            return
        if access.refused:
            raise Forbidden(access.refused, sub=identity.sub, rule=access.rule)
        for demand in access.demands:
            if demand.require is not None and lacks(demand.require, identity, target.now):
                raise _refusal(access.demands, identity, target.now)
        for one in self._checks:
            one.check(target, identity)

    def ends_at(self, target: Target, identity: Identity) -> float:
        """Until when this visitor's sign-in is new enough for what they may reach now (Unix time):
        a WebSocket may be open for longer."""
        demands = self.access(target).demands if self.restricts else ()
        asked = (demand.require.max_auth_age for demand in demands if demand.require is not None)
        age = min((age for age in asked if age is not None), default=float("inf"))
        return age + (identity.auth_time or 0)

    def access(self, target: Target) -> Access:
        """What is asked of whoever wants to reach this."""
        path, mount, method, _, overrides, socket = target
        # Only what rules tell apart is remembered: the client may write anything there.
        methods = self._rules.asked(method, overrides)
        reads = method in READING and not socket
        if len(path) + len(mount) > MAX_REMEMBERED_CHARS:
            return self._access(path, mount, reads, methods)
        return self._remembered(path, mount, reads, methods)

    def _access(self, path: str, mount: str, reads: bool, methods: tuple[str, ...]) -> Access:
        if self._public.match(path, mount, "GET" if reads else ""):
            return PUBLIC
        return self._rules.access(path, mount, methods)


_LAST = {"scopes": 1, **dict.fromkeys(STEP_UP, 2)}
"""What is asked for after all else; a new token or a new sign-in may bring these."""


def _refusal(demands: Iterable[Demand], identity: Identity, now: float) -> Forbidden:
    """Why a visitor may not go on. A new sign-in is asked for where nothing else is lacking, and
    scopes are named where nothing else but that is: no scope would bring a group."""
    missing = [
        (demand, demand.require, lack)
        for demand in demands
        if demand.require is not None and (lack := lacks(demand.require, identity, now))
    ]
    demand, require, lack = min(missing, key=lambda item: _LAST.get(item[2].key, 0))
    if lack.key not in STEP_UP:
        lists = [one.scopes or () for _, one, other in missing if other.key == lack.key == "scopes"]
        scopes = tuple(dict.fromkeys(scope for scopes in lists for scope in scopes))
        return Forbidden(lack.text, sub=identity.sub, rule=demand.rule, scopes=scopes)
    return StepUpRequired(
        lack.text,
        sub=identity.sub,
        rule=demand.rule,
        max_age=require.max_auth_age,
        acr=require.acr or (),
    )
