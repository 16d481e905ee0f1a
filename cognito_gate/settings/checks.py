"""The check of each setting: a wrong value raises a `Problem`.

Knows formats (URLs, pool ids, names of domains), and not where values come from. A problem never
contains a secret's value.
"""

import re
from collections.abc import Callable
from types import NoneType
from typing import Any
from urllib.parse import SplitResult, urlsplit

POOL_ID = re.compile(r"(?P<region>[a-z]{2,4}-(?:[a-z]+-)?[a-z]+-\d)_[0-9A-Za-z]+", re.ASCII)
REGION = re.compile(r"[a-z]{2,4}-(?:[a-z]+-)?[a-z]+-\d", re.ASCII)
CLIENT_ID = re.compile(r"[\w+]{1,128}", re.ASCII)
PREFIX_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?", re.ASCII | re.IGNORECASE)
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+", re.ASCII)  # RFC 6749 section 3.3
PATH = re.compile(r"(?:/[A-Za-z0-9_.~!$&'()+,=:@-]+)+", re.ASCII)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Problem(ValueError):
    """What is wrong with one setting, as a text that follows the variable's name."""


# Addresses


def pool_region(user_pool_id: str) -> str:
    """The region at the start of a pool id; empty for an invalid pool id."""
    match = POOL_ID.fullmatch(user_pool_id)
    return match["region"] if match else ""


def domain_origin(domain: str, region: str) -> str:
    """The https origin of a login domain given as an origin, a host or a bare prefix."""
    if "://" in domain:
        return domain.rstrip("/")
    if "." in domain or ":" in domain:
        return f"https://{domain}"
    # GovCloud has FIPS endpoints only (AWS GovCloud User Guide, Amazon Cognito).
    auth = "auth-fips" if region.startswith("us-gov-") else "auth"
    return f"https://{domain}.{auth}.{region}.amazoncognito.com"


