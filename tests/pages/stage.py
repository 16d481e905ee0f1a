"""The stage of the page tests: user pools of the local Cognito, sites before them, and people.

Pools and sites serve a whole test run, since they take long to make; people and their addresses
are new in each test, so that nobody's failures count against somebody else.
"""

import itertools
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import httpx
import pytest

from cognito_gate import Settings
from cognito_gate.local import AUTH_FLOWS, Client, LocalCognito, Switches, User
from tests.flows.site import CoreSite
from tests.pages.cloud import AtOnce, Cloud
from tests.pages.person import Person, Shown
from tests.world.browser import ORIGIN, Handler, Reply
from tests.world.pool import SECRET_KEY
from tests.world.site import ASGISite, WSGISite

AnySite: TypeAlias = CoreSite | ASGISite | WSGISite
PASSWORD = "Correct-Horse-7"
NEW = "Battery-Staple-8"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FLOWS = ("srp", "password", "choice")
EVERY_WAY = pytest.mark.parametrize(
    ("flow", "client"),
    [("srp", "confidential"), ("password", "public"), ("choice", "confidential")],
)
"""Each flow, and each kind of client. What a secret changes in each call of the API is tested with
the calls (tests/parts/test_cognito_api_asks.py)."""
POOLS: dict[str, dict[str, Any]] = {
    "email": {"sign_in": "email"},
    "both": {"sign_in": "both"},
    "strict": {"sign_in": "email", "required_attributes": ("name", "phone_number")},
}
SITES: dict[str, Callable[[Settings, Cloud, str], AnySite]] = {
    "core": CoreSite,
    "asgi": ASGISite,
    "wsgi": WSGISite,
}
BOTH_EDGES = pytest.mark.parametrize("edge", ["asgi", "wsgi"], indirect=True)
"""For what stands for its flow at the edges, and what the edges and drivers do themselves."""
FACTORS = ("PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
_NUMBERS = itertools.count(1)


class Clock:
    """The pool's time: the real one, as far ahead as told; or it stands still."""

    ahead = 0.0
    stands_at: float | None = None

    def __call__(self) -> float:
        return (self.stands_at or time.time()) + self.ahead

    def stop(self) -> None:
        self.stands_at = time.time()

    def reset(self) -> None:
        self.ahead, self.stands_at = 0.0, None


def _client(secret: str | None, *, hides: bool = True) -> Client:
    urls = (f"{ORIGIN}/auth/callback",), (f"{ORIGIN}/auth/signed-out",)
    return Client(
        secret=secret,
        callback_urls=urls[0],
        logout_urls=urls[1],
        auth_flows=AUTH_FLOWS,
        prevent_user_existence_errors=hides,
    )


@dataclass
class Served:
    """One user pool in this process, with a client of each kind; `telling` says of every name
    whether somebody has it."""

    cognito: LocalCognito
    origin: str
    clock: Clock
    cloud: Cloud
    clients: dict[str, Client]

    def reset(self) -> None:
        """As it was: no faults, no switches, nobody there."""
        self.cognito.heal()
        self.cognito.switch(**{name: getattr(Switches(), name) for name in Switches.__slots__})
        for user in self.cognito.users:
            self.cognito.remove_user(user.username)
        self.clock.reset()
        self.cloud.faults.clear()
        self.cloud.calls.clear()
        self.cloud.past.clear()

    def settings(self, client: str, **changes: Any) -> Settings:
        """Settings of an app with sign-in pages of its own before this pool."""
        app = self.clients[client]
        usual: dict[str, Any] = {
            "login": "custom",
            "sign_up": True,
            "sign_in_flow": "password",  # the quickest, where a test is about something else
            "user_pool_id": self.cognito.pool_id,
            "user_pool_client_id": app.client_id,
            "user_pool_client_secret": app.secret or "",
            "redirect_url": app.callback_urls[0],
            "logout_url": app.logout_urls[0],
            "secret_key": SECRET_KEY,
            "endpoint_url": self.origin,
            "issuer": self.cognito.issuer,
        }
        return Settings(**{**usual, **changes})


@dataclass
class Run:
    """What one test run shares."""

    stack: ExitStack
    pools: dict[str, Served] = field(default_factory=dict)
    sites: dict[object, AnySite] = field(default_factory=dict)

    def served(self, kind: str) -> Served:
        if kind not in self.pools:
            clock = Clock()
            clients = {
                "confidential": _client("confidential_5eCr3t_0123456789"),
                "public": _client(None),
                "telling": _client("telling_5eCr3t_0123456789abc", hides=False),
            }
            cognito = LocalCognito(
                users=(),
                clients=tuple(clients.values()),
                now=clock,
                first_factors=FACTORS,
                relying_party="app.example",
                **POOLS[kind],
            )
            origin = f"http://127.0.0.1:{4000 + len(self.pools)}"
            http = httpx.Client(transport=AtOnce(cognito.app(origin)), base_url=origin)
            self.stack.callback(http.close)
            self.pools[kind] = Served(cognito, origin, clock, Cloud(http), clients)
        return self.pools[kind]

    def site(self, edge: str, kind: str, settings: Settings, mount: str) -> AnySite:
        key = (edge, kind, settings, mount)
        if key not in self.sites:
            self.sites[key] = SITES[edge](settings, self.served(kind).cloud, mount)
            self.stack.callback(self.sites[key].close)
        return self.sites[key]


@dataclass
class Stage:
    """One test's view of it: an edge, and a pool of some kind."""

    run: Run
    edge: str
    people: list[Person] = field(default_factory=list)
    used: dict[str, Served] = field(default_factory=dict)
    kind: str = "email"

    @property
    def pool(self) -> Served:
        if self.kind not in self.used:
            self.used[self.kind] = self.run.served(self.kind)
            self.used[self.kind].reset()
        return self.used[self.kind]

    @property
    def replies(self) -> list[Reply]:
        """All that came back to anybody."""
        return [shown.reply for person in self.people for shown in person.seen]

    @property
    def typed(self) -> set[str]:
        """What anybody typed as a secret."""
        return {text for person in self.people for text in person.typed}

    @property
    def cognito(self) -> LocalCognito:
        return self.pool.cognito

    @property
    def cloud(self) -> Cloud:
        return self.pool.cloud

    def site(self, client: str = "confidential", mount: str = "", **changes: Any) -> AnySite:
        """A site before the pool, with some settings changed."""
        sign_in = POOLS[self.kind]["sign_in"]
        settings = self.pool.settings(client, **{"sign_in": sign_in, **changes})
        return self.run.site(self.edge, self.kind, settings, mount)

    def person(self, site: Handler | None = None, /, **changes: Any) -> Person:
        """Somebody new, from an address of their own."""
        number = next(_NUMBERS)
        client = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        self.people.append(Person(site or self.site(**changes), client=client))
        return self.people[-1]

    def user(self, **facts: Any) -> User:
        """Somebody new in the pool."""
        number = next(_NUMBERS)
        usual = {"email": f"ada{number}@example.com", "password": PASSWORD}
        user = User(f"user-{number}", **{**usual, **facts})
        self.cognito.put_user(user)
        return user

    def now(self, user: User) -> User:
        """The user as the pool has them now."""
        return next(found for found in self.cognito.users if found.username == user.username)

    def change(self, user: User, **facts: Any) -> None:
        self.cognito.put_user(replace(self.now(user), **facts))

    def code(self, to: str | None) -> str:
        """The code of the newest message to an address."""
        return [message.code for message in self.cognito.outbox if message.to == to][-1]

    def ask(self, operation: str, **members: Any) -> dict[str, Any]:
        """Ask the pool's JSON API what another app would ask it."""
        target = f"AWSCognitoIdentityProviderService.{operation}"
        headers = {"x-amz-target": target, "content-type": "application/x-amz-json-1.1"}
        answer = self.cloud.http.post("/", headers=headers, json=members)
        found: dict[str, Any] = answer.json()
        return found

    def revoke(self, token: str, client: str = "confidential") -> None:
        """End a session from elsewhere."""
        app = self.pool.clients[client]
        said = {"Token": token, "ClientId": app.client_id, "ClientSecret": app.secret}
        assert self.ask("RevokeToken", **said) == {}


def sign_in(person: Person, user: User, target: str = "/", password: str = PASSWORD) -> Shown:
    """Ask for a page and prove to be that user, up to whatever comes after the password."""
    person.open(target)
    return prove(person, user.email or user.username, password)


def prove(person: Person, name: str, password: str = PASSWORD) -> Shown:
    """Fill in the sign-in page that is shown, with the password on it or on a page of its own."""
    if "password" in person.last.form("", "username").shown:
        return person.fill_in(username=name, password=password)
    person.fill_in(username=name)
    if not person.last.page.every("input", name="password"):
        person.press("Password")
    return person.fill_in(password=password)
