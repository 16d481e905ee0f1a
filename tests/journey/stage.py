"""The stage: a local Cognito on http://127.0.0.1, a gated app on http://localhost.

Two host names, since cookies ignore ports.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from socket import socket
from types import MappingProxyType

from starlette.types import ASGIApp

from cognito_gate import ASGIGate, Settings, WSGIGate
from cognito_gate.local import SAMPLE_USERS, LocalCognito, User
from tests.journey.probe import Probe, wsgi
from tests.journey.serving import listen, port_of, serving, serving_wsgi
from tests.journey.visitor import Visitor
from tests.signing_keys import with_ready_keys

SECRET_KEY = "a-secret-of-the-tests-that-all-may-know"
REFRESH = {"AWS_COGNITO_REFRESH_FLOW_ENABLED": "true"}


@dataclass(frozen=True)
class Stage:
    """One pool and one app in front of which the gate stands."""

    cognito: LocalCognito
    origin: str
    environment: dict[str, str]
    probe: Probe

    def visitor(self) -> Visitor:
        """Another browser, without cookies."""
        return Visitor(self.origin, self.cognito.origin)

    def cookies(self, username: str, *, age: int) -> dict[str, str]:
        """Session cookies (not sealed) whose tokens ended `age` seconds ago."""
        return session_of(self.cognito.tokens_for(username, exp=int(time.time()) - age))

    @contextmanager
    def beside(self, changes: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
        """Another instance of the app, which shares the settings but for `changes`; its origin."""
        listener = listen()
        settings = Settings.from_env({**self.environment, **changes}, env_file=None)
        with serving(ASGIGate(Probe(), settings=settings), listener):
            yield f"http://localhost:{port_of(listener)}"


def session_of(tokens: Mapping[str, str]) -> dict[str, str]:
    """Tokens as the cookies of a session."""
    return {f"cognito_{use}_token": tokens[f"{use}_token"] for use in ("access", "id")}


@contextmanager
def staged(
    settings: Mapping[str, str] = MappingProxyType({}),
    *,
    users: Iterable[User] = SAMPLE_USERS,
    public: bool = False,
    edge: str = "asgi",
    app: Callable[[Settings], ASGIApp] | None = None,
) -> Iterator[Stage]:
    """Serve both until the block ends; `settings` are environment variables, `app` is not gated."""
    listener = listen()
    origin = f"http://localhost:{port_of(listener)}"
    cognito = with_ready_keys(
        LocalCognito(
            users=users,
            public=public,
            callback_urls=(f"{origin}/auth/callback",),
            logout_urls=(f"{origin}/auth/signed-out",),
        )
    )
    probe = Probe()
    with listener, cognito.serve():
        environment = {**cognito.environment(), "SECRET_KEY": SECRET_KEY, **settings}
        checked = Settings.from_env(environment, env_file=None)
        with gated(edge, app(checked) if app else probe, checked, listener):
            yield Stage(cognito, origin, environment, probe)


@contextmanager
def gated(edge: str, app: ASGIApp, settings: Settings, listener: socket) -> Iterator[None]:
    """Serve an app behind the gate of an edge; on `wsgi` it is the probe's twin, whatever `app`."""
    if edge == "asgi":
        with serving(ASGIGate(app, settings=settings), listener):
            yield
        return
    gate = WSGIGate(wsgi, settings=settings)
    try:
        with serving_wsgi(gate, listener):
            yield
    finally:
        gate.close()
