"""The signature of a request that an operator's tool sends: who knows the key sent it, just now.

Knows the header `x-cognito-gate-signature: t=<Unix time>,v1=<hex>`, where the second is the
HMAC-SHA256 of `<Unix time>.<body>`. Must not know what the body says.
"""

import hmac
import re
from collections.abc import Sequence

from ...errors import RevocationRefused

HEADER = b"x-cognito-gate-signature"
MAX_AGE_SECONDS = 300
_FORM = re.compile(rb"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def check(key: str, headers: Sequence[bytes], body: bytes, now: float) -> int:
    """When the request was signed (Unix time).

    Args:
        headers: all values of the header.

    Raises:
        RevocationRefused: it is not signed with the key, or not within the last five minutes.
    """
    match = _FORM.fullmatch(headers[0].strip()) if len(headers) == 1 else None
    if match is None:
        raise RevocationRefused("the signature is missing, or not of the form t=...,v1=...")
    at, signature = match.groups()
    right = hmac.digest(key.encode(), at + b"." + body, "sha256").hex().encode()
    if not hmac.compare_digest(right, signature):
        raise RevocationRefused("the signature is not one of this key")
    if abs(now - int(at)) > MAX_AGE_SECONDS:
        raise RevocationRefused("the request was signed more than five minutes ago, or to come")
    return int(at)
