"""Marimo's notebooks as apps behind the gate: `mo.app_meta().request` knows the visitor.

    pip install 'marimo>=0.25'
    cognito-gate run --local --app-dir examples/recipes marimo_app:app

Marimo takes the user that the gate puts into the scope; groups go the same way, as `meta`.
"""
# mypy: disable-error-code="import-not-found, no-any-unimported"

from pathlib import Path

import marimo
from starlette.types import Receive, Scope, Send

from cognito_gate import ASGIGate

notebook = Path(__file__).with_name("marimo_notebook.py")
notebooks = marimo.create_asgi_app().with_app(path="", root=str(notebook)).build()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Marimo, with the visitor's groups where notebooks find them."""
    if scope["type"] in ("http", "websocket"):
        identity = scope.get("cognito_gate.identity")
        groups = list(identity.groups) if identity is not None else []
        scope = {**scope, "meta": {"groups": groups}}
    await notebooks(scope, receive, send)


def gated() -> ASGIGate:
    """For `uvicorn --factory marimo_app:gated`."""
    return ASGIGate(app)
