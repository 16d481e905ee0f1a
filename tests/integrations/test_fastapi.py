"""FastAPI: the visitor as a dependency of routes and WebSockets, and what OpenAPI says of it."""

from typing import Annotated, Any

import pytest

from cognito_gate import Identity
from tests.integrations.conftest import OpenASGI
from tests.integrations.stage import OPEN, SCOPES, TABLE, ASGISite, rows


def make_app() -> Any:
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    from fastapi import Depends, FastAPI, WebSocket

    from cognito_gate.integrations.fastapi import current_identity, maybe_identity, require

    app = FastAPI()
    visitor = Annotated[Identity, Depends(current_identity)]

    @app.get(f"{OPEN}/who")
    def who(who: visitor) -> str | None:
        return who.username

    @app.get(f"{OPEN}/maybe")
    async def maybe(who: Annotated[Identity | None, Depends(maybe_identity)]) -> str | None:
        return who.username if who else "nobody"

    @app.get(f"{OPEN}/admin", dependencies=[Depends(require(groups=["admin"]))])
    def admin() -> None: ...

    @app.get(f"{OPEN}/both")
    def both(who: Annotated[Identity, Depends(require(["admin", "staff"]))]) -> str | None:
        return who.username

    @app.get(f"{OPEN}/any")
    async def any_(
        who: Annotated[Identity, Depends(require(["admin", "staff"], any_group=True))],
    ) -> str | None:
        return who.username

    @app.get(f"{OPEN}/read", dependencies=[Depends(require(scopes=["openid", "email"]))])
    def read() -> None: ...

    @app.get(f"{OPEN}/write", dependencies=[Depends(require(scopes=["openid", "shop/write"]))])
    def write() -> None: ...

    @app.websocket(f"{OPEN}/ws")
    async def ws(socket: WebSocket, who: visitor) -> None:
        await socket.accept()
        await socket.send_text(f"{who.username}: {await socket.receive_text()}")

    @app.websocket(f"{OPEN}/ws/admin", dependencies=[Depends(require(groups=["admin"]))])
    async def admin_ws(socket: WebSocket) -> None:
        await socket.accept()

    return app


@pytest.fixture
def site(asgi: OpenASGI) -> ASGISite:
    return asgi(make_app())


def test_who_gets_what(site: ASGISite) -> None:
    for path, username, status in rows(TABLE) + rows(SCOPES):
        answer = site.get(path, username)
        assert answer.status_code == status, (path, username)
        assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
        if status in (401, 403):
            assert set(answer.json()) == {"detail"}


def test_the_dependency_is_the_identity(site: ASGISite) -> None:
    assert site.get(f"{OPEN}/who", "bob").json() == "bob"
    assert site.get(f"{OPEN}/both", "eve").json() == "eve"
    assert site.get(f"{OPEN}/maybe").json() == "nobody"


def test_a_bearer_token_does_as_well(site: ASGISite) -> None:
    bearer = {"authorization": f"Bearer {site.tokens('ada')['access_token']}"}
    assert site.get(f"{OPEN}/admin", headers=bearer).status_code == 200
    bearer = {"authorization": f"Bearer {site.tokens('bob')['access_token']}"}
    assert site.get(f"{OPEN}/admin", headers=bearer).status_code == 403
    assert site.get("/openapi.json", headers={"authorization": "Bearer x"}).status_code == 401


def test_a_websocket_knows_its_visitor(site: ASGISite) -> None:
    accept, text = site.connect(f"{OPEN}/ws", "bob", "hello")
    assert accept["type"] == "websocket.accept"
    assert text["text"] == "bob: hello"
    (accept,) = site.connect(f"{OPEN}/ws/admin", "ada")
    assert accept["type"] == "websocket.accept"


@pytest.mark.parametrize(
    ("path", "username", "code"),
    [("/ws", None, 4401), ("/ws/admin", None, 4401), ("/ws/admin", "bob", 4403)],
)
def test_a_websocket_is_refused_before_it_opens(
    site: ASGISite, path: str, username: str | None, code: int
) -> None:
    (refusal,) = site.connect(OPEN + path, username)
    assert (refusal["type"], refusal["code"]) == ("websocket.close", code)


def test_openapi_lists_both_ways_in(site: ASGISite) -> None:
    document = site.get("/openapi.json", "bob").json()
    schemes = document["components"]["securitySchemes"]
    assert {name: set(scheme) - {"description"} for name, scheme in schemes.items()} == {
        "CognitoSession": {"type", "in", "name"},
        "CognitoBearer": {"type", "scheme", "bearerFormat"},
    }
    session, bearer = schemes["CognitoSession"], schemes["CognitoBearer"]
    assert (session["type"], session["in"]) == ("apiKey", "cookie")
    assert session["name"] == "__Host-cognito_access_token"
    assert (bearer["type"], bearer["scheme"], bearer["bearerFormat"]) == ("http", "bearer", "JWT")


def test_openapi_says_where_a_sign_in_is_needed(site: ASGISite) -> None:
    paths = site.get("/openapi.json", "bob").json()["paths"]
    either: list[dict[str, Any]] = [
        {"CognitoSession": []},
        {"CognitoBearer": []},
    ]  # a list of alternatives
    for name in ("who", "admin", "both", "any", "read", "write"):
        operation = paths[f"{OPEN}/{name}"]["get"]
        assert operation["security"] == either
        assert "parameters" not in operation
    assert "security" not in paths[f"{OPEN}/maybe"]["get"]


def test_the_docs_are_behind_the_gate(site: ASGISite) -> None:
    assert site.get("/docs").headers["location"].startswith(site.cognito.origin)
    assert site.get("/docs", "bob").status_code == 200


def test_a_rule_is_checked_at_once() -> None:
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    from cognito_gate.integrations.fastapi import require

    with pytest.raises(TypeError):
        require("admin")


@pytest.mark.parametrize("path", [path for path, _ in TABLE + SCOPES])
def test_turned_off_everybody_passes(asgi: OpenASGI, path: str) -> None:
    site = asgi(make_app(), AWS_COGNITO_DISABLED="true")
    assert site.get(OPEN + path).status_code == 200
    assert site.get(f"{OPEN}/maybe").json() == "nobody"
    (accept,) = site.connect(f"{OPEN}/ws/admin")
    assert accept["type"] == "websocket.accept"
