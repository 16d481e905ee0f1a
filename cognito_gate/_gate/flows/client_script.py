"""The routes `{prefix}/client.js` and `{prefix}/signed-in`: what scripts in the browser sign in by.

Both are the same for everybody. Must not know who asks.
"""

from functools import cache

from ...errors import MethodRefused
from .. import gate_pages
from ..effects import Flow
from ..exchange import Exchange
from ..messages import Respond
from ..protocol import pages

_HEADERS = (
    ("content-type", "text/javascript; charset=utf-8"),
    pages.NO_STORE,
    ("x-content-type-options", "nosniff"),
)


def client_script(exchange: Exchange) -> Flow[Respond]:
    """The module. Raises MethodRefused."""
    yield from ()
    _check_method(exchange)
    return Respond(200, _HEADERS, _script())


@cache
def _script() -> bytes:
    return (pages.FILES / "client.js").read_bytes()


def signed_in(exchange: Exchange) -> Flow[Respond]:
    """Where a window for signing in ends: it tells the page that opened it, and closes. Raises
    MethodRefused."""
    yield from ()
    _check_method(exchange)
    return gate_pages.window_done(exchange)


def _check_method(exchange: Exchange) -> None:
    if exchange.incoming.method not in ("GET", "HEAD"):
        raise MethodRefused("GET, HEAD")
