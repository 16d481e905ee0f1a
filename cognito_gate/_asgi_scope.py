"""The scope that an app is called with: the server's, with the visitor in it, and without whatever
else claims to say who that is.

Knows where ASGI apps look for a visitor. Must not know how one is verified.
"""

from typing import TYPE_CHECKING, Any

from starlette.types import Scope

from ._app_headers import HARMLESS_WITH_COOKIES, AppHeaders
from ._gate.messages import Pass
from .identity import DISABLED, REQUEST_ID

if TYPE_CHECKING:
    from ._starlette_user import UserAndAuth

IDENTITY = "cognito_gate.identity"


def load_user_and_auth() -> "UserAndAuth":
    """What gives the `user` and `auth` of Starlette's conventions. For a thread: an app that is not
    Starlette's has not loaded its authentication, which brings forms, cookies and e-mail along and
    is a sixth of what a start would take."""
    from ._starlette_user import user_and_auth  # noqa: PLC0415

    return user_and_auth


def inner_scope(
    scope: Scope,
    decision: Pass,
    headers: AppHeaders,
    request_id: str | None,
    user_and_auth: "UserAndAuth",
    *,
    off: bool,
) -> dict[str, Any]:
    """A copy with the identity in it; whatever stood there before is gone."""
    identity = decision.identity
    user, auth = user_and_auth(identity, off)
    inner = {**scope, IDENTITY: identity, REQUEST_ID: request_id, "user": user, "auth": auth}
    if off or DISABLED in scope:
        inner[DISABLED] = off
    if decision.shown and not headers.adds:
        for name, _ in scope["headers"]:
            if name not in HARMLESS_WITH_COOKIES:
                break
        else:  # as it is for most requests of a session that is known
            return inner
    inner["headers"] = headers.asgi(scope["headers"], identity)
    return inner
