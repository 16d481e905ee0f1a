"""nginx, Caddy, Traefik and Envoy in front of a gate and an app that knows nothing of it, by the
configurations of examples/forward-auth."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.journey.visitor import Visitor
from tests.servers.proxies import KINDS, Front, front

SPOOFED = (
    *("X-Auth-Request-User", "x-auth-request-groups", "X-Auth-Request-Access-Token"),
    *("X_Auth_Request_User", "X-Auth_Request-Email", "x_auth_request_groups"),
)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    with front(request.param, tmp_path_factory.mktemp("proxy")) as made:
        yield made


@pytest.fixture
def visitor(site: Front) -> Iterator[Visitor]:
    with site.visitor() as made:
        yield made


def identity(response: httpx.Response) -> dict[str, list[str]]:
    """The identity headers that the app was sent, as an app reads them that takes `_` for `-`."""
    found: dict[str, list[str]] = {}
    for name, value in response.json()["headers"]:
        name = name.lower().replace("_", "-")
        if name.startswith("x-auth-request-") and value:
            found.setdefault(name.removeprefix("x-auth-request-"), []).append(value)
    return found


def test_a_browser_signs_in_and_the_app_knows_who_it_is(visitor: Visitor) -> None:
    page = visitor.sign_in("/page?a=1&b=%2F", "ada")
    assert page.status_code == 200
    assert page.json()["path"] == "/page?a=1&b=%2F"
    told = identity(page)
    assert told["preferred-username"] == ["ada"]
    assert told["groups"] == ["admin"]
    assert told.keys() == {"user", "email", "groups", "preferred-username"}


def test_a_rule_refuses(visitor: Visitor, site: Front) -> None:
    assert visitor.sign_in("/page", "bob").status_code == 200
    for path in ("/admin/x", "/ADMIN/x", "/open/..%2fadmin/x", "/%61dmin/x", "//admin/x"):
        assert visitor.app.get(httpx.URL(site.origin, raw_path=path.encode())).status_code == 403
    with site.visitor() as ada:
        assert ada.sign_in("/admin/x", "ada").json()["path"] == "/admin/x"


def test_a_script_is_not_sent_to_sign_in(visitor: Visitor) -> None:
    for method in ("GET", "POST"):
        reply = visitor.app.request(method, "/page", headers={"accept": "application/json"})
        assert reply.status_code == 401
        assert "bearer" in reply.headers["www-authenticate"].lower()


def test_a_bearer_token_passes(visitor: Visitor, site: Front) -> None:
    token = site.cognito.tokens_for("ada")["access_token"]
    reply = visitor.app.post("/page", headers={"authorization": f"Bearer {token}"}, content=b"body")
    assert (reply.status_code, reply.json()["method"]) == (200, "POST")
    assert identity(reply)["preferred-username"] == ["ada"]


@pytest.mark.parametrize("name", SPOOFED)
def test_a_visitor_cannot_say_who_they_are(visitor: Visitor, name: str) -> None:
    """The app gets the request without it, or not at all."""
    for path in ("/open/x", "/page"):
        reply = visitor.app.get(path, headers={name: "root"})
        assert path == "/open/x" or reply.status_code != 200
        assert reply.status_code != 200 or not identity(reply)
    visitor.sign_in("/page", "bob")
    for path in ("/open/x", "/page"):
        reply = visitor.app.get(path, headers={name: "root"})
        if reply.status_code == 200:
            assert "root" not in str(identity(reply))
            assert identity(reply)["preferred-username"] == ["bob"]


@pytest.mark.parametrize(
    "said",
    [
        {"x-forwarded-uri": "/open/x", "x-forwarded-method": "GET"},
        {"x-original-uri": "/open/x", "x-original-method": "GET"},
        {"x-forwarded-uri": "/open/x"},
        {"x-original-uri": "/open/x"},
        {"x-forwarded-for": "127.0.0.1", "x-forwarded-uri": "/open/x", "x-original-uri": "/open/x"},
    ],
)
def test_nor_what_they_ask_for(visitor: Visitor, said: dict[str, str]) -> None:
    for path in ("/page", "/admin/x"):
        assert visitor.app.get(path, headers=said).status_code in (302, 303, 401, 403)


def test_nobody_but_the_proxy_asks(visitor: Visitor) -> None:
    said = {"x-original-uri": "/open/x", "x-original-method": "GET"}
    for path in ("/auth/verify", "/auth/verify/open/x"):
        assert visitor.app.get(path, headers=said).status_code != 200


def test_a_websocket_reaches_the_app_with_its_upgrade(visitor: Visitor, site: Front) -> None:
    visitor.sign_in("/page", "ada")
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    opening = {
        "cookie": cookie,
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-version": "13",
        "origin": site.origin,
    }
    status, sent = _raw(site, opening)
    assert status == 101
    assert sent["upgrade"] == "websocket"
    assert sent["x-auth-request-preferred-username"] == "ada"
    assert _raw(site, {**opening, "origin": "https://evil.example"})[0] == 403
    assert _raw(site, {**opening, "cookie": "a=b"})[0] == 401


def _raw(site: Front, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """The status of a handshake, and what the app was sent."""
    connection = http.client.HTTPConnection("localhost", site.port, timeout=30)
    try:
        connection.request("GET", "/live", headers=headers)
        response = connection.getresponse()
        body = base64.b64decode(response.headers.get("x-told", "")) or b"{}"
        told = json.loads(body).get("headers", [])
        return response.status, {name.lower(): value for name, value in told}
    finally:
        connection.close()


def test_a_renewed_session_reaches_the_browser(visitor: Visitor, site: Front) -> None:
    visitor.sign_in("/page", "ada")
    before = visitor.session
    visitor.drop("cognito_access_token", "cognito_id_token")
    reply = visitor.app.get("/page")
    assert reply.status_code == 200
    assert identity(reply)["preferred-username"] == ["ada"]
    assert visitor.session.keys() == before.keys()
    assert visitor.session["cognito_access_token"] != before["cognito_access_token"]


def test_signing_out_ends_it(visitor: Visitor) -> None:
    visitor.sign_in("/page", "ada")
    before = visitor.session
    visitor.sign_out()
    assert not visitor.session
    visitor.hold(before)
    assert visitor.app.get("/page").status_code in (302, 303)
