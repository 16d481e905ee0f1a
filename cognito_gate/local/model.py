"""The data of the local Cognito: clients, switches, faults and recorded requests.

Every instance is frozen and checked at construction, so one that exists is valid.
Knows nothing of HTTP servers, keys or tokens.
"""

from __future__ import annotations

import json
import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import parse_qsl

from .checks import check_known, check_registered_url, is_custom_scope, is_encodable, require, texts

RESERVED_SCOPES = ("openid", "email", "profile", "phone", "aws.cognito.signin.user.admin")
FLOWS = ("code", "client_credentials")
AUTH_FLOWS = (
    "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH",
    "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH",
)  # fmt: skip
# The default ExplicitAuthFlows of a client, which do not include the plain password.
DEFAULT_AUTH_FLOWS = ("ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH")
OPERATIONS = (
    "AdminUserGlobalSignOut", "AssociateSoftwareToken", "ChangePassword",
    "CompleteWebAuthnRegistration", "ConfirmForgotPassword", "ConfirmSignUp",
    "DeleteWebAuthnCredential", "ForgotPassword", "GetTokensFromRefreshToken", "GetUser",
    "GetUserAttributeVerificationCode", "GetUserAuthFactors", "GlobalSignOut", "InitiateAuth",
    "ListWebAuthnCredentials", "ResendConfirmationCode", "RespondToAuthChallenge", "RevokeToken",
    "SetUserMFAPreference", "SignUp", "StartWebAuthnRegistration", "UpdateUserAttributes",
    "VerifySoftwareToken", "VerifyUserAttribute",
)  # fmt: skip
ENDPOINTS = (
    "authorize", "discovery", "error", "jwks", "login", "logout", "revoke", "token", "userinfo",
    *OPERATIONS,
)  # fmt: skip
FAULT_KINDS = (
    "api_error", "garbage", "huge", "oauth_error", "redirect", "reset", "slow", "status", "waf",
    "wrong_types",
)  # fmt: skip
CHOICES = {
    "mfa": ("off", "optional", "on"),
    "extra_challenge": ("", "CUSTOM_CHALLENGE", "DEVICE_SRP_AUTH"),
}

_ALPHABET = string.ascii_lowercase + string.digits
_CLIENT_LISTS = (
    "callback_urls", "logout_urls", "scopes", "flows", "custom_scopes", "auth_flows",
)  # fmt: skip


