"""A sender that records when responses came, and names the failure when there was none.

Knows how connections fail; must not know what the calls are for.
"""

import errno
import socket
import ssl
from collections.abc import Callable, Iterator

from .._driver.connections import Connections
from .._driver.threads import Sender
from .._gate.effects import HttpAnswer, HttpCall
from .clock import Moment
from .surroundings import Surroundings


class Watch(Sender):
    """A `Sender` that records the time of each call in `moments`. `clock` returns Unix time."""

    def __init__(self, clock: Callable[[], float], around: Surroundings | None = None) -> None:
        super().__init__()
        self._around = around or Surroundings()
        self._connections = _DiagnosticConnections()
        self._clock = clock
        self.moments: list[Moment] = []

    def answer(self, call: HttpCall) -> HttpAnswer:
        started = self._clock()
        answer = super().answer(call)
        if answer.failure == "TimeoutError":  # the sender's own time limit came before httpx's
            answer = HttpAnswer(0, failure="timeout")
        if not answer.status and self._around.proxy(call.url):
            answer = HttpAnswer(0, failure=f"proxy, {answer.failure}")
        self.moments.append(
            Moment(started, self._clock(), answer.header("date"), answer.header("age"))
        )
        return answer


class _DiagnosticConnections(Connections):
    """`Connections` whose responses say why a connection failed."""

    def _exchange(self, call: HttpCall) -> HttpAnswer:
        try:
            return super()._exchange(call)
        except Exception as error:  # noqa: BLE001 - each becomes a finding, and none a traceback
            failure = next(filter(None, map(_name_failure, _causes(error))), "")
            return HttpAnswer(0, failure=failure or _own_words(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _own_words(error: Exception) -> str:
    """What a proxy says (407, 403) is worth reading; of all else the name tells enough."""
    name = type(error).__name__
    return f"{name}: {error}" if name == "ProxyError" and str(error) else name


def _name_failure(error: BaseException) -> str:
    match error:
        case socket.gaierror():
            return "dns"
        case ssl.SSLCertVerificationError():
            return f"tls: {error.verify_message}"
        case ssl.SSLError():
            return f"tls: {error.reason or 'no agreement'}"
        case ConnectionRefusedError():
            return "refused"
        case OSError(errno=errno.ENETUNREACH | errno.EHOSTUNREACH | errno.ENETDOWN):
            return "no route"
    # The sender's own, the socket's, or one of httpx's timeout errors.
    return "timeout" if "Timeout" in type(error).__name__ else ""
