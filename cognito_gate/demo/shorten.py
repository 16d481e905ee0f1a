"""Secrets of a request -> text that may be shown: the first and the last characters of each.

Knows which parameters and cookies are secret; nothing of what they are for.
"""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

_SECRET = frozenset(
    {
        *("code", "state", "nonce", "code_challenge", "code_verifier"),
        *("client_secret", "refresh_token", "token", "access_token", "id_token"),
        *("_csrf", "password", "username"),
    }
)
_SHOWN, _MAX_CHARS = 6, 120


def shorten(secret: str) -> str:
    """Enough of a secret to recognise it again, too little to use it.

    Example::

        shorten("eyJraWQiOiJxTTVB")  # "eyJraW...VB"
    """
    return f"{secret[:_SHOWN]}...{secret[-2:]}" if len(secret) > 2 * _SHOWN else "..."


def parameter_lines(encoded: str) -> Iterable[str]:
    """The parameters of a query or of a form, one in each line."""
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        shown = shorten(value) if name in _SECRET else value[:_MAX_CHARS]
        yield f"  {name[:_MAX_CHARS]}={shown}"


def address_lines(address: str) -> Iterable[str]:
    """An address, and its parameters below it."""
    parts = urlsplit(address)
    yield f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else parts.path
    yield from parameter_lines(parts.query)


def set_cookie_line(line: str) -> str:
    """A `Set-Cookie` line with its value shortened."""
    pair, semicolon, attributes = line.partition(";")
    name, _, value = pair.partition("=")
    return f"{name}={shorten(value) if value else ''}{semicolon}{attributes}"
