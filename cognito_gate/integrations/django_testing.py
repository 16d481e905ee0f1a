"""Clients for the tests of Django's views, which no gate stands in front of: they say who is there.

Knows Django's test clients; must not know tokens or a pool. With pytest there is `signed_in`, too.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.test import AsyncClient, Client

from .._asgi_scope import IDENTITY
from ..identity import Identity, freeze
from ._visitor import group_names

_LATER = 4_102_444_800  # the year 2100


class _WithIdentity:
    """A handler of Django's test clients that is told a visitor with each request."""

    def __init__(self, inner: Any, identity: Identity | None) -> None:
        self.inner = inner
        self.identity = identity

    def __call__(self, request: Mapping[str, Any]) -> Any:
        return self.inner({**request, IDENTITY: self.identity})


class _SignsIn:
    """What both clients have in common. At first nobody is signed in, as on a public path."""

    handler: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.handler = _WithIdentity(self.handler, None)

    def sign_in(self, username: str = "ada", groups: Collection[str] = (), **claims: Any) -> None:
        """Let a user of the pool be the visitor from the next request on.

        Args:
            username: the `sub` follows from it, so that the same name is the same user.
            groups: their groups in the pool.
            claims: of the ID token, beside an e-mail address that is verified.
        """
        sub = str(claims.pop("sub", f"sub-of-{username}"))
        names = list(group_names(groups))
        access = {"sub": sub, "username": username, "cognito:groups": names, "exp": _LATER}
        email = {"email": f"{username}@example.com", "email_verified": True}
        self.handler.identity = Identity(freeze(access), freeze({"sub": sub, **email, **claims}))

    def sign_out(self) -> None:
        """Let nobody be there, as after a sign-out at the gate."""
        self.handler.identity = None


class CognitoClient(_SignsIn, Client):
    """Django's test client, with visitors.

    Example::

        class PagesTest(TestCase):
            client_class = CognitoClient

            def test_admin(self):
                self.client.sign_in("ada", groups=["staff"])
                self.assertEqual(self.client.get("/admin/").status_code, 200)
    """


class AsyncCognitoClient(_SignsIn, AsyncClient):
    """The same for async views: `async_client_class = AsyncCognitoClient`."""
