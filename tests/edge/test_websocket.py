"""WebSockets: refused before they are accepted, of this origin only, with the identity in scope."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from cognito_gate import Require, Rule
from tests.world import faults
from tests.world.browser import Browser
from tests.world.pool import APP, Pool
from tests.world.site import IDENTITY, ASGISite

CONNECT = {"type": "websocket.connect"}
ACCEPT: Message = {"type": "websocket.accept", "subprotocol": "chat", "headers": [(b"x", b"1")]}
CLOSED = {"type": "websocket.close", "code": 4401, "reason": "sign-in required"}
FORBIDDEN = {"type": "websocket.close", "code": 4403, "reason": "access denied"}
RULES = (
    Rule(("/rules/open",), public=True),
    Rule(("/rules/admin/*",), require=Require(groups=("admin",))),
    Rule(("/rules/recent",), require=Require(max_auth_age=60)),
    Rule(("/rules/post",), methods=("POST",), require=Require(groups=("admin",))),
)


class Echo:
    """Accepts, and notes whom it saw."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append(scope[IDENTITY])
        assert await receive() == CONNECT
        await send(ACCEPT)


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def site(pool: Pool, echo: Echo) -> Iterator[ASGISite]:
    settings = pool.settings(refresh_flow_enabled=True, public_paths=("/open",), rules=RULES)
    site = ASGISite(settings, pool, app=echo)
    yield site
    site.close()


@pytest.fixture
def browser(site: ASGISite) -> Browser:
    return Browser(site)


def connect(browser: Browser, path: str = "/ws", **facts: Any) -> list[Message]:
    """Open a WebSocket from a page of the app; what the server is told to send."""
    site = browser.site
    assert isinstance(site, ASGISite)
    origin = facts.pop("origin", APP)
    headers = {"upgrade": "websocket", "origin": origin}
    headers["authorization"] = facts.pop("authorization", None)
    request = browser.request("GET", path, headers)
    scope = {**site.scope(request, []), "type": "websocket", "scheme": "wss", **facts}
    del scope["method"]
    sent: list[Message] = []

    async def receive() -> Message:
        return dict(CONNECT)

    async def send(message: Message) -> None:
        sent.append(message)

    site.runner.run(site.gate(scope, receive, send))
    return sent


def test_with_a_session_it_opens(browser: Browser, pool: Pool, echo: Echo) -> None:
    browser.sign_in(pool)
    assert connect(browser) == [ACCEPT]
    assert [identity.username for identity in echo.seen] == ["ada"]


def test_without_one_it_is_closed_before_it_opens(browser: Browser, echo: Echo) -> None:
    assert connect(browser) == [CLOSED]
    assert not echo.seen


def test_or_denied_where_the_server_can(browser: Browser, echo: Echo) -> None:
    start, body = connect(browser, extensions={"websocket.http.response": {}})
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 403)
    assert body["type"] == "websocket.http.response.body"
    assert b"login_required" in body["body"]
    assert not [value for name, value in start["headers"] if name == b"set-cookie"]
    assert not echo.seen


@pytest.mark.parametrize("path", ["/auth/login", "/auth/callback?code=x&state=y", "/auth/me"])
def test_routes_of_the_gate_are_none(browser: Browser, echo: Echo, path: str) -> None:
    assert connect(browser, path) == [CLOSED]


@pytest.mark.parametrize("origin", ["https://evil.example", "https://app.example:8443", "null"])
@pytest.mark.parametrize("path", ["/ws", "/open"])
def test_another_origin_is_refused(
    browser: Browser, pool: Pool, echo: Echo, origin: str, path: str
) -> None:
    browser.sign_in(pool)
    assert connect(browser, path, origin=origin) == [CLOSED]
    assert not echo.seen


@pytest.mark.parametrize("origin", [APP, "HTTPS://APP.EXAMPLE", None])
def test_its_own_origin_is_not(browser: Browser, pool: Pool, origin: str | None) -> None:
    browser.sign_in(pool)
    assert connect(browser, origin=origin) == [ACCEPT]


def test_on_a_public_path_nobody_may_come(browser: Browser, echo: Echo) -> None:
    assert connect(browser, "/open") == [ACCEPT]
    assert echo.seen == [None]


def test_a_renewed_session_rides_on_the_accept(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    browser.jar = {name: value for name, value in browser.jar.items() if "refresh" in name}
    (accept,) = connect(browser)
    assert (accept["type"], accept["subprotocol"]) == ("websocket.accept", "chat")
    names = [name for name, _ in accept["headers"]]
    assert names == [b"x", b"set-cookie", b"set-cookie", b"set-cookie"]
    for _, value in accept["headers"][1:]:
        assert value.startswith(b"__Host-cognito_")


def test_a_dead_session_is_cleared_where_the_server_can(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    browser.jar = dict.fromkeys(browser.jar, "x")
    start, _ = connect(browser, extensions={"websocket.http.response": {}})
    cleared = [value for name, value in start["headers"] if name == b"set-cookie"]
    assert len(cleared) == 3


def test_an_outage_asks_to_come_again(browser: Browser, pool: Pool, echo: Echo) -> None:
    browser.sign_in(pool)
    browser.jar = {name: value for name, value in browser.jar.items() if "refresh" in name}
    pool.faults["token"] = faults.reply(500)
    (close,) = connect(browser)
    assert (close["type"], close["code"]) == ("websocket.close", 1013)
    start, _ = connect(browser, extensions={"websocket.http.response": {}})
    assert start["status"] == 503
    assert not echo.seen
    assert close["reason"] == "try again later"


# Rules


@pytest.mark.parametrize(
    ("path", "change", "opens"),
    [
        ("/rules/admin/ws", {"cognito:groups": ["admin"]}, True),
        ("/rules/admin/ws", {"cognito:groups": ["staff"]}, False),
        ("/rules/ADMIN/ws", {"cognito:groups": ["staff"]}, False),
        ("/rules/recent", {}, True),
        ("/rules/recent", {"auth_time": 1_700_000_000}, False),
        ("/rules/post", {}, True),  # a handshake is a GET
        ("/rules/open", {}, True),
    ],
)
def test_rules_hold_for_websockets(
    browser: Browser, pool: Pool, echo: Echo, path: str, change: dict[str, Any], opens: bool
) -> None:
    pool.access |= change
    browser.sign_in(pool)
    assert connect(browser, path) == [ACCEPT if opens else FORBIDDEN]
    assert len(echo.seen) == opens


def test_a_bearer_token_meets_a_rule_there_or_not(pool: Pool, echo: Echo) -> None:
    site = ASGISite(pool.settings(bearer=True, rules=RULES), pool, app=echo)
    for group, message in (("admin", ACCEPT), ("staff", FORBIDDEN)):
        pool.access["cognito:groups"] = [group]
        authorization = f"Bearer {pool.access_token()}"
        sent = connect(Browser(site), "/rules/admin/ws", authorization=authorization)
        assert sent == [message]
    site.close()


def test_nobody_signed_in_is_told_so_before_any_rule(browser: Browser, echo: Echo) -> None:
    assert connect(browser, "/rules/admin/ws") == [CLOSED]
    assert connect(browser, "/rules/open") == [ACCEPT]


def test_a_rule_is_told_by_a_response_where_the_server_can(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    sent = connect(browser, "/rules/admin/ws", extensions={"websocket.http.response": {}})
    start, body = sent
    assert (start["status"], body["body"]) == (403, b'{"error": "forbidden"}')
