"""A sender that remembers when answers came, and says why there was none.

Knows the ways in which a connection fails; must not know what is asked.
"""

import socket
import ssl
from collections.abc import Callable, Iterator

from .._driver.connections import Connections
from .._driver.threads import Sender
from .._gate.effects import HttpAnswer, HttpCall
from .clock import Moment


class Watch(Sender):
    """`Sender`, watched. `clock` gives Unix time; `moments` are what it has noted."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._connections = _Telling()
        self._clock = clock
        self.moments: list[Moment] = []

    def answer(self, ask: HttpCall) -> HttpAnswer:
        sent = self._clock()
        answer = super().answer(ask)
        if answer.failure == "TimeoutError":  # its waiting came to an end before httpx's did
            answer = HttpAnswer(0, failure="timeout")
        self.moments.append(
            Moment(sent, self._clock(), answer.header("date"), answer.header("age"))
        )
        return answer


class _Telling(Connections):
    """`Connections` whose answers say why a connection failed."""

    def _exchange(self, ask: HttpCall) -> HttpAnswer:
        try:
            return super()._exchange(ask)
        except Exception as error:
            failure = next(filter(None, map(_named, _causes(error))), "")
            if not failure:
                raise
            return HttpAnswer(0, failure=failure)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _named(error: BaseException) -> str:
    match error:
        case socket.gaierror():
            return "dns"
        case ssl.SSLCertVerificationError():
            return f"tls: {error.verify_message}"
        case ssl.SSLError():
            return f"tls: {error.reason or 'no agreement'}"
        case ConnectionRefusedError():
            return "refused"
    # Ours, the socket's, or one of httpx's several.
    return "timeout" if "Timeout" in type(error).__name__ else ""
