"""What the modules of all frameworks share: who the visitor is, and what they may do.

Knows where the edges put the identity; must not know any framework, nor how it responds.
"""

import inspect
import traceback
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

from .._asgi_scope import IDENTITY
from .._gate.protocol.conditions import meets
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
"""The visitor while the gate is turned off: an identity without name, groups or scopes."""


def present(facts: Mapping[str, Any]) -> Identity | None:
    """The visitor; None when a sign-in is required.

    With AWS_COGNITO_DISABLED nobody can sign in, so that it is `NOBODY` then.
    """
    identity = visitor(facts)
    return NOBODY if identity is None and facts.get(DISABLED) is True else identity


class Rule:
    """The groups and scopes that an endpoint requires; the names are checked at construction.

    All of `scopes` are required, and all of `groups`, or with `any_group` one of them.

    Raises:
        TypeError: names that are not a collection of strings; a single string would be taken for
            its letters.
    """

    __slots__ = ("_any", "_groups", "_scopes")

    def __init__(
        self, groups: Collection[str], scopes: Collection[str] = (), *, any_group: bool = False
    ) -> None:
        self._groups = group_names(groups)
        self._scopes = _names("scopes", scopes)
        self._any = any_group

    def allows(self, identity: Identity) -> bool:
        """Whether this visitor is allowed; `NOBODY` always is, as in an app without a gate."""
        if identity is NOBODY:
            return True
        groups = "any_group" if self._any else "groups"
        in_groups = meets(identity, groups, self._groups)
        return in_groups and meets(identity, "scopes", self._scopes)


def group_names(groups: Collection[str]) -> tuple[str, ...]:
    """The names of groups, checked to be a list.

    Raises:
        TypeError: they are not.
    """
    return _names("groups", groups)


def _names(what: str, names: Any) -> tuple[str, ...]:
    is_list = isinstance(names, Collection) and not isinstance(names, str | bytes)
    if not is_list or not all(isinstance(name, str) for name in names):
        raise _wrong_argument(f'{what} takes a list of names, such as ["admin"]; it got {names!r}')
    return tuple(names)


def _wrong_argument(text: str) -> TypeError:
    """An error whose traceback ends with the line that gave the argument, not with ours."""
    error = TypeError(text)
    stack = traceback.walk_stack(inspect.currentframe())
    callers = (item for item in stack if not _is_ours(item[0].f_globals.get("__name__", "")))
    place = traceback.StackSummary.extract(islice(callers, 1))
    error.add_note("".join(place.format()).rstrip())
    return error


def _is_ours(module: str) -> bool:
    return module.startswith(__name__.partition(".")[0] + ".")
