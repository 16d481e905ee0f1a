"""The check of each setting: a wrong value raises a `Problem`.

Knows which value is sound for which setting, and not where values come from. A problem never
contains a secret's value.
"""

import re
from collections.abc import Callable
from types import NoneType
from typing import Any, Literal

from .formats import (
    CLIENT_ID,
    HOST,
    PATH,
    POOL_ID,
    PREFIX_DOMAIN,
    REGION,
    SCOPE,
    Problem,
    between,
    check_origin,
    check_paths,
    check_present,
    check_url,
    has_dot_segment,
    one_of,
)
from .identity_headers import check_headers
from .proxies import check_proxies
from .rule_values import check_email_domains, check_groups
from .stores import check_store

_KINDS = {
    str: "a text",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    NoneType: "True, False or None",  # a flag whose default depends on other settings
}
_ALSO_ALLOWED: dict[type, tuple[type, ...]] = {float: (int,), NoneType: (bool,)}


def check_type(
    value: object, default: object, *, secret: bool, items: Literal["texts", "rules"] = "texts"
) -> None:
    """Check that a value given in code has the type of its default; a tuple holds such `items`."""
    if isinstance(default, tuple):
        of_items = _is_text if items == "texts" else _is_rule
        if isinstance(value, tuple) and all(map(of_items, value)):
            return
        name = "texts" if items == "texts" else "Rule"
        raise Problem(f"is {_printable_value(value, secret)}; it takes a tuple of {name}")
    kind = type(default)
    if type(value) not in (kind, *_ALSO_ALLOWED.get(kind, ())):
        raise Problem(f"is {_printable_value(value, secret)}; it takes {_KINDS[kind]}")


def _is_text(item: object) -> bool:
    return isinstance(item, str)


def _is_rule(item: object) -> bool:
    from .rules import Rule  # noqa: PLC0415 - most gates have no rules

    return isinstance(item, Rule)


def _printable_value(value: object, secret: bool) -> str:
    return f"of type {type(value).__name__}" if secret else f"{value!r:.100}"


def _region(value: str) -> None:
    if value and not REGION.fullmatch(value):
        raise Problem(f"is {value!r}; it takes an AWS region such as eu-west-1")


def _domain(value: str) -> None:
    takes = "the login domain: https://my-app.auth.eu-west-1.amazoncognito.com, a host, or my-app"
    check_present(value, takes)
    if "://" in value:
        check_origin(value, takes)
    elif "." in value or ":" in value:
        if not HOST.fullmatch(value):
            raise Problem(f"is {value!r}; it takes {takes}")
    elif not PREFIX_DOMAIN.fullmatch(value):
        raise Problem(f"is {value!r}; it takes {takes}")


def _pool_id(value: str) -> None:
    takes = "the pool's id, such as eu-west-1_AbCdEfGhI"
    check_present(value, takes)
    if not POOL_ID.fullmatch(value) or len(value) > 55:
        raise Problem(f"is {value!r}; it takes {takes}")


def _client_id(value: str) -> None:
    check_present(value, "the app client's id")
    if not CLIENT_ID.fullmatch(value):
        raise Problem(f"is {value!r}; it takes the app client's id (letters and digits)")


def _client_secret(value: str) -> None:
    if value and not re.fullmatch(r"[\x21-\x7e]{1,256}", value):
        raise Problem("contains spaces or characters that no client secret has")


def _redirect_url(value: str) -> None:
    takes = "the full URL of the callback, such as https://app.example.com/auth/callback"
    check_present(value, takes)
    parts = check_url(value, takes)
    path = parts.path.removesuffix("/")
    if parts.query or not PATH.fullmatch(path) or has_dot_segment(path):
        raise Problem(
            f"is {value!r}; it takes {takes}, with a path that only the gate uses and no query"
        )


def _logout_url(value: str) -> None:
    takes = "the full URL after sign-out, such as https://app.example.com/auth/signed-out"
    check_present(value, takes)
    path = check_url(value, takes).path.removesuffix("/")
    if path and (not PATH.fullmatch(path) or has_dot_segment(path)):
        raise Problem(f"is {value!r}; it takes {takes}")


def _issuer(value: str) -> None:
    takes = "the issuer, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"
    if value and (check_url(value, takes).query or value.endswith("/")):
        raise Problem(f"is {value!r}; it takes {takes}, without query or slash at the end")


def _endpoint(value: str) -> None:
    if value:
        check_origin(value, "an origin such as http://127.0.0.1:4566")


