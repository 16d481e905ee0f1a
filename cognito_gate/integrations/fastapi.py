"""For FastAPI: the visitor as a dependency, for HTTP routes and WebSockets, seen in OpenAPI.

Knows FastAPI's dependencies and security schemes; must not know how a visitor was verified.
"""

from collections.abc import Awaitable, Callable, Collection
from typing import Annotated

from fastapi import Depends, HTTPException, WebSocket, WebSocketException
from fastapi.openapi.models import APIKey, HTTPBearer
from fastapi.openapi.models import SecurityBase as Model
from fastapi.requests import HTTPConnection
from fastapi.security.base import SecurityBase

from ..identity import Identity
from ._visitor import Rule, present, visitor


class _Scheme(SecurityBase):
    """A security scheme for the OpenAPI document only: the gate has already checked the request."""

    def __init__(self, scheme_name: str, model: Model) -> None:
        self.scheme_name = scheme_name
        self.model = model

    async def __call__(self) -> None:
        return None


_SESSION = _Scheme(
    "CognitoSession",
    APIKey.model_validate(
        {
            "in": "cookie",
            "name": "__Host-cognito_access_token",
            "description": "The session cookie, set by signing in in the browser. "
            "Over plain http or with a cookie domain it has no `__Host-` prefix.",
        }
    ),
)
_BEARER = _Scheme(
    "CognitoBearer",
    HTTPBearer(
        bearerFormat="JWT",
        description="An access token of the user pool, where the gate accepts them "
        "(`COGNITO_GATE_BEARER`).",
    ),
)


async def maybe_identity(conn: HTTPConnection) -> Identity | None:
    """The visitor, or None on a public path while nobody is signed in. In OpenAPI it needs nothing.

    Raises:
        RuntimeError: no gate is in front of the app.

    Example::

        @app.get("/")
        def home(who: Annotated[Identity | None, Depends(maybe_identity)]): ...
    """
    return visitor(conn.scope)


async def current_identity(
    conn: HTTPConnection,
    _session: Annotated[None, Depends(_SESSION)] = None,
    _bearer: Annotated[None, Depends(_BEARER)] = None,
) -> Identity:
    """The visitor; there is one. OpenAPI lists the session cookie or a bearer token.

    While `AWS_COGNITO_DISABLED` is set it is an identity without a name.

    Raises:
        HTTPException: 401, nobody is signed in (on a public path).
        WebSocketException: the same for a WebSocket, which ends the handshake with 403.

    Example::

        @app.get("/me")
        def me(who: Annotated[Identity, Depends(current_identity)]): ...
    """
    identity = present(conn.scope)
    if identity is None:
        raise _refusal(conn, 401, "Sign-in required.")
    return identity


def require(
    groups: Collection[str] = (), scopes: Collection[str] = (), any_group: bool = False
) -> Callable[[HTTPConnection, Identity], Awaitable[Identity]]:
    """A dependency: the visitor, who holds these groups and scopes.

    Everybody passes while `AWS_COGNITO_DISABLED` is set.

    Args:
        groups: names of `cognito:groups`; all of them are needed.
        scopes: OAuth scopes of the access token; all of them are needed.
        any_group: one of the groups is enough.

    Raises:
        TypeError: at once, when groups or scopes are no list of names.
        HTTPException: 401 when nobody is signed in, 403 when it is the wrong visitor.
        WebSocketException: the same for a WebSocket, which ends the handshake with 403.

    Example::

        @app.delete("/items", dependencies=[Depends(require(groups=["admin"]))])
        def clear(): ...

        @app.get("/report")
        def report(who: Annotated[Identity, Depends(require(scopes=["shop/read"]))]): ...
    """
    rule = Rule(groups, scopes, any_group=any_group)

    async def permitted(
        conn: HTTPConnection, who: Annotated[Identity, Depends(current_identity)]
    ) -> Identity:
        if not rule.allows(who):
            raise _refusal(conn, 403, "Access denied.")
        return who

    return permitted


def _refusal(conn: HTTPConnection, status: int, reason: str) -> Exception:
    if isinstance(conn, WebSocket):
        return WebSocketException(4000 + status, reason)
    return HTTPException(status, reason, {"WWW-Authenticate": "Bearer"} if status == 401 else None)
