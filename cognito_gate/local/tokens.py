"""The claims of Cognito's tokens, as pure functions of a grant, a user and a time.

Must not know keys, HTTP or storage.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .model import Client
from .state import Grant
from .user import User

_BY_SCOPE = {
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
}
_NOT_PROFILE = frozenset(name for names in _BY_SCOPE.values() for name in names)

Claims = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all tokens of one response have in common besides the grant."""

    issuer: str
    now: int
    event_id: str

    @classmethod
    def at(cls, issuer: str, now: float) -> Stamp:
        """A stamp for one answer of the token endpoint."""
        return cls(issuer, int(now), str(uuid.uuid4()))


def access_claims(grant: Grant, user: User, stamp: Stamp, seconds: int) -> Claims:
    """A person's access token: no e-mail, and `aud` only when a resource was asked for.

    Only the hosted endpoints say `version`.
    """
    return {
        "sub": user.sub,
        **_groups(user),
        "iss": stamp.issuer,
        **({"version": 2} if grant.hosted else {}),
        "client_id": grant.client_id,
        **({"aud": grant.resource} if grant.resource else {}),
        "origin_jti": grant.origin_jti,
        "event_id": stamp.event_id,
        "token_use": "access",
        "scope": " ".join(grant.scopes),
        "auth_time": grant.auth_time,
        **_life(stamp, seconds),
        "username": user.username,
    }


def id_claims(grant: Grant, user: User, stamp: Stamp, seconds: int, access_token: str) -> Claims:
    """An ID token; only those of the hosted endpoints carry `at_hash`."""
    return {
        **({"at_hash": at_hash(access_token)} if grant.hosted else {}),
        "sub": user.sub,
        **_groups(user),
        **readable(user, grant.scopes),
        "iss": stamp.issuer,
        "cognito:username": user.username,
        **({"nonce": grant.nonce} if grant.nonce else {}),
        "origin_jti": grant.origin_jti,
        "aud": grant.client_id,
        "event_id": stamp.event_id,
        "token_use": "id",
        "auth_time": grant.auth_time,
        **_life(stamp, seconds),
    }


def machine_claims(client: Client, scopes: tuple[str, ...], stamp: Stamp, seconds: int) -> Claims:
    """A client_credentials token: no user name, no groups, no origin_jti."""
    return {
        "sub": client.client_id,
        "token_use": "access",
        "scope": " ".join(scopes),
        **_life(stamp, seconds),
        "iss": stamp.issuer,
        "version": 2,
        "client_id": client.client_id,
    }


def userinfo_claims(user: User, scopes: tuple[str, ...]) -> dict[str, str]:
    """userInfo answers strings only: `email_verified` is "true", not true."""
    claims = {name: _as_text(value) for name, value in readable(user, scopes).items()}
    return {"sub": user.sub, **claims, "username": user.username}


def readable(user: User, scopes: tuple[str, ...]) -> dict[str, str | bool]:
    """`openid` alone opens every attribute; `email`, `phone` and `profile` narrow to theirs."""
    narrowing = {"email", "phone", "profile"} & set(scopes)
    if not narrowing:
        return user.claims
    return {name: value for name, value in user.claims.items() if _scope_of(name) in narrowing}


def at_hash(access_token: str) -> str:
    """The left half of the token's SHA-256 (OpenID Connect Core 3.1.3.6)."""
    return (
        base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()[:16])
        .rstrip(b"=")
        .decode()
    )


def overridden(claims: Claims, overrides: Mapping[str, Any]) -> Claims:
    """The claims with some replaced; None takes one out."""
    merged = {**claims, **overrides}
    return {name: value for name, value in merged.items() if value is not None}


def _scope_of(attribute: str) -> str:
    if attribute not in _NOT_PROFILE:
        return "profile"
    return next(scope for scope, names in _BY_SCOPE.items() if attribute in names)


def _groups(user: User) -> Claims:
    # Absent, never empty, for someone without groups.
    return {"cognito:groups": list(user.groups)} if user.groups else {}


def _life(stamp: Stamp, seconds: int) -> Claims:
    return {"exp": stamp.now + seconds, "iat": stamp.now, "jti": str(uuid.uuid4())}


def _as_text(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
