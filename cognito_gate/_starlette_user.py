"""What Starlette's own conventions show of a visitor: `request.user` and `request.auth`.

Knows Starlette's authentication types; must not know how a visitor was verified.
"""

from collections.abc import Callable
from typing import TypeAlias

from starlette.authentication import AuthCredentials, BaseUser, UnauthenticatedUser

from .identity import Identity

UserAndAuth: TypeAlias = Callable[[Identity | None, bool], tuple[BaseUser, AuthCredentials]]


class CognitoUser(BaseUser):
    """Starlette's view of the visitor (`request.user`); `cognito` is the whole `Identity`."""

    __slots__ = ("cognito",)

    def __init__(self, cognito: Identity) -> None:
        self.cognito = cognito

    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def display_name(self) -> str:
        return self.cognito.username or self.cognito.sub

    @property
    def identity(self) -> str:
        return self.cognito.sub


class _Everything(list[str]):
    """The scopes of a gate that is turned off: it has each that it is asked for."""

    def __contains__(self, scope: object) -> bool:
        return True


class _Unchecked(AuthCredentials):
    """Satisfies every `@requires`, which asks whether a scope is among these."""

    def __init__(self) -> None:
        self.scopes = _Everything()


def user_and_auth(identity: Identity | None, off: bool) -> tuple[BaseUser, AuthCredentials]:
    """The values of the scope's `user` and `auth`. `off`: the gate is turned off."""
    if identity is None:
        return UnauthenticatedUser(), _Unchecked() if off else AuthCredentials()
    return CognitoUser(identity), AuthCredentials(identity.permissions)
