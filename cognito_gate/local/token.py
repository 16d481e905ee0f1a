"""`/oauth2/token`: code, refresh and client_credentials grants.

Must not know browsers, cookies or pages.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from .clients import authenticate
from .model import RESERVED_SCOPES, Client, Request
from .pool import Pool
from .state import Code, Grant, Refresh
from .user import User
from .wire import CognitoJSON, Form, OAuthError, needed, oauth_form


def token(pool: Pool, request: Request) -> Response:
    """Check the client, then hand over to the grant. Parameters count in the body only."""
    form = oauth_form(request)
    grant_type = needed(form, "grant_type")
    if grant_type not in _GRANTS:
        raise OAuthError("unsupported_grant_type")
    client = authenticate(pool, request, form)
    return CognitoJSON(_GRANTS[grant_type](pool, client, form))


def _code_grant(pool: Pool, client: Client, form: Form) -> dict[str, Any]:
    _check_flow(client, "code")
    name, redirect_uri = needed(form, "code"), needed(form, "redirect_uri")
    code = _take_code(pool, client, name)
    if redirect_uri != code.redirect_uri:
        raise OAuthError("unauthorized_client", "invalid_redirect")
    if not _verifier_matches(form.get("code_verifier"), code.challenge):
        raise OAuthError("invalid_grant")
    answer = pool.tokens(code.grant, _user(pool, code.grant))
    return {**answer, "refresh_token": pool.new_refresh(code.grant)}


def _take_code(pool: Pool, client: Client, name: str) -> Code:
    found = pool.state.codes.get(name)
    # A failed attempt of its own client uses the code up, an attempt of another client does not.
    if found is None or found.grant.client_id != client.client_id:
        raise OAuthError("invalid_grant")
    code = pool.state.codes.pop(name)
    if code is None or pool.now() >= code.expires_at:
        raise OAuthError("invalid_grant")
    return code


def _verifier_matches(verifier: str | None, challenge: str | None) -> bool:
    if verifier is None or challenge is None:
        # A verifier without a challenge is a downgrade attempt (RFC 9700 section 4.8.2).
        return verifier is None and challenge is None
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


def _refresh_grant(pool: Pool, client: Client, form: Form) -> dict[str, Any]:
    name, now = needed(form, "refresh_token"), pool.now()
    refresh = pool.state.refresh(name, now)
    if refresh is None or refresh.grant.client_id != client.client_id:
        raise OAuthError("invalid_grant")
    grant = replace(refresh.grant, nonce=None)
    answer = pool.tokens(grant, _user(pool, grant))
    if not pool.switches.rotation:
        return answer
    return {**answer, "refresh_token": _rotate(pool, name, refresh, now)}


def _rotate(pool: Pool, name: str, refresh: Refresh, now: float) -> str:
    pool.state.retire(name, refresh, now + pool.switches.grace_seconds)
    return pool.state.add_refresh(replace(refresh, retired_at=None))


def _client_credentials_grant(pool: Pool, client: Client, form: Form) -> dict[str, Any]:
    _check_flow(client, "client_credentials")
    scopes = tuple(dict.fromkeys(form.get("scope", "").split())) or client.custom_scopes
    existing = {scope for other in pool.clients for scope in other.custom_scopes} | set(
        RESERVED_SCOPES
    )
    if not set(scopes) <= existing:
        raise OAuthError("invalid_scope")
    if not set(scopes) <= set(client.custom_scopes):
        raise OAuthError("invalid_grant")
    return pool.machine_tokens(client, scopes)


def _check_flow(client: Client, flow: str) -> None:
    if flow not in client.flows:
        raise OAuthError("unauthorized_client")


def _user(pool: Pool, grant: Grant) -> User:
    user = pool.live_user(grant.username)
    if user is None:
        raise OAuthError("invalid_grant")
    return user


_GRANTS: dict[str, Callable[[Pool, Client, Form], dict[str, Any]]] = {
    "authorization_code": _code_grant,
    "refresh_token": _refresh_grant,
    "client_credentials": _client_credentials_grant,
}
