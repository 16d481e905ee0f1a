"""OAuth 2.0 as Cognito speaks it: URLs, PKCE, requests to its endpoints, reading their answers.

Builds `HttpCall`s and reads `HttpAnswer`s; must not know about cookies or routes.
"""

from dataclasses import replace
from types import ModuleType
from typing import Any

from ...errors import CallbackRefused, CognitoUnavailable, GrantRefused
from ...settings import Settings
from ..effects import HttpAnswer, HttpCall, share_key
from ..messages import Headers
from ..records import LoginAttempt, Tokens, seconds_of
from .strict_json import load

PASSED_ON = (
    *("identity_provider", "idp_identifier", "login_hint", "lang", "prompt"),
    *("max_age", "acr_values"),
)
"""Parameters of a sign-in that a link may carry on to Cognito's login."""

REVOKE_SECONDS = 2.0

_OPTIONAL = ("id_token", "refresh_token")
# What Cognito's token endpoint says (Developer Guide, "Token endpoint"), and what fixes it.
_FIXES = {
    "invalid_client": "check AWS_COGNITO_USER_POOL_CLIENT_ID and the secret that belongs to it, "
    "AWS_COGNITO_USER_POOL_CLIENT_SECRET",
    "unauthorized_client": "check that AWS_COGNITO_REDIRECT_URL equals a callback URL of the app "
    "client, and that the client may use the authorization code grant",
    "invalid_scope": "check AWS_COGNITO_SCOPES against the app client's scopes",
    "invalid_request": "the app client may lack the authorization code grant",
}


def _messages() -> ModuleType:
    """authlib, which has no type hints; loaded when the first message is built."""
    from . import oauth_messages  # noqa: PLC0415

    return oauth_messages


def authorize_url(settings: Settings, attempt: LoginAttempt, extra: dict[str, str]) -> str:
    """Where the browser signs in. PKCE S256 always (RFC 9700 section 2.1.1)."""
    authlib = _messages()
    url: str = authlib.prepare_grant_uri(
        settings.authorize_url,
        settings.user_pool_client_id,
        "code",
        redirect_uri=settings.redirect_url,
        scope=list(settings.scopes) or None,
        state=attempt.state,
        nonce=attempt.nonce,
        code_challenge=authlib.create_s256_code_challenge(attempt.verifier),
        code_challenge_method="S256",
        **extra,
    )
    return url


def logout_url(settings: Settings) -> str:
    """Cognito's own sign-out, which is not RP-initiated logout: it takes these two alone."""
    query = [("client_id", settings.user_pool_client_id), ("logout_uri", settings.logout_url)]
    url: str = _messages().add_params_to_uri(settings.cognito_logout_url, query)
    return url


def _post(settings: Settings, url: str, body: str) -> HttpCall:
    """An authenticated form post: Basic with a secret, `client_id` in the body without one."""
    method = "client_secret_basic" if settings.user_pool_client_secret else "none"
    auth = _messages().ClientAuth(
        settings.user_pool_client_id, settings.user_pool_client_secret, method
    )
    headers = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
    _, signed, text = auth.prepare("POST", url, headers, body)
    sent: Headers = tuple((name.lower(), value) for name, value in signed.items())
    return HttpCall("POST", url, sent, text.encode(), settings.http_timeout_seconds)


def code_exchange(settings: Settings, code: str, attempt: LoginAttempt) -> HttpCall:
    """Exchange an authorization code, once, and never again after a doubtful answer.

    A doubled callback (two clicks, a preloading browser) waits for the one exchange, and an answer
    that came too late is there for the next try. Only for the very same sign-in: all that the
    exchange proves is in the key, so that a code alone gets nobody another's tokens.
    """
    body = _messages().prepare_token_request(
        "authorization_code",
        redirect_uri=settings.redirect_url,
        code=code,
        code_verifier=attempt.verifier,
    )
    ask = _post(settings, settings.token_url, body)
    key = share_key("code", code, attempt.verifier, attempt.state, settings.redirect_url)
    return replace(ask, share=key, remember=_seconds_to_remember)


def refresh_call(settings: Settings, refresh_token: str) -> HttpCall:
    """Renew a session. The answer is shared by all who hold this refresh token, for a while: with
    rotation on, a late request with the old cookie must not spend it again. A broken answer is
    asked for once more, within the grace period that pools give."""
    body = _messages().prepare_token_request("refresh_token", refresh_token=refresh_token)
    ask = _post(settings, settings.token_url, body)
    key = share_key("refresh", refresh_token)
    shared = replace(ask, share=key, remember=_seconds_to_remember, fleet=True)
    return replace(shared, repeats="broken", patient=False)


