"""Dash: the gate goes around the Flask server inside; callbacks see the visitor as Flask views do.

gunicorn --chdir examples/recipes "dash_app:gated()"
cognito-gate run --local --app-dir examples/recipes dash_app:server
"""

from dash import Dash, Input, Output, dcc, html
from flask import Flask

from cognito_gate import WSGIGate
from cognito_gate.integrations.flask import auth_required, current_identity

app = Dash(__name__, title="Sales")
server: Flask = app.server
# The layout is made once, for all; what is one visitor's own comes from a callback.
app.layout = html.Div(
    [dcc.Dropdown(["sales", "salaries"], "sales", id="table"), html.Div(id="out")]
)


@app.callback(Output("out", "children"), Input("table", "value"))
def show(table: str) -> str:
    if table == "salaries" and "admin" not in current_identity.groups:
        return "Only for admins."
    return f"The {table}, for {current_identity.username}."


@server.get("/export")
@auth_required(groups=["admin"])
def export() -> str:
    return "Only the group admin reads this."


def gated() -> Flask:
    """The server behind the gate; a function, so that importing this file needs no settings."""
    server.wsgi_app = WSGIGate(server.wsgi_app)  # type: ignore[method-assign]
    return server
