"""CORS preflights: a browser asks without credentials whether it may ask, and the app answers."""

import pytest

from tests.flows.site import Open
from tests.world.browser import Browser
from tests.world.pool import APP, Pool

PREFLIGHT: dict[str, str | None] = {
    "origin": "https://other.example",
    "access-control-request-method": "PUT",
    "access-control-request-headers": "authorization",
}


@pytest.mark.parametrize(
    ("changes", "passes"),
    [
        ({}, False),
        ({"bearer": True}, True),
        ({"bearer": True, "cors_preflight": False}, False),
        ({"bearer": False, "cors_preflight": True}, True),
    ],
)
def test_it_reaches_the_app_where_bearer_tokens_do(
    make_site: Open, pool: Pool, changes: dict[str, bool], passes: bool
) -> None:
    browser = Browser(make_site(**changes))
    reply = browser.send("OPTIONS", "/api", PREFLIGHT)
    if passes:
        assert reply.app is not None
        assert reply.app.identity is None
        assert reply.cookies == {}
    else:
        assert (reply.status, reply.app) == (401, None)
    assert not pool.calls


@pytest.mark.parametrize(
    ("method", "change"),
    [
        ("OPTIONS", {"origin": None}),
        ("OPTIONS", {"origin": ""}),
        ("OPTIONS", {"access-control-request-method": None}),
        ("OPTIONS", {"access-control-request-method": ""}),
        ("OPTIONS", {"cookie": "__Host-cognito_access_token=x"}),
        ("OPTIONS", {"cookie": "theme=dark"}),
        ("OPTIONS", {"authorization": "Bearer x"}),
        ("OPTIONS", {"authorization": "Basic eDp5"}),
        ("OPTIONS", {"upgrade": "websocket", "origin": APP}),
        ("OPTIONS", {"content-length": "3"}),
        ("OPTIONS", {"transfer-encoding": "chunked"}),
        ("OPTIONS", {"x-http-method-override": "DELETE"}),
        ("GET", {}),
        ("POST", {}),
        ("HEAD", {}),
    ],
)
def test_nothing_else_passes_for_one(
    make_site: Open, method: str, change: dict[str, str | None]
) -> None:
    reply = Browser(make_site(bearer=True)).send(method, "/api", {**PREFLIGHT, **change})
    assert reply.app is None
    assert reply.status in (303, 401)


@pytest.mark.parametrize("login", ["hosted", "custom"])
def test_routes_of_the_gate_stay_its_own(make_site: Open, login: str) -> None:
    browser = Browser(make_site(bearer=True, login=login))
    for path in ("login", "logout", "me", "callback", "signed-out", "sign-in"):
        reply = browser.send("OPTIONS", f"/auth/{path}", PREFLIGHT)
        assert (reply.app is None) == (login == "custom" or path != "sign-in"), path
