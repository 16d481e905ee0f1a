"""What the rules decide about a request; asked by the authorization point alone.

Loaded only for a gate that has rules (see `Authorization.of`). Must not know cookies, tokens, nor
what a refusal looks like.
"""

from collections.abc import Iterable
from functools import lru_cache

from ..errors import Forbidden, StepUpRequired
from ..identity import Identity
from ..settings.rule_order import PUBLIC_PATHS
from .protocol.conditions import STEP_UP, lacks
from .protocol.paths import PublicPaths
from .rule_table import Access, Demand, RuleTable
from .target import Check, Target

REMEMBERED, MAX_REMEMBERED_CHARS = 1024, 256
"""How many requests' paths, and of which length, are remembered with what is asked there."""
READING = ("GET", "HEAD")
PUBLIC = Access(PUBLIC_PATHS, public=True)


class RuleDecisions:
    """Public paths come before the rules, and `checks` on top of them."""

    def __init__(self, public: PublicPaths, rules: RuleTable, checks: Iterable[Check] = ()) -> None:
        self._public = public
        self._rules = rules
        self._checks = tuple(checks)
        self.restricts = rules.restricts or bool(self._checks)
        """Whether a visitor who is signed in may be refused at all."""
        self._remembered = lru_cache(REMEMBERED)(self._access)

    def may_open(self, path: str) -> bool:
        """False where no rule can open a path."""
        return self._rules.may_open(path)

    def check(self, target: Target, identity: Identity) -> None:
        """Raises Forbidden, or StepUpRequired, when this visitor may not go on."""
        access = self.access(target)
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
        """Until when this visitor's sign-in is new enough for what is asked of them (Unix time)."""
        demands = self.access(target).demands
        asked = (demand.require.max_auth_age for demand in demands if demand.require is not None)
        age = min((age for age in asked if age is not None), default=float("inf"))
        return age + (identity.auth_time or 0)

    def access(self, target: Target) -> Access:
        """What is asked of whoever wants to reach this."""
        path, mount, method, _, overrides, socket = target
        # Only what rules tell apart is remembered: the client may write anything there.
        methods = self._rules.asked(method, overrides)
        reads = method in READING and not socket and not overrides
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
