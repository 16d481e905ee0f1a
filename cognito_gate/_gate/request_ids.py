"""The ids of requests: what operators, apps and error pages call one request.

Knows the header of the trusted proxy, and what an id may consist of. Must not know who shows it.
"""

import re
from collections.abc import Callable, Iterable, Sequence

_WELL_FORMED = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_CHARS = 22  # of an unguessable text in base64: 132 bits


class RequestIds:
    """Takes ids from the proxy's `header` (empty: from nobody), and makes them by `token`."""

    def __init__(self, header: str, token: Callable[[], str]) -> None:
        self._header = header.encode()
        self._token = token

    @property
    def sent(self) -> bool:
        """True where a proxy sends them, so that each request has one."""
        return bool(self._header)

    def of(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """The id that stands in these headers, if it is one and well-formed; else a new one."""
        return self.accepted([value for name, value in headers if name == self._header])

    def accepted(self, values: Sequence[bytes]) -> str:
        """The same for the values of the proxy's header. Where clients send one beside it, nobody
        knows which is which."""
        if len(values) == 1 and _WELL_FORMED.fullmatch(values[0]):
            return values[0].decode("ascii")
        return self._token()[:_CHARS]
