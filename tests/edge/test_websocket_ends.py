"""Open WebSockets end with their session, whatever their app is doing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from starlette.types import Message, Receive, Scope, Send

from cognito_gate import Require, Rule, asgi
from cognito_gate._gate.effects import Flow
from cognito_gate._gate.messages import Decision, Incoming, Pass
from cognito_gate._websocket import SESSION_ENDED, EndableWebSocket
from cognito_gate.events import Event
from cognito_gate.identity import Identity
from tests.world import faults
from tests.world.browser import Browser
from tests.world.pool import Pool
from tests.world.site import ASGISite

CONNECT: Message = {"type": "websocket.connect"}
ACCEPT: Message = {"type": "websocket.accept"}
PATIENT = 30
LIFE = 600
Acts: TypeAlias = Callable[[Receive, Send], Awaitable[None]]


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "LOOK_SECONDS", 0.05)


class Clock:
    """The edge's time: the real one, as far ahead as told."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(asgi, "time", clock)
    return clock


class Socket:
    """A WebSocket between a browser and an app that does as it is told, once it has accepted."""

    def __init__(self, site: ASGISite, browser: Browser) -> None:
        self.site, self.browser = site, browser
        self.sent: list[Message] = []
        self.closed = asyncio.Event()
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.incoming.put_nowait(CONNECT)

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self.closed.set()

    async def accepted(self) -> None:
        """Returns once its app has accepted."""
        async with asyncio.timeout(PATIENT):
            while not self.sent:
                await asyncio.sleep(0)

    async def run(self) -> None:
        request = self.browser.request("GET", "/ws", {})
        scope = {**self.site.scope(request, []), "type": "websocket"}
        async with asyncio.timeout(PATIENT):
            await self.site.gate(scope, self.incoming.get, self.send)

    @property
    def codes(self) -> list[int]:
        return [message["code"] for message in self.sent if message["type"] == "websocket.close"]


class App:
    """Accepts, then does what it is told."""

    def __init__(self) -> None:
        self.acts: Acts = silent
        self.heard: list[Message] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def listen() -> Message:
            message = await receive()
            self.heard.append(message)
            return message

        assert await receive() == CONNECT
        await send(ACCEPT)
        await self.acts(listen, send)


