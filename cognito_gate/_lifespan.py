"""The server's lifespan: the gate loads at its start and ends its own work before its end. Wrong
settings stop a server also where the gate is constructed late, as the lifespan begins.

Knows the lifespan protocol of ASGI; must not know what is loaded, ended or wrong.
"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import SettingsError

_Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
_ENDS = {"lifespan.shutdown.complete", "lifespan.shutdown.failed"}


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


async def run(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, load: _Work, close: _Work
) -> None:
    """Call the app with its lifespan. `load` runs beside the app's own start; `close` before the
    server is told that the app has ended, since a server may end the event loop then."""

    async def closing(message: Message) -> None:
        if message["type"] in _ENDS:
            await close()
        await send(message)

    loading = asyncio.create_task(load())
    try:
        await app(scope, receive, closing)
    finally:
        loading.cancel()
        await close()
