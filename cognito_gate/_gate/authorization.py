"""May they? The one point that every request to the app passes, however its visitor was found.

Knows paths, methods and verified identities. Must not know cookies, tokens, nor what a refusal
looks like.
"""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from ..errors import LoginRequired
from ..identity import Identity
from .protocol.paths import PublicPaths


class Target(NamedTuple):
    """What a request wants to reach: the decoded path, where the app is mounted, the method."""

    path: str
    mount: str
    method: str


class Rule(Protocol):
    """Says whether a signed-in visitor may reach a target."""

    def check(self, target: Target, identity: Identity) -> None:
        """Raises Forbidden when they may not."""


class Authorization:
    """Public paths are for everybody, all others for who is signed in and passes each rule."""

    def __init__(self, public: PublicPaths, rules: Iterable[Rule] = ()) -> None:
        self._public = public
        self.rules = tuple(rules)

    def is_public(self, target: Target) -> bool:
        """True when no sign-in is needed. A visitor who is signed in is known there, too."""
        return self._public.match(target.path, target.mount, target.method)

    def check(self, target: Target, identity: Identity | None) -> None:
        """Let the request pass.

        Raises:
            LoginRequired: nobody is signed in. Forbidden: a rule is against it.
        """
        if (identity is not None and not self.rules) or self.is_public(target):
            return
        if identity is None:
            raise LoginRequired("nobody is signed in")
        for rule in self.rules:
            rule.check(target, identity)
