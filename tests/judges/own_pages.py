"""A pool for sign-in pages of one's own, at any judge, and the gated app that asks it.

The app knows nothing but environment variables; real servers are asked in tests/servers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from cognito_gate import Settings
from tests.journey.probe import Probe
from tests.journey.serving import listen, port_of
from tests.journey.stage import REFRESH, SECRET_KEY, gated
from tests.judges.ministack import client as client_of
from tests.judges.person import Person, code_in

FLOWS = {"srp": "ALLOW_USER_SRP_AUTH", "password": "ALLOW_USER_PASSWORD_AUTH"}
PASSWORD = "Correct-Horse-1"
ANOTHER = "Straße-Pferd-2"  # two bytes for one character: both sides have to mean UTF-8


@dataclass(frozen=True)
class Kind:
    """What sort of pool and gate: the edge, the client, the flow, what one signs in with."""

    edge: str = "asgi"
    confidential: bool = True
    flow: str = "srp"
    sign_in: str = "email"
    attributes: str = "email"
    pool: Mapping[str, Any] = field(default_factory=dict)
    client: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        """The environment that goes with it."""
        return {
            "COGNITO_GATE_LOGIN": "custom",
            "COGNITO_GATE_SIGN_IN_FLOW": self.flow,
            "COGNITO_GATE_SIGN_IN": self.sign_in,
            "COGNITO_GATE_SIGN_UP": "true",
            "COGNITO_GATE_SIGN_UP_ATTRIBUTES": self.attributes,
            **self.more,
        }


KINDS = {
    # Cognito replaces the address by a username of its own, which SRP and SECRET_HASH then count.
    "addresses": Kind(
        pool={"MfaConfiguration": "OPTIONAL"},
        client={"PreventUserExistenceErrors": "ENABLED"},
        more={"COGNITO_GATE_USER_CONTEXT": "true"},
    ),
    # Passwords go as they are, and the page lets weaker ones pass than the pool does.
    "names": Kind(
        edge="wsgi",
        confidential=False,
        flow="password",
        sign_in="username",
        attributes="phone_number",
        pool={"MfaConfiguration": "OPTIONAL"},
        client={"PreventUserExistenceErrors": "LEGACY"},
        more={"COGNITO_GATE_PASSWORD_POLICY": "6 lower"},
    ),
}


@dataclass(frozen=True)
class OwnPool:
    """A pool with one client, at `endpoint`. `api` is boto3's client there."""

    api: Any
    endpoint: str
    pool_id: str
    client_id: str
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        """All that the gate is told of it; there is no login domain."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_COGNITO_USER_POOL_ID": self.pool_id,
            "AWS_COGNITO_USER_POOL_CLIENT_ID": self.client_id,
            "AWS_COGNITO_USER_POOL_CLIENT_SECRET": self.secret,
        }

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """What an administrator may do in this pool."""
        answer: dict[str, Any] = getattr(self.api, operation)(UserPoolId=self.pool_id, **parameters)
        return answer

    def add(self, username: str, *, temporary: bool = False, **attributes: str) -> None:
        """Add somebody, whose password is PASSWORD."""
        held = [{"Name": name, "Value": value} for name, value in attributes.items()]
        self.call(
            "admin_create_user",
            Username=username,
            UserAttributes=held,
            TemporaryPassword=PASSWORD,
            MessageAction="SUPPRESS",
        )
        if not temporary:
            password = {"Password": PASSWORD, "Permanent": True}
            self.call("admin_set_user_password", Username=username, **password)

    def status(self, username: str) -> str:
        """The state an account is in."""
        return str(self.call("admin_get_user", Username=username)["UserStatus"])


@dataclass(frozen=True)
class OwnApp:
    """A gated app on http://localhost with sign-in pages of its own."""

    kind: Kind
    pool: OwnPool
    origin: str

    def person(self) -> Person:
        """Somebody with a browser without cookies."""
        return Person(self.origin)

    def login(self, name: str) -> str:
        """What somebody of this name signs in with."""
        return f"{name}@example.com" if self.kind.sign_in == "email" else name

    def add(self, name: str, *, temporary: bool = False) -> str:
        """Add somebody to the pool, with an e-mail address; what they sign in with."""
        email = {"email": f"{name}@example.com", "email_verified": "true"}
        self.pool.add(self.login(name), temporary=temporary, **email)
        return self.login(name)


def make_own_pool(endpoint: str, kind: Kind) -> OwnPool:
    """A pool and a client as `cognito-gate pool` makes them for pages of one's own."""
    cognito = client_of(endpoint)
    by_email = {"UsernameAttributes": ["email"]} if kind.sign_in == "email" else {}
    made = cognito.create_user_pool(
        PoolName="judged", **{"AutoVerifiedAttributes": ["email"], **by_email, **kind.pool}
    )
    return make_client(cognito, endpoint, made["UserPool"]["Id"], kind)


def make_client(cognito: Any, endpoint: str, pool_id: str, kind: Kind) -> OwnPool:
    """A client of a pool that is there."""
    flows = [FLOWS[kind.flow]] if kind.flow in FLOWS else []
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="app",
        GenerateSecret=kind.confidential,
        **{"ExplicitAuthFlows": [*flows, "ALLOW_REFRESH_TOKEN_AUTH"], **kind.client},
    )["UserPoolClient"]
    return OwnPool(cognito, endpoint, pool_id, client["ClientId"], client.get("ClientSecret", ""))


@contextmanager
def own_app(pool: OwnPool, kind: Kind, **more: str) -> Iterator[OwnApp]:
    """Serve an app whose gate knows only environment variables, until the block ends."""
    listener = listen()
    origin = f"http://localhost:{port_of(listener)}"
    addresses = {
        "AWS_COGNITO_REDIRECT_URL": f"{origin}/auth/callback",
        "AWS_COGNITO_LOGOUT_URL": f"{origin}/auth/signed-out",
    }
    known = {**pool.environment, **addresses, **kind.settings, **REFRESH}
    environment = {**known, "SECRET_KEY": SECRET_KEY, **more}
    settings = Settings.from_env(environment, env_file=None)
    with listener, gated(kind.edge, Probe(), settings, listener):
        yield OwnApp(kind, pool, origin)


def letters(app: OwnApp, address: str) -> list[str]:
    """The e-mails that MiniStack has sent to an address, the oldest first."""
    box = httpx.get(f"{app.pool.endpoint}/_ministack/ses/messages").json()["messages"]
    return [
        str(letter["BodyText"])
        for letters in box.values()
        for letter in letters
        if address in letter["To"]
    ]


def mailed(app: OwnApp, address: str) -> str:
    """The code in the last of them."""
    return code_in(letters(app, address)[-1])