def revoke_call(settings: Settings, refresh_token: str) -> HttpCall:
    """Revoke a refresh token and all that came from it (RFC 7009)."""
    ask = _post(
        settings, settings.revoke_url, _messages().add_params_to_qs("", [("token", refresh_token)])
    )
    return replace(ask, timeout=min(REVOKE_SECONDS, ask.timeout))


def jwks_call(settings: Settings) -> HttpCall:
    """Fetch the signing keys; one call at a time, however many wait for it."""
    headers = (("accept", "application/json"),)
    return HttpCall(
        "GET",
        settings.jwks_url,
        headers,
        timeout=settings.http_timeout_seconds,
        repeats="unconnected",
        share=f"jwks {settings.jwks_url}",
    )


def printable(text: str, most: int = 200) -> str:
    """What another server said, made fit for a log line: printable ASCII, at most so much."""
    return "".join(char for char in text[:most] if " " <= char <= "~")


def read_keys(answer: HttpAnswer) -> bytes:
    """The body of a good answer to `jwks_ask`. Raises CognitoUnavailable."""
    if answer.status != 200:
        raise CognitoUnavailable(_unusable("signing keys", answer))
    return answer.body


def read_tokens(answer: HttpAnswer) -> Tokens:
    """The tokens of a token endpoint's answer.

    Raises:
        GrantRefused: the endpoint refused for a reason that trying again does not change.
        CognitoUnavailable: no answer, an overloaded or failing endpoint, or garbage.
    """
    record = _json(answer)
    if answer.status in (400, 401) and isinstance(record.get("error"), str):
        raise _refused(record["error"], answer)
    if answer.status != 200:
        raise CognitoUnavailable(_unusable("token endpoint", answer))
    access = record.get("access_token")
    rest = ["" if record.get(name) is None else record[name] for name in _OPTIONAL]
    for value in (access, *rest):
        if not isinstance(value, str) or printable(value, len(value)) != value:
            raise CognitoUnavailable("Cognito's token endpoint answered without usable tokens")
    if not access or str(record.get("token_type", "")).lower() != "bearer":
        raise CognitoUnavailable("Cognito's token endpoint answered without usable tokens")
    id_token, refresh = rest
    return Tokens(
        str(access), id_token, refresh, seconds_of(record.get("expires_in")), answer.header("date")
    )


def _seconds_to_remember(answer: HttpAnswer) -> float:
    try:
        return read_tokens(answer).shareable_seconds
    except (GrantRefused, CognitoUnavailable):
        return 0.0


def _refused(error: str, answer: HttpAnswer) -> GrantRefused:
    code = printable(error)
    fix = f"; {_FIXES[code]}" if code in _FIXES else ""
    return GrantRefused(code, f"Cognito's token endpoint says {code}{fix}{_request(answer)}")


def _unusable(what: str, answer: HttpAnswer) -> str:
    found = answer.failure or f"HTTP {answer.status}"
    return f"Cognito's {what}: {found}{_request(answer)}"


def _request(answer: HttpAnswer) -> str:
    """Cognito's id of the call: what AWS support asks for."""
    request_id = printable(answer.header("x-amz-cognito-request-id"))
    return f" (request id {request_id})" if request_id else ""


def _json(answer: HttpAnswer) -> dict[str, Any]:
    try:
        record = load(answer.body)
    except ValueError:
        return {}  # a firewall's page, a proxy's: the status tells what to make of it
    return record if isinstance(record, dict) else {}


def read_provider_error(error: str, description: str = "") -> CallbackRefused:
    """Cognito's `error` on the callback as an error of ours, with nothing of its text."""
    if description in ("invalid_scope", "unauthorized_client"):
        error = description  # pools say invalid_request, and only there what it was
    match error:
        case "access_denied":
            return CallbackRefused("the sign-in was cancelled", cause="cancelled")
        case "login_required":
            return CallbackRefused("Cognito has no session of this visitor", cause="signed_out")
        case "server_error" | "temporarily_unavailable":
            return CallbackRefused("Cognito could not finish the sign-in")
        case "unauthorized_client":
            reason = "the app client is not set up for this kind of sign-in"
            return CallbackRefused(reason, cause="set_up")
        case "invalid_scope":
            reason = "AWS_COGNITO_SCOPES has scopes that the app client does not allow"
            return CallbackRefused(reason, cause="set_up")
    return CallbackRefused("Cognito did not complete the sign-in")


def read_revoked(answer: HttpAnswer) -> str:
    """Why a revocation did not work, for the log; empty when it did. A good one has no body."""
    return "" if answer.ok() else _unusable("revocation endpoint", answer)
