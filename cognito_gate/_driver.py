"""The only code that sends: runs a flow, makes the calls it asks for, shares those under way.

Knows httpx, time-outs and locks; must not know what a call means. The two senders differ in
`async`/`await` and in how they wait, and in nothing else.
"""

import asyncio
import logging
import ssl
import threading
import time
from concurrent.futures import Future
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from typing import TypeVar
from weakref import WeakKeyDictionary

import httpx

from ._flights import Flights, patience
from ._messages import Answer, Ask, Compute, Done, Flow

CONNECT_SECONDS = 2.0
USER_AGENT = f"cognito-gate/{version('cognito-gate')}"
T = TypeVar("T")
log = logging.getLogger("cognito_gate")


def run(flow: Flow[T], sender: "Sender") -> T:
    """Run a flow to its result, sending what it asks for."""
    try:
        need = next(flow)
        while True:
            need = flow.send(need.done() if isinstance(need, Compute) else sender.answer(need))
    except StopIteration as stop:
        result: T = stop.value
        return result


async def run_async(flow: Flow[T], sender: "AsyncSender") -> T:
    """Run a flow to its result, sending what it asks for."""
    try:
        need = next(flow)
        while True:
            if isinstance(need, Compute):
                need = flow.send(await _computed(need))
            else:
                need = flow.send(await sender.answer(need))
    except StopIteration as stop:
        result: T = stop.value
        return result


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def _computed(need: Compute) -> Done:
    """In a thread, so that the event loop goes on; and one at a time on each loop: Python computes
    in one thread at once, and every further one would take its turn before the loop's."""
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(1))
    async with turn:
        return await asyncio.to_thread(need.done)


def _cookie_free() -> CookieJar:
    # What Cognito sets in one visitor's call must not ride along in another's.
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@cache
def _tls() -> ssl.SSLContext:
    # Reading the system's certificates takes tens of milliseconds: at start, not in a request.
    return httpx.create_ssl_context()


def _request(ask: Ask, client: httpx.Client | httpx.AsyncClient) -> httpx.Request:
    headers = [*ask.headers, ("user-agent", USER_AGENT), ("accept-encoding", "identity")]
    timeout = httpx.Timeout(ask.timeout, connect=min(CONNECT_SECONDS, ask.timeout))
    return client.build_request(
        ask.method, ask.url, headers=headers, content=ask.body or None, timeout=timeout
    )


def _encoded(response: httpx.Response) -> bool:
    return bool(response.headers.get("content-encoding", "identity") != "identity")


def _answer(response: httpx.Response, body: bytes) -> Answer:
    headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
    return Answer(response.status_code, headers, body)


def _read(ask: Ask, response: httpx.Response) -> Answer:
    """The answer of a client that reads by itself, as httpx.MockTransport does."""
    if len(response.content) > ask.limit:
        return _failed(ask, "a body that is too large")
    return _answer(response, response.content)


def _failed(ask: Ask, failure: str) -> Answer:
    log.debug("%s %s: %s", ask.method, ask.url, failure)
    return Answer(0, failure=failure)


def _worth_another(ask: Ask, answer: Answer) -> bool:
    """A GET that could not even connect may have one more try."""
    return ask.method == "GET" and answer.failure in ("ConnectError", "ConnectTimeout")


