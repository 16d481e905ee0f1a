"""A verified identity -> request headers for an app, or for an upstream behind a proxy.

Knows how a claim is written so that it stays one value of one header. Must not know where the
headers go. Everything but visible ASCII is percent-encoded, and so are `%` and `,`: a comma always
separates two values, and percent-decoding gives each of them back.
"""

import math
from typing import Any
from urllib.parse import quote

from ...identity import VERIFIED_BY, Identity, is_verified
from ...settings.identity_headers import header_names, header_pairs
from ..messages import Header, Headers

MAX_VALUE_CHARS = 4096
"""Of a header that is no token. A longer one is left out: a part of it could be another value."""
_KEPT = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "%,")
_TOKENS = ("access_token", "id_token")


class IdentityHeaders:
    """The headers that the words of COGNITO_GATE_HEADERS ask for.

    Example::

        IdentityHeaders(("x-user=sub",)).of(identity)     # (("x-user", "sub-of-ada"),)
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self._pairs = header_pairs(words)
        self.names = header_names(words)
        """Their names, in lower case: from nobody else does the app take these."""

    def of(self, identity: Identity | None) -> Headers:
        """Those that there is a value for; of nobody, none."""
        if identity is None:
            return ()
        found = (_header(name, claim, identity) for name, claim in self._pairs)
        return tuple(header for header in found if header is not None)


def _header(name: str, claim: str, identity: Identity) -> Header | None:
    if claim in _TOKENS:
        text = _written(getattr(identity, claim))
        return (name, text) if text else None
    text = _written(_value(claim, identity))
    return (name, text) if 0 < len(text) <= MAX_VALUE_CHARS else None


def _value(claim: str, identity: Identity) -> Any:
    """A claim of the access token, else of the ID token; the username, which has two names."""
    if claim == "username":
        return identity.username
    if claim in VERIFIED_BY:
        verified = is_verified(identity.id_claims, claim)
        return identity.id_claims.get(claim) if verified else None
    value = identity.access_claims.get(claim)
    return identity.id_claims.get(claim) if value is None else value


def _written(value: Any) -> str:
    """The value of a header; empty for what has no plain text, such as an object."""
    if not isinstance(value, list | tuple):
        return _item(value)
    items = [_item(item) for item in value]
    return ",".join(items) if all(items) else ""


def _item(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    return _encoded(value) if isinstance(value, str) else ""


def _encoded(text: str) -> str:
    try:
        return quote(text, safe=_KEPT, errors="strict")
    except UnicodeEncodeError:  # half a character, which JSON can write
        return ""
