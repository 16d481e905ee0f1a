"""A pytest plugin for apps' tests: a local Cognito and signed-in clients, without patching.

pytest loads it in every run, so that only pytest and the standard library are imported here; the
fixtures import the gate when they are used. Other modules must not import inside functions.
"""

from __future__ import annotations

import base64
import inspect
import json
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from email.message import Message
from http.cookiejar import CookieJar
from http.cookies import BaseCookie
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import Request

import pytest

if TYPE_CHECKING:
    from .identity import Identity
    from .local import LocalCognito
    from .settings import Settings

# Gates do not compare hosts: these serve apps at any address that a test client invents.
CALLBACK_URL = "http://localhost/auth/callback"
LOGOUT_URL = "http://localhost/auth/signed-out"
_CHUNKS = ("", ".0", ".1", ".2", ".3", ".4")
_Client = TypeVar("_Client")


class IssueTokens:
    """The fixture `issue_tokens`: tokens as Cognito's token endpoint answers them.

    Example::

        def test_api(client, issue_tokens):
            token = issue_tokens(groups=["admin"])["access_token"]
            answer = client.get("/api", headers={"Authorization": f"Bearer {token}"})
    """

    def __init__(self, cognito: LocalCognito) -> None:
        self._cognito = cognito

    def __call__(
        self,
        username: str = "ada",
        groups: Iterable[str] | None = None,
        scopes: Iterable[str] | None = None,
        **claims: Any,
    ) -> dict[str, Any]:
        """Issue `access_token`, `id_token`, `refresh_token` and so on.

        Args:
            username: a user of `local_cognito`; one that is not there yet is added.
            groups: the user's groups from here on, where not those they have.
            scopes: of the access token, where not all of the client's.
            claims: replace or add claims of both JWTs, e.g. `exp=0` or `**{"custom:tier": "gold"}`;
                None leaves a claim out.

        Raises:
            LocalConfigError: a user or group that no pool could have.
        """
        self._make_sure_of_user(username, groups)
        return self._cognito.tokens_for(username, scopes=scopes, **claims)

    def _make_sure_of_user(self, username: str, groups: Iterable[str] | None) -> None:
        from .local import User  # noqa: PLC0415

        existing = {user.username: user for user in self._cognito.users}.get(username)
        email = username if "@" in username else f"{username}@example.com"
        user = existing or User(username, secrets.token_urlsafe(), email)
        if groups is not None:
            names = groups if isinstance(groups, str) else tuple(groups)
            user = replace(user, groups=names)  # type: ignore[arg-type]  # it refuses a string
        if user is not existing:
            self._cognito.put_user(user)


class SignedIn:
    """The fixture `signed_in`: gives a test client the session cookies of a user.

    Example::

        def test_page(client, signed_in):
            signed_in(client, groups=["admin"])
            assert client.get("/admin").status_code == 200
    """

    def __init__(self, issue: IssueTokens, settings: Settings) -> None:
        self._issue = issue
        self._settings = settings

    def __call__(
        self,
        client: _Client,
        username: str = "ada",
        groups: Iterable[str] | None = None,
        **claims: Any,
    ) -> _Client:
        """Sign a user in; the client itself comes back. Arguments as of `issue_tokens`.

        Works with clients of httpx, Starlette, FastAPI, requests, Flask and Werkzeug, whose app
        stands behind a gate that has the settings `cognito_settings`. Django's test client calls
        the views without any gate: it is told the identity as well.

        Raises:
            TypeError: the client has no place for cookies.
            ValueError: the client would not send these cookies to its base URL.
        """
        tokens = self._issue(username, groups, **claims)
        lines = _set_cookie_values(self._settings, tokens)
        cookies = getattr(client, "cookies", None)
        jar = getattr(cookies, "jar", cookies)
        if isinstance(jar, CookieJar):
            base = str(getattr(client, "base_url", "")) or self._settings.app_origin
            _fill_jar(jar, lines, base)
        elif isinstance(jar, BaseCookie):
            _fill_django(client, jar, lines, _identity(tokens))
        elif hasattr(client, "set_cookie"):
            _fill_werkzeug(client, lines)
        else:
            raise TypeError(f"a {type(client).__name__} has neither a cookie jar nor set_cookie")
        return client


@pytest.fixture(scope="session")
def _cognito_gate_pool() -> Iterator[LocalCognito]:
    """One pool for the run (keys take their time); each process of pytest-xdist has its own."""
    from .local import AUTH_FLOWS, LocalCognito  # noqa: PLC0415

    cognito = LocalCognito(
        callback_urls=(CALLBACK_URL,), logout_urls=(LOGOUT_URL,), auth_flows=AUTH_FLOWS
    )
    with cognito.serve():
        yield cognito


@pytest.fixture
def local_cognito(_cognito_gate_pool: LocalCognito) -> Iterator[LocalCognito]:
    """The `LocalCognito` behind the other fixtures, served on a free loopback port.

    Users `ada` (group `admin`) and `bob`. What a test changes in users, switches and faults is
    put back after it.
    """
    pool = _cognito_gate_pool
    users, switches = pool.users, pool.switches
    yield pool
    pool.heal()
    pool.switch(**asdict(switches))
    for user in pool.users:
        pool.remove_user(user.username)
    for user in users:
        pool.put_user(user)


@pytest.fixture(scope="session")
def cognito_environment(_cognito_gate_pool: LocalCognito) -> Mapping[str, str]:
    """The environment variables of a gate for `local_cognito`, a SECRET_KEY among them."""
    own = {"SECRET_KEY": secrets.token_urlsafe(32)}
    return MappingProxyType({**_cognito_gate_pool.environment(), **own})


