"""The pool's state between requests: codes, refresh tokens, sessions and revocations.

Each store is bounded and drops its oldest entries. Knows neither HTTP nor the claims of tokens.
"""

from __future__ import annotations

import base64
import secrets
import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

_T = TypeVar("_T")

# base64url of {"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}: how each refresh token begins.
_JWE_HEADER = "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ"
# Encrypted key, IV, ciphertext and tag; about 1.8 kB together, as large as real ones in cookies.
_JWE_PART_BYTES = (256, 12, 1024, 16)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user has granted a client; all tokens of one sign-in come from the same grant.

    `hosted` is true for a sign-in at the pages, false for one through the JSON API.
    """

    username: str
    client_id: str
    scopes: tuple[str, ...]
    auth_time: int
    nonce: str | None = None
    resource: str | None = None
    origin_jti: str = ""
    hosted: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin_jti", self.origin_jti or str(uuid.uuid4()))


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code's bindings."""

    grant: Grant
    redirect_uri: str
    challenge: str | None
    expires_at: float


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token's bindings; `retired_at` is when a rotated one stops to be valid."""

    grant: Grant
    expires_at: float
    retired_at: float | None = None

    def lives(self, now: float) -> bool:
        """Whether it may still be used, revocation apart."""
        return now < self.expires_at and (self.retired_at is None or now < self.retired_at)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's sign-on session: one hour from the sign-in, not sliding."""

    username: str
    auth_time: int
    expires_at: float


class Bounded(Generic[_T]):
    """A mapping that forgets its oldest entries. Safe to use from several threads."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._items: OrderedDict[str, _T] = OrderedDict()

    def put(self, key: str, value: _T) -> None:
        """Add or replace an entry."""
        with self._lock:
            self._items[key] = value
            while len(self._items) > self._limit:
                self._items.popitem(last=False)

    def get(self, key: str) -> _T | None:
        """Look an entry up."""
        with self._lock:
            return self._items.get(key)

    def forget(self, word: str) -> None:
        """Take out the entries whose keys are that word, or end in it."""
        with self._lock:
            for key in [key for key in self._items if f" {key}".endswith(f" {word}")]:
                del self._items[key]

    def values(self) -> tuple[_T, ...]:
        """A snapshot of what is there, oldest first."""
        with self._lock:
            return tuple(self._items.values())

    def pop(self, key: str) -> _T | None:
        """Remove and return an entry; of several threads, only one gets it."""
        with self._lock:
            return self._items.pop(key, None)


class State:
    """The pool's stores. Expired entries count as absent."""

    def __init__(self) -> None:
        self.codes: Bounded[Code] = Bounded()
        self._refreshes: Bounded[Refresh] = Bounded()
        self._sessions: Bounded[Session] = Bounded()
        self._revoked: Bounded[bool] = Bounded()

    def add_code(self, code: Code) -> str:
        """Remember a code under a new UUID."""
        name = str(uuid.uuid4())
        self.codes.put(name, code)
        return name

    def add_refresh(self, refresh: Refresh) -> str:
        """Remember a refresh token under a new opaque string."""
        token = opaque_token()
        self._refreshes.put(token, refresh)
        return token

    def refresh(self, token: str, now: float) -> Refresh | None:
        """The live refresh token of that string, if any."""
        found = self._refreshes.get(token)
        if found is None or not found.lives(now) or self.is_revoked(found.grant.origin_jti):
            return None
        return found

    def known_refresh(self, token: str) -> Refresh | None:
        """The refresh token of that string, even if it has expired or was revoked."""
        return self._refreshes.get(token)

    def retire(self, token: str, refresh: Refresh, at: float) -> None:
        """End a rotated token at that time; using it again does not prolong it."""
        earlier = at if refresh.retired_at is None else min(at, refresh.retired_at)
        self._refreshes.put(token, replace(refresh, retired_at=earlier))

    def revoke(self, origin_jti: str) -> None:
        """Revoke all tokens of one sign-in."""
        self._revoked.put(origin_jti, True)

    def revoke_user(self, username: str) -> None:
        """Revoke all tokens of a user, whose sign-ins are found by their refresh tokens."""
        for refresh in self._refreshes.values():
            if refresh.grant.username == username:
                self.revoke(refresh.grant.origin_jti)

    def is_revoked(self, origin_jti: str) -> bool:
        """Whether the sign-in has been revoked."""
        return self._revoked.get(origin_jti) is not None

    def open_session(self, session: Session) -> str:
        """Remember a browser session under a new random name."""
        name = secrets.token_urlsafe(32)
        self._sessions.put(name, session)
        return name

    def session(self, name: str, now: float) -> Session | None:
        """The live session of that name, if any."""
        found = self._sessions.get(name)
        return found if found is not None and now < found.expires_at else None

    def close_session(self, name: str) -> None:
        """Forget a browser session."""
        self._sessions.pop(name)


def opaque_token() -> str:
    """A random string shaped like Cognito's refresh tokens, which are encrypted JWTs."""
    parts = [
        base64.urlsafe_b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
        for size in _JWE_PART_BYTES
    ]
    return ".".join([_JWE_HEADER, *parts])