def random_name(length: int) -> str:
    """Lower-case letters and digits, as Cognito makes client ids (26) and secrets (51)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(frozen=True, slots=True)
class Client:
    """One app client: public without a secret. `custom_scopes` are `resource-server/scope` names.

    `flows` are those of the hosted pages, `auth_flows` those of the JSON API (AUTH_FLOWS).
    LocalConfigError for values Cognito would not take.
    """

    client_id: str = field(default_factory=lambda: random_name(26))
    secret: str | None = field(default=None, repr=False)
    callback_urls: tuple[str, ...] = ()
    logout_urls: tuple[str, ...] = ()
    scopes: tuple[str, ...] = RESERVED_SCOPES
    flows: tuple[str, ...] = ("code",)
    custom_scopes: tuple[str, ...] = ()
    auth_flows: tuple[str, ...] = DEFAULT_AUTH_FLOWS
    prevent_user_existence_errors: bool = True

    def __post_init__(self) -> None:
        for name in _CLIENT_LISTS:
            object.__setattr__(self, name, texts(getattr(self, name), name))
        require(
            re.fullmatch(r"[\w+]{1,128}", self.client_id, re.ASCII) is not None,
            "client_id must be 1 to 128 of [A-Za-z0-9_+]",
        )
        secret_fits = (
            self.secret is None or re.fullmatch(r"[\w+]{24,64}", self.secret, re.ASCII) is not None
        )
        require(secret_fits, "secret must be 24 to 64 of [A-Za-z0-9_+]")
        for url in (*self.callback_urls, *self.logout_urls):
            check_registered_url(url)
        check_known("scopes", self.scopes, RESERVED_SCOPES)
        check_known("flows", self.flows, FLOWS)
        check_known("auth_flows", self.auth_flows, AUTH_FLOWS)
        require(
            isinstance(self.prevent_user_existence_errors, bool),
            "prevent_user_existence_errors must be true or false",
        )
        require(
            all(map(is_custom_scope, self.custom_scopes)),
            "custom_scopes must look like resource-server/scope",
        )
        m2m = "client_credentials" in self.flows
        require(
            self.secret is not None or not m2m, "client_credentials needs a client with a secret"
        )

    @property
    def all_scopes(self) -> tuple[str, ...]:
        """What a sign-in without `scope` gets."""
        return self.scopes + self.custom_scopes


@dataclass(frozen=True, slots=True)
class Switches:
    """How the pool behaves now; replaced whole, e.g. by `LocalCognito.switch(rotation=True)`.

    `extra_challenge` is a challenge after everybody's password that the gate cannot answer (of a
    Lambda trigger or a remembered device). `limits` turns on the limits per user and hour, and the
    lock after five failures.
    """

    access_seconds: int = 3600
    id_seconds: int = 3600
    refresh_seconds: int = 30 * 24 * 3600
    code_seconds: int = 300
    session_seconds: int = 3600
    rotation: bool = False
    grace_seconds: int = 0
    revocation: bool = True
    clock_skew: int = 0  # added to iat, auth_time and exp of new tokens; may be negative
    challenge_seconds: int = 180  # life of the JSON API's `Session`, and of its sign-in codes
    sign_up: bool = True
    mfa: str = "optional"
    extra_challenge: str = ""
    limits: bool = True

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name in CHOICES:
                check_known(item.name, (value,), CHOICES[item.name])
            elif isinstance(item.default, bool):
                require(isinstance(value, bool), f"{item.name} must be true or false")
            else:
                _check_seconds(item.name, value)


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for an endpoint to misbehave, e.g. `Fault("status", status=503)`.

    Let an operation of the JSON API refuse with any error by
    `Fault("api_error", error="TooManyRequestsException")`.
    The kinds are FAULT_KINDS; what a kind does not use is ignored. LocalConfigError for others.
    """

    kind: str
    status: int = 500
    seconds: float = 1.0
    body: str | None = None
    location: str = "https://elsewhere.example/"
    error: str = "invalid_request"
    description: str | None = None

    def __post_init__(self) -> None:
        check_known("fault kind", (self.kind,), FAULT_KINDS)
        status_fits = isinstance(self.status, int) and 400 <= self.status <= 599
        require(status_fits, "fault status must be between 400 and 599")
        seconds_fit = isinstance(self.seconds, int | float) and 0 <= self.seconds <= 600
        require(seconds_fit, "fault seconds must be between 0 and 600")
        named = self.kind != "api_error" or str(self.error).endswith("Exception")
        require(named, "fault error must be the name of an exception")
        for name in ("body", "location", "error", "description"):
            value = getattr(self, name)
            require(value is None or is_encodable(value), f"fault {name} must be text")
        require(
            bool(self.location) and self.location.isascii() and self.location.isprintable(),
            "fault location must be a URL",
        )


@dataclass(frozen=True, slots=True)
class Request:
    """One request as an endpoint received it, secrets included: this is a test tool."""

    endpoint: str
    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object in the body, for looking at in tests; empty when there is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def params(self) -> dict[str, str]:
        """Query and form parameters together, read leniently, for looking at in tests."""
        pairs = parse_qsl(self.query, keep_blank_values=True)
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            pairs += parse_qsl(self.body.decode("latin-1"), keep_blank_values=True)
        return dict(pairs)


def _check_seconds(name: str, value: object) -> None:
    fits = isinstance(value, int) and not isinstance(value, bool)
    require(fits, f"{name} must be a whole number")
    assert isinstance(value, int)  # noqa: S101  (tells mypy what the line above has checked)
    require(abs(value) <= 10**9, f"{name} must be within 10^9 seconds")
    require(value >= 0 or name == "clock_skew", f"{name} must not be negative")
