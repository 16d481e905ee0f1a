"""Which request headers the app gets, on either edge: nobody's claims but the gate's own.

Knows what a client may not say, and which of the gate's cookies are not for the app. Must not know
tokens, nor what a cookie holds.
"""

import re
from functools import lru_cache
from typing import Any, TypeAlias

from ._gate.protocol.identity_headers import IdentityHeaders
from ._gate.shown_cookies import shown_cookies
from .identity import Identity, tells_identity

Raw: TypeAlias = list[tuple[bytes, bytes]]
# No header that tells an identity needs more characters to be known as one; a setting's has fewer.
_MAX_IDENTITY_NAME = 64
_MAX_KEY = _MAX_IDENTITY_NAME + len("HTTP_") + 1
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]*")
# What most requests consist of: only the rest is looked at. None of these tells who is there.
HARMLESS_HEADERS = frozenset(
    name.encode()
    for name in (
        *("accept", "accept-charset", "accept-encoding", "accept-language", "authorization"),
        *("cache-control", "connection", "content-length", "content-type", "dnt"),
        *("forwarded", "host", "if-modified-since", "if-none-match", "origin", "pragma"),
        *("priority", "range", "referer", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform"),
        *("sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user", "sec-gpc"),
        *("te", "traceparent", "tracestate", "transfer-encoding", "upgrade", "user-agent", "via"),
        *("upgrade-insecure-requests", "x-amzn-trace-id", "x-csrf-token", "x-forwarded-for"),
        *("x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-real-ip"),
        *("x-request-id", "x-requested-with"),
    )
)
HARMLESS_WITH_COOKIES = HARMLESS_HEADERS | {b"cookie"}


def native_bytes(text: str) -> bytes:
    """The bytes of a text of an environ (PEP 3333, "Unicode Issues"). Some adapters for AWS Lambda
    put text there that was decoded from UTF-8, with characters that no environ can have."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


class AppHeaders:
    """The request headers as an app behind the gate sees them, given those of the request.

    `words` are those of COGNITO_GATE_HEADERS. What they name is taken from the request, however it
    is spelled, and told by the gate instead.
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self._given = IdentityHeaders(words)
        self._names = self._given.names
        self.adds = bool(self._names)
        """Whether the app is given any."""
        # A server sees the same few names all day.
        self._claims_header = lru_cache(1024)(self._is_header_claim)
        self._claims_key = lru_cache(1024)(self._is_key_claim)

    def asgi(self, headers: Raw, identity: Identity | None) -> Raw:
        """The headers of a scope."""
        seen: Raw = []
        for pair in headers:
            name, value = pair
            if name in HARMLESS_HEADERS:
                seen.append(pair)
            elif name == b"cookie":
                shown = shown_cookies(value)
                if shown is None:
                    seen.append(pair)
                elif shown:
                    seen.append((name, shown))
            elif not self._claims_header(name[:_MAX_IDENTITY_NAME]):
                seen.append(pair)
        if self.adds:
            given = self._given.of(identity)
            seen.extend((name.encode(), value.encode()) for name, value in given)
        return seen

    def wsgi(
        self, environ: dict[str, Any], identity: Identity | None, *, shown: bool = False
    ) -> dict[str, Any]:
        """A copy of an environ, without what a client or an outer layer said of the visitor.
        `shown`: it is known that all its cookies may be shown."""
        inner = dict(environ)
        for key in environ:
            if self._claims_key(key[:_MAX_KEY]):
                del inner[key]
        if not shown and "HTTP_COOKIE" in inner:
            _show_cookies(inner)
        for name, value in self._given.of(identity):
            inner[f"HTTP_{name.upper().replace('-', '_')}"] = value
        return inner

    def _is_header_claim(self, header: bytes) -> bool:
        return self._tells_identity(header.decode("latin-1"))

    def _is_key_claim(self, key: str) -> bool:
        if key.startswith("HTTP_"):
            return self._tells_identity(key[5:])
        return key.startswith("cognito_gate.") or key in ("REMOTE_USER", "AUTH_TYPE")

    def _tells_identity(self, name: str) -> bool:
        """What is no name of a header (RFC 9110 section 5.1) tells one, too: with other letters in
        it, such as the sharp s whose upper case is SS, an app may take it for another."""
        if not _NAME.fullmatch(name):
            return True
        return tells_identity(name) or name.lower().replace("_", "-") in self._names


def _show_cookies(environ: dict[str, Any]) -> None:
    shown = shown_cookies(native_bytes(environ["HTTP_COOKIE"]))
    if shown:
        environ["HTTP_COOKIE"] = shown.decode("latin-1")
    elif shown is not None:
        del environ["HTTP_COOKIE"]
