"""What only ASGI has: the server's own `send`, extensions, lifespan, disconnects, cancellation."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from typing import Any, TypeAlias

import pytest
from starlette.types import Message, Receive, Scope, Send

from cognito_gate._driver.event_loop import AsyncSender
from cognito_gate.events import Event, SignedIn, SignedOut
from cognito_gate.identity import REQUEST_ID
from tests.world.browser import NAVIGATION, Browser, Request
from tests.world.pool import Pool
from tests.world.site import IDENTITY, ASGISite

App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Make: TypeAlias = Callable[..., ASGISite]


@pytest.fixture
def make(pool: Pool) -> Iterator[Make]:
    opened: list[ASGISite] = []

    def site(app: App | None = None, **changes: Any) -> ASGISite:
        opened.append(ASGISite(pool.settings(**changes), pool, app=app))
        return opened[-1]

    yield site
    for one in opened:
        one.close()


class Recording:
    """An app that keeps what it was given and does `then`."""

    def __init__(self, then: App | None = None) -> None:
        self.calls: list[tuple[Scope, Receive, Send]] = []
        self.then = then

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls.append((scope, receive, send))
        if self.then is not None:
            await self.then(scope, receive, send)


async def nothing() -> Message:
    raise AssertionError("nobody should ask")


async def silent(message: Message) -> None:
    raise AssertionError("nobody should send")


def scope_of(site: ASGISite, browser: Browser, **facts: Any) -> dict[str, Any]:
    return {**site.scope(browser.request("GET", "/", NAVIGATION), []), **facts}


def signed_in(make: Make, pool: Pool, app: App, *, due: bool = False) -> tuple[ASGISite, Browser]:
    """A site around `app`, and a browser with a session that is (not) due for renewal."""
    pool.lifetime = 30 if due else 3600
    browser = Browser(make(refresh_flow_enabled=True))
    browser.sign_in(pool)
    pool.lifetime = 3600
    site = make(app, refresh_flow_enabled=True)
    return site, browser


@pytest.mark.parametrize("due", [False, True])
def test_send_and_receive_are_the_servers_own(make: Make, pool: Pool, due: bool) -> None:
    app = Recording()
    site, browser = signed_in(make, pool, app, due=due)
    site.runner.run(site.gate(scope_of(site, browser), nothing, silent))
    ((_, receive, given),) = app.calls
    assert receive is nothing
    assert (given is silent) == (not due)  # a new cookie has to ride on the response


@pytest.mark.parametrize("due", [False, True])
def test_streams_trailers_and_extensions_pass_as_they_are(
    make: Make, pool: Pool, due: bool
) -> None:
    messages: list[Message] = [
        {"type": "http.response.informational", "status": 103, "headers": []},
        {"type": "http.response.start", "status": 200, "headers": [(b"x", b"1")], "trailers": True},
        {"type": "http.response.body", "body": b"a", "more_body": True},
        {"type": "http.response.zerocopysend", "file": 7, "more_body": True},
        {"type": "http.response.body", "body": b"", "more_body": False},
        {"type": "http.response.trailers", "headers": [(b"t", b"1")], "more_trailers": False},
        {"type": "http.response.debug", "info": {}},
    ]
    sent: list[Message] = []

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        for number, message in enumerate(messages):
            await send(message)
            assert len(sent) == number + 1  # passed on at once, nothing is gathered

    async def send(message: Message) -> None:
        sent.append(message)

    site, browser = signed_in(make, pool, stream, due=due)
    extensions: dict[str, Any] = {"http.response.trailers": {}, "http.response.zerocopysend": {}}
    scope = scope_of(site, browser, extensions=extensions, state={"own": 1})
    site.runner.run(site.gate(scope, nothing, send))
    for given, got in zip(messages, sent, strict=True):
        if given["type"] == "http.response.start" and due:
            assert got["headers"][0] == (b"x", b"1")
            assert got["trailers"] is True
            assert (b"cache-control", b"no-store") in got["headers"]
            assert sum(name == b"set-cookie" for name, _ in got["headers"]) == 3
        else:
            assert got is given


def test_the_scope_is_a_copy_with_all_of_the_servers_in_it(make: Make, pool: Pool) -> None:
    app = Recording()
    site, browser = signed_in(make, pool, app)
    scope = scope_of(site, browser, extensions={"tls": {}}, state={"own": 1})
    before = dict(scope)
    site.runner.run(site.gate(scope, nothing, silent))
    ((given, _, _),) = app.calls
    assert scope == before  # the server's own is left alone
    assert given["state"] is scope["state"]
    assert given["extensions"] is scope["extensions"]
    assert given.keys() - scope.keys() == {IDENTITY, REQUEST_ID, "user", "auth"}


def test_the_body_and_the_disconnect_reach_the_app(make: Make, pool: Pool) -> None:
    incoming: list[Message] = [
        {"type": "http.request", "body": b"a", "more_body": True},
        {"type": "http.request", "body": b"b", "more_body": False},
        {"type": "http.disconnect"},
    ]
    seen: list[Message] = []

    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        while not seen or seen[-1]["type"] != "http.disconnect":
            seen.append(await receive())

    site, browser = signed_in(make, pool, read)
    rest = iter(incoming)

    async def receive() -> Message:
        return next(rest)

    site.runner.run(site.gate(scope_of(site, browser), receive, silent))
    assert seen == incoming


def test_an_error_of_the_app_is_the_servers(make: Make, pool: Pool) -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError("the app's own")

    site, browser = signed_in(make, pool, fail)
    with pytest.raises(LookupError, match="the app's own"):
        site.runner.run(site.gate(scope_of(site, browser), nothing, silent))


def test_work_after_the_response_goes_on(make: Make, pool: Pool) -> None:
    done: list[str] = []

    async def work(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        await asyncio.sleep(0)
        done.append("background")

    async def send(message: Message) -> None:
        done.append(message["type"])

    site, browser = signed_in(make, pool, work)
    site.runner.run(site.gate(scope_of(site, browser), nothing, send))
    assert done == ["http.response.start", "http.response.body", "background"]


def test_the_lifespan_passes_untouched(make: Make) -> None:
    app = Recording()
    site = make(app)
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    site.runner.run(site.gate(scope, nothing, keep))
    ((given, receive, send),) = app.calls
    assert given is scope
    assert receive is nothing
    messages: list[Message] = [
        {"type": f"lifespan.{word}"} for word in ("startup.complete", "shutdown.complete")
    ]

    async def send_all() -> None:
        for message in messages:
            await send(message)

    site.runner.run(send_all())
    assert [one is other for one, other in zip(sent, messages, strict=True)] == [True, True]


def test_the_lifespan_brings_no_identity(make: Make) -> None:
    app = Recording()
    state = {"connections": 1}
    forged = {IDENTITY: "admin", "cognito_gate.disabled": True, "user": "admin", "auth": "admin"}
    site = make(app)
    site.runner.run(site.gate({"type": "lifespan", "state": state, **forged}, nothing, silent))
    assert app.calls[0][0] == {"type": "lifespan", "state": state}
    assert app.calls[0][0]["state"] is state


@pytest.mark.parametrize("disabled", [False, True])
def test_a_gate_that_is_turned_off_loads_nothing_at_the_start(
    make: Make, monkeypatch: pytest.MonkeyPatch, disabled: bool
) -> None:
    loads: list[AsyncSender] = []

    async def load(sender: AsyncSender) -> None:
        loads.append(sender)

    async def starts(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(AsyncSender, "load", load)
    site = make(starts, disabled=disabled)
    site.runner.run(site.gate({"type": "lifespan"}, nothing, silent))
    assert loads == ([] if disabled else [site.gate._sender])


@pytest.mark.parametrize("kind", ["webtransport", "x-own", "HTTP"])
@pytest.mark.parametrize("changes", [{}, {"disabled": True}])
def test_an_unknown_protocol_is_refused(make: Make, kind: str, changes: dict[str, bool]) -> None:
    app = Recording()
    site = make(app, **changes)
    with pytest.raises(RuntimeError, match=f"cannot protect the ASGI protocol '{kind}'"):
        site.runner.run(site.gate({"type": kind, IDENTITY: "admin"}, nothing, silent))
    assert not app.calls


def test_an_error_at_start_up_is_the_servers(make: Make) -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError("cannot start")

    site = make(fail)
    with pytest.raises(LookupError, match="cannot start"):
        site.runner.run(site.gate({"type": "lifespan"}, nothing, silent))


def test_without_raw_path_the_path_is_encoded_anew(make: Make, pool: Pool) -> None:
    site = make()
    browser = Browser(site)
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = scope_of(site, browser, path="/caf\u00e9 bar", raw_path=None)
    site.runner.run(site.gate(scope, nothing, send))
    headers = dict(sent[0]["headers"])
    browser.jar = dict([headers[b"set-cookie"].decode().split("; ")[0].split("=", 1)])
    url = pool.sign_in(headers[b"location"].decode())
    assert browser.go(url).location == "/caf%C3%A9%20bar"


# Cancellation


async def cancel_one(site: ASGISite, requests: list[Request]) -> list[int]:
    """All at once over a held call; the first goes away meanwhile. Statuses of the others."""
    site.held = asyncio.Event()
    tasks = [asyncio.ensure_future(site.one(request)) for request in requests]
    for _ in range(20):
        await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.sleep(0)
    site.held.set()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    return [(await task).status for task in tasks[1:]]


@pytest.mark.parametrize("others", [0, 3])
def test_a_visitor_who_leaves_ends_nobody_elses_renewal(
    make: Make, pool: Pool, others: int
) -> None:
    pool.rotation = True
    pool.lifetime = 30
    site = make(refresh_flow_enabled=True)
    browser = Browser(site)
    browser.sign_in(pool)
    pool.lifetime = 3600
    pool.calls.clear()
    request = browser.request("GET", "/", NAVIGATION)
    statuses = site.runner.run(cancel_one(site, [request] * (1 + others)))
    assert statuses == [200] * others
    assert browser.go("/").status == 200  # and what came of it is not lost
    assert len(pool.named("token")) == 1


def test_a_visitor_who_leaves_while_their_token_is_revoked_has_signed_out(pool: Pool) -> None:
    events: list[Event] = []
    settings = pool.settings(refresh_flow_enabled=True, wait_for_events=True)
    with closing(ASGISite(settings, pool, on_event=events.append)) as site:
        browser = Browser(site)
        browser.sign_in(pool)
        request = browser.request("GET", "/auth/logout", NAVIGATION)
        site.runner.run(cancel_one(site, [request]))
        assert [type(event) for event in events] == [SignedIn, SignedOut]
        assert browser.go("/").status == 303


def test_headers_may_be_any_iterable(make: Make, pool: Pool) -> None:
    site = make()
    browser = Browser(site)
    browser.sign_in(pool)
    box: list[Any] = []
    scope = site.scope(browser.request("GET", "/page", {}), box)
    scope["headers"] = iter(scope["headers"])
    site.runner.run(site.gate(scope, _nothing, _nowhere))
    assert box[0].identity.username == "ada"


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


async def _nowhere(message: Message) -> None:
    """Where nobody listens."""
