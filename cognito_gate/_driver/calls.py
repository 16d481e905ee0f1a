"""What the two senders share: an `HttpCall` as a request of httpx, a response as an `HttpAnswer`.

Knows httpx and its limits; must not know threads, event loops, nor what a call means.
"""

import logging
import ssl
from dataclasses import replace
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import httpx

from .._gate.effects import HttpAnswer, HttpCall
from .shared_calls import limit

CONNECT_SECONDS = 2.0
LEFT_ALONE = "not asked: it failed a moment ago"
USER_AGENT = f"cognito-gate/{version('cognito-gate')}"
_REPEATED = {
    "unconnected": ("ConnectError", "ConnectTimeout"),
    "broken": ("ReadError", "RemoteProtocolError"),
}
log = logging.getLogger("cognito_gate")


def cookie_free() -> CookieJar:
    # What Cognito sets in one visitor's call must not ride along in another's.
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@cache
def tls() -> ssl.SSLContext:
    # Reading the system's certificates takes tens of milliseconds: at start, not in a request.
    return httpx.create_ssl_context()


def request(ask: HttpCall, client: httpx.Client | httpx.AsyncClient) -> httpx.Request:
    headers = [*ask.headers, ("user-agent", USER_AGENT), ("accept-encoding", "identity")]
    timeout = httpx.Timeout(ask.timeout, connect=min(CONNECT_SECONDS, ask.timeout))
    return client.build_request(
        ask.method, ask.url, headers=headers, content=ask.body or None, timeout=timeout
    )


def encoded(response: httpx.Response) -> bool:
    return bool(response.headers.get("content-encoding", "identity") != "identity")


def answer_of(response: httpx.Response, body: bytes) -> HttpAnswer:
    headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
    return HttpAnswer(response.status_code, headers, body)


def read_already(ask: HttpCall, response: httpx.Response) -> HttpAnswer:
    """The answer of a client that reads by itself, as httpx.MockTransport does."""
    if len(response.content) > ask.limit:
        return failed(ask, "a body that is too large")
    return answer_of(response, response.content)


def failed(ask: HttpCall, failure: str) -> HttpAnswer:
    log.debug("%s %s: %s", ask.method, ask.url, failure)
    return HttpAnswer(0, failure=failure)


def runs_on(ask: HttpCall) -> HttpCall:
    """The call itself, which may go on when its askers have given up."""
    return replace(ask, timeout=limit(ask))


def repeats(ask: HttpCall, answer: HttpAnswer) -> bool:
    return answer.failure in _REPEATED.get(ask.repeats, ())


def waited(ask: HttpCall) -> HttpAnswer:
    """The answer to one who waits no longer."""
    return failed(ask, "TimeoutError")
