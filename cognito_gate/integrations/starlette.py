"""For Starlette: the visitor behind a request or WebSocket, and who may use an endpoint.

Knows Starlette's connections and exceptions; must not know how a visitor was verified.
"""

import functools
import inspect
from collections.abc import Callable, Collection
from typing import Any, ParamSpec, TypeVar, cast

from starlette.exceptions import HTTPException, WebSocketException
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket

from ..identity import Identity
from ._visitor import Rule, present, visitor

P = ParamSpec("P")
R = TypeVar("R")


def maybe_identity(conn: HTTPConnection) -> Identity | None:
    """The visitor, or None on a public path while nobody is signed in.

    Args:
        conn: the request or WebSocket.

    Raises:
        RuntimeError: no gate is in front of the app.

    Example::

        who = maybe_identity(request)
    """
    return visitor(conn.scope)


def current_identity(conn: HTTPConnection) -> Identity:
    """The visitor; there is one. While `AWS_COGNITO_DISABLED` is set it has no name.

    Args:
        conn: the request or WebSocket.

    Raises:
        HTTPException: 401, nobody is signed in (on a public path).
        WebSocketException: the same for a WebSocket: not yet accepted, the handshake ends
            with 403; open, it is closed with 4401.

    Example::

        async def home(request):
            return PlainTextResponse(current_identity(request).username)
    """
    identity = present(conn.scope)
    if identity is None:
        raise _refusal(conn, 401, "Sign-in required.")
    return identity


def require(
    groups: Collection[str] = (), scopes: Collection[str] = (), any_group: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: only visitors who hold these groups and scopes may use the endpoint.

    Everybody passes while `AWS_COGNITO_DISABLED` is set.

    It takes functions and methods, sync and async, that are called with a request or WebSocket.

    Args:
        groups: names of `cognito:groups`; all of them are needed.
        scopes: OAuth scopes of the access token; all of them are needed.
        any_group: one of the groups is enough.

    Raises:
        TypeError: at decoration, when groups or scopes are no list of names.
        HTTPException: 401 when nobody is signed in, 403 when it is the wrong visitor.
        WebSocketException: the same for a WebSocket; not yet accepted, the handshake ends with
            403; open, it is closed with 4401 or 4403.

    Example::

        @require(groups=["admin", "staff"], any_group=True)
        async def report(request): ...
    """
    rule = Rule(groups, scopes, any_group=any_group)

    def decorate(endpoint: Callable[P, R]) -> Callable[P, R]:
        if inspect.iscoroutinefunction(endpoint):

            @functools.wraps(endpoint)
            async def async_wrapper(*args: P.args, **kwargs: P.kwargs) -> Any:
                _check(rule, _connection(args, kwargs))
                return await endpoint(*args, **kwargs)

            return cast(Callable[P, R], async_wrapper)

        @functools.wraps(endpoint)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            _check(rule, _connection(args, kwargs))
            return endpoint(*args, **kwargs)

        return wrapper

    return decorate


def _check(rule: Rule, conn: HTTPConnection) -> None:
    if not rule.allows(current_identity(conn)):
        raise _refusal(conn, 403, "Access denied.")


def _connection(args: tuple[Any, ...], kwargs: dict[str, Any]) -> HTTPConnection:
    for value in (*args, *kwargs.values()):
        if isinstance(value, HTTPConnection):
            return value
    raise TypeError("require() is for endpoints that are called with a request or WebSocket")


def _refusal(conn: HTTPConnection, status: int, reason: str) -> Exception:
    if isinstance(conn, WebSocket):
        return WebSocketException(4000 + status, reason)
    return HTTPException(status, reason, {"WWW-Authenticate": "Bearer"} if status == 401 else None)
