"""Tokens of the JSON API: those of a finished sign-in, refresh, revocation, global sign-out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..keys import BadToken
from ..model import Client
from ..pool import Pool
from ..state import Grant, Refresh
from ..user import User
from .errors import ApiError, invalid, nobody, not_authorized
from .inputs import Body
from .people import ADMIN_SCOPE, client_of, holder
from .secret_hash import check_secret, check_secret_hash

_INVALID = "Invalid Refresh Token"


def signed_in(pool: Pool, client: Client, user: User) -> dict[str, Any]:
    """The tokens of a new sign-in; it opens no session of the hosted pages."""
    now = pool.stamp().now
    grant = Grant(user.username, client.client_id, (ADMIN_SCOPE,), now, hosted=False)
    return _result(pool, grant, user, pool.new_refresh(grant))


def refresh_tokens(
    pool: Pool, client: Client, token: str | None, secret_hash: str | None
) -> dict[str, Any]:
    """REFRESH_TOKEN_AUTH: new tokens, never a new refresh token."""
    if token is None:
        raise invalid("Missing required parameter REFRESH_TOKEN")
    if pool.switches.rotation:
        raise invalid("REFRESH_TOKEN_AUTH flow not enabled for this client")
    refresh = _live(pool, client, token)
    # Here Cognito computes the hash over the stored user name, never over an alias.
    check_secret_hash(client, secret_hash, refresh.grant.username)
    return _result(pool, refresh.grant, _owner(pool, client, refresh))


def get_tokens_from_refresh_token(pool: Pool, body: Body) -> dict[str, Any]:
    """New tokens; with rotation on, a new refresh token too."""
    client, token = client_of(pool, body), body.text("RefreshToken")
    wrong = not_authorized(f"Unable to verify secret for client {client.client_id}")
    check_secret(client, body.maybe("ClientSecret"), wrong)
    refresh = _live(pool, client, token)
    user = _owner(pool, client, refresh)
    answer = _result(pool, refresh.grant, user, _rotate(pool, token, refresh))
    return {"AuthenticationResult": answer["AuthenticationResult"]}


def revoke_token(pool: Pool, body: Body) -> dict[str, Any]:
    """Revoke a refresh token and the tokens of its sign-in."""
    client, token = client_of(pool, body), body.text("Token")
    wrong = ApiError("UnauthorizedException", "Unauthorized")
    check_secret(client, body.maybe("ClientSecret"), wrong)
    if not pool.switches.revocation:
        raise ApiError(
            "UnsupportedOperationException", "Token revocation is not enabled for this client"
        )
    if _is_jwt(pool, token):
        raise ApiError("UnsupportedTokenTypeException", "Unsupported token type: only refresh")
    refresh = pool.state.known_refresh(token)
    if refresh is not None and refresh.grant.client_id == client.client_id:
        pool.state.revoke(refresh.grant.origin_jti)
    return {}


def global_sign_out(pool: Pool, body: Body) -> dict[str, Any]:
    """Revoke all tokens of the user, also those of sign-ins at the hosted pages."""
    user = holder(pool, body)
    pool.state.revoke_user(user.username)
    return {}


def admin_user_global_sign_out(pool: Pool, body: Body) -> dict[str, Any]:
    """The same for operators. AWS asks for their credentials; here whoever reaches this pool is
    one, as on its front page."""
    if body.text("UserPoolId") != pool.pool_id:
        raise ApiError("ResourceNotFoundException", "User pool does not exist.")
    user = pool.user(body.text("Username"))
    if user is None:
        raise ApiError("UserNotFoundException", "User does not exist.")
    pool.state.revoke_user(user.username)
    return {}


def _result(pool: Pool, grant: Grant, user: User, refresh: str | None = None) -> dict[str, Any]:
    tokens = pool.tokens(replace(grant, nonce=None), user)
    return {
        "ChallengeParameters": {},
        "AuthenticationResult": {
            "AccessToken": tokens["access_token"],
            "ExpiresIn": tokens["expires_in"],
            "TokenType": tokens["token_type"],
            **({"IdToken": tokens["id_token"]} if "id_token" in tokens else {}),
            **({"RefreshToken": refresh} if refresh else {}),
        },
    }


def _live(pool: Pool, client: Client, token: str) -> Refresh:
    refresh = pool.state.known_refresh(token)
    if refresh is None or refresh.grant.client_id != client.client_id:
        raise not_authorized(_INVALID)
    if pool.state.is_revoked(refresh.grant.origin_jti):
        raise not_authorized("Refresh Token has been revoked")
    if refresh.lives(pool.now()):
        return refresh
    if refresh.retired_at is not None:
        raise ApiError("RefreshTokenReuseException", "Refresh token has been invalidated")
    raise not_authorized("Refresh Token has expired")


def _owner(pool: Pool, client: Client, refresh: Refresh) -> User:
    user = pool.user(refresh.grant.username)
    if user is None:
        raise nobody(client, not_authorized(_INVALID))
    if not user.enabled:
        raise not_authorized("User is disabled.")
    return user


def _rotate(pool: Pool, token: str, refresh: Refresh) -> str | None:
    """A new refresh token with the old one's end; the old one is valid for the grace period."""
    if not pool.switches.rotation:
        return None
    pool.state.retire(token, refresh, pool.now() + pool.switches.grace_seconds)
    return pool.state.add_refresh(replace(refresh, retired_at=None))


def _is_jwt(pool: Pool, token: str) -> bool:
    try:
        pool.keys.verify(token)
    except BadToken:
        return False
    return True
