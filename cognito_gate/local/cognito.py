"""`LocalCognito`: the face of the package, for tests, demos and the command line.

Delegates; decides nothing itself.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette

from cognito_gate.local.app import make_app
from cognito_gate.local.model import (
    Client,
    Fault,
    LocalConfigError,
    Request,
    Switches,
    User,
    random_name,
    require,
)
from cognito_gate.local.pool import Pool
from cognito_gate.local.server import bind, serving
from cognito_gate.local.state import Grant
from cognito_gate.local.users import SAMPLE_USERS


class LocalCognito:
    """A user pool on this machine, never for production. Keys, ids and secrets are new each time.

    Example::

        cognito = LocalCognito(callback_urls=("http://localhost:8000/auth/callback",))
        with cognito.serve() as origin:
            print(origin, cognito.environment())

    Raises LocalConfigError for values that no pool could have.
    """

    def __init__(
        self,
        *,
        users: Iterable[User] = SAMPLE_USERS,
        clients: Iterable[Client] | None = None,
        callback_urls: Iterable[str] = (),
        logout_urls: Iterable[str] = (),
        public: bool = False,
        pool_id: str | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        if clients is None:
            clients = (_client(callback_urls, logout_urls, public=public),)
        else:
            require(
                not tuple(callback_urls) and not tuple(logout_urls), "give either clients or URLs"
            )
        self._pool = Pool(
            pool_id or f"us-east-1_LOCAL{random_name(4)}", tuple(users), tuple(clients), now
        )

    @property
    def client(self) -> Client:
        """The first client."""
        return self._pool.clients[0]

    @property
    def clients(self) -> tuple[Client, ...]:
        """Every client."""
        return self._pool.clients

    @property
    def pool_id(self) -> str:
        """The user pool's id."""
        return self._pool.pool_id

    @property
    def origin(self) -> str:
        """Where it is served; LocalConfigError when it is not."""
        return self._pool.origin

    @property
    def issuer(self) -> str:
        """The `iss` of its tokens."""
        return self._pool.issuer

    @property
    def switches(self) -> Switches:
        """How it behaves right now."""
        return self._pool.switches

    def switch(self, **changes: Any) -> Switches:
        """Replace some switches, e.g. `switch(access_seconds=5, rotation=True)`."""
        return self._pool.change_switches(changes)

    def rotate_keys(self, keep_old: bool = False) -> None:
        """Sign with new keys; the old ones leave the JWKS unless kept."""
        self._pool.keys.rotate(keep_old=keep_old)

    def fail(self, endpoint: str, fault: Fault, times: int | None = None) -> None:
        """Let an endpoint misbehave for so many requests, or until healed."""
        self._pool.traffic.fail(endpoint, fault, times)

    def heal(self, endpoint: str | None = None) -> None:
        """Remove one endpoint's fault, or all."""
        self._pool.traffic.heal(endpoint)

    @property
    def calls(self) -> Counter[str]:
        """Requests per endpoint since the start, e.g. `calls["jwks"]`."""
        return self._pool.traffic.calls

    @property
    def requests(self) -> tuple[Request, ...]:
        """The latest thousand requests, oldest first."""
        return self._pool.traffic.requests

    @property
    def users(self) -> tuple[User, ...]:
        """Everyone in the pool."""
        return self._pool.users

    def put_user(self, user: User) -> None:
        """Add or replace a user; their tokens follow at the next refresh."""
        self._pool.put_user(user)

    def remove_user(self, username: str) -> None:
        """Delete a user."""
        self._pool.remove_user(username)

    def tokens_for(
        self,
        username: str,
        *,
        scopes: Iterable[str] | None = None,
        client: Client | None = None,
        nonce: str | None = None,
        **claim_overrides: Any,
    ) -> dict[str, Any]:
        """Tokens without a browser; the refresh token works at the token endpoint.

        Overrides go into both JWTs; None removes a claim. LocalConfigError for an unknown user.
        """
        pool, of = self._pool, client or self.client
        user = pool.user(username)
        if user is None:
            raise LocalConfigError(f"there is no user {username!r}")
        grant = Grant(
            username=username,
            client_id=of.client_id,
            scopes=of.all_scopes if scopes is None else tuple(scopes),
            auth_time=pool.stamp().now,
            nonce=nonce,
        )
        return {
            **pool.tokens(grant, user, claim_overrides),
            "refresh_token": pool.new_refresh(grant),
        }

    def app(self, origin: str, *, issuer: str | None = None) -> Starlette:
        """The ASGI app, believing itself at that origin; for in-process tests and other servers."""
        self._pool.live_at(origin.rstrip("/"), issuer)
        return make_app(self._pool)

    @contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
        """Serve on a loopback port from a thread; yields the origin."""
        listener, origin = bind(host, port)
        try:
            with serving(self.app(origin), listener):
                yield origin
        finally:
            self._pool.live_at(None)

    def environment(self) -> dict[str, str]:
        """The environment variables that point an app at this pool."""
        client = self.client
        optional = {
            "AWS_COGNITO_USER_POOL_CLIENT_SECRET": client.secret,
            "AWS_COGNITO_REDIRECT_URL": next(iter(client.callback_urls), None),
            "AWS_COGNITO_LOGOUT_URL": next(iter(client.logout_urls), None),
        }
        return {
            "AWS_COGNITO_DOMAIN": self.origin,
            "AWS_COGNITO_ISSUER": self.issuer,
            "AWS_COGNITO_USER_POOL_CLIENT_ID": client.client_id,
            "AWS_COGNITO_USER_POOL_ID": self.pool_id,
            "AWS_REGION": self.pool_id.partition("_")[0],
            **{name: value for name, value in optional.items() if value is not None},
        }


def _client(callback_urls: Iterable[str], logout_urls: Iterable[str], *, public: bool) -> Client:
    return Client(
        secret=None if public else random_name(51),
        callback_urls=tuple(callback_urls),
        logout_urls=tuple(logout_urls),
    )
