"""The scope that an app is called with: the server's, with the visitor in it, and without whatever
else claims to say who that is.

Knows where ASGI apps look for a visitor. Must not know how one is verified.
"""

from functools import lru_cache
from typing import Any

from starlette.types import Scope

from ._starlette_user import user_and_auth
from .identity import DISABLED, REQUEST_ID, Identity, tells_identity

IDENTITY = "cognito_gate.identity"
_MAX_IDENTITY_NAME = 64  # no header that tells an identity needs more characters to be known as one
# What most requests consist of: only the rest is looked at. None of these tells who is there.
HARMLESS_HEADERS = frozenset(
    name.encode()
    for name in (
        *("accept", "accept-charset", "accept-encoding", "accept-language", "authorization"),
        *("cache-control", "connection", "content-length", "content-type", "cookie", "dnt"),
        *("forwarded", "host", "if-modified-since", "if-none-match", "origin", "pragma"),
        *("priority", "range", "referer", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform"),
        *("sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user", "sec-gpc"),
        *("te", "traceparent", "tracestate", "transfer-encoding", "upgrade", "user-agent", "via"),
        *("upgrade-insecure-requests", "x-amzn-trace-id", "x-csrf-token", "x-forwarded-for"),
        *("x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-real-ip"),
        *("x-request-id", "x-requested-with"),
    )
)


def inner_scope(
    scope: Scope, identity: Identity | None, request_id: str | None, *, off: bool
) -> dict[str, Any]:
    """A copy with the identity in it; whatever stood there before is gone."""
    user, auth = user_and_auth(identity, off=off)
    inner = {**scope, IDENTITY: identity, REQUEST_ID: request_id, "user": user, "auth": auth}
    if off or DISABLED in scope:
        inner[DISABLED] = off
    for name, _ in scope["headers"]:
        if name not in HARMLESS_HEADERS and _claims_identity(name[:_MAX_IDENTITY_NAME]):
            inner["headers"] = _without_identity(scope)
            break
    return inner


def _without_identity(scope: Scope) -> list[tuple[bytes, bytes]]:
    return [pair for pair in scope["headers"] if not _claims_identity(pair[0][:_MAX_IDENTITY_NAME])]


@lru_cache(maxsize=1024)  # a server sees the same few names all day
def _claims_identity(name: bytes) -> bool:
    return tells_identity(name.decode("latin-1"))
