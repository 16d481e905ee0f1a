"""Who a request is about: the app client, the user behind a name, the holder of a token.

Decides the response when there is no such user. Must not know the operations.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from ..keys import BadToken
from ..model import Client
from ..pool import Pool
from ..user import User
from . import invented, limits
from .errors import INCORRECT, ApiError, nobody, not_authorized
from .inputs import Body
from .secret_hash import check_secret_hash

ADMIN_SCOPE = "aws.cognito.signin.user.admin"

_BAD_TOKENS = {
    "expired": "Access Token has expired",
    "revoked": "Access Token has been revoked",
}


@dataclass(frozen=True, slots=True)
class Somebody:
    """The person who begins a sign-in, known to the pool or not; names as in `Pending`."""

    username: str
    user_id: str
    user: User | None

    @classmethod
    def known(cls, user: User) -> Somebody:
        """A user of the pool."""
        return cls(user.username, user.username, user)

    @classmethod
    def named(cls, pool: Pool, name: str) -> Somebody:
        """Whoever has that name."""
        user = pool.find(name)
        return cls(name, invented.user_id(pool, name), None) if user is None else cls.known(user)


def client_of(pool: Pool, body: Body) -> Client:
    """The app client of a request."""
    client_id = body.text("ClientId")
    client = pool.client(client_id)
    if client is None:
        raise ApiError("ResourceNotFoundException", f"User pool client {client_id} does not exist.")
    return client


def caller(pool: Pool, body: Body) -> Client:
    """The app client of a request that carries `Username` and `SecretHash`."""
    client = client_of(pool, body)
    check_secret_hash(client, body.maybe("SecretHash"), body.text("Username"))
    return client


def holder(pool: Pool, body: Body) -> User:
    """The person whose access token it is."""
    try:
        claims = pool.live_claims(body.text("AccessToken"), "access")
    except BadToken as exc:
        raise not_authorized(_BAD_TOKENS.get(str(exc), "Invalid Access Token")) from exc
    if ADMIN_SCOPE not in str(claims.get("scope")).split():
        raise not_authorized("Access Token does not have required scopes")
    user = pool.user(str(claims.get("username")))
    if user is None:
        raise ApiError("UserNotFoundException", "User does not exist.")
    check_standing(user)
    return user


def check_confirmed(user: User) -> None:
    """Refuse an unconfirmed user before the password is checked, as Cognito does."""
    if user.status == "UNCONFIRMED":
        raise ApiError("UserNotConfirmedException", "User is not confirmed.")


def check_standing(user: User) -> None:
    """Neither disabled nor waiting for a new password."""
    if not user.enabled:
        raise not_authorized("User is disabled.")
    if user.status == "RESET_REQUIRED":
        raise ApiError("PasswordResetRequiredException", "Password reset required for the user")


def admit(pool: Pool, client: Client, name: str, proof: Callable[[User], bool]) -> User:
    """The user of that name, if the proof of the password is right; else what Cognito says."""
    user = pool.find(name)
    hides = client.prevent_user_existence_errors
    if user is None and not hides:
        raise nobody(client, not_authorized())
    if user is not None:
        check_confirmed(user)
        if not hides:
            check_standing(user)
    who = identity_of(user, name)
    limits.check_lock(pool, who)
    if user is None or not proof(user):
        limits.failed(pool, who)
        raise not_authorized(INCORRECT)
    limits.succeeded(pool, who)
    check_standing(user)
    return user


def identity_of(user: User | None, name: str) -> str:
    """The key for counting attempts: the user's id, or for an unknown user the name given."""
    return f"? {name.casefold()}" if user is None else user.sub


def has_password(user: User, password: str) -> bool:
    """Compare, in constant time."""
    return secrets.compare_digest(user.password.encode(), password.encode())
