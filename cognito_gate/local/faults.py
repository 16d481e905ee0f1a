"""The faulty response of each kind of fault.

Knows HTTP; must not know what the endpoint would have answered. Of a browser's page it knows the
app that the browser came from, so that people find back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import Request as HTTPRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive

from .api.errors import ApiError, ApiJSON, refusal
from .authorize import read_authorize_request
from .model import OPERATIONS, Fault, Request
from .pages import page
from .pool import Pool
from .wire import CognitoJSON, OAuthError, RedirectTo, redirect

RESET_EXTENSION = "cognito_gate.local.reset"

_WAF = "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>"
_TEXTS = {
    "ForbiddenException": "Request not allowed due to WAF block.",
    "InternalErrorException": "Internal error",
    "TooManyRequestsException": "Rate exceeded",
}
_PAGES = frozenset({"authorize", "login", "logout"})
_MEBIBYTE = 1024 * 1024
_WRONG_API_TYPES = {
    "AuthenticationResult": 17,
    "ChallengeName": ["x"],
    "ChallengeParameters": "x",
    "CodeDeliveryDetails": [1],
    "Session": {},
    "UserSub": 1,
}


async def play(pool: Pool, fault: Fault, http: HTTPRequest, request: Request) -> Response | None:
    """The faulty response; None when the endpoint answers as usual afterwards."""
    if fault.kind == "slow":
        await _wait_slowly(http.receive, fault.seconds)
        return None
    if fault.kind == "reset":
        return _reset(http)
    if fault.kind == "oauth_error":
        raise _oauth_error(pool, fault, request)
    if fault.kind == "api_error":
        return refusal(ApiError(fault.error, fault.description or _TEXTS.get(fault.error)))
    if fault.kind == "status" and fault.body is None and _is_for_a_person(request):
        return page("down.html", fault.status, code=fault.status, app=_app(pool, request))
    return _ANSWERS[fault.kind](fault, request)


async def _wait_slowly(receive: Receive, seconds: float) -> None:
    # Ends early when the client disconnects, so that stopping the server need not wait.
    disconnected = asyncio.ensure_future(_wait_for_disconnect(receive))
    await asyncio.wait({disconnected}, timeout=seconds)
    disconnected.cancel()


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _reset(http: HTTPRequest) -> Response:
    reset = http.scope.get("extensions", {}).get(RESET_EXTENSION)
    if reset is None:
        raise ConnectionResetError("fault: reset")
    reset()
    return Response()


def _is_for_a_person(request: Request) -> bool:
    return request.endpoint in _PAGES and "text/html" in request.headers.get("accept", "")


def _app(pool: Pool, request: Request) -> str:
    """The front page of the app that sent the browser; empty if the request does not say."""
    try:
        back = urlsplit(read_authorize_request(pool, request.query).redirect_uri)
    except RedirectTo:
        return ""
    return f"{back.scheme}://{back.netloc}/"


def _status(fault: Fault, request: Request) -> Response:
    if fault.body is not None:
        return Response(fault.body, fault.status, media_type="text/plain")
    limited = {"__type": "TooManyRequestsException", "message": "Rate exceeded"}
    broken = {"__type": "InternalErrorException", "message": "Internal error"}
    return CognitoJSON(limited if fault.status == 429 else broken, fault.status)


def _garbage(fault: Fault, request: Request) -> Response:
    return Response(b"\x00\xff{not json", media_type="application/json;charset=UTF-8")


def _wrong_types(fault: Fault, request: Request) -> Response:
    if request.endpoint == "jwks":
        return JSONResponse({"keys": {"kid": 1}})
    if request.endpoint in OPERATIONS:
        return ApiJSON(_WRONG_API_TYPES)
    return CognitoJSON(
        {"access_token": 17, "id_token": ["x"], "refresh_token": {}, "expires_in": "soon", "sub": 1}
    )


def _huge(fault: Fault, request: Request) -> Response:
    return CognitoJSON({"padding": "x" * (_MEBIBYTE + 1)})


def _waf(fault: Fault, request: Request) -> Response:
    return HTMLResponse(fault.body or _WAF, 403)


def _redirect(fault: Fault, request: Request) -> Response:
    return redirect(fault.location)


def _oauth_error(pool: Pool, fault: Fault, request: Request) -> Exception:
    if request.endpoint in {"authorize", "login"}:
        # Failures of federation and of Lambda triggers reach an app's callback like this.
        return read_authorize_request(pool, request.query).refusal(fault.error, fault.description)
    return OAuthError(fault.error, fault.description)


_ANSWERS: dict[str, Callable[[Fault, Request], Response]] = {
    "garbage": _garbage,
    "huge": _huge,
    "redirect": _redirect,
    "status": _status,
    "waf": _waf,
    "wrong_types": _wrong_types,
}
