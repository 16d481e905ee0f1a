"""What `run` says at its start: what is protected, what is public, where to open and sign in."""

from dataclasses import replace
from typing import Any, cast

import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute
from starlette.types import ASGIApp

from cognito_gate import Rule, Settings
from cognito_gate.cli.banner import Beside, Served, banner, port_warning
from cognito_gate.cli.local_commands import user_lines
from cognito_gate.cli.web_sockets import has_websockets, websocket_warning
from cognito_gate.local import LocalCognito, User
from tests.parts.made import settings

HERE = {"AWS_COGNITO_REDIRECT_URL": "http://localhost:8000/auth/callback",
        "AWS_COGNITO_LOGOUT_URL": "http://localhost:8000/auth/signed-out"}  # fmt: skip


def served(**changes: Any) -> Served:
    values: dict[str, Any] = {"app": "shop:app", "interface": "asgi", "host": "127.0.0.1",
                              "port": 8000, "https": False, "uds": None}  # fmt: skip
    return Served(**{**values, **changes})


def lines(found: Settings, beside: Beside | None = None, **changes: Any) -> list[str]:
    return list(banner(served(**changes), found, beside))


def test_it_is_a_few_lines() -> None:
    assert lines(settings(**HERE)) == [
        "cognito-gate protects shop:app (ASGI).",
        "",
        "  Open     http://localhost:8000",
        "  Sign in  at Cognito's pages, https://my-app.auth.eu-west-1.amazoncognito.com",
        "  Public   nothing: every path needs a sign-in",
        "",
        "Ctrl-C ends it.",
    ]


def test_public_paths_are_named() -> None:
    found = settings(**HERE, COGNITO_GATE_PUBLIC_PATHS="/health /static/*")
    assert "  Public   /health  /static/*" in lines(found)


def test_many_public_paths_are_no_wall() -> None:
    found = settings(**HERE, COGNITO_GATE_PUBLIC_PATHS=" ".join(f"/{n}" for n in range(20)))
    assert "  Public   /0  /1  /2  /3  /4  /5  and 14 more" in lines(found)


@pytest.mark.parametrize(("workers", "said"), [(1, False), (4, True)])
def test_workers_that_refresh_a_session_once_are_said(workers: int, said: bool) -> None:
    found = settings(
        **HERE, COGNITO_GATE_STORE="redis://localhost", AWS_COGNITO_REFRESH_FLOW_ENABLED="true"
    )
    line = f"  Workers  {workers}: one of them refreshes a session, for all"
    assert (line in lines(found, workers=workers)) == said


def test_everything_public_is_said() -> None:
    found = settings(**HERE, COGNITO_GATE_PUBLIC_PATHS="/*")
    assert "  Public   everything: no path needs a sign-in" in lines(found)


def test_rules_are_told_and_what_they_open() -> None:
    opening = (Rule(("/open",), optional=True), Rule(("/feed",), methods=("GET",), public=True))
    found = replace(settings(**HERE, COGNITO_GATE_PUBLIC_PATHS="/health"), rules=opening)
    assert "  Public   /health  /open" in lines(found)
    assert "  Rules    2 (cognito-gate rules explain --table)" in lines(found)
    closed = (Rule(("/me",), signed_in=True), Rule(("/*",), public=True))
    assert "  Public   /*" in lines(replace(settings(**HERE), rules=closed))


def test_with_sign_in_pages_of_the_gate() -> None:
    found = settings(**HERE, COGNITO_GATE_LOGIN="custom", COGNITO_GATE_PREFIX="/auth")
    assert "  Sign in  http://localhost:8000/auth/sign-in" in lines(found)


def test_an_address_of_its_own_is_said_beside_the_one_to_open() -> None:
    found = settings()
    assert lines(found, interface="wsgi", host="0.0.0.0")[:4] == [
        "cognito-gate protects shop:app (WSGI).",
        "",
        "  Open     https://app.example",
        "  Listens  http://0.0.0.0:8000",
    ]
    assert "  Listens  http://[::]:8443" in lines(found, host="::", port=8443)
    assert "  Listens  https://127.0.0.1:8000" in lines(found, https=True)
    assert "  Listens  /run/shop.sock" in lines(found, uds="/run/shop.sock")


def test_a_gate_that_is_off_says_so() -> None:
    assert lines(Settings(disabled=True), port=8001) == [
        "The gate is off (AWS_COGNITO_DISABLED): everybody reaches shop:app (ASGI) without a "
        "sign-in.",
        "",
        "  Open     http://127.0.0.1:8001",
        "",
        "Ctrl-C ends it.",
    ]


