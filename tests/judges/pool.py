"""A pool in MiniStack as an operator makes one with boto3, and the person who signs in there."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx

from tests.journey.visitor import PASSWORDS, Visitor
from tests.judges.ministack import MiniStack

GROUPS = {"ada": ("admin", "editors"), "bob": ()}
SCOPES = ("openid", "email", "profile")


@dataclass(frozen=True)
class Pool:
    """A pool with one client, whose app is at `origin`."""

    judge: MiniStack
    pool_id: str
    client_id: str
    secret: str
    origin: str

    @property
    def issuer(self) -> str:
        """The real issuer: MiniStack does not put its own address there."""
        return f"https://cognito-idp.us-east-1.amazonaws.com/{self.pool_id}"

    @property
    def environment(self) -> dict[str, str]:
        """All that the gate is told; nothing but the two addresses says that this is not AWS."""
        return {
            "AWS_COGNITO_DOMAIN": self.judge.origin,
            "AWS_ENDPOINT_URL": self.judge.origin,
            "AWS_COGNITO_USER_POOL_ID": self.pool_id,
            "AWS_COGNITO_USER_POOL_CLIENT_ID": self.client_id,
            "AWS_COGNITO_USER_POOL_CLIENT_SECRET": self.secret,
            "AWS_COGNITO_REDIRECT_URL": f"{self.origin}/auth/callback",
            "AWS_COGNITO_LOGOUT_URL": f"{self.origin}/auth/signed-out",
        }

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call about this pool."""
        [answer] = self.judge.call((operation, {"UserPoolId": self.pool_id, **parameters}))
        return answer

    def tokens(self, username: str) -> dict[str, str]:
        """Tokens from the API, without a browser."""
        typed = {"USERNAME": username, "PASSWORD": PASSWORDS[username]}
        answer = self.call(
            "admin_initiate_auth",
            ClientId=self.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={**typed, "SECRET_HASH": self._secret_hash(username)},
        )
        found: dict[str, str] = answer["AuthenticationResult"]
        return found

    def _secret_hash(self, username: str) -> str:
        said = f"{username}{self.client_id}".encode()
        return base64.b64encode(hmac.digest(self.secret.encode(), said, "sha256")).decode()


def make_pool(judge: MiniStack, origin: str, *, confidential: bool = True) -> Pool:
    """A pool with the journey's users, their groups, a domain, and a client for one app."""
    [made] = judge.call(("create_user_pool", {"PoolName": "judged"}))
    pool_id = made["UserPool"]["Id"]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("create_user_pool_client", _client(origin, confidential=confidential)),
        ("create_user_pool_domain", {"Domain": pool_id.lower().replace("_", "-")}),
    ]
    for group in {group for groups in GROUPS.values() for group in groups}:
        calls.append(("create_group", {"GroupName": group}))
    for username, groups in GROUPS.items():
        calls += _user(username, groups)
    answers = judge.call(*((name, {"UserPoolId": pool_id, **rest}) for name, rest in calls))
    client = answers[0]["UserPoolClient"]
    return Pool(judge, pool_id, client["ClientId"], client.get("ClientSecret", ""), origin)


def _client(origin: str, *, confidential: bool) -> dict[str, Any]:
    return {
        "ClientName": "app",
        "GenerateSecret": confidential,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthScopes": list(SCOPES),
        "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "CallbackURLs": [f"{origin}/auth/callback"],
        "LogoutURLs": [f"{origin}/auth/signed-out"],
        "SupportedIdentityProviders": ["COGNITO"],
    }


def _user(username: str, groups: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    who = {"Username": username}
    attributes = [
        {"Name": "email", "Value": f"{username}@example.com"},
        {"Name": "email_verified", "Value": "true"},
    ]
    password = {"Password": PASSWORDS[username], "Permanent": True}
    return [
        ("admin_create_user", {**who, "UserAttributes": attributes, "MessageAction": "SUPPRESS"}),
        ("admin_set_user_password", {**who, **password}),
        *(("admin_add_user_to_group", {**who, "GroupName": group}) for group in groups),
    ]


class Guest(Visitor):
    """A person with a browser, for whom any form with hidden fields will do."""

    def submit(self, page: httpx.Response, username: str, password: str) -> httpx.Response:
        """Fill in the form of the page; its answer, not followed."""
        form = _Form()
        form.feed(page.text)
        typed = {**form.fields, "username": username, "password": password}
        return self.cognito.post(urljoin(str(page.url), form.action), data=typed)


class _Form(HTMLParser):
    """Where the page's form goes, and its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found.get("action", "")
        elif tag == "input" and "name" in found:
            self.fields[found["name"]] = found.get("value", "")
