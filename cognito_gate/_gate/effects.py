"""What a flow may need done outside, each with a helper that gives its result.

A flow is a generator: it yields an effect, is sent the result, and returns its own. The union is
closed: the drivers (`_driver`) know each of its members, and flows nothing of drivers.
"""

import hashlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

from .messages import Headers


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: a response, or (status 0) the reason there is none.

    `remembered` marks the answer to an earlier call, which may be older than what it says lasts;
    `shared` one to a call that another request had made and that was under way.
    """

    status: int
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    failure: str = ""
    remembered: bool = False
    shared: bool = False

    def ok(self) -> bool:
        """True for a plain success."""
        return self.status == 200

    def header(self, name: str) -> str:
        """The first value of a header (lower-case name), or an empty string."""
        return next((value for key, value in self.headers if key == name), "")


def share_key(kind: str, *secrets: str) -> str:
    """The key under which equal calls are one. Every secret counts; none can be read from it."""
    digest = hashlib.sha256()
    for secret in secrets:
        digest.update(hashlib.sha256(secret.encode()).digest())
    return f"{kind} {digest.hexdigest()}"


def overloaded(answer: HttpAnswer) -> bool:
    """No answer, too many requests, a server's error: nothing that one visitor could bring about by
    what they send, as a firewall's 403 may be."""
    return answer.status in (0, 429) or answer.status >= 500


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

    `fails` tells answers after which the place is left alone for a while. Who is not `patient`
    waits a moment only where many wait already for a place that is slow: the answer is kept.
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
    fails: Callable[[HttpAnswer], bool] = overloaded
    patient: bool = True

    @property
    def place(self) -> str:
        """What is asked, for telling one that fails from others: the address, and the operation
        where one address has several."""
        operation = next((value for name, value in self.headers if name == "x-amz-target"), "")
        return f"{self.url} {operation}".rstrip()


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


@dataclass(frozen=True, slots=True)
class Item:
    """A value in the shared store, until `ends_at` (Unix time). `owner` is the name under which it
    is listed with others, if any."""

    key: str
    value: bytes = field(repr=False)
    ends_at: float
    owner: str = ""


@dataclass(frozen=True, slots=True)
class StoreCall:
    """A question to the store that several processes share; `store.py` has a helper for each
    operation, which says what it means."""

    operation: Literal["load", "save", "create", "replace", "delete", "count", "list", "publish"]
    key: str = ""
    item: Item | None = None
    before: bytes | None = field(default=None, repr=False)
    message: bytes = field(default=b"", repr=False)
    ends_at: float = 0.0


@dataclass(frozen=True, slots=True)
class StoreAnswer:
    """What the store said; or `failure`: why it said nothing, or nothing in time (for the log)."""

    failure: str = ""
    done: bool = False
    item: Item | None = None
    items: tuple[Item, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    """Let `seconds` go by, while other requests go on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ReadForm:
    """Read the body of this request, up to MAX_FORM_BYTES and one more. A flow asks for it once,
    and only where it responds itself: the app would find nothing left of it."""


Effect: TypeAlias = HttpCall | Compute | StoreCall | Wait | ReadForm
Flow: TypeAlias = Generator[Effect, Any, T]


def call(request: HttpCall) -> Flow[HttpAnswer]:
    """Have an HTTP call made. Raises nothing: an answer with status 0 says why there is none."""
    answer: HttpAnswer = yield request
    return answer


def compute(work: Callable[[], T]) -> Flow[T]:
    """Have a pure function computed. Raises what it raises."""
    done: Done = yield Compute(work)
    if done.error is not None:
        raise done.error
    value: T = done.value
    return value


def wait(seconds: float) -> Flow[None]:
    """Go on after so many seconds."""
    yield Wait(seconds)


def read_form() -> Flow[bytes | None]:
    """Have the body read. None when it did not come in time; empty where it was cut off."""
    body: bytes | None = yield ReadForm()
    return body


def at_once(flow: Flow[T]) -> T:
    """The result of a flow that needs nothing done outside.

    Raises:
        RuntimeError: it does.
    """
    try:
        effect = next(flow)
    except StopIteration as stop:
        result: T = stop.value
        return result
    raise RuntimeError(f"this flow cannot end without {type(effect).__name__}")