def web_origin(url: str) -> str:
    """The origin of a checked URL as browsers write it: lower case, no default port."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    return origin.removesuffix(":443" if parts.scheme == "https" else ":80")


def _url(value: str, takes: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as exc:
        raise Problem(f"is {value!r}, which is not a URL; it takes {takes}") from exc
    # urlsplit silently drops tabs and line ends, so the raw text must be printable ASCII. It also
    # cannot tell an empty query or fragment from none.
    dangling = value.endswith(("?", "#"))
    if not re.fullmatch(r"[\x21-\x7e]+", value) or not parts.hostname or port == 0 or dangling:
        raise Problem(f"is {value!r}; it takes {takes}")
    if parts.username is not None or parts.fragment or "\\" in value:
        raise Problem(f"is {value!r}; it takes {takes}, without user name or fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise Problem(
            f"is {value!r}; it takes {takes} (plain http is for localhost and 127.0.0.1 only)"
        )
    return parts


def _origin(value: str, takes: str) -> None:
    parts = _url(value, takes)
    if parts.path not in ("", "/") or parts.query:
        raise Problem(f"is {value!r}; it takes {takes}, without a path")


# Checks

_KINDS = {
    str: "a text",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    NoneType: "True, False or None",  # a flag whose default depends on other settings
}
_ALSO_ALLOWED: dict[type, tuple[type, ...]] = {float: (int,), NoneType: (bool,)}


def check_type(value: object, default: object, *, secret: bool) -> None:
    """Check that a value given in code has the type of its default."""
    if isinstance(default, tuple):
        if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
            return
        raise Problem(f"is {_printable_value(value, secret)}; it takes a tuple of texts")
    kind = type(default)
    if type(value) not in (kind, *_ALSO_ALLOWED.get(kind, ())):
        raise Problem(f"is {_printable_value(value, secret)}; it takes {_KINDS[kind]}")


def _printable_value(value: object, secret: bool) -> str:
    return f"of type {type(value).__name__}" if secret else f"{value!r:.100}"


def _required(value: str, takes: str) -> None:
    if not value:
        raise Problem(f"is missing; it takes {takes}")


def _region(value: str) -> None:
    if value and not REGION.fullmatch(value):
        raise Problem(f"is {value!r}; it takes an AWS region such as eu-west-1")


def _domain(value: str) -> None:
    takes = "the login domain: https://my-app.auth.eu-west-1.amazoncognito.com, a host, or my-app"
    _required(value, takes)
    if "://" in value:
        _origin(value, takes)
    elif "." in value or ":" in value:
        if not HOST.fullmatch(value):
            raise Problem(f"is {value!r}; it takes {takes}")
    elif not PREFIX_DOMAIN.fullmatch(value):
        raise Problem(f"is {value!r}; it takes {takes}")


def _pool_id(value: str) -> None:
    takes = "the pool's id, such as eu-west-1_AbCdEfGhI"
    _required(value, takes)
    if not POOL_ID.fullmatch(value) or len(value) > 55:
        raise Problem(f"is {value!r}; it takes {takes}")


def _client_id(value: str) -> None:
    _required(value, "the app client's id")
    if not CLIENT_ID.fullmatch(value):
        raise Problem(f"is {value!r}; it takes the app client's id (letters and digits)")


def _client_secret(value: str) -> None:
    if value and not re.fullmatch(r"[\x21-\x7e]{1,256}", value):
        raise Problem("contains spaces or characters that no client secret has")


def _redirect_url(value: str) -> None:
    takes = "the full URL of the callback, such as https://app.example.com/auth/callback"
    _required(value, takes)
    parts = _url(value, takes)
    path = parts.path.removesuffix("/")
    if parts.query or not PATH.fullmatch(path) or has_dot_segment(path):
        raise Problem(
            f"is {value!r}; it takes {takes}, with a path that only the gate uses and no query"
        )


def _logout_url(value: str) -> None:
    takes = "the full URL after sign-out, such as https://app.example.com/auth/signed-out"
    _required(value, takes)
    path = _url(value, takes).path.removesuffix("/")
    if path and (not PATH.fullmatch(path) or has_dot_segment(path)):
        raise Problem(f"is {value!r}; it takes {takes}")


def _issuer(value: str) -> None:
    takes = "the issuer, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"
    if value and (_url(value, takes).query or value.endswith("/")):
        raise Problem(f"is {value!r}; it takes {takes}, without query or slash at the end")


def _endpoint(value: str) -> None:
    if value:
        _origin(value, "an origin such as http://127.0.0.1:4566")


def _secret_key(value: str) -> None:
    takes = "at least 32 characters; `cognito-gate secret` prints a new one"
    _required(value, takes)
    if len(value) < 32:
        raise Problem(f"has {len(value)} characters; it takes {takes}")
    if _repeats(value):
        raise Problem(
            "can be guessed: it has few different characters, or repeats a short pattern; "
            f"it takes {takes}"
        )


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


def _public_paths(values: tuple[str, ...]) -> None:
    for value in values:
        base = value[:-2] if value.endswith("/*") else value.removesuffix("/")
        if value not in ("/", "/*") and (not PATH.fullmatch(base) or has_dot_segment(base)):
            raise Problem(f"lists {value!r}; it takes paths such as /health and /static/*")


def has_dot_segment(path: str) -> bool:
    """True when a segment of the path is `.` or `..`."""
    return any(segment in (".", "..") for segment in path.split("/"))


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
        _origin(value, "origins such as https://other.example.com")


def _samesite(value: str) -> None:
    if value not in ("lax", "strict", "none"):
        raise Problem(f"is {value!r}; it takes lax, strict or none")


def _cookie_domain(value: str) -> None:
    if value and (not HOST.fullmatch(value) or "." not in value or ":" in value):
        raise Problem(f"is {value!r}; it takes a domain such as example.com, or nothing")


def _session_bytes(value: int) -> None:
    if value and not 4_000 <= value <= 64_000:
        raise Problem(f"is {value}; it takes 4000 to 64000 bytes, or 0 for the default")


def _between(low: float, high: float, unit: str) -> Callable[[float], None]:
    def check(value: float) -> None:
        if not low <= value <= high:
            raise Problem(f"is {value!r:.20}; it takes {low:g} to {high:g} {unit}")

    return check


# Settings that are not listed here take any value of their type.
CHECKS: dict[str, Callable[[Any], None]] = {
    "region": _region,
    "domain": _domain,
    "user_pool_id": _pool_id,
    "user_pool_client_id": _client_id,
    "user_pool_client_secret": _client_secret,
    "redirect_url": _redirect_url,
    "logout_url": _logout_url,
    "cookie_age_seconds": _between(1, 31_536_000, "seconds"),
    "expiration_leeway": _between(0, 600, "seconds"),
    "scopes": _scopes,
    "cookie_domain": _cookie_domain,
    "cookie_samesite": _samesite,
    "refresh_cookie_age_seconds": _between(1, 315_360_000, "seconds"),
    "issuer": _issuer,
    "endpoint_url": _endpoint,
    "secret_key": _secret_key,
    "secret_key_fallbacks": _fallbacks,
    "prefix": _prefix,
    "public_paths": _public_paths,
    "refresh_before_seconds": _between(0, 86_400, "seconds"),
    "login_seconds": _between(1, 86_400, "seconds"),
    "http_timeout_seconds": _between(0.05, 60, "seconds"),
    "bearer_client_ids": _client_ids,
    "audiences": _audiences,
    "websocket_origins": _origins,
    "session_bytes": _session_bytes,
    "session_cache": _between(0, 1_000_000, "sessions"),
}
