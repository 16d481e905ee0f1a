"""Which request headers the app gets, on either edge: nobody's claims but the gate's own.

Knows what a client may not say, and which of the gate's cookies are not for the app. Must not know
tokens, nor what a cookie holds.
"""

from collections.abc import Iterable
from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeAlias

from ._gate.cookie_kinds import Names
from ._gate.protocol.identity_headers import IdentityHeaders
from .identity import Identity, tells_identity

Raw: TypeAlias = list[tuple[bytes, bytes]]
# No header that tells an identity needs more characters to be known as one; a setting's has fewer.
_MAX_IDENTITY_NAME = 64
_MAX_KEY = _MAX_IDENTITY_NAME + len("HTTP_") + 1
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
MAX_REMEMBERED_BYTES = 8_192
"""Of a Cookie header that is remembered with what the app sees of it. Servers cap it near that."""
_MARK = b"cognito_"
# The app may read the tokens, which its Identity has, too, and the visitor's language.
_SHOWN = {"access", "id", "language"}
_PLAIN_NAMES = Names.prefixed("")
_HIDDEN = frozenset(
    getattr(_PLAIN_NAMES, item.name).encode() for item in fields(Names) if item.name not in _SHOWN
)
_LOGIN = _PLAIN_NAMES.login.encode()


class AppHeaders:
    """The request headers as an app behind the gate sees them, given those of the request.

    `words` are those of COGNITO_GATE_HEADERS. What they name is taken from the request, however it
    is spelled, and told by the gate instead.
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self._given = IdentityHeaders(words)
        self._names = self._given.names
        # A server sees the same few names all day.
        self._claims_header = lru_cache(1024)(self._is_header_claim)
        self._claims_key = lru_cache(1024)(self._is_key_claim)

    def asgi(self, headers: Raw, identity: Identity | None) -> Raw:
        """The same list, where nothing has to change."""
        for name, value in headers:
            if name not in HARMLESS_HEADERS and self._changes(name, value):
                headers = list(self._rewritten(headers))
                break
        if self._names:
            given = self._given.of(identity)
            headers = [*headers, *((name.encode(), value.encode()) for name, value in given)]
        return headers

    def _changes(self, name: bytes, value: bytes) -> bool:
        if name == b"cookie":
            return shown_cookies(value) is not None
        return self._claims_header(name[:_MAX_IDENTITY_NAME])

    def _rewritten(self, headers: Raw) -> Iterable[tuple[bytes, bytes]]:
        for name, value in headers:
            if name == b"cookie":
                shown = shown_cookies(value)
                if shown is None or shown:
                    yield name, value if shown is None else shown
            elif not self._claims_header(name[:_MAX_IDENTITY_NAME]):
                yield name, value

    def wsgi(self, environ: dict[str, Any], identity: Identity | None) -> dict[str, Any]:
        """A copy of an environ, without what a client or an outer layer said of the visitor."""
        inner = dict(environ)
        for key in environ:
            if self._claims_key(key[:_MAX_KEY]):
                del inner[key]
        if "HTTP_COOKIE" in inner:
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
        return tells_identity(name) or name.lower().replace("_", "-") in self._names


def _show_cookies(environ: dict[str, Any]) -> None:
    shown = shown_cookies(environ["HTTP_COOKIE"].encode("latin-1"))
    if shown:
        environ["HTTP_COOKIE"] = shown.decode("latin-1")
    elif shown is not None:
        del environ["HTTP_COOKIE"]


def shown_cookies(line: bytes) -> bytes | None:
    """A Cookie header without the gate's own secrets; None for one that holds none of them.

    An app that leaks what it was sent cannot leak these: a refresh token, sign-ins under way.
    """
    if line.find(_MARK) < 0:
        return None
    return (_without_hidden if len(line) > MAX_REMEMBERED_BYTES else _remembered)(line)


def _without_hidden(line: bytes) -> bytes | None:
    pairs = line.split(b";")
    shown = [pair for pair in pairs if not _is_hidden(pair)]
    return None if len(shown) == len(pairs) else b";".join(shown).strip(b" \t")


_remembered = lru_cache(1024)(_without_hidden)


def _is_hidden(pair: bytes) -> bool:
    name = pair.partition(b"=")[0].strip(b" \t").removeprefix(b"__Host-")
    whole = name[:-2] if name[-2:-1] == b"." and name[-1:].isdigit() else name
    return whole in _HIDDEN or name.startswith(_LOGIN)
