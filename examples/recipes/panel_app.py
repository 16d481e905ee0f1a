"""Panel in FastAPI behind the gate: a function makes each visitor's own page, from headers.

    pip install 'panel>=1.9' bokeh-fastapi
    COGNITO_GATE_HEADERS="x-user=username x-groups=cognito:groups" \
        cognito-gate run --local --app-dir examples/recipes panel_app:app

Only the gate can set these headers. `pn.state.user` stays Panel's own, and empty.
"""
# mypy: disable-error-code="import-not-found, no-any-unimported"

from urllib.parse import unquote

import panel as pn
from fastapi import FastAPI
from panel.io.fastapi import add_application

from cognito_gate import ASGIGate

app = FastAPI()


@add_application("/panel", app=app, title="Sales")
def sales() -> pn.Column:
    headers = {name.lower(): unquote(value) for name, value in pn.state.headers.items()}
    groups = headers.get("x-groups", "").split(",")
    secret = "Only the group admin reads this." if "admin" in groups else "Nothing secret."
    return pn.Column(f"# Hello, {headers.get('x-user', '')}.", secret)


def gated() -> ASGIGate:
    """For `uvicorn --factory panel_app:gated`."""
    return ASGIGate(app)
