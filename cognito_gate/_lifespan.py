"""Wrong settings stop a server also where the gate is constructed late, as its lifespan begins.

Knows the lifespan protocol of ASGI; must not know what is wrong.
"""

import inspect

from starlette.types import Receive, Scope, Send

from .errors import SettingsError


def in_lifespan() -> bool:
    """True where the gate is constructed by an app that handles the server's lifespan: frameworks
    build their middleware at the first scope that they are called with."""
    frame = inspect.currentframe()
    while frame is not None:
        scope = frame.f_locals.get("scope")
        if isinstance(scope, dict) and scope.get("type") == "lifespan":
            return True
        frame = frame.f_back
    return False


async def fail(error: SettingsError, scope: Scope, receive: Receive, send: Send) -> None:
    """Stop the server that is starting. Raises the error where it is no start."""
    if scope["type"] != "lifespan":
        raise error
    await receive()  # lifespan.startup
    await send({"type": "lifespan.startup.failed", "message": str(error)})
