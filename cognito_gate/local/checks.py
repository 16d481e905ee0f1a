"""Checks of values for the local Cognito, and the error that they raise.

Knows no user, client or pool.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class LocalConfigError(ValueError):
    """A user, client, switch or fault is invalid; the text says why."""


def require(condition: bool, complaint: str) -> None:
    """Raise LocalConfigError with the complaint unless the condition is true."""
    if not condition:
        raise LocalConfigError(complaint)


def is_loopback(host: str | None) -> bool:
    """Whether a host name can only mean this machine."""
    return host in _LOOPBACK or (
        host is not None and re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None
    )


def check_registered_url(url: str) -> None:
    """Cognito's rule for callback and sign-out URLs.

    https, http on a loopback host, or an app's own scheme; absolute, and no fragment.
    """
    require(
        url.isascii() and url.isprintable() and " " not in url,
        f"{url!r} must be plain ASCII without spaces",
    )
    try:
        parts = urlsplit(url)
    except ValueError as exc:
        raise LocalConfigError(f"{url!r} is not a URL") from exc
    require(bool(parts.scheme) and "://" in url, f"{url!r} must be absolute")
    require("#" not in url, f"{url!r} must not have a fragment")
    if parts.scheme in {"http", "https"}:
        require(bool(parts.hostname), f"{url!r} must name a host")
        require(
            parts.scheme == "https" or is_loopback(parts.hostname),
            f"{url!r} must use https (http is for localhost only)",
        )


def is_web_url(url: str) -> bool:
    """Whether it is an absolute http or https URL that may stand in a link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and "#" not in url
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname)


def is_encodable(value: object) -> bool:
    """Whether it is text that can be encoded as UTF-8."""
    # JSON can contain lone surrogates, which UTF-8 cannot encode.
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def is_text(value: object, max_length: int) -> bool:
    """Whether it is printable text of 1 to so many characters, none of them white space."""
    return (
        isinstance(value, str)
        and re.fullmatch(rf"\S{{1,{max_length}}}", value) is not None
        and value.isprintable()
    )


def texts(values: Iterable[str], name: str) -> tuple[str, ...]:
    """A list of different strings as a tuple."""
    # A single string would silently become a tuple of its letters.
    require(
        not isinstance(values, str) and isinstance(values, Iterable),
        f"{name} must be a list of strings",
    )
    items = tuple(values)
    require(all(isinstance(value, str) for value in items), f"{name} must be a list of strings")
    require(len(set(items)) == len(items), f"{name} must not repeat a value")
    return items


def check_known(name: str, values: Iterable[object], known: tuple[str, ...]) -> None:
    """Each of the values must be a known one."""
    for value in values:
        require(value in known, f"{name}: {value!r} is not one of {', '.join(known)}")


def is_custom_scope(scope: str) -> bool:
    """Whether it looks like `resource-server/scope`."""
    # RFC 6749 section 3.3. A resource server may be named by a URL, its scopes have no slash.
    return re.fullmatch(r"[!#-\[\]-~]+/[!#-\.0-\[\]-~]+", scope) is not None
