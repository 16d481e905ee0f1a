"""The latest sign-in, told step by step from the requests that were really made.

Knows the steps of the authorization code flow (RFC 6749 section 4.1, RFC 7636); nothing of HTML.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from .backstage import CognitoRequest
from .shorten import address_lines, parameter_lines, set_cookie_line, shorten
from .trace import Exchange

_REDIRECTS = range(300, 400)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who asks whom, why, and the request and the response as text."""

    title: str
    between: str
    about: str
    lines: str


def tell(
    exchanges: Sequence[Exchange], calls: Sequence[CognitoRequest], prefix: str
) -> tuple[Step, ...]:
    """The steps of the latest sign-in that came to its end; none if there is no such."""
    for at in range(len(exchanges) - 1, -1, -1):
        if _completes(exchanges[at], prefix):
            return tuple(_steps(exchanges[:at], exchanges[at], calls))
    return ()


def _completes(exchange: Exchange, prefix: str) -> bool:
    back = exchange.path == f"{prefix}/callback" and exchange.status in _REDIRECTS
    return back and any("access_token=" in line for line in exchange.set_cookies)


def _steps(
    before: Sequence[Exchange], callback: Exchange, calls: Sequence[CognitoRequest]
) -> Iterator[Step]:
    state, code = callback.parameter("state"), callback.parameter("code")
    first = next((one for one in before if state and one.sends_on("state") == state), None)
    if first is not None:
        yield _sent_away(first)
    asked = _latest(calls, "authorize", "state", state)
    if asked is not None:
        yield _at_cognito(asked)
    yield _back(callback)
    redeemed = _latest(calls, "token", "code", code)
    if redeemed is not None:
        yield _redeemed(redeemed)
    yield _verified([call for call in calls if call.endpoint == "jwks"])
    yield _signed_in(callback)
    yield _opened(callback)


def _sent_away(exchange: Exchange) -> Step:
    return Step(
        "You asked for a page",
        "browser to this app",
        "The gate found no session. It sent your browser to Cognito, and put a sealed cookie "
        "beside it that only this sign-in can use: what comes back must fit to it.",
        _lines(
            f"GET {exchange.path}",
            f"<- {exchange.status}, Location:",
            *(f"   {line}" for line in address_lines(exchange.location)),
            *_set_cookies(exchange),
        ),
    )


def _at_cognito(request: CognitoRequest) -> Step:
    return Step(
        "You signed in at Cognito",
        "browser to Cognito",
        "Only Cognito saw your password. code_challenge is the hash of a secret that the gate "
        "keeps (PKCE): a stolen code is worth nothing without it.",
        _lines("GET /oauth2/authorize", *parameter_lines(request.query)),
    )


def _back(callback: Exchange) -> Step:
    return Step(
        "Cognito sent you back with a code",
        "browser to this app",
        "The gate checked that state belongs to a sign-in that began in this very browser. "
        "Otherwise somebody could sign you in to their own account.",
        _lines(f"GET {callback.path}", *parameter_lines(callback.query)),
    )


def _redeemed(request: CognitoRequest) -> Step:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return Step(
        "The gate exchanged the code for tokens",
        "this app to Cognito",
        "Server to server: your browser never sees the client's secret. A code works once, and "
        "only with the code_verifier that code_challenge was made from.",
        _lines(
            "POST /oauth2/token",
            *([f"Authorization: {scheme} {shorten(secret)}"] if secret else []),
            *parameter_lines(request.body.decode("latin-1")),
            "<- 200: id_token, access_token, refresh_token",
        ),
    )


def _verified(calls: Sequence[CognitoRequest]) -> Step:
    times = "once" if len(calls) == 1 else f"{len(calls)} times"
    return Step(
        "The gate verified the tokens",
        "this app to Cognito",
        "Signature, issuer, audience, app client, times, nonce and token_use must all be right. "
        f"Cognito's public keys were loaded {times} since the start; requests in between need no "
        "call to Cognito at all.",
        "GET /.well-known/jwks.json",
    )


def _signed_in(callback: Exchange) -> Step:
    return Step(
        "Your session began",
        "this app to browser",
        "The session is in cookies that no script can read (HttpOnly), and that other sites "
        "cannot have sent along with a form (SameSite=Lax). The refresh token is encrypted.",
        _lines(
            f"<- {callback.status}, Location: {urlsplit(callback.location).path}",
            *_set_cookies(callback),
        ),
    )


def _opened(callback: Exchange) -> Step:
    names = [line.partition("=")[0] for line in callback.set_cookies if not _clears(line)]
    return Step(
        "The app saw who you are",
        "browser to this app",
        "The gate verified the cookies and gave the app your identity: it is what you see on "
        "this page. From now on that takes microseconds.",
        _lines(f"GET {urlsplit(callback.location).path}", f"Cookie: {', '.join(names)}"),
    )


def _latest(
    calls: Sequence[CognitoRequest], endpoint: str, name: str, value: str
) -> CognitoRequest | None:
    for call in reversed(calls):
        sent = parse_qs(call.query or call.body.decode("latin-1"))
        if call.endpoint == endpoint and value and sent.get(name) == [value]:
            return call
    return None


def _set_cookies(exchange: Exchange) -> Iterator[str]:
    for line in exchange.set_cookies:
        if not _clears(line):
            yield f"   Set-Cookie: {set_cookie_line(line)}"


def _clears(line: str) -> bool:
    return "max-age=0" in line.lower()


def _lines(*lines: str) -> str:
    return "\n".join(lines)
