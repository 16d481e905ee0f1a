"""JupyterHub behind forward-auth (../forward-auth): the gate's headers say who is there.

COGNITO_GATE_HEADERS="x-user=username x-groups=cognito:groups"   # where the gate runs
jupyterhub -f examples/recipes/jupyterhub_config.py              # where only the proxy gets to
"""
# mypy: disable-error-code="import-not-found, no-any-unimported, misc, name-defined"
# ruff: noqa: F821 - JupyterHub gives its configuration `get_config`

from typing import Any
from urllib.parse import unquote

from jupyterhub.auth import Authenticator


class GateAuthenticator(Authenticator):
    """Takes the name and the groups that the gate put into the request."""

    async def authenticate(self, handler: Any, data: Any = None) -> dict[str, Any] | None:
        headers = handler.request.headers
        name = unquote(headers.get("X-User", ""))
        groups = [unquote(group) for group in headers.get("X-Groups", "").split(",") if group]
        return {"name": name, "groups": groups, "admin": "admin" in groups} if name else None

    async def refresh_user(self, user: Any, handler: Any = None, **options: Any) -> Any:
        """Ask again for another visitor in the same browser: the Hub has a session of its own."""
        if handler is None:
            return True
        found = await self.authenticate(handler)
        return found if found is not None and found["name"] == user.name else False


c = get_config()
c.JupyterHub.authenticator_class = GateAuthenticator
c.Authenticator.auto_login = True
c.Authenticator.allow_all = True  # whom the gate lets in
c.Authenticator.manage_groups = True
c.Authenticator.auth_refresh_age = 1
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
