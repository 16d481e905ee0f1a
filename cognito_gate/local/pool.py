"""The pool that every endpoint works on: its users, stored state and switches.

Hands out tokens for grants. Must not know HTTP.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .api.memory import Memory
from .api.outbox import Announce, Outbox
from .checks import LocalConfigError, require
from .keys import BadToken, KeyRing, TokenUse
from .model import Client, Switches
from .policy import Rules
from .state import Grant, Refresh, State
from .tokens import Stamp, access_claims, id_claims, machine_claims, overridden
from .traffic import Traffic
from .user import User
from .users import SAMPLE_USERS, check_distinct


class Pool:
    """One user pool. Users and switches are replaced whole, so readers need no lock."""

    def __init__(
        self,
        pool_id: str,
        users: tuple[User, ...],
        clients: tuple[Client, ...],
        now: Callable[[], float],
        rules: Rules | None = None,
        announce: Announce | None = None,
    ) -> None:
        id_fits = re.fullmatch(r"[\w-]+_[0-9A-Za-z]+", pool_id, re.ASCII) and len(pool_id) <= 55
        require(bool(id_fits), "pool_id must look like us-east-1_Example")
        require(bool(clients), "at least one client is needed")
        ids = [client.client_id for client in clients]
        require(len(set(ids)) == len(ids), "two clients have the same client_id")
        check_distinct(users, "users")
        self.pool_id = pool_id
        self.clients = clients
        self.now = now
        self.keys = KeyRing()
        self.rules = rules or Rules()
        self.state = State()
        self.memory = Memory()
        self.outbox = Outbox(announce)
        self.turn = threading.RLock()  # the JSON API's operations come one after the other
        self.traffic = Traffic()
        self.switches = Switches()
        self.sample_users = users == SAMPLE_USERS  # as it was made; more may have come since
        self.login_url = ""  # where the app starts a sign-in, if it is known
        self._users = users
        self._lock = threading.Lock()
        self._origin: str | None = None
        self._issuer: str | None = None

    @property
    def origin(self) -> str:
        """The origin at which the pool is served; LocalConfigError while it is not served."""
        if self._origin is None:
            raise LocalConfigError(
                "the local Cognito is not being served: use serve() or app(origin) first"
            )
        return self._origin

    @property
    def issuer(self) -> str:
        """The `iss` of every token."""
        return self._issuer or f"{self.origin}/{self.pool_id}"

    def set_origin(self, origin: str | None, issuer: str | None = None) -> None:
        """Set, or forget, the address."""
        self._origin, self._issuer = origin, issuer

    @property
    def users(self) -> tuple[User, ...]:
        """Everyone in the pool."""
        return self._users

    @property
    def shows_samples(self) -> bool:
        """Whether the sign-in page may print the passwords: only for the well-known samples."""
        return self._users == SAMPLE_USERS

    def client(self, client_id: str | None) -> Client | None:
        """The client of that id."""
        return next((client for client in self.clients if client.client_id == client_id), None)

    def user(self, username: str) -> User | None:
        """The user of that exact name."""
        return next((user for user in self._users if user.username == username), None)

    def live_user(self, username: str) -> User | None:
        """The user of that exact name, unless disabled; tokens of disabled users are invalid."""
        user = self.user(username)
        return user if user is not None and user.enabled else None

    def find(self, name: str) -> User | None:
        """The user who signs in with a name in any case, or with an e-mail if the rules allow."""
        folded = name.casefold()
        by_name = (user for user in self._users if user.username.casefold() == folded)
        return next(by_name, None) or self.owner_of(name)

    def owner_of(self, email: str) -> User | None:
        """The user who may sign in with that e-mail."""
        folded = email.casefold()
        return next((user for user in self._users if self._alias(user) == folded), None)

    def _alias(self, user: User) -> str | None:
        if self.rules.sign_in == "username":
            return None
        # An alias counts once it is verified; an e-mail that is the user name counts always.
        needs_verification = self.rules.sign_in == "both"
        email = user.verified("email") if needs_verification else user.contact("email")
        return None if email is None else email.casefold()

    def put_user(self, user: User) -> None:
        """Add a user, or replace the one of the same name; tokens follow at their next refresh."""
        with self._lock:
            exists = self.user(user.username) is not None
            users = tuple(
                user if other.username == user.username else other for other in self._users
            )
            users = users if exists else (*users, user)
            check_distinct(users, "users")
            self._users = users

    def remove_user(self, username: str) -> None:
        """Delete a user, whose refresh tokens and sessions are invalid from then on."""
        with self._lock:
            removed = self.user(username)
            self._users = tuple(other for other in self._users if other is not removed)
        if removed is not None:
            self.memory.forget(removed.sub)

    def change_switches(self, changes: Mapping[str, Any]) -> Switches:
        """Replace some switches."""
        names = Switches.__dataclass_fields__
        for name in changes:
            require(name in names, f"switch {name!r} is not one of {', '.join(names)}")
        with self._lock:
            self.switches = replace(self.switches, **changes)
            return self.switches

    def sign_in(self, name: str, password: str) -> User | None:
        """The user of that name or e-mail, if the password is theirs and they may sign in."""
        user = self.find(name)
        if user is not None and not (user.enabled and user.status == "CONFIRMED"):
            user = None
        expected = user.password if user else ""
        matches = secrets.compare_digest(expected.encode(), password.encode())
        return user if matches else None

    def stamp(self) -> Stamp:
        """Time and issuer of one response; the only place where a clock skew has an effect."""
        return Stamp.at(self.issuer, self.now() + self.switches.clock_skew)

    def tokens(
        self, grant: Grant, user: User, overrides: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The members of a token answer, without a refresh token."""
        stamp, switches, extra = self.stamp(), self.switches, overrides or {}
        access = access_claims(grant, user, stamp, switches.access_seconds)
        access_token = self.keys.sign("access", overridden(access, extra))
        answer = {
            "access_token": access_token,
            "expires_in": switches.access_seconds,
            "token_type": "Bearer",
        }
        # A sign-in through the JSON API gets an ID token without the scope openid.
        if "openid" in grant.scopes or not grant.hosted:
            claims = id_claims(grant, user, stamp, switches.id_seconds, access_token)
            answer = {"id_token": self.keys.sign("id", overridden(claims, extra)), **answer}
        return answer

    def machine_tokens(self, client: Client, scopes: tuple[str, ...]) -> dict[str, Any]:
        """The members of a client_credentials answer."""
        seconds = self.switches.access_seconds
        token = self.keys.sign("access", machine_claims(client, scopes, self.stamp(), seconds))
        return {"access_token": token, "expires_in": seconds, "token_type": "Bearer"}

    def new_refresh(self, grant: Grant) -> str:
        """A refresh token of a new sign-in."""
        return self.state.add_refresh(Refresh(grant, self.now() + self.switches.refresh_seconds))

    def live_claims(self, token: str, use: TokenUse) -> dict[str, Any]:
        """The claims of a token that Cognito itself would still accept; BadToken otherwise."""
        claims = self.keys.verify(token)
        if claims.get("token_use") != use or claims.get("iss") != self.issuer:
            raise BadToken("not such a token")
        expires_at = claims.get("exp")
        if not isinstance(expires_at, int) or self.now() + self.switches.clock_skew >= expires_at:
            raise BadToken("expired")
        if self.state.is_revoked(str(claims.get("origin_jti"))):
            raise BadToken("revoked")
        return claims
