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

from .api.outbox import Announce, Message
from .api.totp import totp_code
from .app import make_app
from .checks import LocalConfigError, is_web_url, require
from .model import DEFAULT_AUTH_FLOWS, ENDPOINTS, Client, Fault, Request, Switches, random_name
from .pages import templates
from .policy import VERIFIABLE, PasswordPolicy, Rules
from .pool import Pool
from .server import bind, serving
from .state import Grant
from .user import User
from .users import SAMPLE_USERS


class LocalCognito:
    """A user pool on this machine, never for production. Keys, ids and secrets are new each time.

    Example::

        cognito = LocalCognito(callback_urls=("http://localhost:8000/auth/callback",))
        with cognito.serve() as origin:
            print(origin, cognito.environment())

    Args:
        users: who is there at first.
        clients: the app clients; or one is made from the next four.
        callback_urls: where the made client's sign-ins may return to.
        logout_urls: where its sign-outs may.
        public: it has no secret.
        auth_flows: what it may do in the JSON API, e.g. `("ALLOW_USER_PASSWORD_AUTH",)`; as in
            Cognito the plain password is not among what it may by default.
        pool_id: as `us-east-1_Example`; made up unless given.
        now: seconds since the epoch.
        sign_in: names to sign in with: "username", "both" (that and a verified e-mail) or "email".
        password_policy: what new passwords must have.
        first_factors: what USER_AUTH offers, of PASSWORD, EMAIL_OTP, SMS_OTP and WEB_AUTHN.
        required_attributes: without which nobody signs up.
        auto_verified: the addresses that sign-up codes go to: email, phone_number or both.
        relying_party: the host name that passkeys belong to; empty where none is configured.
        user_verification: "preferred", or "required": passkeys take a fingerprint, a PIN or such.
        login_url: where the app starts a sign-in, such as `http://localhost:8000/auth/login`; the
            front page links there, else to the login page.
        announce: is called with each `Message` that would have gone out, e.g. `print`.
        switches: as for `switch`, from the start, e.g. `mfa="on"`, `sign_up=False`.

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
        auth_flows: Iterable[str] = DEFAULT_AUTH_FLOWS,
        pool_id: str | None = None,
        now: Callable[[], float] = time.time,
        sign_in: str = "both",
        password_policy: PasswordPolicy | None = None,
        first_factors: Iterable[str] = ("PASSWORD",),
        required_attributes: Iterable[str] = (),
        auto_verified: Iterable[str] = VERIFIABLE,
        relying_party: str = "localhost",
        user_verification: str = "preferred",
        login_url: str = "",
        announce: Announce | None = None,
        **switches: Any,
    ) -> None:
        templates()  # A missing extra is told here, and not by the first page.
        urls = (*callback_urls, *logout_urls)
        require(clients is None or not urls, "give either clients or URLs")
        if clients is None:
            clients = (_client(callback_urls, logout_urls, auth_flows, public=public),)
        rules = Rules(
            sign_in=sign_in,
            password=password_policy or PasswordPolicy(),
            first_factors=tuple(first_factors),
            required_attributes=tuple(required_attributes),
            auto_verified=tuple(auto_verified),
            relying_party=relying_party,
            user_verification=user_verification,
        )
        name = pool_id or f"us-east-1_LOCAL{random_name(4)}"
        require(not login_url or is_web_url(login_url), "login_url must be an http or https URL")
        self._pool = Pool(name, tuple(users), tuple(clients), now, rules, announce)
        self._pool.login_url = login_url
        self._pool.change_switches(switches)

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

    def fail_everywhere(self, fault: Fault) -> None:
        """Let every endpoint misbehave until healed."""
        for endpoint in ENDPOINTS:
            self.fail(endpoint, fault)

    @property
    def is_failing(self) -> bool:
        """Whether any endpoint is to misbehave."""
        return bool(self._pool.traffic.faults)

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
    def outbox(self) -> tuple[Message, ...]:
        """The latest messages with codes, oldest first; nothing really goes out."""
        return self._pool.outbox.messages

    def totp_code(self, username: str, step: int = 0) -> str:
        """What the user's authenticator app shows now, or so many thirty seconds later.

        LocalConfigError for somebody without one.
        """
        user = self._pool.user(username)
        if user is None or user.totp_secret is None:
            raise LocalConfigError(f"{username!r} has no authenticator app")
        return totp_code(user.totp_secret, self._pool.now() + 30 * step)

    @property
    def users(self) -> tuple[User, ...]:
        """Everyone in the pool."""
        return self._pool.users

    def sign_out_user(self, username: str) -> None:
        """Revoke all tokens of a user, as AdminUserGlobalSignOut does."""
        self._pool.state.revoke_user(username)

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
        self._pool.set_origin(origin.rstrip("/"), issuer)
        return make_app(self._pool)

    @contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
        """Serve on a loopback port from a thread; yields the origin."""
        listener, origin = bind(host, port)
        try:
            with serving(self.app(origin), listener):
                yield origin
        finally:
            self._pool.set_origin(None)

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
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": self.origin,
            "AWS_REGION": self.pool_id.partition("_")[0],
            **{name: value for name, value in optional.items() if value is not None},
        }


def _client(
    callback_urls: Iterable[str],
    logout_urls: Iterable[str],
    auth_flows: Iterable[str],
    *,
    public: bool,
) -> Client:
    return Client(
        secret=None if public else random_name(51),
        callback_urls=tuple(callback_urls),
        logout_urls=tuple(logout_urls),
        auth_flows=tuple(auth_flows),
    )
