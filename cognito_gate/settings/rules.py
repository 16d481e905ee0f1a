"""Rules: who may reach which paths. Frozen data for everybody who writes or reads one.

Knows what a rule may say; must not know requests, nor where a rule was written. A `Rule` and a
`Require` that exist are valid.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, TypeAlias

from ..errors import SettingsError
from .domains import ascii_domain
from .formats import Problem
from .rule_values import REQUIRE_CHECKS, RULE_CHECKS, shown

Claim: TypeAlias = str | int | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Require:
    """What a rule requires of a visitor, beside being signed in. All that is given is needed.

    `groups` (all of them), `any_group` (one of them), `scopes` (all), `email_domains` (the verified
    e-mail address is of one), `claims` (each claim has this value, or one of these), `clients` (a
    machine of one of these app clients), `max_auth_age` (seconds since the sign-in), `acr` (the
    sign-in was of one of these classes).

    Raises:
        SettingsError: a value is wrong, nothing is required, or nobody could meet it.

    Example::

        Require(groups=("admin",), email_domains=("example.com",))
    """

    groups: tuple[str, ...] | None = None
    any_group: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None
    email_domains: tuple[str, ...] | None = None
    claims: Mapping[str, Claim | tuple[Claim, ...]] | None = field(default=None, hash=False)
    clients: tuple[str, ...] | None = None
    max_auth_age: int | None = None
    acr: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _raise(require_problems(_given(self)), "Require")
        if self.email_domains is not None:
            domains = tuple(map(ascii_domain, self.email_domains))
            object.__setattr__(self, "email_domains", domains)
        if self.claims is not None:
            object.__setattr__(self, "claims", MappingProxyType(dict(self.claims)))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: which paths (and methods) it is for, and who may reach them.

    It says one of: `public` (everybody), `optional` (everybody, and who is signed in must be so
    properly), `signed_in` (no more than that), or `require`. Of several rules the first one counts
    that matches. `name` is what logs and events call it; `place` says where it was written.

    Raises:
        SettingsError: a value is wrong, or not exactly one of the four is said.

    Example::

        Rule(("/admin/*",), require=Require(groups=("admin",)))
        Rule(("/catalog/*",), methods=("GET",), public=True)
    """

    paths: tuple[str, ...]
    methods: tuple[str, ...] | None = field(default=None, kw_only=True)
    public: bool = field(default=False, kw_only=True)
    optional: bool = field(default=False, kw_only=True)
    signed_in: bool = field(default=False, kw_only=True)
    require: Require | None = field(default=None, kw_only=True)
    name: str = field(default="", kw_only=True)
    place: str = field(default="", kw_only=True, compare=False, repr=False)

    def __post_init__(self) -> None:
        _raise(rule_problems(_given(self)), "Rule")

    @property
    def opens(self) -> bool:
        """Whether a visitor who is not signed in may pass."""
        return self.public or self.optional


RULE_KEYS = tuple(item.name for item in fields(Rule) if item.name != "place")
REQUIRE_KEYS = tuple(item.name for item in fields(Require))
KINDS = ("public", "optional", "signed_in", "require")
_MACHINES_LACK = ("groups", "any_group", "email_domains", "acr")


def label(rules: tuple[Rule, ...], index: int) -> str:
    """What a rule is called: its name, or its number."""
    return rules[index].name or f"rule {index + 1}"


def where(rules: tuple[Rule, ...], index: int) -> str:
    """The same with the place where it is written, if that is known."""
    place = rules[index].place
    return f"{label(rules, index)} ({place})" if place else label(rules, index)


def rule_problems(given: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the values of a rule, by key. The key `""` stands for the whole rule."""
    problems = _wrong_values(given, {**RULE_CHECKS, "require": _check_require})
    kinds = [kind for kind in KINDS if kind in given]
    if "paths" not in given:
        problems.setdefault("", "has no paths")
    elif len(kinds) != 1:
        said = " and ".join(kinds) or "nothing of who may pass"
        problems.setdefault(
            "", f"says {said}; it takes one of public, optional, signed_in and require"
        )
    return problems


def require_problems(given: Mapping[str, Any]) -> dict[str, str]:
    """The same of what a rule requires."""
    problems = _wrong_values(given, REQUIRE_CHECKS)
    lacking = [key for key in _MACHINES_LACK if key in given]
    if not given:
        problems[""] = (
            "names nothing; for everybody who is signed in, the rule says signed_in = true"
        )
    elif "clients" in given and lacking:
        problems[""] = f"can be met by nobody: clients are machines, which have no {lacking[0]}"
    return problems


def _given(record: Any) -> dict[str, Any]:
    """The values that differ from their default, which says that there is none."""
    known = (item for item in fields(record) if item.name != "place")
    values = ((item, getattr(record, item.name)) for item in known)
    return {item.name: value for item, value in values if value is not item.default}


def _raise(problems: Mapping[str, str], kind: str) -> None:
    if problems:
        named = {f"{kind}.{key}" if key else kind: text for key, text in problems.items()}
        raise SettingsError(named)


def _wrong_values(
    given: Mapping[str, Any], checks: Mapping[str, Callable[[Any], None]]
) -> dict[str, str]:
    problems = {}
    for key, value in given.items():
        try:
            checks[key](value)
        except Problem as problem:
            problems[key] = str(problem)
    return problems


def _check_require(value: Any) -> None:
    if not isinstance(value, Require):
        raise Problem(f"is {shown(value)}; it takes what the rule requires")
