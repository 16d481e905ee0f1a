"""What the gate and its edges say to each other.

Knows plain facts only: no ASGI, no WSGI, no HTTP library, no OAuth. A flow is a
generator that yields what it needs (`HttpCall`, `Compute`) and returns what it decided.
"""

import hashlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

from ..identity import Identity

MAX_FORM_BYTES = 16_384
"""The most bytes of a form's body that an edge reads, and one more shows that it is too large."""
FORM_SECONDS = 10.0
"""How long an edge waits for a form's body, in all."""

Header: TypeAlias = tuple[str, str]
Headers: TypeAlias = tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """The facts of one request, as the server gave them.

    `path` is percent-decoded and decides; `target` is the path as it was on the wire and
    only ever becomes a return address. `headers` have lower-case names. `now` is Unix time. `mount`
    is where the server mounted the app (`root_path`, `SCRIPT_NAME`). `client` is the address the
    request came from. `body` is there only where the gate takes a form; `late` says that it did not
    come in time, so that nothing of it counts. `opened` marks a WebSocket that is open already: its
    session is looked at again, and no cookie can be set. `once` holds what was parsed already.
    """

    kind: Literal["http", "websocket"]
    method: str
    path: str
    target: bytes
    query: bytes = field(repr=False)
    headers: list[tuple[bytes, bytes]] = field(repr=False)
    now: float
    mount: str = ""
    client: str = ""
    body: bytes = field(default=b"", repr=False)
    late: bool = False
    opened: bool = False
    once: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

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


@dataclass(frozen=True, slots=True)
class Pass:
    """Let the request through to the wrapped app.

    `headers` go onto the app's response; a gate that adds any makes that response uncacheable.
    `until` is how long this holds (Unix time): a connection that outlives it is looked at again.
    `sessions` are the names by which a sign-out may have ended this session meanwhile.
    """

    identity: Identity | None
    headers: Headers = field(default=(), repr=False)
    until: float = float("inf")
    sessions: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer in the app's place."""

    status: int
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)


Decision: TypeAlias = Pass | Respond


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: a response, or (status 0) the reason there is none.

    `remembered` marks the answer to an earlier call, which may be older than what it says lasts.
    """

    status: int
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    failure: str = ""
    remembered: bool = False

    def ok(self) -> bool:
        """True for a plain success."""
        return self.status == 200

    def header(self, name: str) -> str:
        """The first value of a header (lower-case name), or an empty string."""
        return next((value for key, value in self.headers if key == name), "")


def share_key(kind: str, *secrets: str) -> str:
    """The key under which equal calls are one. Every secret counts; none can be read from it."""
    found = hashlib.sha256()
    for secret in secrets:
        found.update(hashlib.sha256(secret.encode()).digest())
    return f"{kind} {found.hexdigest()}"


def not_at_all(answer: HttpAnswer) -> float:
    """For calls whose answer is not to be given again."""
    return 0.0


@dataclass(frozen=True, slots=True)
class HttpCall:
    """An HTTP call a flow needs made.

    `timeout` is how long the asker waits, in seconds; `limit` is the largest body accepted, in
    bytes. `repeats` says when the call is made once more, at once: when it could not reach the
    server, or when the answer broke off.

    Calls with the same `share` key are one call while it is under way. It goes on when those who
    wait give up, and its answer is given again for `remember(answer)` seconds (0: not at all) to
    whoever asks for it next. `fresh` passes over an answer that is remembered. `delivers` is False
    where what comes back cannot be handed to the browser: the answer then waits for one who can.
    `session` names whose answer it is, and `ends` the session whose answers are forgotten.
    """

    method: Literal["GET", "POST"]
    url: str
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    timeout: float = 5.0
    limit: int = 262_144
    repeats: Literal["", "unconnected", "broken"] = ""
    share: str = ""
    remember: Callable[[HttpAnswer], float] = not_at_all
    fresh: bool = False
    delivers: bool = True
    session: str = field(default="", repr=False)
    ends: str = field(default="", repr=False)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done:
    """What a `Compute` came to: a value, or the error that it ended with."""

    value: Any = field(default=None, repr=False)
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Compute:
    """Work of many milliseconds that a flow needs done where nobody else waits for it."""

    work: Callable[[], Any] = field(repr=False)

    def done(self) -> Done:
        """Do it. Raises nothing: the flow is told."""
        try:
            return Done(self.work())
        except Exception as error:  # noqa: BLE001 - raised again, in the flow
            return Done(error=error)


Effect: TypeAlias = HttpCall | Compute
Flow: TypeAlias = Generator[Effect, Any, T]


def compute(work: Callable[[], T]) -> Flow[T]:
    """Have a pure function computed. Raises what it raises."""
    done: Done = yield Compute(work)
    if done.error is not None:
        raise done.error
    value: T = done.value
    return value
