"""Litestar: the visitor as a dependency, a guard for a group. The gate goes around the app.

cognito-gate run --local --app-dir examples/recipes litestar_app:app
uvicorn --app-dir examples/recipes --factory litestar_app:gated
"""

from typing import Any

from litestar import Litestar, WebSocket, get, websocket
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from cognito_gate import ASGIGate, Identity

Connection = ASGIConnection[Any, Any, Any, Any]
Socket = WebSocket[Any, Any, Any]


def identity_of(connection: Connection) -> Identity:
    identity: Identity | None = connection.scope["cognito_gate.identity"]  # type: ignore[typeddict-item]
    if identity is None:  # on a public path only
        raise NotAuthorizedException("Sign-in required.", headers={"WWW-Authenticate": "Bearer"})
    return identity


def visitor(request: Connection) -> Identity:
    return identity_of(request)


def admin_only(connection: Connection, handler: BaseRouteHandler) -> None:
    """A guard; it runs before the handler, for HTTP and WebSockets alike."""
    if "admin" not in identity_of(connection).groups:
        raise PermissionDeniedException("Only for admins.")


@get("/", dependencies={"who": Provide(visitor, sync_to_thread=False)})
async def home(who: NamedDependency[Identity]) -> str:
    return f"Hello, {who.username}."


@get("/admin", guards=[admin_only])
async def admin() -> str:
    return "Only the group admin reads this."


@websocket("/ws", guards=[admin_only])
async def live(socket: Socket) -> None:
    await socket.accept()
    await socket.send_text(f"Hello, {identity_of(socket).username}.")
    await socket.close()


app = Litestar([home, admin, live])


def gated() -> ASGIGate:
    return ASGIGate(app)  # type: ignore[arg-type]  # Litestar's ASGI types are its own
