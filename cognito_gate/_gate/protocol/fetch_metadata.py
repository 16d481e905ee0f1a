"""What a request is after: a page, something in the background, or a guess of the browser.

Knows the headers browsers send (Fetch Metadata and older ones); must not know what follows.
"""

from ..messages import METHOD_OVERRIDES, Incoming

_PURPOSES = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
_NOT_PREFLIGHT = {b"cookie", b"authorization", b"transfer-encoding", *METHOD_OVERRIDES}
_PAGES = (b"", b"document", b"iframe", b"frame", b"embed", b"object")


def is_prefetch(incoming: Incoming) -> bool:
    """True when the browser only guesses that somebody may want this."""
    return any(
        b"prefetch" in value.lower() for name, value in incoming.headers if name in _PURPOSES
    )


def is_navigation(incoming: Incoming) -> bool:
    """True for a browser that goes to a page, which a sign-in may interrupt.

    fetch and XHR, HTMX, JSON clients, prefetching, WebSockets and non-GET are not that: a redirect
    would end in an opaque CORS error or start sign-ins nobody sees. Where there is no Fetch
    Metadata, a page must be asked for by name, as all browsers do: curl and HTTP clients ask for
    anything. Nobody who sends credentials in a header is a browser.
    """
    if incoming.kind != "http" or incoming.method != "GET":
        return False
    mode = incoming.value(b"sec-fetch-mode")
    if mode not in (b"", b"navigate") or is_prefetch(incoming):
        return False
    if incoming.value(b"sec-fetch-dest") not in _PAGES:
        return False
    if incoming.value(b"x-requested-with") == b"xmlhttprequest" or incoming.value(b"hx-request"):
        return False
    if incoming.value(b"upgrade") or incoming.value(b"content-type").endswith(b"json"):
        return False
    if incoming.values(b"authorization"):
        return False
    return _accepts_pages(incoming, by_name=not mode)


def sends_form(incoming: Incoming) -> bool:
    """True for a form that a page sends, and whose answer somebody will look at."""
    if incoming.method != "POST" or incoming.forwarded:
        return False
    return is_navigation(incoming._replace(method="GET"))


def _accepts_pages(incoming: Incoming, *, by_name: bool) -> bool:
    """A page is named; or (not `by_name`) nothing in particular is asked for."""
    accept = b",".join(incoming.values(b"accept")).lower()
    ranges = [part.partition(b";") for part in accept.split(b",") if part.strip()]
    if not ranges or [kind.strip() for kind, _, _ in ranges] == [b"*/*"]:
        return not by_name
    return any(
        kind.strip() in (b"text/html", b"application/xhtml+xml") and not _refused(parameters)
        for kind, _, parameters in ranges
    )


def _refused(parameters: bytes) -> bool:
    name, _, value = parameters.replace(b" ", b"").partition(b"=")
    return name == b"q" and not value.strip(b"0.")


def opens_websocket(incoming: Incoming) -> bool:
    """True for a WebSocket, also for one that the server leaves to the app as a request."""
    if incoming.kind == "websocket":
        return True
    protocols = b",".join(incoming.values(b"upgrade")).lower()
    return bool(protocols) and b"websocket" in [name.strip() for name in protocols.split(b",")]


def is_preflight(incoming: Incoming) -> bool:
    """True for a CORS preflight as the Fetch standard has browsers send it: never with credentials.

    One that has credentials or a body, or says that it is another method, was not sent by a
    browser: an app that takes any method for its own must not be reached by it.
    """
    if incoming.method != "OPTIONS" or opens_websocket(incoming):
        return False
    if any(name in _NOT_PREFLIGHT for name, _ in incoming.headers):
        return False
    if incoming.value(b"content-length") not in (b"", b"0"):
        return False
    return bool(incoming.value(b"origin") and incoming.value(b"access-control-request-method"))


def of_this_site(incoming: Incoming, origin: str) -> bool:
    """False when another site makes the browser ask, as far as the browser tells."""
    site = incoming.value(b"sec-fetch-site")
    if site:
        return site != b"cross-site"
    for name in (b"origin", b"referer"):
        sender = incoming.value(name).decode("latin-1")
        if sender:
            return sender == origin or sender.startswith(f"{origin}/")
    return True


def sent_by(incoming: Incoming, origin: str) -> bool:
    """True only when the browser says that a page of this very origin sends a form.

    A page that tells nobody where it is (`Referrer-Policy: no-referrer`) sends its forms with the
    origin `null`; then Fetch Metadata has to say it.
    """
    site = incoming.value(b"sec-fetch-site")
    sender = incoming.value(b"origin").decode("latin-1")
    if site not in (b"", b"same-origin"):
        return False
    return sender == origin or (site == b"same-origin" and sender in ("", "null"))