class Sender:
    """Makes calls, in the calling thread."""

    def __init__(self, client: httpx.Client | None = None) -> None:
        self._client = client
        self._tls = _tls() if client is None else None
        self._own: httpx.Client | None = None
        self._lock = threading.Lock()
        self._flights = Flights()

    def answer(self, ask: Ask) -> Answer:
        """The answer to an `Ask`. Never raises for what the network does."""
        if not ask.share:
            return self._send(ask)
        flight, leads = self._flights.join(ask)
        if leads:
            answer = _failed(ask, "the call was ended")
            try:
                answer = self._send(ask)
            finally:
                self._flights.land(ask, flight, answer)
        try:
            return flight.result(patience(ask))
        except TimeoutError:
            return _failed(ask, "waited too long for a call under way")

    def close(self) -> None:
        if self._own is not None:
            self._own.close()
            self._own = None

    def _send(self, ask: Ask) -> Answer:
        answer = self._try(ask)
        return self._try(ask) if _worth_another(ask, answer) else answer

    def _try(self, ask: Ask) -> Answer:
        try:
            return self._exchange(ask)
        except (httpx.HTTPError, TimeoutError) as exc:
            return _failed(ask, type(exc).__name__)
        except Exception as exc:
            log.exception("an unexpected error in a call of %s", ask.url)
            return _failed(ask, type(exc).__name__)

    def _exchange(self, ask: Ask) -> Answer:
        client = self._client or self._made()
        deadline = time.monotonic() + ask.timeout
        response = client.send(_request(ask, client), stream=True, follow_redirects=False)
        try:
            if _encoded(response):
                return _failed(ask, "a compressed body that was not asked for")
            if response.is_stream_consumed:
                return _read(ask, response)
            body = bytearray()
            if time.monotonic() > deadline:  # httpx limits each read, not their sum
                raise TimeoutError
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > ask.limit:
                    return _failed(ask, "a body that is too large")
                if time.monotonic() > deadline:
                    raise TimeoutError
            return _answer(response, bytes(body))
        finally:
            response.close()

    def _made(self) -> httpx.Client:
        with self._lock:
            if self._own is None:
                self._own = httpx.Client(cookies=_cookie_free(), verify=self._tls or True)
            return self._own


class AsyncSender:
    """Makes calls, on the running event loop. Each loop has its own connections."""

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self._client = client
        self._tls = _tls() if client is None else None
        self._own: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient]
        self._own = WeakKeyDictionary()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flights = Flights()

    async def answer(self, ask: Ask) -> Answer:
        """The answer to an `Ask`. Never raises for what the network does."""
        if not ask.share:
            return await self._send(ask)
        flight, leads = self._flights.join(ask)
        if leads:
            # A task of its own: a visitor who leaves must not end the call others wait for.
            task = asyncio.get_running_loop().create_task(self._lead(ask, flight))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            async with asyncio.timeout(patience(ask)):
                return await asyncio.wrap_future(flight)
        except TimeoutError:
            return _failed(ask, "waited too long for a call under way")

    async def aclose(self) -> None:
        """Close the running loop's connections."""
        client = self._own.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    async def _lead(self, ask: Ask, flight: Future[Answer]) -> None:
        answer = _failed(ask, "the call was ended")
        try:
            answer = await self._send(ask)
        finally:
            self._flights.land(ask, flight, answer)

    async def _send(self, ask: Ask) -> Answer:
        answer = await self._try(ask)
        return await self._try(ask) if _worth_another(ask, answer) else answer

    async def _try(self, ask: Ask) -> Answer:
        try:
            async with asyncio.timeout(ask.timeout):
                return await self._exchange(ask)
        except (httpx.HTTPError, TimeoutError) as exc:
            return _failed(ask, type(exc).__name__)
        except Exception as exc:
            log.exception("an unexpected error in a call of %s", ask.url)
            return _failed(ask, type(exc).__name__)

    async def _exchange(self, ask: Ask) -> Answer:
        client = self._client or self._made()
        response = await client.send(_request(ask, client), stream=True, follow_redirects=False)
        try:
            if _encoded(response):
                return _failed(ask, "a compressed body that was not asked for")
            if response.is_stream_consumed:
                return _read(ask, response)
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > ask.limit:
                    return _failed(ask, "a body that is too large")
            return _answer(response, bytes(body))
        finally:
            await response.aclose()

    def _made(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        client = self._own.get(loop)
        if client is None:
            client = self._own[loop] = httpx.AsyncClient(
                cookies=_cookie_free(), verify=self._tls or True
            )
        return client
