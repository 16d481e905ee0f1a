"""Cookie headers -> values, and values -> Set-Cookie lines, split over several when long.

Knows cookie syntax and browser limits; nothing of what the values hold. The reader is our own:
`http.cookies` drops all cookies after a foreign malformed one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

CHUNK = 3900  # name and value together must stay within 4096 bytes (RFC 6265 section 6.1)
MOST_CHUNKS = 5
MOST_CANDIDATES = 8

_BLANK = b" \t"

Jar: TypeAlias = dict[str, list[str]]


def read(headers: Iterable[bytes], mark: bytes) -> Jar:
    """The cookies whose name contains `mark`; a name sent twice keeps both values, in order.

    Cookies of others are passed over, whatever they look like.
    """
    found: Jar = {}
    for header in headers:
        for part in header.split(b";"):
            name, equals, value = part.partition(b"=")
            if equals and mark in name:
                key = name.strip(_BLANK).decode("latin-1")
                found.setdefault(key, []).append(value.strip(_BLANK).decode("latin-1"))
    return found


def first(header: bytes, mark: bytes) -> dict[bytes, bytes]:
    """As `read` for one header, the first value of each name only: the quick look of a request
    whose session is known."""
    found: dict[bytes, bytes] = {}
    for part in header.split(b";"):
        name, _, value = part.partition(b"=")
        if mark in name:
            found.setdefault(name.strip(_BLANK), value.strip(_BLANK))
    return found


def candidates(cookies: Jar, name: str) -> list[str]:
    """Every value that the cookie `name` may have, likeliest first, at most eight.

    Duplicates are all offered (another site of the same domain may have planted one). Chunks are
    joined from `.0` up to the first gap; shorter joins follow, for a stale chunk may trail.
    """
    found = cookies.get(name, [])
    if f"{name}.0" not in cookies:
        return found[:MOST_CANDIDATES]
    chunks: list[str] = []
    while len(chunks) < MOST_CHUNKS and f"{name}.{len(chunks)}" in cookies:
        chunks.append(cookies[f"{name}.{len(chunks)}"][0])
    joined = ["".join(chunks[:count]) for count in range(len(chunks), 0, -1)]
    return (found[: MOST_CANDIDATES - len(joined)] + joined)[:MOST_CANDIDATES]


def names(cookies: Jar, name: str) -> list[str]:
    """The names under which the browser holds parts of the cookie `name`."""
    return [key for key in cookies if key == name or _is_chunk(key, name)]


def _is_chunk(key: str, name: str) -> bool:
    index = key.removeprefix(name + ".")
    return index != key and len(index) <= 3 and index.isascii() and index.isdigit()


@dataclass(frozen=True, slots=True)
class Attributes:
    """What every cookie of one kind is set and cleared with."""

    secure: bool
    samesite: str = "lax"
    domain: str = ""

    def line(self, name: str, value: str, max_age: int) -> str:
        """One Set-Cookie value. `max_age` in seconds; 0 clears."""
        parts = [f"{name}={value}", f"Max-Age={max_age}", "Path=/", "HttpOnly"]
        if max_age == 0:
            parts.append("Expires=Thu, 01 Jan 1970 00:00:00 GMT")
        if self.domain:
            parts.append(f"Domain={self.domain}")
        if self.secure:
            parts.append("Secure")
        parts.append(f"SameSite={self.samesite.capitalize()}")
        return "; ".join(parts)

    def store(self, name: str, value: str, max_age: int, held: Jar) -> list[str]:
        """Lines that store `value` under `name`, clearing parts of an older layout in `held`."""
        if len(value) <= CHUNK:
            parts = {name: value}
        else:
            starts = range(0, len(value), CHUNK)
            parts = {f"{name}.{i}": value[at : at + CHUNK] for i, at in enumerate(starts)}
        stale = [key for key in names(held, name) if key not in parts]
        lines = [self.line(key, part, max_age) for key, part in parts.items()]
        return lines + [self.line(key, "", 0) for key in stale]

    def clear(self, name: str, held: Jar, *, always: bool = False) -> list[str]:
        """Lines that clear `name` and its chunks as far as `held` has them, or `always`."""
        found = names(held, name)
        if always and name not in found:
            found.append(name)
        return [self.line(key, "", 0) for key in found]
