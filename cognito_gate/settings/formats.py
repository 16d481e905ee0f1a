"""What the checks of settings are made of: URLs and origins, regions and names, ranges of numbers.

Knows formats, and how a problem is worded; must not know which setting has which of them.
"""

import re
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

POOL_ID = re.compile(r"(?P<region>[a-z]{2,4}-(?:[a-z]+-)?[a-z]+-\d)_[0-9A-Za-z]+", re.ASCII)
REGION = re.compile(r"[a-z]{2,4}-(?:[a-z]+-)?[a-z]+-\d", re.ASCII)
CLIENT_ID = re.compile(r"[\w+]{1,128}", re.ASCII)
PREFIX_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?", re.ASCII | re.IGNORECASE)
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+", re.ASCII)  # RFC 6749 section 3.3
PATH = re.compile(r"(?:/[A-Za-z0-9_.~!$&'()+,=:@-]+)+", re.ASCII)
METHOD = re.compile(r"[A-Z]+(?:-[A-Z]+)*", re.ASCII)
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


def check_url(value: str, takes: str) -> SplitResult:
    """Check for an https URL, or an http one of this machine; `takes` says what is expected."""
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


def check_origin(value: str, takes: str) -> None:
    """Check for such a URL that has no path and no query."""
    parts = check_url(value, takes)
    if parts.path not in ("", "/") or parts.query:
        raise Problem(f"is {value!r}; it takes {takes}, without a path")


def has_dot_segment(path: str) -> bool:
    """True when a segment of the path is `.` or `..`."""
    return any(segment in (".", "..") for segment in path.split("/"))


# Checks that several settings share


def check_paths(values: tuple[str, ...]) -> None:
    """Check paths of the app: exact ones, and those with `/*` at the end."""
    for value in values:
        base = value[:-2] if value.endswith("/*") else value.removesuffix("/")
        if value not in ("/", "/*") and (not PATH.fullmatch(base) or has_dot_segment(base)):
            raise Problem(f"lists {value!r:.100}; it takes paths such as /health and /static/*")


def check_present(value: str, takes: str) -> None:
    """Check that there is a value at all."""
    if not value:
        raise Problem(f"is missing; it takes {takes}")


def between(low: float, high: float, unit: str) -> Callable[[float], None]:
    """A check for a number from `low` to `high`."""

    def check(value: float) -> None:
        if not low <= value <= high:
            raise Problem(f"is {value!r:.20}; it takes {low:g} to {high:g} {unit}")

    return check


def one_of(*values: str) -> Callable[[str], None]:
    """A check for one of these texts."""

    def check(value: str) -> None:
        if value not in values:
            raise Problem(f"is {value!r}; it takes {', '.join(values[:-1])} or {values[-1]}")

    return check
