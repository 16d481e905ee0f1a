"""Send the browser to Cognito and remember the attempt.

Knows what a sign-in needs; must not know what becomes of it (callback.py).
"""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urlencode

from ...errors import BadRequest, LoginRequired, MethodRefused
from ..context import Context
from ..exchange import Exchange
from ..messages import Headers, Incoming, Respond
from ..protocol import fetch_metadata, oauth, paths
from . import login_cookies, return_cookie

MAX_EXTRA_CHARS = 512
MAX_FOREIGN_RETURN = 256
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


def return_address(exchange: Exchange) -> str:
    """The address of this request, as one to come back to."""
    raw = exchange.incoming.target + (
        b"?" + exchange.incoming.query if exchange.incoming.query else b""
    )
    # Bytes beyond ASCII should have come percent-encoded: they go back that way.
    text = "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in raw)
    return paths.safe_return(text, exchange.context.routes)


def begin(
    exchange: Exchange,
    return_to: str,
    *,
    again: bool = False,
    spent: str = "",
    extra: dict[str, str] | None = None,
) -> Respond:
    """Start a sign-in. `again` marks one that the gate starts over by itself, in place of the one
    whose state was `spent`."""
    if _on_own_page(exchange.context, extra or {}):
        ended = login_cookies.forget(exchange, spent)
        return Respond(
            303, (("location", own_page(exchange.context, return_to, extra or {})), *ended)
        )
    unseen = exchange.settings.cookie_samesite == "strict" and _from_another_site(exchange.incoming)
    if unseen and len(return_to) > MAX_FOREIGN_RETURN:
        return_to = "/"  # there may be a session that takes the room
    attempt = login_cookies.new(exchange.context, return_to, exchange.now, again=again)
    url = oauth.authorize_url(exchange.settings, attempt, extra or {})
    lines = login_cookies.store(exchange, attempt, spent)
    return Respond(303, (("location", url), *lines))


def _on_own_page(context: Context, extra: dict[str, str]) -> bool:
    """Whether to sign in on our page: not when another identity provider is asked for by name,
    which only Cognito's login domain can lead to."""
    settings = context.settings
    federated = settings.domain and extra.keys() & {"identity_provider", "idp_identifier"}
    return settings.login == "custom" and not federated


def own_page(context: Context, return_to: str, extra: dict[str, str]) -> str:
    """The address of our own sign-in page."""
    query = {name: extra[name] for name in ("lang", "login_hint", "prompt") if extra.get(name)}
    if return_to != "/":
        query["next"] = return_to
    path = f"{context.settings.prefix}/sign-in"
    return f"{path}?{urlencode(query, safe='/')}" if query else path


def login(exchange: Exchange) -> Respond:
    """The route `{prefix}/login?next=/path`.

    Raises:
        MethodRefused, BadRequest: the request is wrong.
        LoginRequired: it is none that could follow to a login page.
    """
    if exchange.incoming.method != "GET":
        raise MethodRefused("GET")
    if not fetch_metadata.is_navigation(exchange.incoming):
        raise LoginRequired("a sign-in starts with a page, not with a background request")
    query = _wanted(exchange)
    return_to = paths.safe_return(query.pop("next", "/"), exchange.context.routes)
    if _from_another_site(exchange.incoming) and len(return_to) > MAX_FOREIGN_RETURN:
        return_to = "/"  # another site's link must not fill this one's cookies
    return begin(exchange, return_to, extra=query)


def _from_another_site(incoming: Incoming) -> bool:
    return incoming.value(b"sec-fetch-site") == b"cross-site"


def _wanted(exchange: Exchange) -> dict[str, str]:
    """The parameters that a login link may have. Blank ones count as absent."""
    names, wanted = (*oauth.PASSED_ON, "next"), {}
    for name, value in exchange.query:
        if name in names and value:
            if name in wanted:
                raise BadRequest(f"the parameter {name} is there twice")
            wanted[name] = value
    if any(len(value) > MAX_EXTRA_CHARS for name, value in wanted.items() if name != "next"):
        raise BadRequest("a parameter is too long")
    return wanted


def again(exchange: Exchange) -> Respond | None:
    """On to the next sign-in, where a sign-out was to lead to one."""
    return_to = return_cookie.find(exchange)
    if not return_to:
        return None
    headers = return_cookie.forget(exchange)
    return Respond(303, (("location", login_url(exchange.context, return_to)), *headers))


def login_url(
    context: Context, return_to: str = "/", extra: Mapping[str, str] = NOTHING_MORE
) -> str:
    """The address of the login route, on to `return_to`, with what it is to pass on."""
    query = dict(extra) if return_to == "/" else {"next": return_to, **extra}
    path = f"{context.settings.prefix}/login"
    return f"{path}?{urlencode(query, safe='/', quote_via=quote)}" if query else path


def to_login_route(exchange: Exchange, headers: Headers) -> Respond:
    """On to the login route, which starts the sign-in itself: for a request that a proxy asks
    about, only there its cookie is sure to reach the browser."""
    way = login_url(exchange.context, return_address(exchange))
    return Respond(303, (("location", way), *headers))
