"""The Starlette app: the table of endpoints, and what all of them have in common.

Must not know what any endpoint does.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HTTPRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .account import logout, revoke, userinfo
from .api.operations import answer_api, answer_preflight, operation_of, too_large
from .authorize import authorize
from .control import about, outbox, outbox_json, state, switches
from .controls import controls
from .discovery import configuration, jwks
from .faults import play
from .front import front
from .login import error, login
from .model import OPERATIONS, Fault, Request
from .pool import Pool
from .token import token
from .traffic import Visit
from .wire import MAX_BODY, CognitoJSON, OAuthError, RedirectTo, redirect

Answer = Callable[[Pool, Request], Response]
# An endpoint's name in records and faults, or a function that reads it from the headers.
Name = str | Callable[[Mapping[str, str]], str]
# Makes the response to a request whose body is too large or does not arrive.
Broken = Callable[[], Response]

_NOTE = "cognito_gate.local.note"
_MAX_PATH = 100  # characters of a path that the list of recent requests shows
_CORS = {"Access-Control-Allow-Origin": "*"}


def make_app(pool: Pool) -> Starlette:
    """The app of one pool."""
    layers = [Middleware(_RequestId), Middleware(_Visits, pool=pool)]
    app = Starlette(routes=_routes(pool), middleware=layers)
    app.router.redirect_slashes = False
    return app


def _routes(pool: Pool) -> list[Route]:
    well_known = f"/{pool.pool_id}/.well-known"
    return [
        _route(pool, "/", operation_of, answer_api, "POST", headers=_CORS, broken=too_large),
        _route(pool, "/", "", answer_preflight, "OPTIONS", headers=_CORS),
        _route(pool, "/oauth2/authorize", "authorize", authorize, "GET"),
        _route(pool, "/login", "login", login, "GET", "POST"),
        _route(pool, "/error", "error", error, "GET"),
        _route(pool, "/logout", "logout", logout, "GET"),
        _route(pool, "/oauth2/token", "token", token, "POST", headers=_CORS),
        _route(pool, "/oauth2/userInfo", "userinfo", userinfo, "GET", "POST", headers=_CORS),
        _route(pool, "/oauth2/revoke", "revoke", revoke, "POST", headers=_CORS),
        _route(
            pool,
            f"{well_known}/openid-configuration",
            "discovery",
            configuration,
            "GET",
            headers=_CORS,
        ),
        _route(pool, f"{well_known}/jwks.json", "jwks", jwks, "GET", headers=_CORS),
        _route(pool, "/", "", front, "GET"),
        _route(pool, "/_local/controls", "", controls, "POST"),
        _route(pool, "/_local/switches", "", switches, "POST"),
        _route(pool, "/_local/about", "", about, "GET"),
        _route(pool, "/_local/state", "", state, "GET"),
        _route(pool, "/_local/outbox", "", outbox, "GET"),
        _route(pool, "/_local/outbox.json", "", outbox_json, "GET"),
    ]


def _route(
    pool: Pool,
    path: str,
    name: Name,
    answer: Answer,
    *methods: str,
    headers: Mapping[str, str] | None = None,
    broken: Broken | None = None,
) -> Route:
    route = Route(path, _endpoint(pool, name, answer, headers or {}, broken))
    # Starlette adds HEAD to GET, but a HEAD request must not issue codes or end sessions.
    route.methods = set(methods)
    return route


def _endpoint(
    pool: Pool, name: Name, answer: Answer, headers: Mapping[str, str], broken: Broken | None
) -> Callable[[HTTPRequest], Awaitable[Response]]:
    async def endpoint(http: HTTPRequest) -> Response:
        try:
            response = await _respond(pool, name, answer, http)
        except OAuthError as exc:
            response = broken() if broken else CognitoJSON(exc.body, exc.status)
        except RedirectTo as exc:
            response = redirect(exc.location)
        response.headers.update(headers)
        return response

    return endpoint


async def _respond(pool: Pool, name: Name, answer: Answer, http: HTTPRequest) -> Response:
    # Not `http.url`, which is made from the Host header and may raise for an invalid one.
    query, headers = http.scope["query_string"].decode("latin-1"), _headers(http)
    endpoint = name if isinstance(name, str) else name(headers)
    request = Request(endpoint, http.method, query, headers, await _body(http))
    fault = pool.traffic.record(request) if endpoint else None
    http.scope[_NOTE] = _note_of(endpoint, fault)
    faulty = await play(pool, fault, http, request) if fault is not None else None
    return faulty if faulty is not None else answer(pool, request)


def _note_of(endpoint: str, fault: Fault | None) -> str:
    """What the list of recent requests says beside path and status."""
    operation = endpoint if endpoint in OPERATIONS else ""
    return f"{operation} fault: {fault.kind}".strip() if fault else operation


def _headers(http: HTTPRequest) -> dict[str, str]:
    # HTTP/2 clients and some proxies split the cookie header.
    names = dict.fromkeys(http.headers.keys())
    return {
        name: ("; " if name == "cookie" else ", ").join(http.headers.getlist(name))
        for name in names
    }


async def _body(http: HTTPRequest) -> bytes:
    body = b""
    try:
        async for chunk in http.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise OAuthError("invalid_request")
    except ClientDisconnect as exc:
        raise OAuthError("invalid_request") from exc
    return body


class _RequestId:
    """Adds `x-amz-cognito-request-id` to every response, those of the router included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-amz-cognito-request-id"] = str(uuid.uuid4())
            await send(message)

        await self._app(scope, receive, stamped)


class _Visits:
    """Notes method, path and status of each request: no query, header or body, so no secret."""

    def __init__(self, app: ASGIApp, pool: Pool) -> None:
        self._app = app
        self._pool = pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_own(scope):
            await self._app(scope, receive, send)
            return
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._note(scope, status)

    def _note(self, scope: Scope, status: int) -> None:
        path, note = scope["path"][:_MAX_PATH], scope.get(_NOTE, "")
        # The connection was broken before the response that the server believes to have sent.
        status = 0 if note.endswith("reset") else status
        visit = Visit(self._pool.now(), scope["method"], path, status, note)
        self._pool.traffic.note(visit)


def _is_own(scope: Scope) -> bool:
    """Whether the request is for a page or an address that Cognito does not have."""
    path: str = scope["path"]
    return path.startswith("/_local/") or (path == "/" and scope["method"] != "POST")
