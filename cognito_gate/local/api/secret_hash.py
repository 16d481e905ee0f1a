"""Whether the caller knows the app client's secret. Must not know users."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from ..model import Client
from .errors import ApiError, not_authorized


def secret_hash(client: Client, username: str) -> str:
    """Base64 of HMAC-SHA256 over user name and client id."""
    key = (client.secret or "").encode()
    digest = hmac.new(key, (username + client.client_id).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def check_secret_hash(client: Client, received: str | None, *usernames: str) -> None:
    """The hash must be there exactly when the client has a secret, and fit one of the names."""
    if client.secret is None and received is None:
        return
    if received is None:
        raise not_authorized(
            f"Client {client.client_id} is configured with secret but SECRET_HASH was not received"
        )
    matches = [_equal(secret_hash(client, name), received) for name in usernames]
    if client.secret is None or not any(matches):
        raise not_authorized(f"Unable to verify secret hash for client {client.client_id}")


def check_secret(client: Client, received: str | None, error: ApiError) -> None:
    """Where the API takes the secret itself."""
    if not _equal(client.secret or "", received or ""):
        raise error


def _equal(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())
