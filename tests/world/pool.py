"""A fake Cognito: a callable for `httpx.MockTransport` that records all and can be broken.

Strict where a real pool is strict (exact redirect URL, PKCE S256, client authentication, codes
that work once). Imports only `Settings` and the messages of the code under test.
"""

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from cognito_gate import Settings
from cognito_gate._gate.effects import HttpAnswer, HttpCall
from tests.world import tokens
from tests.world.calls import answered
from tests.world.faults import Fault

REGION = "eu-west-1"
POOL_ID = "eu-west-1_AbCdEfGhI"
CLIENT = "1example23456789"
SECRET = "client-secret-9f8e7d6c5b4a"
DOMAIN = "https://login.example.com"
ISSUER = f"https://cognito-idp.{REGION}.amazonaws.com/{POOL_ID}"
APP = "https://app.example"
SECRET_KEY = "0123456789abcdef0123456789abcdef"

ENDPOINTS = {
    f"{ISSUER}/.well-known/jwks.json": "jwks",
    f"{DOMAIN}/oauth2/token": "token",
    f"{DOMAIN}/oauth2/revoke": "revoke",
    f"https://cognito-idp.{REGION}.amazonaws.com/": "api",
}


@dataclass(frozen=True)
class Call:
    """One call the gate made."""

    name: str
    request: httpx.Request

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.request.content.decode()))


@dataclass(frozen=True)
class Grant:
    """What a code or a refresh token stands for."""

    sub: str
    scope: str
    nonce: str = ""
    challenge: str = ""


