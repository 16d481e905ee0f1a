"""What every response of the gate's own gets at its end: a type, a length, its events, no cache.

Knows HTTP, and which cookies are a session's. Must not know what a response says.
"""

from .exchange import Exchange
from .messages import Headers, Respond
from .protocol.pages import NO_STORE


def finish(exchange: Exchange, response: Respond) -> Respond:
    """Complete a response: a type, a length, never cached, no body for HEAD; its id and events."""
    headers = (*_kept_back(exchange, response.headers), ("x-request-id", exchange.request_id))
    events = tuple(exchange.events)
    if response.status == 204:  # has no body, and says nothing of one (RFC 9110, section 8.6)
        headers = headers if NO_STORE in headers else (*headers, NO_STORE)
        return Respond(204, headers, b"", events, response.close_code)
    if NO_STORE not in headers:  # a redirect; PEP 3333's checker wants a type there, too
        headers = (*headers, NO_STORE, ("content-type", "text/plain; charset=utf-8"))
    headers = (*headers, ("content-length", str(len(response.body))))
    body = b"" if exchange.incoming.method == "HEAD" else response.body
    return Respond(response.status, headers, body, events, response.close_code)


def _kept_back(exchange: Exchange, headers: Headers) -> Headers:
    """Without the cookies of a session that was ended while the response was made."""
    visitor, context = exchange.visitor, exchange.context
    if visitor is None or not context.is_over(visitor.marks, exchange.now):
        return headers
    names = context.sessions.cookie_names
    return tuple(
        (name, line)
        for name, line in headers
        if name != "set-cookie" or not line.startswith(names) or "Max-Age=0;" in line
    )
