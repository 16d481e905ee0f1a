"""Starlette: `current_identity`, `maybe_identity` and `require`, behind the gate."""

from typing import Any

import pytest

from tests.integrations.conftest import OpenASGI
from tests.integrations.stage import OPEN, SCOPES, TABLE, ASGISite, rows


def routes() -> list[Any]:
    from starlette.endpoints import HTTPEndpoint
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route, WebSocketRoute
    from starlette.websockets import WebSocket

    from cognito_gate.integrations.starlette import current_identity, maybe_identity, require

    async def who(request: Request) -> PlainTextResponse:
        return PlainTextResponse(current_identity(request).username)

    def maybe(request: Request) -> PlainTextResponse:
        found = maybe_identity(request)
        return PlainTextResponse(found.username if found else "nobody")

    @require(groups=["admin"])
    async def admin(request: Request) -> PlainTextResponse:
        """For admins."""
        return PlainTextResponse("admin")

    @require(["admin", "staff"])
    def both(request: Request) -> PlainTextResponse:
        return PlainTextResponse("both")

    class OneOf(HTTPEndpoint):
        @require(groups=["admin", "staff"], any_group=True)
        async def get(self, request: Request) -> PlainTextResponse:
            return PlainTextResponse("any")

    @require(scopes=["openid", "email"])
    async def read(request: Request) -> PlainTextResponse:
        return PlainTextResponse("read")

    @require(scopes=["openid", "shop/write"])
    def write(request: Request) -> PlainTextResponse:
        return PlainTextResponse("write")

    @require(groups=["admin"])
    async def guarded(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(current_identity(websocket).username or "")
        await websocket.close()

    async def late(websocket: WebSocket) -> None:
        await websocket.accept()
        current_identity(websocket)

    @require(groups=["admin"])
    async def lost() -> None: ...

    async def misused(request: Request) -> None:
        await lost()

    assert (admin.__name__, admin.__doc__) == ("admin", "For admins.")
    plain: dict[str, Any] = {"who": who, "maybe": maybe, "admin": admin, "both": both, "any": OneOf}
    plain |= {"read": read, "write": write, "misused": misused}
    sockets = {"guarded": guarded, "late": late}
    return [Route(f"{OPEN}/{name}", endpoint) for name, endpoint in plain.items()] + [
        WebSocketRoute(f"{OPEN}/{name}", endpoint) for name, endpoint in sockets.items()
    ]


@pytest.fixture
def site(asgi: OpenASGI) -> ASGISite:
    from starlette.applications import Starlette

    return asgi(Starlette(routes=routes()))


def test_who_gets_what(site: ASGISite) -> None:
    for path, username, status in rows(TABLE) + rows(SCOPES):
        answer = site.get(path, username)
        assert answer.status_code == status, (path, username)
        assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)


def test_the_visitor_has_a_name(site: ASGISite) -> None:
    assert site.get(f"{OPEN}/who", "bob").text == "bob"
    assert site.get(f"{OPEN}/maybe", "bob").text == "bob"
    assert site.get(f"{OPEN}/maybe").text == "nobody"


def test_a_websocket_is_refused_before_it_opens(site: ASGISite) -> None:
    accept, text, _close = site.connect(f"{OPEN}/guarded", "ada")
    assert accept["type"] == "websocket.accept"
    assert text["text"] == "ada"
    for username, code in (("bob", 4403), (None, 4401)):
        (refusal,) = site.connect(f"{OPEN}/guarded", username)
        assert (refusal["type"], refusal["code"]) == ("websocket.close", code)


def test_one_that_is_open_is_closed(site: ASGISite) -> None:
    accept, close = site.connect(f"{OPEN}/late")
    assert accept["type"] == "websocket.accept"
    assert (close["type"], close["code"]) == ("websocket.close", 4401)


def test_without_a_connection_nobody_passes(site: ASGISite) -> None:
    with pytest.raises(TypeError, match="called with a request or WebSocket"):
        site.get(f"{OPEN}/misused", "ada")


@pytest.mark.parametrize("path", [path for path, _ in TABLE + SCOPES])
def test_turned_off_everybody_passes(asgi: OpenASGI, path: str) -> None:
    from starlette.applications import Starlette

    site = asgi(Starlette(routes=routes()), AWS_COGNITO_DISABLED="true")
    assert site.get(OPEN + path).status_code == 200
    assert site.get(f"{OPEN}/maybe").text == "nobody"
    accept, text, _close = site.connect(f"{OPEN}/guarded")
    assert (accept["type"], text["text"]) == ("websocket.accept", "")


@pytest.mark.parametrize("names", ["authenticated", "group:admin", ["shop/write", "group:staff"]])
def test_starlettes_own_guard_passes_too_once_turned_off(asgi: OpenASGI, names: Any) -> None:
    from starlette.applications import Starlette
    from starlette.authentication import requires
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    @requires(names, status_code=403)
    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse("passed")

    app = Starlette(routes=[Route(f"{OPEN}/page", page)])
    assert asgi(app).get(f"{OPEN}/page").status_code == 403
    site = asgi(app, AWS_COGNITO_DISABLED="true")
    assert site.get(f"{OPEN}/page").text == "passed"


def test_a_rule_is_checked_at_decoration() -> None:
    from cognito_gate.integrations.starlette import require

    with pytest.raises(TypeError):
        require("admin")
    with pytest.raises(TypeError):
        require(test_a_rule_is_checked_at_decoration)  # type: ignore[arg-type]


def test_cors_around_the_gate_covers_refusals_and_preflights(asgi: OpenASGI) -> None:
    """As README has it; inside the gate, other origins cannot read the refusal."""
    from starlette.applications import Starlette
    from starlette.middleware.cors import CORSMiddleware

    origin = "https://www.example.com"
    preflight = {"origin": origin, "access-control-request-method": "PUT"}

    def cors(app: Any) -> Any:
        return CORSMiddleware(
            app, allow_origins=[origin], allow_methods=["PUT"], allow_credentials=True
        )

    def answers(site: ASGISite) -> list[tuple[int, str | None]]:
        refused = site.get("/data", headers={"origin": origin, "accept": "application/json"})
        asked = site.get("/data", method="OPTIONS", headers=preflight)
        allowed = "access-control-allow-origin"
        return [(answer.status_code, answer.headers.get(allowed)) for answer in (refused, asked)]

    without_bearer = {"COGNITO_GATE_BEARER": "false"}
    inside = asgi(cors(Starlette()), **without_bearer)
    assert answers(inside) == [(401, None), (401, None)]
    around = asgi(Starlette(), **without_bearer)
    around.gate = cors(around.gate)
    assert answers(around) == [(401, origin), (200, origin)]