@dataclass
class Pool:
    """One user pool with one app client. `access`, `id` and `header` change what it mints."""

    clock: Callable[[], float] = time.time
    secret: str = SECRET
    sub: str = "sub-of-ada"
    username: str = "ada"
    scope: str = "openid email"
    lifetime: int = 3600
    callback: str = f"{APP}/auth/callback"
    rotation: bool = False
    access: dict[str, Any] = field(default_factory=dict)
    id: dict[str, Any] = field(default_factory=dict)
    header: dict[str, dict[str, Any]] = field(default_factory=dict)
    signer: dict[str, str] = field(default_factory=lambda: {"access": "a", "id": "b"})
    published: dict[str, str] = field(default_factory=lambda: {"key-a": "a", "key-b": "b"})
    reword: Callable[[dict[str, Any]], object] = lambda answer: answer
    faults: dict[str, Fault] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    codes: dict[str, Grant] = field(default_factory=dict)
    refreshes: dict[str, Grant] = field(default_factory=dict)
    listed: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0

    def settings(self, **changes: Any) -> Settings:
        """Settings of an app in front of this pool."""
        usual: dict[str, Any] = {
            "domain": DOMAIN,
            "user_pool_id": POOL_ID,
            "user_pool_client_id": CLIENT,
            "user_pool_client_secret": self.secret,
            "redirect_url": self.callback,
            "logout_url": f"{APP}/auth/signed-out",
            "secret_key": SECRET_KEY,
            "session_bytes": 16_000,  # chunks are looked at on both edges
        }
        return Settings(**{**usual, **changes})

    def named(self, name: str) -> list[Call]:
        """The calls of one endpoint: `jwks`, `token` or `revoke`."""
        return [call for call in self.calls if call.name == name]

    def roll_keys(self, generation: str) -> None:
        """Sign with fresh keys under fresh names, and publish only these."""
        self.signer = {"access": f"a{generation}", "id": f"b{generation}"}
        self.published = {f"key-{name}": name for name in self.signer.values()}

    # The browser's side

    def sign_in(self, location: str) -> str:
        """What Cognito sends a browser that signs in back to: the callback's full URL."""
        parts = urlsplit(location)
        asked = dict(parse_qsl(parts.query, strict_parsing=True))
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{DOMAIN}/oauth2/authorize"
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        grant = Grant(
            self.sub, asked.get("scope", self.scope), asked["nonce"], asked["code_challenge"]
        )
        code = self._fresh("code")
        self.codes[code] = grant
        query = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{query}"

    # The gate's side

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = ENDPOINTS[str(request.url)]
        self.calls.append(Call(name, request))
        fault = self.faults.get(name)
        response = fault(request) if fault else getattr(self, f"_{name}")(request)
        assert isinstance(response, httpx.Response)
        response.headers["x-amz-cognito-request-id"] = f"request-{len(self.calls)}"
        return response

    def answer(self, ask: HttpCall) -> HttpAnswer:
        """The same for a flow that is played by hand."""
        return answered(self, ask)

    def _jwks(self, request: httpx.Request) -> httpx.Response:
        keys = [tokens.jwk(kid, signer) for kid, signer in self.published.items()]
        return _json({"keys": keys})

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode(), strict_parsing=True))
        if not self._authenticated(request, form):
            return _json({"error": "invalid_client"}, 400)
        if form["grant_type"] == "authorization_code":
            return self._exchange(form)
        return self._refresh(form)

    def _authenticated(self, request: httpx.Request, form: Mapping[str, str]) -> bool:
        found = request.headers.get("authorization")
        if not self.secret:
            return found is None and form.get("client_id") == CLIENT
        wanted = base64.b64encode(f"{CLIENT}:{self.secret}".encode()).decode()
        return bool(found == f"Basic {wanted}") and "client_secret" not in form

    def _exchange(self, form: Mapping[str, str]) -> httpx.Response:
        if form["redirect_uri"] != self.callback:
            return _json({"error": "unauthorized_client"}, 400)
        grant = self.codes.pop(form["code"], None)
        if grant is None or tokens.challenge(form.get("code_verifier", "")) != grant.challenge:
            return _json({"error": "invalid_grant"}, 400)
        return _json(self.reword({**self.tokens(grant), "refresh_token": self._keep(grant)}))

    def _refresh(self, form: Mapping[str, str]) -> httpx.Response:
        grant = self.refreshes.get(form["refresh_token"])
        if grant is None:
            return _json({"error": "invalid_grant"}, 400)
        answer = self.tokens(grant)
        if self.rotation:
            del self.refreshes[form["refresh_token"]]
            answer["refresh_token"] = self._keep(grant)
        return _json(self.reword(answer))

    def _revoke(self, request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode(), strict_parsing=True))
        if not self._authenticated(request, form):
            return _json({"error": "invalid_client"}, 401)
        self.refreshes.pop(form["token"], None)
        return httpx.Response(200, stream=httpx.ByteStream(b""))

    def _api(self, request: httpx.Request) -> httpx.Response:
        """The operations on a user's own sessions."""
        operation = request.headers["x-amz-target"].partition(".")[2]
        claims = tokens.claims(json.loads(request.content)["AccessToken"])
        if "aws.cognito.signin.user.admin" not in claims["scope"].split():
            return _json({"__type": "NotAuthorizedException"}, 400)
        if operation == "GlobalSignOut":
            sub = claims["sub"]
            kept = {name: grant for name, grant in self.refreshes.items() if grant.sub != sub}
            self.refreshes = kept
            return _json({})
        if operation == "RevokeUserSession":
            return _json({})
        assert operation == "ListUserSessions"
        return _json({"Sessions": self.listed})

    # Minting

    def tokens(self, grant: Grant) -> dict[str, Any]:
        """A token answer for a grant, as Cognito words it, without a refresh token."""
        access = self.access_token(sub=grant.sub, scope=grant.scope)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime}
        if "openid" in grant.scope.split():
            answer["id_token"] = self.id_token(
                sub=grant.sub, at_hash=tokens.at_hash(access), nonce=grant.nonce or tokens.GONE
            )
        return answer

    def access_token(self, **change: Any) -> str:
        claims = {"client_id": CLIENT, "username": self.username, "scope": self.scope, "version": 2}
        return self._mint("access", claims, {**change, **self.access})

    def id_token(self, **change: Any) -> str:
        claims = {
            "aud": CLIENT,
            "cognito:username": self.username,
            "email": f"{self.username}@example.com",
            "email_verified": True,
        }
        return self._mint("id", claims, {**change, **self.id})

    def _mint(self, use: str, claims: dict[str, Any], change: dict[str, Any]) -> str:
        now = int(self.clock())
        base = {
            "sub": self.sub,
            "iss": ISSUER,
            "token_use": use,
            "auth_time": now,
            "iat": now,
            "exp": now + self.lifetime,
            "jti": self._fresh("jti"),
        }
        signer = self.signer[use]
        header = {"kid": f"key-{signer}", "alg": "RS256", **self.header.get(use, {})}
        return tokens.signed(header, tokens.changed({**base, **claims}, change), signer)

    def _keep(self, grant: Grant) -> str:
        token = self._fresh("refresh")
        self.refreshes[token] = grant
        return token

    def _fresh(self, kind: str) -> str:
        self.count += 1
        return f"{kind}-{self.count}-5eCr3t"


def _json(content: object, status: int = 200) -> httpx.Response:
    body = httpx.ByteStream(json.dumps(content).encode())
    return httpx.Response(status, headers={"content-type": "application/json"}, stream=body)
