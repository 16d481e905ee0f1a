"""`/oauth2/authorize`: checks the request, then redirects with a code or to the sign-in page.

`read_authorize_request` reads and checks the parameters, for the sign-in page as well.
Must not know passwords or tokens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.responses import Response

from .checks import is_loopback
from .model import Client, Request
from .pool import Pool
from .state import Code, Grant, Session
from .wire import RedirectTo, cookie, parameters, redirect, with_parameters

SESSION_COOKIE = "cognito"
PROMPTS = frozenset({"none", "login", "select_account", "consent"})
MISSING_REDIRECT = "Required String parameter 'redirect_uri' is not present"


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """A valid authorize request."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    prompts: frozenset[str]
    parameters: Mapping[str, str]
    max_age: int | None

    @property
    def query(self) -> str:
        """The parameters as a query, for the sign-in page."""
        return urlencode(self.parameters)

    def refusal(self, error: str, description: str | None = None) -> RedirectTo:
        """The redirect back to the app with an error."""
        return _refusal(self.redirect_uri, self.parameters.get("state"), error, description)


def authorize(pool: Pool, request: Request) -> Response:
    """Redirect with a code if the browser's session is sufficient, else to the sign-in page."""
    authorize_request = read_authorize_request(pool, request.query)
    session = live_session(pool, request, authorize_request)
    if "none" in authorize_request.prompts and session is None:
        raise authorize_request.refusal("login_required")
    if session is None or authorize_request.prompts & {"login", "select_account"}:
        return redirect(f"{pool.origin}/login?{authorize_request.query}")
    return code_answer(pool, authorize_request, session)


def code_answer(pool: Pool, authorize_request: AuthorizeRequest, session: Session) -> Response:
    """The redirect back to the app with a fresh code."""
    params = authorize_request.parameters
    grant = Grant(
        username=session.username,
        client_id=authorize_request.client.client_id,
        scopes=authorize_request.scopes,
        auth_time=session.auth_time + pool.switches.clock_skew,
        nonce=params.get("nonce"),
        resource=params.get("resource"),
    )
    expires_at = pool.now() + pool.switches.code_seconds
    code = pool.state.add_code(
        Code(grant, authorize_request.redirect_uri, params.get("code_challenge"), expires_at)
    )
    return redirect(
        with_parameters(
            authorize_request.redirect_uri, {"code": code, "state": params.get("state")}
        )
    )


def live_session(
    pool: Pool, request: Request, authorize_request: AuthorizeRequest
) -> Session | None:
    """The browser's session if it lives, its user exists, and it is young enough for `max_age`."""
    now = pool.now()
    session = pool.state.session(cookie(request, SESSION_COOKIE), now)
    if session is None or pool.live_user(session.username) is None:
        return None
    young = (
        authorize_request.max_age is None or now - session.auth_time <= authorize_request.max_age
    )
    return session if young else None


def error_page_redirect(pool: Pool, error: str, client_id: str | None = None) -> RedirectTo:
    """The redirect to Cognito's own error page, for errors that must not go to the app."""
    return RedirectTo(
        with_parameters(f"{pool.origin}/error", {"error": error, "client_id": client_id})
    )


def read_authorize_request(pool: Pool, query: str) -> AuthorizeRequest:
    """Check authorize parameters: first client and redirect URI, then all others.

    Only when those two are right may an error be sent to the redirect URI.
    """
    try:
        params = parameters(query)
    except ValueError as exc:
        raise error_page_redirect(pool, "invalid_request") from exc
    client, redirect_uri = _read_return_address(pool, params)
    error = _read_error(client, params)
    if error is not None:
        raise _refusal(redirect_uri, params.get("state"), error)
    return AuthorizeRequest(
        client=client,
        redirect_uri=redirect_uri,
        scopes=_scopes(client, params) or client.all_scopes,
        prompts=frozenset(params.get("prompt", "").split()),
        parameters=params,
        max_age=int(params["max_age"]) if "max_age" in params else None,
    )


def _read_return_address(pool: Pool, params: Mapping[str, str]) -> tuple[Client, str]:
    client = pool.client(params.get("client_id"))
    if client is None:
        raise error_page_redirect(pool, "invalid_client", params.get("client_id"))
    if "redirect_uri" not in params:
        raise error_page_redirect(pool, MISSING_REDIRECT, client.client_id)
    # Exact string comparison (RFC 6749 section 3.1.2.3): port, case and trailing slash count.
    if params["redirect_uri"] not in client.callback_urls:
        raise error_page_redirect(pool, "redirect_mismatch", client.client_id)
    return client, params["redirect_uri"]


def _read_error(client: Client, params: Mapping[str, str]) -> str | None:
    response_type = params.get("response_type")
    if response_type not in {"code", "token"}:
        return "invalid_request"
    if response_type == "token" or "code" not in client.flows:
        return "unauthorized_client"
    checks = (_challenge_fits, _prompt_fits, _max_age_fits, _resource_fits)
    if not all(check(params) for check in checks):
        return "invalid_request"
    return None if _scope_fits(client, params) else "invalid_scope"


def _challenge_fits(params: Mapping[str, str]) -> bool:
    if "code_challenge" not in params:
        return "code_challenge_method" not in params
    # RFC 7636 section 4.2: base64url of a SHA-256 has 43 characters.
    is_hash = re.fullmatch(r"[A-Za-z0-9_-]{43}", params["code_challenge"]) is not None
    return is_hash and params.get("code_challenge_method") == "S256"


def _prompt_fits(params: Mapping[str, str]) -> bool:
    prompts = set(params.get("prompt", "").split())
    return prompts <= PROMPTS and ("none" not in prompts or len(prompts) == 1)


def _max_age_fits(params: Mapping[str, str]) -> bool:
    return re.fullmatch(r"[0-9]{1,9}", params.get("max_age", "0")) is not None


def _resource_fits(params: Mapping[str, str]) -> bool:
    try:
        parts = urlsplit(params.get("resource", "https://none.example"))
        host = parts.hostname
    except ValueError:
        return False
    # RFC 8707 section 2 wants an absolute URI without a fragment.
    if not parts.scheme or not parts.netloc or parts.fragment:
        return False
    return parts.scheme != "http" or is_loopback(host)


def _scope_fits(client: Client, params: Mapping[str, str]) -> bool:
    scopes = set(_scopes(client, params))
    if not scopes <= set(client.all_scopes):
        return False
    return "openid" in scopes or not scopes & {"email", "phone", "profile"}


def _scopes(client: Client, params: Mapping[str, str]) -> tuple[str, ...]:
    # offline_access is accepted without effect: a code grant always gets a refresh token.
    names = dict.fromkeys(params.get("scope", "").split())
    return tuple(scope for scope in names if scope != "offline_access")


def _refusal(
    redirect_uri: str, state: str | None, error: str, description: str | None = None
) -> RedirectTo:
    values = {"error": error, "error_description": description, "state": state}
    return RedirectTo(with_parameters(redirect_uri, values))
