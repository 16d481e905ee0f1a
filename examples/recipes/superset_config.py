"""Superset behind the gate, which is its middleware: REMOTE_USER signs in, groups become roles.

export SUPERSET_CONFIG_PATH=$PWD/examples/recipes/superset_config.py SUPERSET_SECRET_KEY=...
superset db upgrade && superset init
gunicorn "superset.app:create_app()"
"""
# mypy: disable-error-code="import-not-found, no-any-unimported, misc, no-any-return"

from typing import Any

from flask import Flask, request
from flask_appbuilder.const import AUTH_REMOTE_USER
from flask_login import current_user, login_user, logout_user
from superset.security import SupersetSecurityManager

from cognito_gate import WSGIGate
from cognito_gate.integrations.flask import maybe_identity

ADDITIONAL_MIDDLEWARE = [WSGIGate]
AUTH_TYPE = AUTH_REMOTE_USER
AUTH_USER_REGISTRATION = True
AUTH_USER_REGISTRATION_ROLE = "Gamma"
RECAPTCHA_PUBLIC_KEY = ""  # Superset's pages read it once AUTH_USER_REGISTRATION is on
LOGOUT_REDIRECT_URL = "/auth/logout"
ROLES = {"admin": "Admin", "analyst": "Alpha"}  # of a group; everybody has the role above


class CUSTOM_SECURITY_MANAGER(SupersetSecurityManager):  # noqa: N801 - Superset's name
    """Gives people the roles of their groups at each sign-in to Superset."""

    def auth_user_remote_user(self, username: str) -> Any:
        user, who = super().auth_user_remote_user(username), maybe_identity()
        if user is not None and who is not None:
            named = [ROLES[group] for group in who.groups if group in ROLES]
            found = map(self.find_role, [AUTH_USER_REGISTRATION_ROLE, *named])
            user.roles = [role for role in found if role is not None]
            self.update_user(user)
        return user


def FLASK_APP_MUTATOR(app: Flask) -> None:  # noqa: N802 - Superset's name
    """Superset keeps a session of its own: it must be that of the visitor, and of nobody before."""

    @app.before_request
    def same_visitor() -> None:
        here = request.environ.get("REMOTE_USER")
        known = current_user.username if current_user.is_authenticated else None
        if known is not None and known != here:
            logout_user()
        if here and known != here:
            user = app.extensions["appbuilder"].sm.auth_user_remote_user(here)
            if user is not None:
                login_user(user)
