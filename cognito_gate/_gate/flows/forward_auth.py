"""A proxy asks whether a request that it has got may pass: nginx, Traefik, Caddy, Envoy.

Knows how a proxy says what it was asked for, and how it is answered. Must not know who may pass,
which the gate decides for that request as for one of its own.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes, urlsplit

from ...errors import ProxyRefused
from ...settings import Settings
from ...settings.proxies import TrustedProxies
from ..exchange import Exchange
from ..messages import Decision, Header, Headers, Incoming, Pass, Respond
from ..protocol.identity_headers import IdentityHeaders

# Traefik's and Caddy's names; those that nginx is usually given.
_NAMES = ((b"x-forwarded-method", b"x-forwarded-uri"), (b"x-original-method", b"x-original-uri"))
_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}")
_URI = re.compile(rb"/[\x21-\xff]*")
MAX_URI_BYTES = 16_384
REDIRECT_TO = "x-auth-request-redirect"
"""Where to sign in, beside a 401: proxies that know no redirect send visitors there."""
NUMBERED = "x-set-cookie-"
"""Of nginx, whose variables hold one header each: Set-Cookie lines by names of their own."""


class ForwardAuth:
    """The route `{prefix}/verify`, and all that begin with `{prefix}/verify/` (Envoy puts the path
    that it was asked for there)."""

    def __init__(self, settings: Settings) -> None:
        self._proxies = TrustedProxies(settings.trusted_proxies)
        self._given = IdentityHeaders(settings.headers)
        self._path = f"{settings.prefix}/verify"
        self._origin = settings.app_origin

    def read(self, exchange: Exchange) -> Exchange:
        """The request that the proxy asks about.

        Raises:
            ProxyRefused: nobody knows what it is, or who says so.
        """
        incoming = exchange.incoming
        if incoming.client not in self._proxies:
            raise ProxyRefused(f"{incoming.client or 'nobody'} is not in the trusted proxies")
        self._check_host(incoming)
        self._check_spellings(incoming)
        method, uri = self._asked(incoming)
        target, _, query = uri.partition(b"?")
        forwarded = incoming._replace(
            method=method.decode("ascii"),
            path=unquote_to_bytes(target).decode("utf-8", "replace"),
            target=target,
            query=query,
            headers=_with_upgrade(incoming),
            mount="",
            client=self._client(incoming),
            forwarded=True,
        )
        return Exchange(exchange.context, forwarded, events=exchange.events)

    def _asked(self, incoming: Incoming) -> tuple[bytes, bytes]:
        """The method and the URI. What the visitor has sent reaches the gate by some proxies, too:
        where two say different things, one of them may be a visitor's."""
        told = {(_only(incoming, method), _only(incoming, uri)) for method, uri in _NAMES}
        told.discard((b"", b""))
        if incoming.path != self._path:
            start = self._path.encode()
            if not incoming.target.startswith(start + b"/"):
                raise ProxyRefused("the path is not written as its own prefix is")
            query = b"?" + incoming.query if incoming.query else b""
            told.add((incoming.method.encode(), incoming.target[len(start) :] + query))
        if len(told) != 1:
            raise ProxyRefused(
                "the proxy tells no method and URI" if not told else "there are several URIs"
            )
        [(method, uri)] = told
        # Servers join the lines of one header by commas: one of them may be the visitor's.
        readable = _METHOD.fullmatch(method) and _URI.fullmatch(uri) and b",/" not in uri
        if not readable or len(uri) > MAX_URI_BYTES:
            raise ProxyRefused("the proxy tells no method and path that could be read")
        return method, uri

    def _check_host(self, incoming: Incoming) -> None:
        """One gate is for one host: cookies and sign-ins are of that alone."""
        host = _only(incoming, b"x-forwarded-host").decode("latin-1").lower()
        ours = urlsplit(self._origin)
        full = f"{ours.hostname}:{ours.port or (443 if ours.scheme == 'https' else 80)}"
        if host and host not in (ours.netloc, ours.hostname, full):
            raise ProxyRefused("the request was for another host than that of the redirect URL")

    def _check_spellings(self, incoming: Incoming) -> None:
        """A proxy replaces the identity headers by their names, and apps may read `_` for `-`."""
        for name, _ in incoming.headers:
            if b"_" in name and name.decode("latin-1").replace("_", "-") in self._given.names:
                raise ProxyRefused("an identity header in another spelling")

    def _client(self, incoming: Incoming) -> str:
        """Whom the trusted proxies had the request from."""
        line = b",".join(incoming.values(b"x-forwarded-for")).decode("latin-1")
        hops = [hop.strip() for hop in line.split(",") if hop.strip()]
        return next((hop for hop in reversed(hops) if hop not in self._proxies), incoming.client)

    def respond(self, exchange: Exchange, decision: Decision) -> Respond:
        """The answer to the proxy."""
        ours = exchange.incoming.path == self._path  # the query is the proxy's, not the visitor's
        cookies = _cookies(decision.headers)
        if ours and exchange.asked("cookies") == "numbered":
            lines = enumerate((line for _, line in cookies), 1)
            cookies = (*cookies, *((f"{NUMBERED}{number}", line) for number, line in lines))
        if isinstance(decision, Pass):
            return Respond(200, (*self._identity(decision), *cookies))
        rest = tuple(header for header in decision.headers if header[0] != "set-cookie")
        if decision.status not in (302, 303):
            return Respond(decision.status, (*rest, *cookies), decision.body)
        way = next(value for name, value in rest if name == "location")
        way = self._origin + way if way.startswith("/") else way  # Traefik reads it as its own
        if ours and exchange.asked("redirect") != "1":
            challenge: tuple[Header, ...] = ((REDIRECT_TO, way), ("www-authenticate", "Bearer"))
            return Respond(401, (*challenge, *cookies))
        return Respond(303, (("location", way), *cookies))

    def _identity(self, decision: Pass) -> Headers:
        """All of them, empty where there is no value: some proxies replace only what is there."""
        values = dict(self._given.of(decision.identity))
        return tuple((name, values.get(name, "")) for name in sorted(self._given.names))


def _only(incoming: Incoming, name: bytes) -> bytes:
    """The value of a header; empty where there is none.

    Raises:
        ProxyRefused: there are several different ones.
    """
    values = set(incoming.values(name))
    if len(values) > 1:
        raise ProxyRefused(f"several {name.decode()}")
    return values.pop() if values else b""


def _with_upgrade(incoming: Incoming) -> list[tuple[bytes, bytes]]:
    """The headers, with the Upgrade of a WebSocket, which proxies keep to themselves."""
    opens = any(name == b"sec-websocket-key" for name, _ in incoming.headers)
    return [*incoming.headers, *([(b"upgrade", b"websocket")] if opens else [])]


def _cookies(headers: Iterable[Header]) -> Headers:
    return tuple(header for header in headers if header[0] == "set-cookie")
