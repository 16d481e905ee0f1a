"""The examples for Flask, Django and FastAPI's WebSockets: short, importable, and true."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from cognito_gate import ASGIGate, WSGIGate
from tests.integrations.conftest import OpenASGI, OpenWSGI
from tests.integrations.stage import ASGISite, WSGISite

FOLDER = Path(__file__).parents[2] / "examples"
NAMES = {"flask_app": "flask", "django_app": "django", "fastapi_websocket": "fastapi"}
EXAMPLE = pytest.mark.parametrize("name", NAMES)


def module(name: str) -> Any:
    pytest.importorskip(NAMES[name], reason=f"{NAMES[name]} is not installed")
    return importlib.import_module(f"examples.{name}")


@pytest.fixture
def opened(asgi: OpenASGI, wsgi: OpenWSGI, name: str) -> ASGISite | WSGISite:
    """The example behind the gate."""
    app = module(name).app
    return asgi(app) if name == "fastapi_websocket" else wsgi(app)


@EXAMPLE
def test_it_is_short_and_begins_with_how_to_run_it(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text()
    assert len(text.splitlines()) <= 60
    assert f"cognito-gate run --local --app-dir examples {name}:app" in text.split('"""')[1]


@EXAMPLE
def test_it_knows_its_visitors(name: str, opened: ASGISite | WSGISite) -> None:
    for username in ("ada", "bob"):
        home = opened.get("/", username)
        assert home.status_code == 200
        assert f"Hello, {username}." in home.text
    assert opened.get("/").headers["location"].startswith(opened.cognito.origin)
    health = opened.get("/health")
    assert health.status_code == 200
    assert "ok" in health.text
    assert opened.get("/nowhere", "ada").status_code == 404


@EXAMPLE
def test_the_admin_page_is_for_admins(name: str, opened: ASGISite | WSGISite) -> None:
    secret = "Only the group admin reads this."
    assert secret in opened.get("/admin", "ada").text
    refused = opened.get("/admin", "bob")
    assert refused.status_code == 403
    assert secret not in refused.text


@EXAMPLE
def test_gated_is_the_app_behind_the_gate(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    monkeypatch.setenv("AWS_COGNITO_DISABLED", "true")
    gate = module(name).gated()
    assert isinstance(gate, ASGIGate if name == "fastapi_websocket" else WSGIGate)
    assert gate.app is module(name).app


def test_flask_shows_a_page_of_its_own(wsgi: OpenWSGI) -> None:
    site = wsgi(module("flask_app").app)
    assert site.get("/admin", "bob").text == "That page is not for you."


def test_the_websocket_echoes_the_name(asgi: OpenASGI) -> None:
    site = asgi(module("fastapi_websocket").app)
    assert (
        'new WebSocket(location.href.replace(/^http/, "ws") + "echo")' in site.get("/", "bob").text
    )
    accept, text = site.connect("/echo", "bob", "hello")
    assert accept["type"] == "websocket.accept"
    assert text["text"] == "bob: hello"
    (refusal,) = site.connect("/echo", None, "hello")
    assert (refusal["type"], refusal["code"]) == ("websocket.close", 4401)
