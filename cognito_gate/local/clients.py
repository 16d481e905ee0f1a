"""Which client is calling one of the server-to-server endpoints. Must not know grants or users."""

from __future__ import annotations

import base64
import binascii
import secrets

from .model import Client, Request
from .pool import Pool
from .wire import Form, OAuthError, needed


def authenticate(pool: Pool, request: Request, form: Form, status: int = 400) -> Client:
    """The client that sent the request: by Basic, by a secret in the body, or public."""
    if "authorization" in request.headers:
        client_id, secret = _basic(request.headers["authorization"], status)
        # RFC 6749 section 2.3: one method per request.
        if "client_secret" in form or form.get("client_id", client_id) != client_id:
            raise OAuthError("invalid_request")
    else:
        client_id, secret = needed(form, "client_id"), form.get("client_secret", "")
    client = pool.client(client_id)
    if client is None or not secrets.compare_digest(
        secret.encode(), (client.secret or "").encode()
    ):
        raise OAuthError("invalid_client", status=status)
    return client


def _basic(header: str, status: int) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as exc:
        raise OAuthError("invalid_client", status=status) from exc
    # Cognito takes id and secret as they are, without the form encoding of RFC 6749 section 2.3.1.
    client_id, colon, secret = text.partition(":")
    if scheme.lower() != "basic" or not colon or not secret:
        raise OAuthError("invalid_client", status=status)
    return client_id, secret
