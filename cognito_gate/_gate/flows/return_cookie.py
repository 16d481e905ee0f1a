"""Where a visitor wants to go on after signing out and in again, as somebody else perhaps.

Knows the sealed cookie that carries it over Cognito's sign-out, which returns to one address only.
Must not know how a sign-out or a sign-in goes.
"""

from ...errors import TokenRefused
from ..exchange import Exchange
from ..messages import Headers
from ..protocol import fetch_metadata, paths

MAX_CHARS = 512


def keep(exchange: Exchange) -> Headers:
    """Set-Cookie lines that keep the `next` of this sign-out, or forget that of an earlier one."""
    context = exchange.context
    address = paths.safe_return(exchange.asked("next") or "/", context.routes)
    if address == "/" or len(address) > MAX_CHARS:
        return forget(exchange)
    sealed = context.seals.return_to.seal(address, exchange.now)
    line = context.login.line(context.names.return_to, sealed, exchange.settings.login_seconds)
    return (("set-cookie", line),)


def find(exchange: Exchange) -> str:
    """The address, for a browser that comes to a page; empty when there is none."""
    context = exchange.context
    if not fetch_metadata.is_navigation(exchange.incoming):
        return ""
    for value in exchange.jar.get(context.names.return_to, [])[:2]:
        try:
            return paths.safe_return(context.seals.return_to.open(value), context.routes)
        except TokenRefused:
            continue
    return ""


def forget(exchange: Exchange) -> Headers:
    """Set-Cookie lines that end it."""
    lines = exchange.context.login.clear(exchange.context.names.return_to, exchange.jar)
    return tuple(("set-cookie", line) for line in lines)
