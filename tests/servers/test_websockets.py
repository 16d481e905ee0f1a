"""WebSockets under each ASGI server, with a client of their own."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.journey.visitor import Visitor
from tests.servers.catalogue import Server
from tests.servers.conftest import Site, each

SESSION = {"cognito_access_token", "cognito_id_token", "cognito_refresh_token"}


def _asgi(server: Server) -> bool:
    return server.edge == "asgi"


@contextmanager
def opened(
    site: Site, cookies: Mapping[str, str], origin: str | None = None
) -> Iterator[ClientConnection]:
    """A WebSocket as a page of this browser would open it."""
    sent = {"Origin": origin or site.origin}
    if cookies:
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    url = site.origin.replace("http:", "ws:") + "/ws"
    with connect(url, additional_headers=sent, proxy=None, open_timeout=30) as made:
        yield made


def _refusal(site: Site, cookies: Mapping[str, str], origin: str | None = None) -> bytes:
    with pytest.raises(InvalidStatus) as caught, opened(site, cookies, origin):
        pass
    assert caught.value.response.status_code == 403
    return bytes(caught.value.response.body)


@each(_asgi)
def test_it_knows_its_user(site: Site, member: Visitor) -> None:
    with opened(site, member.session) as made:
        assert made.recv(30) == "ada"
        made.send("hello")
        assert made.recv(30) == "hello"


@each(_asgi)
def test_it_is_refused_before_it_is_accepted(site: Site) -> None:
    body = _refusal(site, {})
    if site.server.denies:
        assert json.loads(body)["error"] == "login_required"
    else:
        assert body == b""


@each(_asgi)
def test_another_site_is_refused(site: Site, member: Visitor) -> None:
    for origin in ("http://evil.example", "null"):
        body = _refusal(site, member.session, origin)
        assert site.server.denies == (b"cross_site" in body)


@each(_asgi)
def test_it_renews_the_session(site: Site, member: Visitor) -> None:
    with opened(site, member.session | site.cookies("ada", seconds=-1)) as made:
        assert made.recv(30) == "ada"
        assert made.response is not None
        lines = made.response.headers.get_all("set-cookie")
    names = {line.partition("=")[0] for line in lines}
    assert names == (SESSION if site.server.accept_headers else set())


@each(_asgi)
def test_it_ends_with_its_session(site: Site) -> None:
    with opened(site, site.cookies("ada", seconds=2)) as made:  # no refresh token
        assert made.recv(30) == "ada"
        with pytest.raises(ConnectionClosed) as caught:
            made.recv(30)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4401
