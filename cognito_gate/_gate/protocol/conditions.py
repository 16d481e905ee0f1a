"""What may be required of a visitor -> what of it they lack.

The only place that compares an identity with groups, scopes and the like: the gate's rules and the
guards of the frameworks ask here. Membership, never substring. Knows verified identities; must not
know paths, nor what a refusal looks like.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ...identity import Claims, Identity, is_verified
from ...settings.domains import domain_of
from ...settings.rules import Require


@dataclass(frozen=True, slots=True)
class Lack:
    """One condition that a visitor does not meet: its key, and what is lacking, for logs."""

    key: str
    text: str


def allowed(held: Collection[str], wanted: Collection[str], *, any_of: bool = False) -> bool:
    """True when `held` has all of `wanted`, or with `any_of` at least one of them.

    Wanting nothing is always allowed.
    """
    if not wanted:
        return True
    match = set(wanted).intersection(held)
    return bool(match) if any_of else len(match) == len(set(wanted))


def lacks(require: Require, identity: Identity, now: float) -> Lack | None:
    """The first condition that this visitor does not meet, or None. A new sign-in may help with the
    last ones only: `max_auth_age` and `acr`. `now` is Unix time."""
    for key in _CONDITIONS:
        wanted = getattr(require, key)
        if wanted is not None and not meets(identity, key, wanted):
            return Lack(key, f"{_TEXTS[key]} {_listed(wanted)}")
    if require.max_auth_age is not None and not _recent(identity, require.max_auth_age, now):
        return Lack("max_auth_age", f"the sign-in is older than {require.max_auth_age} s")
    if require.acr is not None and not _acr(identity, require.acr):
        return Lack("acr", f"the sign-in was of none of the classes {_listed(require.acr)}")
    return None


def meets(identity: Identity, key: str, wanted: Any) -> bool:
    """Whether a visitor meets one condition, by its key in a rule: `groups`, `any_group`, ..."""
    return _CONDITIONS[key](identity, wanted)


STEP_UP = frozenset({"max_auth_age", "acr"})
"""The conditions that a new sign-in of the same visitor may meet."""


def _groups(identity: Identity, wanted: tuple[str, ...]) -> bool:
    return allowed(identity.groups, wanted)


def _any_group(identity: Identity, wanted: tuple[str, ...]) -> bool:
    return allowed(identity.groups, wanted, any_of=True)


def _scopes(identity: Identity, wanted: tuple[str, ...]) -> bool:
    return allowed(identity.scopes, wanted)


def _email_domains(identity: Identity, wanted: tuple[str, ...]) -> bool:
    email = identity.email
    return identity.email_verified and isinstance(email, str) and domain_of(email) in wanted


def _clients(identity: Identity, wanted: tuple[str, ...]) -> bool:
    return identity.is_machine and identity.access_claims.get("client_id") in wanted


def _claims(identity: Identity, wanted: Mapping[str, Any]) -> bool:
    return all(_has_claim(identity, name, value) for name, value in wanted.items())


def _has_claim(identity: Identity, name: str, wanted: Any) -> bool:
    claims = _claims_with(identity, name)
    held = claims.get(name) if is_verified(claims, name) else None
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    # In Python 1 equals True, and they mean different things in a token.
    return any(type(held) is type(value) and held == value for value in values)


def claim(identity: Identity, name: str) -> Any:
    """A claim of the access token, or where that has none of the name, of the ID token."""
    return _claims_with(identity, name).get(name)


def _claims_with(identity: Identity, name: str) -> Claims:
    return identity.access_claims if name in identity.access_claims else identity.id_claims


AHEAD_SECONDS = 60  # how far Cognito's clock may be ahead of ours, as for other times in tokens


def _recent(identity: Identity, seconds: int, now: float) -> bool:
    begun = identity.auth_time
    return begun is not None and -AHEAD_SECONDS <= now - begun <= seconds


def _acr(identity: Identity, wanted: tuple[str, ...]) -> bool:
    return claim(identity, "acr") in wanted


_CONDITIONS: dict[str, Callable[[Identity, Any], bool]] = {
    "groups": _groups,
    "any_group": _any_group,
    "email_domains": _email_domains,
    "claims": _claims,
    "clients": _clients,
    "scopes": _scopes,
}
_TEXTS = {
    "groups": "not in all of the groups",
    "any_group": "in none of the groups",
    "scopes": "without all of the scopes",
    "email_domains": "no verified e-mail address of",
    "claims": "another value, or none, of the claims",
    "clients": "no machine of the app clients",
}


def _listed(wanted: Collection[str]) -> str:
    return ", ".join(wanted)