def test_with_a_local_cognito() -> None:
    beside = Beside("http://127.0.0.1:9229", ("  Sign in  ada  x",), pool_ignored=True)
    assert lines(settings(**HERE), beside) == [
        "cognito-gate protects shop:app (ASGI).",
        "",
        "  Open     http://localhost:8000",
        "  Sign in  ada  x",
        "  Public   nothing: every path needs a sign-in",
        "",
        "A local Cognito is on http://127.0.0.1:9229: for development on this machine, not for "
        "production.",
        "Open that address for its users, outbox and switches.",
        "With --local, the pool in your environment or .env is not used.",
        "Ctrl-C ends both.",
    ]
    custom = settings(**HERE, COGNITO_GATE_LOGIN="custom")
    assert "  Codes    http://127.0.0.1:9229/_local/outbox" in lines(custom, beside)


def test_users_and_groups_are_no_wall() -> None:
    many = tuple(f"group-{n}" for n in range(30))
    users = [User(username=f"user-{n}", password="Secret-Word-1", groups=many) for n in range(9)]
    found = list(user_lines(LocalCognito(users=users)))
    assert len(found) == 7
    assert found[0] == (
        "  Sign in  user-0  (password as in your file)  "
        "(group group-0, group-1, group-2 and 27 more)"
    )
    assert found[-1] == "           and 3 more of your file"


@pytest.mark.parametrize(("port", "warns"), [(8000, False), (8001, True)])
def test_sign_ins_that_return_to_another_port_are_warned_of(port: int, warns: bool) -> None:
    found = list(port_warning(served(port=port), settings(**HERE)))
    assert (
        found
        == [
            "Sign-ins return to http://localhost:8000 (AWS_COGNITO_REDIRECT_URL), and this "
            "server is on port 8001"
        ]
        * warns
    )
    # Behind a proxy, the address is the proxy's.
    assert list(port_warning(served(port=port), settings())) == []
    assert list(port_warning(served(port=port, uds="/x"), settings(**HERE))) == []
    assert list(port_warning(served(port=port), Settings(disabled=True))) == []


# WebSockets


def _page(request: Any) -> None: ...


async def _socket(websocket: Any) -> None: ...


SOCKET = WebSocketRoute("/ws", _socket)


def fastapi_app(*, included: bool = False) -> FastAPI:
    app = FastAPI()
    router: Any = APIRouter() if included else app
    router.websocket("/ws")(_socket)
    if included:
        app.include_router(router, prefix="/in")
    return app


class Wrapper:
    def __init__(self, app: Any) -> None:
        self.app = app


def circle() -> Wrapper:
    wrapper = Wrapper(None)
    wrapper.app = wrapper
    return wrapper


@pytest.mark.parametrize(
    ("app", "has"),
    [
        (Starlette(routes=[Route("/", _page)]), False),
        (Starlette(routes=[Route("/", _page), SOCKET]), True),
        (Starlette(routes=[Mount("/in", routes=[SOCKET])]), True),
        (Starlette(routes=[Mount("/in", app=Starlette(routes=[SOCKET]))]), True),
        (Starlette(routes=[Mount("/in", app=cast(ASGIApp, Wrapper(Router([SOCKET]))))]), True),
        (Starlette(routes=[Host("a.example", app=Router([SOCKET]))]), True),
        (Starlette(routes=[Mount("/in", app=Router([Route("/", _page)]))]), False),
        (FastAPI(), False),
        (fastapi_app(), True),
        (fastapi_app(included=True), True),
        (Wrapper(fastapi_app()), True),
        (circle(), False),
        (_socket, False),
        (Wrapper(7), False),
    ],
)
def test_websocket_routes_are_found_where_they_can_be_known(app: Any, has: bool) -> None:
    assert has_websockets(app) is has


def test_a_server_without_a_library_for_them_is_warned_of() -> None:
    app = Starlette(routes=[SOCKET])
    [warning] = websocket_warning(app, lambda name: False)
    assert warning == (
        "The app has WebSockets, and no WebSocket library is installed: each one will fail. "
        "Install one: pip install websockets"
    )
    for installed in ("websockets", "wsproto"):
        assert list(websocket_warning(app, installed.__eq__)) == []
    assert list(websocket_warning(Starlette(), lambda name: False)) == []
