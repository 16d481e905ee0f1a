"""What `cognito-gate serve` serves: the gate, and no app behind it.

Knows which requests are a proxy's own and which it passes on. Must not know how they are decided.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from ..errors import SettingsError
from ..settings import Settings
from ..settings.endpoints import VERIFY
from ..settings.proxies import UNIX

NAME = f"{__name__}:app"
"""MODULE:APP of what stands in the app's place."""
_TEXT = (
    "This is cognito-gate alone, and there is no app behind it. A proxy asks its route for "
    "verifying, and passes requests on to the app itself.\n"
)

App: TypeAlias = Callable[..., Awaitable[None]]


def _nothing_here(request: Request, error: Exception) -> PlainTextResponse:
    """Never 200: a proxy that asks at a wrong address must not take it for a permission."""
    return PlainTextResponse(_TEXT, 404)


app = Starlette(exception_handlers={404: _nothing_here})


def check(settings: Settings) -> None:
    """Raises SettingsError for settings with which no proxy would get an answer."""
    problems = {}
    if settings.disabled:
        problems["AWS_COGNITO_DISABLED"] = "is set, and a gate that is off verifies nothing"
    if not settings.trusted_proxies:
        problems["COGNITO_GATE_TRUSTED_PROXIES"] = (
            "is missing; it takes the addresses of the proxy that asks, such as 127.0.0.1"
        )
    if problems:
        raise SettingsError(problems)


def behind_proxies(gate: App, settings: Settings) -> App:
    """The gate, for which a visitor's address is what a trusted proxy says, but for the route that
    proxies ask: there it is the proxy's own."""
    trusted = [word for word in settings.trusted_proxies if word != UNIX]
    visitors: Any = ProxyHeadersMiddleware(gate, trusted_hosts=trusted)
    path = settings.prefix + VERIFY

    def serve(scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        asks = scope["type"] == "http" and f"{scope['path']}/".startswith(f"{path}/")
        return (gate if asks else visitors)(scope, receive, send)

    return serve