def _secret_key(value: str) -> None:
    takes = "at least 32 characters; `cognito-gate secret` prints a new one"
    check_present(value, takes)
    if len(value) < 32:
        raise Problem(f"has {len(value)} characters; it takes {takes}")
    if _repeats(value):
        raise Problem(
            "can be guessed: it has few different characters, or repeats a short pattern; "
            f"it takes {takes}"
        )


def _revoke_key(value: str) -> None:
    if value:
        _secret_key(value)


def _fallbacks(values: tuple[str, ...]) -> None:
    if any(len(value) < 32 for value in values):
        raise Problem("lists a key of under 32 characters; it takes retired SECRET_KEY values")
    if any(_repeats(value) for value in values):
        raise Problem(
            "lists a key that can be guessed (few different characters, or a repeated short "
            "pattern), so that anybody could forge cookies; remove it: sessions sealed with it end"
        )


def _repeats(key: str) -> bool:
    """True for a key that is hardly random; of random keys of 32 hex digits, 1 in 10,000 fails."""
    return len(set(key)) < 10 or any(key[n:] == key[:-n] for n in range(1, 16))


def _prefix(value: str) -> None:
    if not PATH.fullmatch(value) or has_dot_segment(value):
        raise Problem(f"is {value!r}; it takes a path such as /auth")


def _scopes(values: tuple[str, ...]) -> None:
    for value in values:
        if not SCOPE.fullmatch(value):
            raise Problem(f"lists {value!r}, which is not an OAuth scope")


def _client_ids(values: tuple[str, ...]) -> None:
    for value in values:
        if not CLIENT_ID.fullmatch(value):
            raise Problem(f"lists {value!r}, which is not an app client id")


def _audiences(values: tuple[str, ...]) -> None:
    for value in values:
        if not re.fullmatch(r"[\x21-\x7e]{1,256}", value):
            raise Problem(
                f"lists {value!r:.300}; it takes resources such as https://api.example.com"
            )


def _origins(values: tuple[str, ...]) -> None:
    for value in values:
        check_origin(value, "origins such as https://other.example.com")


def _cookie_domain(value: str) -> None:
    if value and (not HOST.fullmatch(value) or "." not in value or ":" in value):
        raise Problem(f"is {value!r}; it takes a domain such as example.com, or nothing")


def _session_bytes(value: int) -> None:
    if value and not 4_000 <= value <= 64_000:
        raise Problem(f"is {value}; it takes 4000 to 64000 bytes, or 0 for the default")


def _idle_seconds(value: int) -> None:
    if value and not 60 <= value <= 31_536_000:
        raise Problem(f"is {value}; it takes 60 to 31536000 seconds, or 0 for no such limit")


# Settings that are not listed here take any value of their type.
CHECKS: dict[str, Callable[[Any], None]] = {
    "region": _region,
    "domain": _domain,
    "user_pool_id": _pool_id,
    "user_pool_client_id": _client_id,
    "user_pool_client_secret": _client_secret,
    "redirect_url": _redirect_url,
    "logout_url": _logout_url,
    "cookie_age_seconds": between(1, 31_536_000, "seconds"),
    "expiration_leeway": between(0, 600, "seconds"),
    "scopes": _scopes,
    "cookie_domain": _cookie_domain,
    "cookie_samesite": one_of("lax", "strict", "none"),
    "refresh_cookie_age_seconds": between(1, 315_360_000, "seconds"),
    "issuer": _issuer,
    "endpoint_url": _endpoint,
    "secret_key": _secret_key,
    "secret_key_fallbacks": _fallbacks,
    "revoke_key": _revoke_key,
    "prefix": _prefix,
    "public_paths": check_paths,
    "require_groups": check_groups,
    "email_domains": check_email_domains,
    "trusted_proxies": check_proxies,
    "headers": check_headers,
    "refresh_before_seconds": between(0, 86_400, "seconds"),
    "idle_seconds": _idle_seconds,
    "login_seconds": between(1, 86_400, "seconds"),
    "http_timeout_seconds": between(0.05, 60, "seconds"),
    "store": check_store,
    "store_for": one_of("sessions", "large", "refresh"),
    "store_cache_seconds": between(0, 300, "seconds"),
    "store_timeout_seconds": between(0.05, 10, "seconds"),
    "bearer_client_ids": _client_ids,
    "audiences": _audiences,
    "websocket_origins": _origins,
    "session_bytes": _session_bytes,
    "session_cache": between(0, 1_000_000, "sessions"),
}
