"""The last touch to every response of the gate: what each has, and what it may say no longer.

Knows headers. Must not know what a response is about.
"""

from .exchange import Exchange
from .messages import Headers, Respond
from .protocol import pages


def complete(exchange: Exchange, response: Respond) -> Respond:
    """With a type, a length, never cached, no body for HEAD; with its request id and events."""
    headers = (*_kept_back(exchange, response.headers), ("x-request-id", exchange.request_id))
    events = tuple(exchange.events)
    if response.status == 204:  # has no body, and says nothing of one (RFC 9110, section 8.6)
        return Respond(204, (*headers, pages.NO_STORE), events=events)
    if pages.NO_STORE not in headers:  # a redirect; PEP 3333's checker wants a type there, too
        headers = (*headers, pages.NO_STORE, ("content-type", "text/plain; charset=utf-8"))
    headers = (*headers, ("content-length", str(len(response.body))))
    body = b"" if exchange.incoming.method == "HEAD" else response.body
    return Respond(response.status, headers, body, events, response.close_code)


def _kept_back(exchange: Exchange, headers: Headers) -> Headers:
    """Without the cookies of a session that was signed out while the response was made."""
    visitor, context = exchange.visitor, exchange.context
    if visitor is None or not context.is_over(visitor.marks, exchange.now):
        return headers
    names = context.sessions.cookie_names
    return tuple(
        (name, line)
        for name, line in headers
        if name != "set-cookie" or not line.startswith(names) or "Max-Age=0;" in line
    )
