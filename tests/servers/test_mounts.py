"""Servers that put the app below a path (ASGI `root_path`, WSGI `SCRIPT_NAME`)."""

from typing import Any

import httpx
import pytest

from tests.journey.visitor import Visitor, is_login_form
from tests.servers.catalogue import SERVERS, Server
from tests.servers.conftest import started

MOUNT = "/sub"
SETTINGS = {"COGNITO_GATE_PREFIX": "/sub/auth", "COGNITO_GATE_PUBLIC_PATHS": "/sub/open/*"}


class _BehindProxy(Visitor):
    """A visitor of a server whose proxy takes the mount off each path."""

    def ask(self, url: str, **options: Any) -> httpx.Response:
        origin = str(self.app.base_url).rstrip("/")
        return super().ask(url.replace(f"{origin}{MOUNT}/", "/", 1), **options)


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_below_a_path(server: Server) -> None:
    with started(server, MOUNT, SETTINGS) as site:
        kind = _BehindProxy if server.strips else Visitor
        with kind(site.origin, site.cognito.origin) as visitor:
            seen = visitor.sign_in(f"{site.origin}/sub/reports?year=2024").json()
            assert (seen["username"], seen["path"]) == ("ada", "/sub/reports")
            assert seen["query"] == "year=2024"
            assert visitor.ask(f"{site.origin}/sub/auth/me").json()["username"] == "ada"
            page = visitor.go(f"{site.origin}/sub/auth/logout")
            assert (page.status_code, visitor.cookies) == (200, {})
            assert "You have signed out of this app." in page.text
            assert visitor.ask(f"{site.origin}/sub/open/x").json()["username"] is None
            assert is_login_form(visitor.go(f"{site.origin}/sub/"))
