"""What to do about each thing of flask-cognito-lib, as people read it.

Knows both libraries' names; must not know how they are found in a code base.
"""

_VIEW = "Delete the view"
IMPORT = (
    "Replace it: from cognito_gate.integrations.flask import "
    "auth_required, current_identity, maybe_identity"
)
IMPORT_ERRORS = "Delete it: refusals are werkzeug's Unauthorized (401) and Forbidden (403)."
SET_UP = (
    "Delete it, and put the gate around the app: app.wsgi_app = WSGIGate(app.wsgi_app) (from "
    "cognito_gate import WSGIGate), or serve it with `cognito-gate run module:app`."
)

DECORATORS = {
    "cognito_login": (
        f"{_VIEW}: the gate sends visitors to sign in by itself, and they come back to the same "
        "address. Links become /auth/login?next=/path. To keep the address, redirect there."
    ),
    "cognito_login_callback": (
        f"{_VIEW}: its path (that of AWS_COGNITO_REDIRECT_URL) belongs to the gate. What it does "
        "at a sign-in goes into WSGIGate(..., on_event=...), on events of the class SignedIn."
    ),
    "cognito_logout": f"{_VIEW}: links and forms go to /auth/logout.",
    "cognito_refresh_callback": (
        "Delete the view and the calls of it: with AWS_COGNITO_REFRESH_FLOW_ENABLED the gate "
        "refreshes a session within the request that needs it."
    ),
}
NO_GROUPS = (
    "Delete the decorator: the gate asks everybody to sign in, except on public paths. Keep it "
    "(from cognito_gate.integrations.flask) where the path stays public."
)
GROUPS = "Keep it, from cognito_gate.integrations.flask; nobody signed in is 401, no group 403:"
PUBLIC = (
    "Everybody may open {path} today, and nobody without a session behind the gate: add it to "
    "COGNITO_GATE_PUBLIC_PATHS if that shall stay; there maybe_identity() is the visitor or None."
)
PUBLIC_PATTERN = (
    " Its path has a variable part: a pattern ends in /*, and opens all that is below it."
)
PUBLIC_BLUEPRINT = " It is a blueprint's: put its url_prefix before the path."

SESSION = {
    "claims": "Use current_identity.access_claims; nothing is copied into Flask's session.",
    "user_info": "Use current_identity.id_claims; nothing is copied into Flask's session.",
    "state": "Delete it: the gate comes back by itself; from a link, /auth/login?next=/path.",
    "nonce": "Delete it: the gate keeps it.",
    "code_verifier": "Delete it: the gate keeps it.",
    "code_challenge": "Delete it: the gate keeps it.",
}
IN_SESSION = "Ask `maybe_identity() is not None` (from cognito_gate.integrations.flask)."

SETTING = "The gate reads it from the environment or .env, not from app.config: move it there."
SETTINGS = {
    "AWS_COGNITO_SCOPES": f"{SETTING} It is a list separated by commas or blanks.",
    "AWS_COGNITO_DISABLED": f'{SETTING} The text "false" means false.',
    "SECRET_KEY": (
        "Keep it for Flask's own session. The gate has a SECRET_KEY of its own in the environment "
        "(`cognito-gate secret` prints one); set COGNITO_GATE_FLASK_COGNITO_LIB_KEY to this one "
        "for a while, so that sessions go on."
    ),
}

URL_FOR = {
    "cognito_login": 'Write "/auth/login", with ?next=/path to come back somewhere.',
    "cognito_logout": 'Write "/auth/logout".',
    "cognito_login_callback": "Delete it: the gate has this path, and is its only caller.",
    "cognito_refresh_callback": "Delete it: the gate refreshes by itself.",
}
ERRORS = {
    "AuthorisationRequiredError": (
        "Replace it by @app.errorhandler(401), if at all: the gate answers before the app, with "
        "a redirect to sign in or 401."
    ),
    "CognitoGroupRequiredError": "Replace it by @app.errorhandler(403).",
}
OTHER_ERROR = "Delete it: the gate has pages for what goes wrong at a sign-in."
TOKEN = "Use current_identity.access_token or .id_token; the gate has verified them."
METHOD = "Use current_identity: the gate has verified the tokens (.access_claims, .id_claims)."
IN_TEMPLATES = " Give it to the template: app.jinja_env.globals.update(maybe_identity=...)."
