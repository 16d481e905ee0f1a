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


def layout() -> html.Div:
    """A function: it runs for each visitor."""
    return html.Div([html.H1(f"Hello, {current_identity.username}"), menu(), html.Div(id="out")])


def menu() -> dcc.Dropdown:
    return dcc.Dropdown(["sales", "salaries"], "sales", id="table")


app.layout = layout


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
