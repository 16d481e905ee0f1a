"""The recipes: each does what it says, or, where its package is too heavy, its shape does."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from cognito_gate import ASGIGate, WSGIGate
from tests.integrations.conftest import OpenASGI, OpenWSGI
from tests.integrations.stage import WSGISite

FOLDER = Path(__file__).parents[2] / "examples" / "recipes"
RECIPES = sorted(path.stem for path in FOLDER.glob("*.py"))
PARTS = ("marimo_notebook", "mcp_resource", "streamlit_script")  # of the recipes, which name them
CONFIGURATIONS = (
    "airflow_plugin",
    "jupyterhub_config",
    "mcp_app",
    "mlflow_app",
    "superset_config",
)  # judged once: docs/how-to/data-apps.md and mcp.md say with what
SECRET = "Only the group admin reads this."


def recipe(name: str, package: str) -> Any:
    pytest.importorskip(package, reason=f"{package} is not installed")
    return importlib.import_module(f"examples.recipes.{name}")


def test_there_is_one_for_each_framework() -> None:
    assert [
        *("airflow_plugin", "dash_app", "gradio_app", "jupyterhub_config", "litestar_app"),
        *(
            "marimo_app",
            "marimo_notebook",
            "mcp_app",
            "mcp_resource",
            "mlflow_app",
            "panel_app",
            "streamlit_app",
        ),
        *("streamlit_proxy", "streamlit_script", "superset_config"),
    ] == RECIPES


@pytest.mark.parametrize("name", [name for name in RECIPES if name not in PARTS + CONFIGURATIONS])
def test_it_is_short_and_begins_with_how_to_run_it(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text()
    assert len(text.splitlines()) <= 60
    said = text.split('"""')[1]
    assert f"--app-dir examples/recipes {name}:" in said


# Litestar


def test_litestar_knows_its_visitors(asgi: OpenASGI) -> None:
    site = asgi(recipe("litestar_app", "litestar").app)
    assert site.get("/", "bob").text == "Hello, bob."
    assert site.get("/").headers["location"].startswith(site.cognito.origin)
    assert site.get("/admin", "ada").text == SECRET
    assert site.get("/admin", "bob").status_code == 403


def test_litestar_knows_the_visitors_of_websockets(asgi: OpenASGI) -> None:
    site = asgi(recipe("litestar_app", "litestar").app)
    sent = site.connect("/ws", "ada")
    assert [message["type"] for message in sent] == [
        "websocket.accept",
        "websocket.send",
        "websocket.close",
    ]
    assert sent[1]["text"] == "Hello, ada."
    (refusal,) = site.connect("/ws", "bob")
    assert refusal["type"] == "websocket.close"


def test_litestar_refuses_nobody_where_all_is_public(asgi: OpenASGI) -> None:
    site = asgi(recipe("litestar_app", "litestar").app, COGNITO_GATE_PUBLIC_PATHS="/, /admin")
    for path in ("/", "/admin"):
        answer = site.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


# Dash


@pytest.fixture
def dash(wsgi: OpenWSGI) -> WSGISite:
    return wsgi(recipe("dash_app", "dash").server)


def test_dash_is_behind_the_gate(dash: WSGISite) -> None:
    assert "<title>Sales</title>" in dash.get("/", "bob").text
    assert "salaries" in dash.get("/_dash-layout", "bob").text
    for path in ("/", "/_dash-layout"):
        assert dash.get(path).headers["location"].startswith(dash.cognito.origin)


@pytest.mark.parametrize(
    ("username", "table", "shown"),
    [
        ("ada", "salaries", "The salaries, for ada."),
        ("bob", "salaries", "Only for admins."),
        ("bob", "sales", "The sales, for bob."),
    ],
)
def test_a_callback_of_dash_knows_its_visitor(
    dash: WSGISite, username: str, table: str, shown: str
) -> None:
    asked = {
        "output": "out.children",
        "outputs": {"id": "out", "property": "children"},
        "inputs": [{"id": "table", "property": "value", "value": table}],
        "changedPropIds": ["table.value"],
    }
    answer = dash.get("/_dash-update-component", username, method="POST", json=asked)
    assert answer.json()["response"] == {"out": {"children": shown}}
    assert dash.get("/_dash-update-component", method="POST", json=asked).status_code == 401


def test_a_view_beside_dash_is_for_admins(dash: WSGISite) -> None:
    assert dash.get("/export", "ada").text == SECRET
    assert dash.get("/export", "bob").status_code == 403


# All that make their own gate


@pytest.mark.parametrize(("name", "package"), [("dash_app", "dash"), ("litestar_app", "litestar")])
def test_gated_is_the_app_behind_the_gate(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = recipe(name, package)
    monkeypatch.chdir(FOLDER)
    monkeypatch.setenv("AWS_COGNITO_DISABLED", "true")
    if name == "dash_app":
        inner = made.server.wsgi_app
        monkeypatch.setattr(made.server, "wsgi_app", inner)
        gate = made.gated().wsgi_app
        assert isinstance(gate, WSGIGate)
        assert gate.app == inner
    else:
        gate = made.gated()
        assert isinstance(gate, ASGIGate)
        assert gate.app is made.app


# Gradio: an app mounted in FastAPI, which asks `visitor` who is there


def mounted() -> Any:
    """Where Gradio goes, an app that asks for its visitor as Gradio does."""
    from fastapi import Depends, FastAPI, WebSocket

    made = recipe("gradio_app", "fastapi")
    inner = FastAPI()

    @inner.get("/")
    def name(username: str = Depends(made.visitor)) -> str:
        return username

    @inner.websocket("/queue")
    async def queue(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(made.visitor(socket))
        await socket.close()

    outer = made.front()
    outer.mount(made.PATH, inner)
    return outer


def test_gradios_shape_knows_its_visitor(asgi: OpenASGI) -> None:
    site = asgi(mounted())
    assert site.get("/", "bob").headers["location"] == "/chat/"
    assert json.loads(site.get("/chat/", "bob").text) == "bob"
    assert site.get("/chat/").headers["location"].startswith(site.cognito.origin)


def test_gradios_shape_has_websockets(asgi: OpenASGI) -> None:
    site = asgi(mounted())
    sent = site.connect("/chat/queue", "ada")
    assert [message.get("text") for message in sent] == [None, "ada", None]
    (refusal,) = site.connect("/chat/queue")
    assert (refusal["type"], refusal["code"]) == ("websocket.close", 4401)


def test_gradio_gets_nobody_on_a_public_path(asgi: OpenASGI) -> None:
    site = asgi(mounted(), COGNITO_GATE_PUBLIC_PATHS="/chat/*")
    assert site.get("/chat/").status_code == 401
