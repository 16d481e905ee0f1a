"""What only WSGI has: iterables and their close(), write(), exc_info, RAW_URI and environ keys."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import httpx
import pytest

from cognito_gate import Require, Rule, WSGIGate
from tests.world.browser import NAVIGATION, Browser, Request
from tests.world.pool import Pool
from tests.world.site import WSGISite

App: TypeAlias = Callable[[dict[str, Any], Any], Iterable[bytes]]
TYPE = [("Content-Type", "text/plain")]


class Chunks:
    """An iterable that notes how far it was read and that it was closed."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[bytes]:
        for number in range(3):
            self.notes.append(f"chunk {number}")
            yield b"%d" % number

    def close(self) -> None:
        self.notes.append("closed")


class Server:
    """A server's side: what start_response and write were called with."""

    def __init__(self) -> None:
        self.started: list[tuple[str, list[tuple[str, str]], Any]] = []
        self.written: list[bytes] = []

    def __call__(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        self.started.append((status, headers, exc_info))
        return self.written.append


def gated(pool: Pool, app: App, *, due: bool = False) -> tuple[WSGIGate, dict[str, Any]]:
    """A gate around `app`, and a request whose session is (not) due for renewal."""
    settings = pool.settings(refresh_flow_enabled=True)
    pool.lifetime = 30 if due else 3600
    site = WSGISite(settings, pool)
    browser = Browser(site)
    browser.sign_in(pool)
    pool.lifetime = 3600
    gate = WSGIGate(app, settings, httpx.Client(transport=httpx.MockTransport(pool)))
    return gate, site.environ(browser.request("GET", "/", NAVIGATION), [])


@pytest.mark.parametrize("due", [False, True])
def test_the_iterable_is_the_apps_own(pool: Pool, due: bool) -> None:
    chunks = Chunks()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", list(TYPE))
        return chunks

    gate, environ = gated(pool, app, due=due)
    result = gate(environ, Server())
    assert result is chunks  # so close(), len() and file wrappers are the server's to see
    assert chunks.notes == []


@pytest.mark.parametrize("due", [False, True])
def test_start_response_is_the_servers_own(pool: Pool, due: bool) -> None:
    given: list[Any] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        given.append(start_response)
        start_response("200 OK", list(TYPE))
        return []

    gate, environ = gated(pool, app, due=due)
    server = Server()
    gate(environ, server)
    assert (given[0] is server) == (not due)
    ((status, headers, _),) = server.started
    assert (status, headers[0]) == ("200 OK", TYPE[0])
    assert len([name for name, _ in headers if name == "Set-Cookie"]) == (3 if due else 0)
    assert (("Cache-Control", "no-store") in headers) == due


@pytest.mark.parametrize("due", [False, True])
def test_write_is_the_servers_own(pool: Pool, due: bool) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", list(TYPE))(b"written")
        return [b"returned"]

    gate, environ = gated(pool, app, due=due)
    server = Server()
    assert list(gate(environ, server)) == [b"returned"]
    assert server.written == [b"written"]


@pytest.mark.parametrize("due", [False, True])
def test_exc_info_reaches_the_server(pool: Pool, due: bool) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", list(TYPE))
        try:
            raise LookupError("half-way")
        except LookupError:
            start_response("500 Oops", list(TYPE), sys.exc_info())
        return [b"sorry"]

    gate, environ = gated(pool, app, due=due)
    server = Server()
    gate(environ, server)
    first, second = server.started
    assert (first[0], first[2]) == ("200 OK", None)
    assert second[0] == "500 Oops"
    assert second[2][0] is LookupError
    names = [name for name, _ in second[1]]
    assert names.count("Set-Cookie") == (3 if due else 0)


def test_the_environ_of_the_server_is_left_alone(pool: Pool) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["own"] = 1
        start_response("200 OK", list(TYPE))
        return []

    gate, environ = gated(pool, app)
    before = dict(environ)
    gate(environ, Server())
    assert environ == before


def test_an_error_of_the_app_is_the_servers(pool: Pool) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise LookupError("the app's own")

    gate, environ = gated(pool, app)
    with pytest.raises(LookupError, match="the app's own"):
        gate(environ, Server())


def test_a_refusal_does_not_touch_the_body(pool: Pool) -> None:
    class Untouchable:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body is the app's")

    gate, environ = gated(pool, lambda environ, start: [])
    environ["wsgi.input"] = Untouchable()
    del environ["HTTP_COOKIE"]
    environ["REQUEST_METHOD"] = "POST"
    server = Server()
    assert b"Sign-in required" in b"".join(gate(environ, server))
    assert server.started[0][0] == "401 Unauthorized"


# The path as it was on the wire


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
@pytest.mark.parametrize(
    ("raw", "path", "wanted"),
    [
        ("/a%2Fb?x=%20", "/a/b", "/a%2Fb?x=%20"),
        ("/caf%c3%a9", "/caf\u00e9", "/caf%c3%a9"),
        ("//evil.example/page", "/page", "/page"),  # not the path: not believed
        ("https://evil.example/page", "/page", "/page"),
        ("/elsewhere", "/page", "/page"),
        ("", "/page", "/page"),
        (None, "/caf\u00e9 bar", "/caf%C3%A9%20bar"),
    ],
)
def test_the_return_address(pool: Pool, name: str, raw: str | None, path: str, wanted: str) -> None:
    site = WSGISite(pool.settings(), pool)
    browser = Browser(site)
    environ = site.environ(browser.request("GET", "/", NAVIGATION), [])
    del environ["RAW_URI"]
    environ["PATH_INFO"] = path.encode().decode("latin-1")
    environ["QUERY_STRING"] = wanted.partition("?")[2]
    if raw is not None:
        environ[name] = raw
    server = Server()
    site.gate(environ, server)
    headers = dict(server.started[0][1])
    cookie, _, value = headers["set-cookie"].split("; ")[0].partition("=")
    browser.jar[cookie] = value
    assert browser.go(pool.sign_in(headers["location"])).location == wanted


def test_a_mount_is_part_of_the_path(pool: Pool) -> None:
    site = WSGISite(pool.settings(), pool, mount="/app")
    browser = Browser(site)
    url = pool.sign_in(browser.go("/app/page?x=1").location)
    site.mount = ""  # the callback's path is another app's here: the gate's own is /auth/callback
    assert browser.go(url).location == "/app/page?x=1"
    site.mount = "/app"
    seen = browser.go("/app/page").app
    assert seen is not None
    assert (seen.facts["SCRIPT_NAME"], seen.facts["PATH_INFO"]) == ("/app", "/page")


def test_a_path_that_is_no_utf_8_is_closed(pool: Pool) -> None:
    site = WSGISite(pool.settings(public_paths=("/open/*",)), pool)
    assert Browser(site).go("/open/x").status == 200
    assert Browser(site).go("/open/%ff%fe").status == 303


def test_an_empty_path_is_one_too(pool: Pool) -> None:
    site = WSGISite(pool.settings(), pool, mount="/app")
    environ = site.environ(Browser(site).request("GET", "/app", NAVIGATION), [])
    assert environ["PATH_INFO"] == ""
    server = Server()
    site.gate(environ, server)
    assert server.started[0][0] == "303 See Other"


def test_what_stands_behind_a_mount_is_read_with_a_slash(pool: Pool) -> None:
    """As Flask reads it. gunicorn cuts off any beginning that `SCRIPT_NAME` names, and a proxy may
    pass that on from a visitor."""
    rules = (Rule(("/admin/*",), require=Require(groups=("admin",))),)
    site = WSGISite(pool.settings(rules=rules, bearer=True), pool, mount="/x")
    headers = [(b"authorization", f"Bearer {pool.access_token()}".encode())]
    environ = site.environ(Request("GET", "/xadmin/y", headers), [])
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/x", "admin/y")
    server = Server()
    site.gate(environ, server)
    assert [status for status, _, _ in server.started] == ["403 Forbidden"]
