"""A browser and an app's back end, played against the local Cognito in process.

Time is the tests' own. Knows how a good client behaves; judges nothing.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.types import ASGIApp

from cognito_gate.local import SAMPLE_USERS, LocalCognito
from tests.signing_keys import with_ready_keys

ORIGIN = "http://127.0.0.1:4000"
CALLBACK = "https://app.example.com/callback?kept=1"
LOGOUT = "https://app.example.com/bye"
VERIFIER = "correct-verifier-" + "v" * 40
START = 1_800_000_000

PASSWORDS = {user.username: user.password for user in SAMPLE_USERS}


def challenge_of(verifier: str) -> str:
    """S256 (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Clock:
    """Time that moves when told."""

    def __init__(self) -> None:
        self.now = float(START)

    def __call__(self) -> float:
        return self.now


class InProcess(httpx.BaseTransport):
    """An ASGI app behind a synchronous httpx client."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._send(request))

    async def _send(self, request: httpx.Request) -> httpx.Response:
        async with httpx.ASGITransport(self._app) as transport:
            answer = await transport.handle_async_request(request)
            body = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)


def changed(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The values with some replaced, and those that become None left out."""
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def query_of(response: httpx.Response) -> dict[str, str]:
    """The parameters of the place a response redirects to."""
    assert response.status_code == 302, response.text
    return dict(httpx.URL(response.headers["location"]).params)


def segment(token: str, number: int) -> bytes:
    """The decoded bytes of one part of a JWS."""
    part = token.split(".")[number]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def claims_of(token: str) -> dict[str, Any]:
    """A JWS's claims, unchecked."""
    claims: dict[str, Any] = json.loads(segment(token, 1))
    return claims


def error_of(response: httpx.Response) -> Any:
    """The JSON of a refusal of the token endpoint."""
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/json;charset=UTF-8"
    return response.json()


class Stage:
    """One pool, one browser (`http` keeps its cookies), and one app in front of them."""

    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        if "clients" not in options:
            options = {"callback_urls": (CALLBACK,), "logout_urls": (LOGOUT,), **options}
        self.cognito = with_ready_keys(LocalCognito(now=self.clock, **options))
        self.app = self.cognito.app(ORIGIN)
        self.http = self.browser()

    def browser(self) -> httpx.Client:
        """Another browser, without cookies."""
        return httpx.Client(transport=InProcess(self.app), base_url=ORIGIN)

    def asking(self, **changes: Any) -> dict[str, Any]:
        """The parameters of an acceptable authorize request, some changed."""
        asked = {
            "response_type": "code",
            "client_id": self.cognito.client.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid email",
            "state": "st&te",
            "nonce": "n-0",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        return changed(asked, changes)

    def authorize(self, **changes: Any) -> httpx.Response:
        """The browser's first step."""
        return self.http.get("/oauth2/authorize", params=self.asking(**changes))

    def login_page(self, **changes: Any) -> httpx.Response:
        """The sign-in page, asked for directly."""
        return self.http.get("/login", params=self.asking(**changes))

    def submit(self, typed: Mapping[str, str], **changes: Any) -> httpx.Response:
        """Fill the page's form in; `_csrf` comes from the page unless typed."""
        page = self.login_page(**changes)
        found = re.search(r'name="_csrf" value="([^"]+)"', page.text)
        assert found, page.text
        form = changed({"_csrf": found[1]}, typed)
        return self.http.post("/login", params=self.asking(**changes), data=form)

    def sign_in(self, username: str = "ada", **changes: Any) -> httpx.Response:
        """Sign in with the right password."""
        return self.submit({"username": username, "password": PASSWORDS[username]}, **changes)

    def code(self, username: str = "ada", **changes: Any) -> str:
        """An authorization code, through the browser."""
        return query_of(self.sign_in(username, **changes))["code"]

    def post(self, path: str, form: Mapping[str, str], *, auth: Any = True) -> httpx.Response:
        """The app's back end calling; `auth=True` is the right Basic header."""
        client = self.cognito.client
        if auth is True:
            auth = (client.client_id, client.secret) if client.secret else None
        with self.browser() as backend:
            return backend.post(path, data=dict(form), auth=auth)

    def exchange(
        self, code: str, *, auth: Any = True, form: Mapping[str, Any] | None = None, **changes: Any
    ) -> httpx.Response:
        """Redeem a code; `form` changes parameters as the keywords do."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        return self.post("/oauth2/token", changed(sent, {**(form or {}), **changes}), auth=auth)

    def refresh(self, token: str, *, auth: Any = True, **changes: Any) -> httpx.Response:
        """Use a refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self.post("/oauth2/token", changed(form, changes), auth=auth)

    def userinfo(self, token: str) -> httpx.Response:
        """Ask who a token belongs to."""
        return self.http.get("/oauth2/userInfo", headers={"Authorization": f"Bearer {token}"})

    def verified(self, token: str) -> dict[str, Any]:
        """The claims of a token whose signature the published keys confirm."""
        jwks = self.http.get(f"/{self.cognito.pool_id}/.well-known/jwks.json").json()
        return jwt.decode(token, KeySet.import_key_set(jwks), algorithms=["RS256"]).claims
