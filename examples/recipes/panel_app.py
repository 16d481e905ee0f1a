"""Panel in FastAPI behind the gate: a function makes each visitor's own page, from headers.

    pip install 'panel>=1.9' bokeh-fastapi
    COGNITO_GATE_HEADERS="x-user=username x-groups=cognito:groups" \
        cognito-gate run --local --app-dir examples/recipes panel_app:app

Only the gate can set these headers. `pn.state.user` stays Panel's own, and empty.
"""
# mypy: disable-error-code="import-not-found, no-any-unimported, untyped-decorator"

from secrets import token_bytes
from urllib.parse import unquote

import panel as pn
from bokeh.settings import settings
from fastapi import FastAPI
from panel.io.fastapi import add_application

from cognito_gate import ASGIGate

app = FastAPI()
# Bokeh carries the headers from the page to its WebSocket in a token that the browser holds: unless
# it is signed, a visitor can write one with other headers. Processes must share BOKEH_SECRET_KEY.
signed = {"sign_sessions": True, "secret_key": settings.secret_key_bytes() or token_bytes(32)}


@add_application("/panel", app=app, title="Sales", **signed)
def sales() -> pn.Column:
    headers = {name.lower(): value for name, value in pn.state.headers.items()}
    groups = [unquote(group) for group in headers.get("x-groups", "").split(",")]
    secret = "Only the group admin reads this." if "admin" in groups else "Nothing secret."
    return pn.Column(f"# Hello, {unquote(headers.get('x-user', ''))}.", secret)


def gated() -> ASGIGate:
    """For `uvicorn --factory panel_app:gated`."""
    return ASGIGate(app)
