"""Which request headers tell the app who is there: the names, and the claim of each.

Knows what COGNITO_GATE_HEADERS takes, and which names no header of an identity may have. Must not
know identities, nor how a value is written.
"""

import re
from typing import TypeAlias

from .formats import Problem

X_AUTH_REQUEST = "x-auth-request"
"""One word for the names that oauth2-proxy uses."""
_PRESET = (
    ("x-auth-request-user", "sub"),
    ("x-auth-request-email", "email"),
    ("x-auth-request-groups", "cognito:groups"),
    ("x-auth-request-preferred-username", "username"),
)
# Without `_`: many servers take it for `-`, and some drop such headers. 64 characters are as many
# as an edge looks at.
_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}", re.ASCII)
_CLAIM = re.compile(r"[A-Za-z0-9_:.-]{1,64}", re.ASCII)
# Headers that mean something to servers, browsers, frameworks or this gate, in a request or in a
# response.
_RESERVED = frozenset(
    {
        *("age", "allow", "alt-svc", "connection", "cookie", "cookie2", "date", "dnt", "etag"),
        *("expect", "expires", "forwarded", "from", "host", "http2-settings", "keep-alive", "link"),
        *("last-modified", "location", "max-forwards", "origin", "pragma", "priority", "range"),
        *("referer", "refresh", "retry-after", "server", "set-cookie", "status", "te", "trailer"),
        *("traceparent", "tracestate", "transfer-encoding", "upgrade", "user-agent", "vary", "via"),
        *("warning", "x-amzn-trace-id", "x-csrf-token", "x-real-ip", "x-request-id"),
        *("x-auth-request-redirect", "x-requested-with", "x-method-override", "x-http-method"),
        *("x-http-method-override", "x-purpose", "x-moz", "purpose", "hx-request", "baggage"),
    }
)
_RESERVED_FAMILIES = (
    *("accept", "access-control-", "authorization", "cache-", "cdn-", "clear-site-", "content-"),
    *("early-", "if-", "proxy-", "sec-", "strict-", "surrogate-", "upgrade-", "www-", "x-accel-"),
    *("x-content-", "x-forwarded-", "x-frame-", "x-original-", "x-rewrite-", "x-sendfile"),
)

Pairs: TypeAlias = tuple[tuple[str, str], ...]


def header_pairs(words: tuple[str, ...]) -> Pairs:
    """Each header's name, in lower case, and the claim that it gives."""
    return tuple(pair for word in words for pair in _pairs(word))


def header_names(words: tuple[str, ...]) -> frozenset[str]:
    """All names that nobody but the gate may use: those of the headers, and one more of
    oauth2-proxy's, which stays empty unless it is asked for."""
    preset = any(word.lower() == X_AUTH_REQUEST for word in words)
    names = frozenset(name for name, _ in header_pairs(words))
    return names | {f"{X_AUTH_REQUEST}-access-token"} if preset else names


def _pairs(word: str) -> Pairs:
    if word.lower() == X_AUTH_REQUEST:
        return _PRESET
    name, _, claim = word.partition("=")
    return ((name.lower(), claim),)


def check_headers(words: tuple[str, ...]) -> None:
    """Check the words of COGNITO_GATE_HEADERS."""
    takes = f"{X_AUTH_REQUEST}, and pairs such as x-user=sub or x-groups=cognito:groups"
    for word in words:
        if word.lower() == X_AUTH_REQUEST:
            continue
        name, equals, claim = word.partition("=")
        if not equals or not _CLAIM.fullmatch(claim) or not _NAME.fullmatch(name.lower()):
            raise Problem(f"lists {word!r:.100}; it takes {takes}")
        if name.lower() in _RESERVED or name.lower().startswith(_RESERVED_FAMILIES):
            raise Problem(f"lists {name!r}, a header that has another meaning; it takes {takes}")
    names = [name for name, _ in header_pairs(words)]
    for name in names:
        if names.count(name) > 1:
            raise Problem(f"lists the header {name!r} twice")
