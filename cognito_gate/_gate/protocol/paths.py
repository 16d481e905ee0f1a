"""Which paths are public, and which return addresses are safe.

Knows text only: no request, no session, no URL parser (parsers and browsers disagree).
"""

import re
from posixpath import normpath
from urllib.parse import quote, unquote

MAX_RETURN_CHARS = 2048

# What a path may hold to count as public: RFC 3986 pchar without "%" and ";".
_PLAIN = re.compile(r"/[A-Za-z0-9/_.~!$&'()*+,=:@-]*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_KEEP = "".join(chr(code) for code in range(0x21, 0x7F))


class PublicPaths:
    """The paths that need no sign-in: exact ones, and `/static/*` for all below a segment.

    Example::

        PublicPaths(("/health", "/static/*")).match("/static/app.css")   # True
    """

    def __init__(
        self, patterns: tuple[str, ...], after_sign_out: str = "", callback: str = ""
    ) -> None:
        """`after_sign_out` is one more path, taken literally, for reading only. `callback` is that
        of the gate (empty: of none), which is below each mount that the settings know."""
        self._after, self._callback = after_sign_out, callback
        self._exact = {item for item in patterns if not item.endswith("/*")}
        self._below = tuple(item[:-1] for item in patterns if item.endswith("/*"))

    def match(self, path: str, root_path: str, method: str) -> bool:
        """True when `path` is public. Any path that is not in plain form is not.

        `root_path` is where the app is mounted: a pattern that would open the whole mount is
        not applied, since it was written for a part of the site and not for all of this app.
        Below a mount that the settings do not know, the path must be public without it, too:
        daphne takes a mount from any client (`Daphne-Root-Path`), gunicorn from one behind a proxy
        that passes `SCRIPT_NAME` on, and the app sees the rest of the path only.
        """
        if not self._matches(path, root_path, method):
            return False
        mount = root_path.rstrip("/")
        if not path.startswith(mount) or self._knows(mount):
            return True
        return self._matches("/" + path[len(mount) :].lstrip("/"), "", method)

    def _knows(self, mount: str) -> bool:
        return not mount or not self._callback or self._callback.startswith(f"{mount}/")

    def _matches(self, path: str, root_path: str, method: str) -> bool:
        if path == self._after and self._reads_page(path, root_path, method):
            return True
        if path not in self._exact and not path.startswith(self._below):
            return False
        if not is_plain(path):
            return False
        return path in self._exact or self._wildcard(path, root_path)

    def _reads_page(self, path: str, root_path: str, method: str) -> bool:
        """A page that says goodbye shows nothing; an app's front page shows the app."""
        front = path.rstrip("/") == root_path.rstrip("/")
        return bool(path) and not front and method in ("GET", "HEAD")

    def _wildcard(self, path: str, root_path: str) -> bool:
        mount = root_path + "/"
        return any(
            path.startswith(base) and (base == "/" or not mount.startswith(base))
            for base in self._below
        )


def is_plain(path: str) -> bool:
    """True for a path that can be read in one way only."""
    return _PLAIN.fullmatch(path) is not None and "//" not in path and not _dotted(path)


def _dotted(path: str) -> bool:
    return "/." in path and any(segment in (".", "..") for segment in path.split("/"))


def safe_return(address: str, own_routes: frozenset[str] = frozenset()) -> str:
    """The return address as it may stand in a Location header, or `/` when it is not safe.

    Safe is: relative, one leading slash, no `//` in the path, no backslash, no control character,
    at most 2 KiB, and not a route of the gate's own (signing in must not end in signing out).
    Printable ASCII is kept byte for byte; anything else is percent-encoded as UTF-8.
    """
    if not address.startswith("/") or len(address) > MAX_RETURN_CHARS:
        return "/"
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    if "//" in path or "\\" in address or _CONTROL.search(address):
        return "/"
    encoded, plain = quote(address, safe=_KEEP), unquote(path)
    if _dotted(plain):  # browsers resolve dot segments, also percent-encoded ones
        plain = normpath(plain)
    if len(encoded) > MAX_RETURN_CHARS or plain in own_routes:
        return "/"
    return encoded
