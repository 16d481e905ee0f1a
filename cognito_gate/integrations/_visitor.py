"""What every framework's module asks: who is there, and may they.

Knows where the edges put the identity; must not know any framework, nor what a refusal looks like.
"""

from collections.abc import Collection, Mapping
from typing import Any

from .._gate.protocol.rules import allowed
from ..asgi import IDENTITY
from ..identity import DISABLED, Identity


def visitor(facts: Mapping[str, Any]) -> Identity | None:
    """The identity in a scope or environ; None for a visitor who is not signed in.

    Raises:
        RuntimeError: the request did not come through a gate.
    """
    if IDENTITY not in facts:
        raise RuntimeError(
            "this request did not come through cognito-gate: put ASGIGate or WSGIGate around "
            f"the app (in a unit test without a gate, set {IDENTITY!r} in the scope or environ)"
        )
    identity: Identity | None = facts[IDENTITY]
    return identity


NOBODY = Identity({"sub": "", "username": "", "exp": 0})
"""Stands for the visitor while the gate is turned off: without name, groups or scopes."""


def present(facts: Mapping[str, Any]) -> Identity | None:
    """The visitor where there must be one; None when a sign-in is needed.

    With AWS_COGNITO_DISABLED nobody can sign in, so that asking for it would lead nowhere.
    """
    identity = visitor(facts)
    return NOBODY if identity is None and facts.get(DISABLED) is True else identity


class Rule:
    """What an endpoint asks of its visitors, checked when the endpoint is written.

    All of `scopes` are needed, and all of `groups`, or with `any_group` one of them.

    Raises:
        TypeError: names that are no collection of strings; a lone string would be its letters.
    """

    __slots__ = ("_any", "_groups", "_scopes")

    def __init__(
        self, groups: Collection[str], scopes: Collection[str] = (), *, any_group: bool = False
    ) -> None:
        self._groups = _names("groups", groups)
        self._scopes = _names("scopes", scopes)
        self._any = any_group

    def allows(self, identity: Identity) -> bool:
        """Whether this visitor may; `NOBODY` may all, as in an app without a gate."""
        if identity is NOBODY:
            return True
        in_groups = allowed(identity.groups, self._groups, any_of=self._any)
        return in_groups and allowed(identity.scopes, self._scopes)


def _names(what: str, names: Any) -> tuple[str, ...]:
    listed = isinstance(names, Collection) and not isinstance(names, str | bytes)
    if not listed or not all(isinstance(name, str) for name in names):
        raise TypeError(f'{what} takes a list of names, such as ["admin"]; it got {names!r}')
    return tuple(names)
