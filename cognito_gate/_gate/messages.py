"""What the gate and its edges say to each other: the facts of a request, and the decision on it.

Knows plain facts only: no ASGI, no WSGI, no HTTP library, no OAuth.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Literal, NamedTuple, TypeAlias

from ..events import Event
from ..identity import Identity

MAX_FORM_BYTES = 16_384
"""The most bytes of a form's body that an edge reads, and one more shows that it is too large."""
FORM_SECONDS = 10.0
"""How long an edge waits for a form's body, in all."""
METHOD_OVERRIDES = tuple(
    "".join(map("".join, zip(words.split(), (*signs, ""), strict=True))).encode()
    for words in ("x http method override", "x http method", "x method override")
    for signs in product("-_", repeat=words.count(" "))
)
"""Headers by which some apps take a request for one of another method; to CGI and WSGI, `_` and `-`
are the same."""

WEBSOCKET_SIGN_IN, WEBSOCKET_FORBIDDEN = 4401, 4403
"""The codes that WebSockets are closed with: nobody is signed in; the visitor may not go there."""

Header: TypeAlias = tuple[str, str]
Headers: TypeAlias = tuple[Header, ...]


class Incoming(NamedTuple):
    """The facts of one request, as the server gave them.

    `path` is percent-decoded and decides; `target` is the path as it was on the wire and
    only ever becomes a return address. `headers` have lower-case names. `now` is Unix time. `mount`
    is where the server mounted the app (`root_path`, `SCRIPT_NAME`). `client` is the address the
    request came from. `body` is there only where the gate takes a form; `late` says that it did not
    come in time, so that nothing of it counts. `forwarded`: a proxy asks about this request, and
    sends it to the app itself. `folded`: `_` and `-` in the names of headers are one, as in CGI's
    variables and so in WSGI. (A tuple: one is made for each request, and a frozen dataclass takes
    four times as long.)
    """

    kind: Literal["http", "websocket"]
    method: str
    path: str
    target: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    now: float
    mount: str = ""
    client: str = ""
    body: bytes = b""
    late: bool = False
    forwarded: bool = False
    folded: bool = False

    def __repr__(self) -> str:
        return f"Incoming(kind={self.kind!r}, method={self.method!r}, path={self.path!r})"

    def values(self, name: bytes) -> list[bytes]:
        """All values of one header, in order."""
        return [value for key, value in self.headers if key == name]

    def value(self, name: bytes) -> bytes:
        """The first value of a header, lower-cased for comparisons; empty when absent."""
        for key, value in self.headers:
            if key == name:
                return value.strip().lower()
        return b""


def caches(name: str) -> bool:
    """True for a response header that lets anybody store the response (browsers, proxies, CDNs)."""
    name = name.lower()
    return name in ("cache-control", "expires", "surrogate-control") or name.endswith(
        "cdn-cache-control"
    )


class SessionMarks(NamedTuple):
    """What a session may have been ended by: its user and its names (`keys`, the name that lasts
    through refreshes last), and when it began (Unix time)."""

    keys: tuple[str, ...] = ()
    began: float = float("inf")

    @staticmethod
    def of_user(sub: str) -> str:
        """The key of a user, which is no session's name."""
        return f"sub {sub}"

    @classmethod
    def of(cls, names: Iterable[str], sub: str | None, began: float) -> "SessionMarks":
        """The marks of a session; empty names count for nothing."""
        user = (cls.of_user(sub),) if sub else ()
        return cls((*user, *dict.fromkeys(filter(None, names))), began)

    @property
    def session(self) -> str:
        """The session's name, or empty."""
        return "" if self.name.startswith("sub ") else self.name

    @property
    def name(self) -> str:
        """The session's name; its user's key where it has none."""
        return self.keys[-1] if self.keys else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The session's names alone."""
        return tuple(key for key in self.keys if not key.startswith(self.of_user("")))


NO_MARKS = SessionMarks()


@dataclass(frozen=True, slots=True)
class Pass:
    """Let the request through to the wrapped app.

    `headers` go onto the app's response; a gate that adds any makes that response uncacheable.
    `until` is how long this holds (Unix time): a connection that outlives it is looked at again.
    `marks` are what may have ended this session meanwhile. `events` are what was decided on the
    way, for whoever operates the app. `shown`: it is known that the app may see every cookie of
    this request. `request_id` names the request for the app, too; empty where nobody has asked for
    one. `preflight`: of the app's answer only what a CORS preflight is for may go out.
    """

    identity: Identity | None
    headers: Headers = field(default=(), repr=False)
    until: float = float("inf")
    marks: SessionMarks = field(default=NO_MARKS, repr=False)
    events: tuple[Event, ...] = ()
    shown: bool = field(default=False, repr=False, compare=False)
    request_id: str = ""
    preflight: bool = False


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer in the app's place. A WebSocket is closed with `close_code` where its server cannot
    send such an answer."""

    status: int
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    events: tuple[Event, ...] = ()
    close_code: int = WEBSOCKET_SIGN_IN


Decision: TypeAlias = Pass | Respond
