"""Makes one `HttpCall` over a connection, for threads and for event loops.

The only module that imports httpx; knows its limits and errors. Must not know who waits for a call
nor what it means. It is imported at the first call, because nothing else needs httpx.
"""

import asyncio
import logging
import ssl
import threading
import time
from contextlib import suppress
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import httpx

from .._gate.effects import HttpAnswer, HttpCall
from .calls import failed
from .loops import ByLoop

CONNECT_SECONDS = 2.0
USER_AGENT = f"cognito-gate/{version('cognito-gate')}"
log = logging.getLogger("cognito_gate")


class Connections:
    """Makes calls in the calling thread, over connections of its own unless it is given a client.
    All threads share them."""

    def __init__(self, client: httpx.Client | None = None) -> None:
        self._client = client
        self._own_client: httpx.Client | None = None
        self._lock = threading.Lock()

    def send(self, call: HttpCall) -> HttpAnswer:
        """The answer. Never raises for what the network does."""
        try:
            return self._exchange(call)
        except Exception as exc:  # noqa: BLE001 - `_failed` logs what is unexpected
            return _failed(call, exc)

    def close(self) -> None:
        """Close the connections that were opened here; a later call opens others."""
        with self._lock:
            client, self._own_client = self._own_client, None
        if client is not None:
            client.close()

    def _exchange(self, call: HttpCall) -> HttpAnswer:
        client = self._client or self._open_client()
        deadline = time.monotonic() + call.timeout
        response = client.send(_request(call, client), stream=True, follow_redirects=False)
        try:
            if _encoded(response):
                return failed(call, "a compressed body that was not asked for")
            if response.is_stream_consumed:
                return _read_complete(call, response)
            body = bytearray()
            if time.monotonic() > deadline:  # httpx limits each read, not their sum
                raise TimeoutError
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > call.limit:
                    return failed(call, "a body that is too large")
                if time.monotonic() > deadline:
                    raise TimeoutError
            return _answer(response, bytes(body))
        finally:
            response.close()

    def _open_client(self) -> httpx.Client:
        context = _tls()
        with self._lock:
            if self._own_client is None:
                self._own_client = httpx.Client(cookies=_no_cookies(), verify=context)
            return self._own_client


class AsyncConnections:
    """Makes calls on the running event loop. Each loop has its own connections, unless there is a
    client. To be constructed in a thread: it loads what would hold up a loop."""

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self._client = client
        self._clients: ByLoop[httpx.AsyncClient] = ByLoop()
        if client is None:
            _load_parts()

    async def send(self, call: HttpCall) -> HttpAnswer:
        """The answer. Never raises for what the network does."""
        try:
            async with asyncio.timeout(call.timeout):
                return await self._exchange(call)
        except Exception as exc:  # noqa: BLE001 - `_failed` logs what is unexpected
            return _failed(call, exc)

    async def aclose(self) -> None:
        """Close the running loop's connections."""
        client = self._clients.pop()
        if client is not None:
            await client.aclose()

    async def _exchange(self, call: HttpCall) -> HttpAnswer:
        client = self._client or self._clients.get(_open_client)
        response = await client.send(_request(call, client), stream=True, follow_redirects=False)
        try:
            if _encoded(response):
                return failed(call, "a compressed body that was not asked for")
            if response.is_stream_consumed:
                return _read_complete(call, response)
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > call.limit:
                    return failed(call, "a body that is too large")
            return _answer(response, bytes(body))
        finally:
            await response.aclose()


def _open_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(cookies=_no_cookies(), verify=_tls())


@cache
def _load_parts() -> None:
    """Load what httpx imports only during its first call, which takes a tenth of a second and would
    block the event loop: make a call that must fail, in a thread."""
    asyncio.run(_call_nobody())


async def _call_nobody() -> None:
    """Fail to reach a port on which nothing can listen."""
    async with httpx.AsyncClient(verify=_tls(), trust_env=False) as client:
        with suppress(Exception):
            await client.get("https://127.0.0.1:0/")


@cache
def _tls() -> ssl.SSLContext:
    # Reading the system's certificates takes tens of milliseconds: once, and on no event loop.
    return httpx.create_ssl_context()


def _no_cookies() -> CookieJar:
    # Cookies that Cognito sets in one visitor's call must not be sent in another's.
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def _request(call: HttpCall, client: httpx.Client | httpx.AsyncClient) -> httpx.Request:
    headers = [*call.headers, ("user-agent", USER_AGENT), ("accept-encoding", "identity")]
    timeout = httpx.Timeout(call.timeout, connect=min(CONNECT_SECONDS, call.timeout))
    return client.build_request(
        call.method, call.url, headers=headers, content=call.body or None, timeout=timeout
    )


def _encoded(response: httpx.Response) -> bool:
    return bool(response.headers.get("content-encoding", "identity") != "identity")


def _answer(response: httpx.Response, body: bytes) -> HttpAnswer:
    headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
    return HttpAnswer(response.status_code, headers, body)


def _read_complete(call: HttpCall, response: httpx.Response) -> HttpAnswer:
    """The answer of a client that has read the body already, as httpx.MockTransport does."""
    if len(response.content) > call.limit:
        return failed(call, "a body that is too large")
    return _answer(response, response.content)


def _failed(call: HttpCall, exc: Exception) -> HttpAnswer:
    if not isinstance(exc, (httpx.HTTPError, TimeoutError)):
        log.error("an unexpected error in a call of %s", call.url, exc_info=exc)
    return failed(call, type(exc).__name__)