@pytest.fixture(scope="session")
def cognito_settings(cognito_environment: Mapping[str, str]) -> Settings:
    """The `Settings` to give to the gate of the app under test.

    Override it to change some; `signed_in` follows. Example::

        @pytest.fixture(scope="session")
        def cognito_settings(cognito_settings):
            return dataclasses.replace(cognito_settings, refresh_flow_enabled=True)
    """
    from .settings import Settings  # noqa: PLC0415

    return Settings.from_env(cognito_environment, env_file=None)


@pytest.fixture
def issue_tokens(local_cognito: LocalCognito) -> IssueTokens:
    """`issue_tokens(username="ada", groups=None, scopes=None, **claims)`: a dict of tokens."""
    return IssueTokens(local_cognito)


@pytest.fixture
def signed_in(issue_tokens: IssueTokens, cognito_settings: Settings) -> SignedIn:
    """`signed_in(client, username="ada", groups=None, **claims)`: the client, signed in."""
    return SignedIn(issue_tokens, cognito_settings)


def _set_cookie_values(settings: Settings, tokens: Mapping[str, Any]) -> list[str]:
    """The Set-Cookie values of this session, just as the gate writes them."""
    from ._gate.context import Context  # noqa: PLC0415
    from ._gate.effects import at_once  # noqa: PLC0415
    from ._gate.messages import SessionMarks  # noqa: PLC0415
    from ._gate.protocol.cookies import RequestCookies  # noqa: PLC0415
    from ._gate.protocol.jwt import session_of  # noqa: PLC0415
    from ._gate.records import RefreshRecord, Tokens  # noqa: PLC0415

    now = time.time()
    context = Context.of(settings, secrets.token_urlsafe)
    session_tokens = Tokens(tokens["access_token"], tokens.get("id_token", ""))
    sub = _claims(session_tokens.access)["sub"]
    kept = RefreshRecord(tokens.get("refresh_token", ""), sub, int(now))
    record = kept if settings.refresh_flow_enabled else None
    name = record.name if record else session_of(_claims(session_tokens.access))
    before = "; ".join(f"{key}{end}=" for key in context.sessions.cookie_names for end in _CHUNKS)
    cookies = RequestCookies([before.encode()])
    saved = at_once(context.sessions.begin(cookies, session_tokens, record, now))
    idle = context.idle.headers({}, SessionMarks((name,)), now) if context.idle else ()
    return [value for name, value in (*saved.headers, *idle) if name == "set-cookie"]


def _claims(token: str) -> dict[str, Any]:
    """The claims of a token that comes from our own pool."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def _identity(tokens: Mapping[str, Any]) -> Identity:
    from .identity import Identity, freeze  # noqa: PLC0415

    access, id_ = tokens["access_token"], tokens["id_token"]
    return Identity(freeze(_claims(access)), freeze(_claims(id_)), access, id_)


def _parse_cookies(lines: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Names and values; None where a line clears the cookie."""
    for line in lines:
        pair, *attributes = line.split("; ")
        name, _, value = pair.partition("=")
        yield name, None if "Max-Age=0" in attributes else value


class _CookieResponse:
    """The part of a response that a cookie jar reads."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._headers = Message()
        for line in lines:
            self._headers["Set-Cookie"] = line

    def info(self) -> Message:
        return self._headers


def _fill_jar(jar: CookieJar, lines: list[str], base_url: str) -> None:
    """Fill a cookie jar as if the app at `base_url` had responded with these Set-Cookie lines."""
    request = Request(base_url)  # noqa: S310  # nobody opens it
    jar.extract_cookies(_CookieResponse(lines), request)  # type: ignore[arg-type]  # all that it reads
    probe = Request(base_url)  # noqa: S310  # as above
    jar.add_cookie_header(probe)
    sent = probe.get_header("Cookie") or ""
    for name, value in _parse_cookies(lines):
        if value is not None and f"{name}={value}" not in sent:
            raise ValueError(
                f"a client of {base_url} does not send the cookie {name} back: its base URL must "
                "fit the settings (https for an https redirect URL, a host of the cookie domain)"
            )


def _fill_django(client: Any, jar: BaseCookie[str], lines: list[str], identity: Identity) -> None:
    for name, value in _parse_cookies(lines):
        jar.pop(name, None)
        if value is not None:
            jar[name] = value
    # The handler gets an environ or a scope, to which the gate would add these facts.
    facts = {"cognito_gate.identity": identity, "REMOTE_USER": identity.username}
    client.handler = _WithFacts(getattr(client.handler, "inner", client.handler), facts)


class _WithFacts:
    """A handler of Django's test clients, sync or async, that adds facts to each request."""

    def __init__(self, inner: Any, facts: Mapping[str, Any]) -> None:
        self.inner = inner
        self._facts = facts

    def __call__(self, request: Mapping[str, Any]) -> Any:
        return self.inner({**request, **self._facts})


def _fill_werkzeug(client: Any, lines: list[str]) -> None:
    config = getattr(getattr(client, "application", None), "config", None)
    server = config.get("SERVER_NAME") if isinstance(config, Mapping) else None
    extra = {}
    if "domain" in inspect.signature(client.set_cookie).parameters:
        extra["domain"] = urlsplit(f"//{server or 'localhost'}").hostname
    for name, value in _parse_cookies(lines):
        if value is not None:
            client.set_cookie(name, value, **extra)
        elif hasattr(client, "delete_cookie"):
            client.delete_cookie(name, **extra)
