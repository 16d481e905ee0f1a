"""Plain WSGI, no framework: the visitor is in the environ. The same holds for Flask or Django.

With a Cognito on this machine:

    COGNITO_GATE_PUBLIC_PATHS=/health cognito-gate run --local --app-dir examples wsgi_app:app

With your own pool, its settings in the environment or in .env (`cognito-gate` puts the gate
around `app`; for a WSGI server such as gunicorn `gated` does):

    cognito-gate run --app-dir examples wsgi_app:app
    gunicorn --chdir examples "wsgi_app:gated()"
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cognito_gate import Identity, WSGIGate

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    status, text = answer(environ["PATH_INFO"], environ["cognito_gate.identity"])
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [text.encode()]


def answer(path: str, identity: Identity | None) -> tuple[str, str]:
    if path == "/health":
        return "200 OK", "ok"
    if identity is None:
        return "401 Unauthorized", "Please sign in."
    if path == "/":
        return "200 OK", f"Hello, {identity.username}."
    if path == "/admin" and "admin" in identity.groups:
        return "200 OK", "Only the group admin reads this."
    return ("403 Forbidden", "Only for admins.") if path == "/admin" else ("404 Not Found", "No.")


def gated() -> WSGIGate:
    """The app behind the gate; a function, so that importing this file needs no settings."""
    return WSGIGate(app)
