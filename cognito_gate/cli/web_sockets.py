"""Whether an app has WebSockets that its server could not serve.

Knows the routes of Starlette, which FastAPI's are as well; of other frameworks nothing is said.
"""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

from starlette.routing import WebSocketRoute

_LIBRARIES = ("websockets", "wsproto")  # those that uvicorn takes
_INNER = ("app", "original_router")  # of middleware and mounts; of a router that FastAPI includes


def is_installed(library: str) -> bool:
    """Whether a library could be imported."""
    return find_spec(library) is not None


def websocket_warning(app: Any, installed: Callable[[str], bool] = is_installed) -> Iterator[str]:
    """A warning when the app has WebSockets, and uvicorn has no library for them."""
    if has_websockets(app) and not any(map(installed, _LIBRARIES)):
        yield (
            "The app has WebSockets, and no WebSocket library is installed: each one will fail. "
            "Install one: pip install websockets"
        )


def has_websockets(app: Any) -> bool:
    """Whether a WebSocket route is among the app's, those of mounted and wrapped apps included."""
    return any(isinstance(item, WebSocketRoute) for item in _within(app, set()))


def _within(item: Any, seen: set[int]) -> Iterator[Any]:
    """The app or route, and everything below it; `seen` ends circles."""
    if id(item) in seen:
        return
    seen.add(id(item))
    yield item
    routes = getattr(item, "routes", None)
    inner = [getattr(item, name, None) for name in _INNER]
    for each in (*inner, *(routes if isinstance(routes, list | tuple) else ())):
        if each is not None:
            yield from _within(each, seen)
