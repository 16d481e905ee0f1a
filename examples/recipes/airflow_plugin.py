"""Airflow 3 behind the gate, as a plugin: the gate's visitor is Airflow's user, with their groups'
roles. Copy it into Airflow's folder for plugins; see docs/how-to/data-apps.md for the settings.
"""
# mypy: disable-error-code="import-not-found, no-any-unimported, misc, no-any-return"

from typing import Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import USER_INJECTED_BY_TRUSTED_MIDDLEWARE
from airflow.plugins_manager import AirflowPlugin
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cognito_gate import ASGIGate, Identity

ROLES = {"admin": "Admin", "analyst": "User"}  # of a group; everybody else is a Viewer


class CognitoUser:
    """Tells Airflow who is there, at each request: it needs no session of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = scope.get("cognito_gate.identity")
        if scope["type"] != "http" or visitor is None:
            await self._app(scope, receive, send)
        elif scope["path"] == "/auth/logout":  # where Airflow's own button leads
            await RedirectResponse("/gate/logout", 303)(scope, receive, send)
        else:
            user = await run_in_threadpool(airflow_user, visitor)
            await self._app(as_user(scope, user), receive, send)


def as_user(scope: Scope, user: Any) -> Scope:
    """The request as Airflow takes a user over. A token of Cognito's, which the gate has verified,
    would be refused: Airflow takes each for one of its own."""
    state = scope.get("state", {}) | {
        "user": user,
        "user_authenticated_via": USER_INJECTED_BY_TRUSTED_MIDDLEWARE,
    }
    headers = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
    return {**scope, "state": state, "headers": headers}


def airflow_user(visitor: Identity) -> Any:
    """A visitor's account, made at the first visit, with the roles that their groups have now."""
    manager, name = get_auth_manager(), visitor.username or visitor.sub
    accounts = manager.security_manager
    wanted = {ROLES[group] for group in visitor.groups if group in ROLES} or {"Viewer"}
    with manager.flask_app.app_context():
        roles = [accounts.find_role(role) for role in sorted(wanted)]
        email = visitor.email or f"{name}@example.invalid"
        user = accounts.find_user(username=name)
        user = user or accounts.add_user(name, name, "-", email, roles)
        if {role.name for role in user.roles} != wanted:
            user.roles = roles
            accounts.update_user(user)
    return user


class CognitoPlugin(AirflowPlugin):
    """What stands last in the list is asked first."""

    name = "cognito_gate"
    fastapi_root_middlewares = [  # noqa: RUF012 - Airflow's attribute
        {"name": "user", "middleware": CognitoUser, "args": [], "kwargs": {}},
        {"name": "gate", "middleware": ASGIGate, "args": [], "kwargs": {}},
    ]
