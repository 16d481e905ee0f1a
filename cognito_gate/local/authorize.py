"""`/oauth2/authorize`: check what the app asks for; then a code, or the way to the sign-in page.

`read_asked` is the one reading of authorize parameters; the sign-in page uses it too.
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
from .wire import Detour, cookie, parameters, redirect, with_parameters

SESSION_COOKIE = "cognito"
PROMPTS = frozenset({"none", "login", "select_account", "consent"})
MISSING_REDIRECT = "Required String parameter 'redirect_uri' is not present"


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorize request that may be answered."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    prompts: frozenset[str]
    parameters: Mapping[str, str]
    max_age: int | None

    @property
    def query(self) -> str:
        """The parameters as they came, for the sign-in page."""
        return urlencode(self.parameters)

    def refusal(self, error: str, description: str | None = None) -> Detour:
        """The way back to the app with an error."""
        return _refusal(self.redirect_uri, self.parameters.get("state"), error, description)


def authorize(pool: Pool, request: Request) -> Response:
    """Answer with a code when the browser's session will do; else show the sign-in page."""
    asked = read_asked(pool, request.query)
    session = live_session(pool, request, asked)
    if "none" in asked.prompts and session is None:
        raise asked.refusal("login_required")
    if session is None or asked.prompts & {"login", "select_account"}:
        return redirect(f"{pool.origin}/login?{asked.query}")
    return code_answer(pool, asked, session)


def code_answer(pool: Pool, asked: Asked, session: Session) -> Response:
    """The redirect back to the app with a fresh code."""
    given = asked.parameters
    grant = Grant(
        username=session.username,
        client_id=asked.client.client_id,
        scopes=asked.scopes,
        auth_time=session.auth_time + pool.switches.clock_skew,
        nonce=given.get("nonce"),
        resource=given.get("resource"),
    )
    expires_at = pool.now() + pool.switches.code_seconds
    code = pool.state.add_code(
        Code(grant, asked.redirect_uri, given.get("code_challenge"), expires_at)
    )
    return redirect(
        with_parameters(asked.redirect_uri, {"code": code, "state": given.get("state")})
    )


def live_session(pool: Pool, request: Request, asked: Asked) -> Session | None:
    """The browser's session if it lives, its user exists, and it is young enough for `max_age`."""
    now = pool.now()
    session = pool.state.session(cookie(request, SESSION_COOKIE), now)
    if session is None or pool.live_user(session.username) is None:
        return None
    young = asked.max_age is None or now - session.auth_time <= asked.max_age
    return session if young else None


def stranded(pool: Pool, error: str, client_id: str | None = None) -> Detour:
    """The way to Cognito's own error page: for whatever the app must never hear of."""
    return Detour(with_parameters(f"{pool.origin}/error", {"error": error, "client_id": client_id}))


def read_asked(pool: Pool, query: str) -> Asked:
    """Check authorize parameters: first who asks and where to answer, only then what is asked."""
    try:
        given = parameters(query)
    except ValueError as exc:
        raise stranded(pool, "invalid_request") from exc
    client, redirect_uri = _read_return_address(pool, given)
    complaint = _complaint(client, given)
    if complaint is not None:
        raise _refusal(redirect_uri, given.get("state"), complaint)
    return Asked(
        client=client,
        redirect_uri=redirect_uri,
        scopes=_scopes(client, given) or client.all_scopes,
        prompts=frozenset(given.get("prompt", "").split()),
        parameters=given,
        max_age=int(given["max_age"]) if "max_age" in given else None,
    )


def _read_return_address(pool: Pool, given: Mapping[str, str]) -> tuple[Client, str]:
    client = pool.client(given.get("client_id"))
    if client is None:
        raise stranded(pool, "invalid_client", given.get("client_id"))
    if "redirect_uri" not in given:
        raise stranded(pool, MISSING_REDIRECT, client.client_id)
    # Exact string comparison (RFC 6749 section 3.1.2.3): port, case and trailing slash count.
    if given["redirect_uri"] not in client.callback_urls:
        raise stranded(pool, "redirect_mismatch", client.client_id)
    return client, given["redirect_uri"]


def _complaint(client: Client, given: Mapping[str, str]) -> str | None:
    response_type = given.get("response_type")
    if response_type not in {"code", "token"}:
        return "invalid_request"
    if response_type == "token" or "code" not in client.flows:
        return "unauthorized_client"
    checks = (_challenge_fits, _prompt_fits, _max_age_fits, _resource_fits)
    if not all(fits(given) for fits in checks):
        return "invalid_request"
    return None if _scope_fits(client, given) else "invalid_scope"


def _challenge_fits(given: Mapping[str, str]) -> bool:
    if "code_challenge" not in given:
        return "code_challenge_method" not in given
    # RFC 7636 section 4.2: base64url of a SHA-256 has 43 characters.
    is_hash = re.fullmatch(r"[A-Za-z0-9_-]{43}", given["code_challenge"]) is not None
    return is_hash and given.get("code_challenge_method") == "S256"


def _prompt_fits(given: Mapping[str, str]) -> bool:
    prompts = set(given.get("prompt", "").split())
    return prompts <= PROMPTS and ("none" not in prompts or len(prompts) == 1)


def _max_age_fits(given: Mapping[str, str]) -> bool:
    return re.fullmatch(r"[0-9]{1,9}", given.get("max_age", "0")) is not None


def _resource_fits(given: Mapping[str, str]) -> bool:
    try:
        parts = urlsplit(given.get("resource", "https://none.example"))
        host = parts.hostname
    except ValueError:
        return False
    # RFC 8707 section 2 wants an absolute URI without a fragment.
    if not parts.scheme or not parts.netloc or parts.fragment:
        return False
    return parts.scheme != "http" or is_loopback(host)


def _scope_fits(client: Client, given: Mapping[str, str]) -> bool:
    scopes = set(_scopes(client, given))
    if not scopes <= set(client.all_scopes):
        return False
    return "openid" in scopes or not scopes & {"email", "phone", "profile"}


def _scopes(client: Client, given: Mapping[str, str]) -> tuple[str, ...]:
    # offline_access is understood and has no effect: a code grant always gets a refresh token.
    asked = dict.fromkeys(given.get("scope", "").split())
    return tuple(scope for scope in asked if scope != "offline_access")


def _refusal(
    redirect_uri: str, state: str | None, error: str, description: str | None = None
) -> Detour:
    values = {"error": error, "error_description": description, "state": state}
    return Detour(with_parameters(redirect_uri, values))
