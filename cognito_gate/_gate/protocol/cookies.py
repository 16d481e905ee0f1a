"""Cookie headers -> values, and values -> Set-Cookie lines, split over several when long.

Knows cookie syntax and browser limits; nothing of what the values hold. The reader is our own:
`http.cookies` drops all cookies after a foreign malformed one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from ...errors import CookiesTooLarge

CHUNK = 3900  # name and value together must stay within 4096 bytes (RFC 6265 section 6.1)
MAX_CHUNKS = 5
MAX_DUPLICATES = 6
MAX_CANDIDATES = MAX_DUPLICATES + 2 * MAX_CHUNKS
MAX_HEADER_BYTES = 65_536  # of all Cookie headers together; four times what a session takes
MAX_COOKIES = 2_048  # browsers keep some 180 for a site
MAX_CLEARED = 20  # Set-Cookie lines that a hostile Cookie header may cause

MARK = "cognito_"  # in the name of each of our cookies
_BLANK = " \t"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")

Jar: TypeAlias = dict[str, list[str]]


class RequestCookies:
    """The Cookie headers of one request, of which no more is read than somebody asks for."""

    __slots__ = ("_jar", "found", "headers")

    def __init__(self, headers: list[bytes]) -> None:
        self.headers = headers
        self.found: object = None
        """What the place of sessions has found by them; its own, and nobody else's."""
        self._jar: Jar | None = None

    @property
    def jar(self) -> Jar:
        """Our cookies."""
        if self._jar is None:
            self._jar = read(self.headers)
        return self._jar

    @property
    def app_bytes(self) -> int:
        """How many bytes of them are not ours."""
        ours = sum(len(name) + len(one) + 3 for name, values in self.jar.items() for one in values)
        return max(0, sum(map(len, self.headers)) - ours)

    def glance(self, names: tuple[str, ...]) -> tuple[str, ...] | None:
        """What the quick look at a single header finds."""
        return glance(self.headers[0], names) if len(self.headers) == 1 else None


def read(headers: Iterable[bytes]) -> Jar:
    """Our cookies, by their names; a name sent twice keeps both values, in order.

    Cookies of others are passed over, whatever they look like.
    """
    jar: Jar = {}
    seen: dict[str, list[str] | None] = {}  # a flood of one name is looked at once
    for header in headers:
        for part in header.decode("latin-1").split(";"):
            name, equals, value = part.partition("=")
            if MARK not in name or not equals:
                continue
            if name not in seen:
                key = name.strip(_BLANK)
                ours = _NAME.fullmatch(key)  # names come back in lines that clear
                seen[name] = jar.setdefault(key, []) if ours else None
            values = seen[name]
            if values is not None:
                values.append(value.strip(_BLANK))
    return jar


def check_size(headers: Iterable[bytes]) -> None:
    """Raises CookiesTooLarge for more than any browser of ours sends: each cookie costs time."""
    size = count = 0
    for header in headers:
        size += len(header)
        count += header.count(b";") + 1
        if size > MAX_HEADER_BYTES or count > MAX_COOKIES:
            raise CookiesTooLarge(
                f"the request has over {MAX_HEADER_BYTES} bytes of cookies, "
                f"or over {MAX_COOKIES} of them"
            )


@lru_cache(maxsize=8)  # the short way looks first, and a flow soon after it
def glance(header: bytes, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The quick look at a Cookie header: the value of each of these cookies, empty where its name
    does not occur. None where one is not there once and plainly: then `read` has to say.
    """
    text = header.decode("latin-1")
    values, starts, seen = [], [], -2
    for name in names:
        at = text.find(name)
        if at < 0:
            values.append("")
            continue
        start = at + len(name) + 1
        if text[start - 1 : start] != "=" or (at and text[at - 2 : at] != "; "):
            return None
        end = text.find(";", start)
        if end < 0:
            end = len(text)
        value = text[start:end].strip(_BLANK)
        if not value:
            return None
        values.append(value)
        starts.append((name, start))
        seen += end - at + 2
    if seen != len(text):  # there are others: none of them may be one of these once more
        for name, start in starts:
            if text.find(name, start) >= 0:
                return None
    return tuple(values)


def carried(headers: Iterable[bytes], changes: Iterable[tuple[str, str]]) -> bytes:
    """The Cookie header that a browser would send after a response with these headers, as far as
    our cookies go."""
    jar = read(headers)
    for name, line in changes:
        if name == "set-cookie":
            key, _, rest = line.partition("=")
            value, _, attributes = rest.partition("; ")
            jar.pop(key, None)
            if not attributes.startswith("Max-Age=0;"):
                jar[key] = [value]
    pairs = (f"{name}={value}" for name, values in jar.items() for value in values)
    return "; ".join(pairs).encode("latin-1")


def candidates(cookies: Jar, name: str) -> list[str]:
    """Every value that the cookie `name` may have, likeliest first; never more than a few.

    Duplicates are all offered (another site of the same domain may have planted one). Chunks are
    joined from `.0` up to the first gap; shorter joins follow, for a stale chunk may trail.
    """
    values = cookies.get(name, [])
    if len(values) > MAX_DUPLICATES:
        half = MAX_DUPLICATES // 2
        values = values[:half] + values[-half:]
    if f"{name}.0" not in cookies:
        return values[:]
    firsts, lasts = _joined(cookies, name, 0), _joined(cookies, name, -1)
    return values + firsts + (lasts if lasts != firsts else [])


def _joined(cookies: Jar, name: str, which: int) -> list[str]:
    """The chunks' first (0) or last (-1) values, joined; longest first."""
    chunks: list[str] = []
    while len(chunks) < MAX_CHUNKS and f"{name}.{len(chunks)}" in cookies:
        chunks.append(cookies[f"{name}.{len(chunks)}"][which])
    return ["".join(chunks[:count]) for count in range(len(chunks), 0, -1)]


def names(cookies: Jar, name: str) -> list[str]:
    """The names under which the browser holds parts of the cookie `name`."""
    return [key for key in cookies if key == name or _is_chunk(key, name)]


def _is_chunk(key: str, name: str) -> bool:
    return len(key) == len(name) + 2 and key[-1] in "0123456789" and key[:-1] == f"{name}."


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

    def store(
        self, name: str, value: str, max_age: int, jar: Jar, *, unseen: bool = False
    ) -> list[str]:
        """Lines that store `value` under `name`, clearing parts of an older layout in `jar`.

        `unseen`: the browser may hold more than it sent, so that the next part is cleared anyway.
        """
        if len(value) <= CHUNK:
            parts = {name: value}
        else:
            starts = range(0, len(value), CHUNK)
            parts = {f"{name}.{i}": value[at : at + CHUNK] for i, at in enumerate(starts)}
        stale = [key for key in names(jar, name) if key not in parts]
        if unseen:
            after = [name, f"{name}.{len(parts)}"] if name not in parts else [f"{name}.0"]
            stale += [key for key in after if key not in stale]
        lines = [self.line(key, part, max_age) for key, part in parts.items()]
        return lines + [self.line(key, "", 0) for key in stale]

    def clear(
        self, name: str, jar: Jar, *, always: bool = False, unseen: bool = False
    ) -> list[str]:
        """Lines that clear `name` and its chunks as far as `jar` has them, or `always`.

        `unseen`: the browser may hold more than it sent; without its first part no value is read.
        """
        seen = names(jar, name)
        further = [name] * (always or unseen) + [f"{name}.0"] * unseen
        return [self.line(key, "", 0) for key in dict.fromkeys(seen + further)]
