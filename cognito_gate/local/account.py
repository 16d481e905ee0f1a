"""What follows a sign-in: `/oauth2/userInfo`, `/oauth2/revoke` and `/logout`.

Must not know grants or pages.
"""

from __future__ import annotations

from starlette.responses import Response

from .authorize import MISSING_REDIRECT, SESSION_COOKIE, error_page_redirect
from .clients import authenticate
from .keys import BadToken
from .model import Request
from .pool import Pool
from .tokens import userinfo_claims
from .wire import (
    NO_STORE,
    CognitoJSON,
    OAuthError,
    RedirectTo,
    cookie,
    needed,
    oauth_form,
    parameters,
    redirect,
    with_parameters,
)

_NO_TOKEN = "Bad OAuth2 request at UserInfo Endpoint"
_BAD_TOKEN = "Access token is expired, disabled, or deleted, or the user has globally signed out."


def userinfo(pool: Pool, request: Request) -> Response:
    """The attributes for the token's scopes. Only this endpoint refuses revoked tokens."""
    try:
        return CognitoJSON(_userinfo(pool, request))
    except OAuthError as exc:
        # Cognito leaves the scheme (Bearer) out of this header.
        challenge = f'error="{exc.error}", error_description="{exc.description}"'
        return CognitoJSON(exc.body, exc.status, {"WWW-Authenticate": challenge})


def _userinfo(pool: Pool, request: Request) -> dict[str, str]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise OAuthError("invalid_request", _NO_TOKEN)
    try:
        claims = pool.live_claims(token.strip(), "access")
    except BadToken as exc:
        raise OAuthError("invalid_token", _BAD_TOKEN, 401) from exc
    scopes = tuple(str(claims.get("scope")).split())
    user = pool.live_user(str(claims.get("username")))
    if user is None or "openid" not in scopes:
        raise OAuthError("invalid_token", _BAD_TOKEN, 401)
    return userinfo_claims(user, scopes)


def revoke(pool: Pool, request: Request) -> Response:
    """Revoke a refresh token and the sign-in's tokens; an empty 200 also for an ended one."""
    form = oauth_form(request)
    client = authenticate(pool, request, form, status=401)
    token = needed(form, "token")
    if not pool.switches.revocation:
        raise OAuthError("invalid_request")
    if _is_jwt(pool, token):
        raise OAuthError("unsupported_token_type")
    refresh = pool.state.known_refresh(token)
    if refresh is not None and refresh.grant.client_id == client.client_id:
        pool.state.revoke(refresh.grant.origin_jti)
    return Response(headers={"Cache-Control": NO_STORE})


def _is_jwt(pool: Pool, token: str) -> bool:
    try:
        pool.keys.verify(token)
    except BadToken:
        return False
    return True


def logout(pool: Pool, request: Request) -> Response:
    """End the browser's session, then go to a registered sign-out URL or back to signing in."""
    pool.state.close_session(cookie(request, SESSION_COOKIE))
    try:
        location = _after_logout(pool, request)
    except RedirectTo as exc:
        location = exc.location
    response = redirect(location)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return response


def _after_logout(pool: Pool, request: Request) -> str:
    try:
        params = parameters(request.query)
    except ValueError as exc:
        raise error_page_redirect(pool, "invalid_request") from exc
    client = pool.client(params.get("client_id"))
    if client is None:
        raise error_page_redirect(pool, "Required parameters missing", params.get("client_id"))
    if params.get("logout_uri") in client.logout_urls:
        return params["logout_uri"]
    # Like Cognito, treat an unregistered logout_uri as the second form, whose error is misleading.
    if "redirect_uri" not in params:
        raise error_page_redirect(pool, MISSING_REDIRECT, client.client_id)
    if params["redirect_uri"] not in client.callback_urls:
        raise error_page_redirect(pool, "redirect_mismatch", client.client_id)
    remaining = {name: value for name, value in params.items() if name != "logout_uri"}
    return with_parameters(f"{pool.origin}/login", remaining)
