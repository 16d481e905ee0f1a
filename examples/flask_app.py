"""A Flask app: `current_identity` wherever there is a request, `auth_required` on views.

With a Cognito on this machine:

    COGNITO_GATE_PUBLIC_PATHS=/health cognito-gate run --local --app-dir examples flask_app:app

With your own pool, its settings in the environment or in .env (`cognito-gate` puts the gate
around `app`; for a WSGI server such as gunicorn `gated` does):

    cognito-gate run --app-dir examples flask_app:app
    gunicorn --chdir examples "flask_app:gated()"
"""

from flask import Flask, render_template_string

from cognito_gate import WSGIGate
from cognito_gate.integrations.flask import auth_required, current_identity

HOME = """<!doctype html><title>Home</title>
<p>Hello, {{ who.username }}. <a href="/admin">For admins</a> <a href="/auth/logout">Sign out</a>"""

app = Flask(__name__)


@app.get("/")
@auth_required
def home() -> str:
    return render_template_string(HOME, who=current_identity)


@app.get("/admin")
@auth_required(groups=["admin"])
def admin() -> str:
    return "Only the group admin reads this."


@app.get("/health")
def health() -> str:
    return "ok"


@app.errorhandler(403)
def not_for_you(error: Exception) -> tuple[str, int]:
    return "That page is not for you.", 403


def gated() -> WSGIGate:
    """The app behind the gate; a function, so that importing this file needs no settings."""
    return WSGIGate(app)
