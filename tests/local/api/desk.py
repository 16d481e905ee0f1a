"""The back end of a sign-in UI, calling the local Cognito's JSON API in process.

Time is the tests' own. Knows how a good caller behaves; judges nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from cognito_gate.local import AUTH_FLOWS, User
from tests.local.api.srp_client import SrpClient
from tests.local.stage import PASSWORDS, Stage, changed

TARGET = "AWSCognitoIdentityProviderService."
TIMESTAMP = "Fri Jan 15 08:00:00 UTC 2027"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEW = "New-Password-9"


class Refused(Exception):
    """An answer with an exception's name."""

    def __init__(self, response: httpx.Response) -> None:
        self.kind: str = response.json()["__type"]
        self.message: str = response.json().get("message", "")
        super().__init__(f"{self.kind}: {self.message}")
        assert response.headers["x-amzn-errortype"] == f"{self.kind}:"


def refused(text: str) -> pytest.RaisesExc[Refused]:
    """The block is answered with that exception and message."""
    return pytest.raises(Refused, match=re.escape(text))


def hash_of(secret: str, username: str, client_id: str) -> str:
    """SECRET_HASH."""
    digest = hmac.new(secret.encode(), (username + client_id).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class Desk(Stage):
    """One pool, one app client that may use every flow."""

    def __init__(self, **options: Any) -> None:
        if "clients" not in options:
            options = {"auth_flows": AUTH_FLOWS, **options}
        super().__init__(**options)

    @property
    def client_id(self) -> str:
        return self.cognito.client.client_id

    def hash(self, username: str) -> dict[str, str]:
        """`SECRET_HASH` of the first client, if it has a secret."""
        secret = self.cognito.client.secret
        return {"SECRET_HASH": hash_of(secret, username, self.client_id)} if secret else {}

    def post_api(self, operation: str, **sent: Any) -> httpx.Response:
        """Send anything at all."""
        headers = {
            "X-Amz-Target": TARGET + operation,
            "Content-Type": "application/x-amz-json-1.1",
        }
        return self.http.post("/", headers=headers, **sent)

    def call(self, operation: str, **members: Any) -> dict[str, Any]:
        """The members of an answer; those given as None are not sent."""
        response = self.post_api(operation, json=changed(members, {}))
        assert response.headers["content-type"] == "application/x-amz-json-1.1"
        if response.status_code != 200:
            raise Refused(response)
        found: dict[str, Any] = response.json()
        return found

    def about(self, operation: str, username: str, **members: Any) -> dict[str, Any]:
        """An operation that carries `Username` and `SecretHash`."""
        found = self.hash(username)
        known = {"ClientId": self.client_id, "Username": username}
        known |= {"SecretHash": found["SECRET_HASH"]} if found else {}
        return self.call(operation, **{**known, **members})

    def initiate(
        self,
        flow: str,
        username: str = "ada",
        *,
        session: str | None = None,
        **parameters: str | None,
    ) -> dict[str, Any]:
        """InitiateAuth."""
        sent = changed({"USERNAME": username, **self.hash(username)}, parameters)
        members = {"ClientId": self.client_id, "AuthFlow": flow, "AuthParameters": sent}
        return self.call("InitiateAuth", Session=session, **members)

    def respond(
        self, asked: Mapping[str, Any], username: str = "ada", **responses: Any
    ) -> dict[str, Any]:
        """RespondToAuthChallenge to the challenge that came last."""
        sent = changed({"USERNAME": username, **self.hash(username)}, responses)
        return self.call(
            "RespondToAuthChallenge",
            ClientId=self.client_id,
            ChallengeName=asked["ChallengeName"],
            Session=asked.get("Session"),
            ChallengeResponses=sent,
        )

    def by_password(self, username: str = "ada", password: str | None = None) -> dict[str, Any]:
        """USER_PASSWORD_AUTH, with the right password unless given."""
        typed = PASSWORDS[username] if password is None else password
        return self.initiate("USER_PASSWORD_AUTH", username, PASSWORD=typed)

    def srp(self, password: str) -> SrpClient:
        """The client's half of an SRP sign-in."""
        return SrpClient(self.cognito.pool_id.partition("_")[2], password)

    def by_srp(self, username: str = "ada", password: str | None = None) -> dict[str, Any]:
        """USER_SRP_AUTH, both steps."""
        client = self.srp(PASSWORDS[username] if password is None else password)
        asked = self.initiate("USER_SRP_AUTH", username, SRP_A=client.public)
        return self.verify(client, asked)

    def verify(self, client: SrpClient, asked: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        """Answer PASSWORD_VERIFIER."""
        answer = client.answer(asked["ChallengeParameters"], TIMESTAMP)
        return self.respond(asked, answer.pop("USERNAME"), **{**answer, **changes})

    def access(self, username: str = "ada") -> str:
        """An access token of the API."""
        token: str = self.by_password(username)["AuthenticationResult"]["AccessToken"]
        return token

    def user(self, username: str = "ada") -> User:
        """The user as they are now."""
        return next(user for user in self.cognito.users if user.username == username)

    def change(self, username: str = "ada", **changes: Any) -> User:
        """Replace a user by one that differs a little."""
        self.cognito.put_user(replace(self.user(username), **changes))
        return self.user(username)

    def sent(self) -> str:
        """The code of the latest message."""
        return self.cognito.outbox[-1].code

    def wrong_code(self) -> str:
        """Another one."""
        return f"{(int(self.sent()) + 1) % 1_000_000:06}"

    def sign_up(self, username: str = "eve", **members: Any) -> dict[str, Any]:
        """SignUp with an e-mail."""
        email = [{"Name": "email", "Value": "eve@example.com"}]
        known = {"Password": NEW, "UserAttributes": email}
        return self.about("SignUp", username, **{**known, **members})

    def confirm(self, username: str = "eve", **members: Any) -> dict[str, Any]:
        """ConfirmSignUp, with the latest code unless given."""
        return self.about("ConfirmSignUp", username, **{"ConfirmationCode": self.sent(), **members})

    def confirm_nobody(self) -> dict[str, Any]:
        """ConfirmSignUp of somebody who is not there."""
        return self.about("ConfirmSignUp", "nobody", ConfirmationCode="123456")