async def listening(receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def talking(receive: Receive, send: Send) -> None:
    async def news() -> None:
        while True:
            await send({"type": "websocket.send", "text": "news"})
            await asyncio.sleep(0.01)

    with pytest.raises(OSError, match="session has ended"):
        await news()


async def silent(receive: Receive, send: Send) -> None:
    """Until the test ends: it neither sends nor receives."""
    await asyncio.get_running_loop().create_future()


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def open_site(pool: Pool, app: App) -> Iterator[Callable[..., ASGISite]]:
    opened: list[ASGISite] = []

    def make(**changes: Any) -> ASGISite:
        opened.append(ASGISite(pool.settings(**changes), pool, app=app))
        return opened[-1]

    yield make
    for site in opened:
        site.close()


def signed_in(site: ASGISite, pool: Pool) -> Browser:
    """A browser whose session's tokens live `LIFE` seconds."""
    browser = Browser(site)
    pool.access["exp"] = pool.id["exp"] = time.time() + LIFE
    browser.sign_in(pool, "/auth/login")
    pool.access.clear()
    pool.id.clear()
    return browser


@pytest.mark.parametrize("acts", [listening, talking, silent])
@pytest.mark.parametrize("refresh", [True, False], ids=["refresh", "no refresh"])
def test_when_it_cannot_be_refreshed(
    open_site: Callable[..., ASGISite],
    pool: Pool,
    app: App,
    clock: Clock,
    acts: Acts,
    refresh: bool,
) -> None:
    site = open_site(refresh_flow_enabled=refresh)
    browser = signed_in(site, pool)
    pool.refreshes.clear()
    app.acts = acts

    async def main() -> Socket:
        socket = Socket(site, browser)
        task = asyncio.create_task(socket.run())
        await socket.accepted()
        clock.ahead = LIFE
        async with asyncio.timeout(PATIENT):
            await socket.closed.wait()
        if acts is silent:
            task.cancel()
        await asyncio.gather(task, return_exceptions=acts is silent)
        return socket

    socket = site.runner.run(main())
    assert socket.codes == [4401]
    if acts is listening:
        assert [message["type"] for message in app.heard] == ["websocket.disconnect"]
    assert len(pool.named("token")) == 1 + refresh


def test_refreshed_it_stays_open(
    open_site: Callable[..., ASGISite], pool: Pool, app: App, clock: Clock
) -> None:
    """What its refresh brought is taken up by the browser's next request, cookies and all."""
    site = open_site(refresh_flow_enabled=True)
    pool.rotation = True
    browser = signed_in(site, pool)
    old = dict(browser.jar)
    app.acts = listening

    async def main() -> Socket:
        socket = Socket(site, browser)
        task = asyncio.create_task(socket.run())
        await socket.accepted()
        clock.ahead = LIFE
        while len(pool.named("token")) < 2:
            await asyncio.sleep(0.01)
        reply = await site.one(browser.request("GET", "/auth/me", {}))
        browser.keep(reply)
        assert reply.status == 200
        assert not socket.codes
        socket.incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await task
        return socket

    site.runner.run(main())
    assert app.heard == [{"type": "websocket.disconnect", "code": 1001}]
    assert len(pool.named("token")) == 2
    assert all(browser.jar[name] != value for name, value in old.items())


@pytest.mark.parametrize("acts", [listening, silent])
def test_when_its_visitor_signs_out(
    open_site: Callable[..., ASGISite], pool: Pool, app: App, acts: Acts
) -> None:
    site = open_site(refresh_flow_enabled=True)
    browser = signed_in(site, pool)
    app.acts = acts

    async def main() -> Socket:
        socket = Socket(site, browser)
        task = asyncio.create_task(socket.run())
        await socket.accepted()
        await site.one(browser.request("GET", "/auth/logout", {"sec-fetch-site": "same-origin"}))
        async with asyncio.timeout(PATIENT):
            await socket.closed.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return socket

    assert site.runner.run(main()).codes == [4401]


def test_when_its_user_signs_out_everywhere(
    open_site: Callable[..., ASGISite], pool: Pool, app: App
) -> None:
    """In another browser, that is."""
    site = open_site(refresh_flow_enabled=True)
    browser, other = signed_in(site, pool), signed_in(site, pool)
    app.acts = listening
    sign_out = other.request("POST", "/auth/sessions", {"sec-fetch-site": "same-origin"})

    async def main() -> Socket:
        socket = Socket(site, browser)
        task = asyncio.create_task(socket.run())
        await socket.accepted()
        await site.one(replace(sign_out, body=b"action=everywhere"))
        async with asyncio.timeout(PATIENT):
            await socket.closed.wait()
        await task
        return socket

    assert site.runner.run(main()).codes == [4401]


def test_when_nobody_uses_its_session(
    open_site: Callable[..., ASGISite], pool: Pool, app: App, clock: Clock
) -> None:
    site = open_site(idle_seconds=60)
    browser = signed_in(site, pool)
    app.acts = listening

    async def main() -> Socket:
        socket = Socket(site, browser)
        task = asyncio.create_task(socket.run())
        await socket.accepted()
        clock.ahead = 60
        async with asyncio.timeout(PATIENT):
            await socket.closed.wait()
        await task
        return socket

    assert site.runner.run(main()).codes == [4401]


@pytest.mark.parametrize(
    ("rule", "ahead", "fault", "code"),
    [
        (Rule(("/ws",), require=Require(max_auth_age=60)), 61, None, 4403),
        (Rule(("/ws",), optional=True), LIFE, faults.refuses("invalid_grant"), 4401),
        (Rule(("/ws",), require=Require(max_auth_age=10 * LIFE)), LIFE, faults.reply(503), 1013),
    ],
    ids=["the sign-in is too old for a rule", "nobody is there any more", "an outage"],
)
def test_the_code_says_why(
    open_site: Callable[..., ASGISite],
    pool: Pool,
    app: App,
    clock: Clock,
    rule: Rule,
    ahead: int,
    fault: faults.Fault | None,
    code: int,
) -> None:
    """As at the handshake: only 4401 asks for a sign-in."""
    site = open_site(refresh_flow_enabled=True, rules=(rule,))
    browser = signed_in(site, pool)
    pool.faults |= {"token": fault} if fault else {}
    app.acts = listening

    async def main() -> Socket:
        socket = Socket(site, browser)
        task = asyncio.create_task(socket.run())
        await socket.accepted()
        clock.ahead = ahead
        async with asyncio.timeout(PATIENT):
            await socket.closed.wait()
        await task
        return socket

    assert site.runner.run(main()).codes == [code]
    assert [message.get("code") for message in app.heard] == [code]


def test_a_server_that_cannot_close_it_leaves_no_app_waiting(
    open_site: Callable[..., ASGISite], pool: Pool, app: App, clock: Clock
) -> None:
    """Its client is gone already, and the server's `send` says so."""
    site = open_site()
    browser = signed_in(site, pool)
    app.acts = listening

    async def main() -> None:
        socket = Socket(site, browser)
        send = socket.send

        async def raising(message: Message) -> None:
            if message["type"] == "websocket.close":
                raise OSError("the client is gone")
            await send(message)

        socket.send = raising  # type: ignore[method-assign]
        task = asyncio.create_task(socket.run())
        await socket.accepted()
        clock.ahead = LIFE
        await task

    site.runner.run(main())
    assert [message["type"] for message in app.heard] == ["websocket.disconnect"]


def test_what_its_app_has_closed_is_not_closed_again(
    open_site: Callable[..., ASGISite],
    pool: Pool,
    app: App,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = open_site()
    browser = signed_in(site, pool)
    ended = asyncio.Event()

    class Noting(EndableWebSocket):
        async def end(self, code: int = SESSION_ENDED) -> None:
            await super().end(code)
            ended.set()

    monkeypatch.setattr(asgi, "EndableWebSocket", Noting)

    async def closing(receive: Receive, send: Send) -> None:
        await send({"type": "websocket.close", "code": 1000})
        await site.one(browser.request("GET", "/auth/logout", {"sec-fetch-site": "same-origin"}))
        await ended.wait()  # the gate has seen the sign-out, and would have closed it

    app.acts = closing
    socket = Socket(site, browser)
    site.runner.run(socket.run())
    assert socket.codes == [1000]


def test_it_may_be_turned_off(open_site: Callable[..., ASGISite], pool: Pool, app: App) -> None:
    site = open_site(websocket_close=False)
    socket = Socket(site, signed_in(site, pool))

    async def unwatched(receive: Receive, send: Send) -> None:
        assert send == socket.send, "the server's own"
        assert asyncio.all_tasks() == {asyncio.current_task()}, "nobody looks at the session"

    app.acts = unwatched
    site.runner.run(socket.run())
    assert socket.sent == [ACCEPT]


def test_looks_keep_their_distance(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a look brings: a session that is over at once must not be refreshed all the time."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise asyncio.CancelledError

    over = Pass(Identity({"sub": "a-sub", "exp": 1}), until=0.0)

    def decide(incoming: Incoming, events: list[Event]) -> Flow[Decision]:
        yield from ()
        return over

    site = ASGISite(pool.settings(), pool)
    assert site.gate._gate is not None
    monkeypatch.setattr(site.gate._gate, "decide", decide)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    facts = Incoming("websocket", "GET", "/ws", b"/ws", b"", [], time.time())
    socket = EndableWebSocket(nothing_comes, nothing_goes)
    with pytest.raises(asyncio.CancelledError):
        site.runner.run(site.gate._watch(site.gate._gate, socket, facts, over))
    assert pauses == [0.05, 1.0, 1.0]
    site.close()


async def nothing_comes() -> Message:
    raise AssertionError


async def nothing_goes(message: Message) -> None:
    raise AssertionError
