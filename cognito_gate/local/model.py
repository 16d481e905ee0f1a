"""The nouns of the local Cognito: users, clients, switches, faults and recorded requests.

Every value is frozen and checked when it is made, so one that exists is valid.
Knows nothing of HTTP servers, keys or tokens.
"""

from __future__ import annotations

import re
import secrets
import string
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

RESERVED_SCOPES = ("openid", "email", "profile", "phone", "aws.cognito.signin.user.admin")
FLOWS = ("code", "client_credentials")
ENDPOINTS = (
    "authorize", "discovery", "error", "jwks", "login", "logout", "revoke", "token", "userinfo",
)  # fmt: skip
FAULT_KINDS = (
    "garbage", "huge", "oauth_error", "redirect", "reset", "slow", "status", "waf", "wrong_types",
)  # fmt: skip

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ALPHABET = string.ascii_lowercase + string.digits
_SUB_NAMESPACE = uuid.UUID("5b1f7a52-3b0c-4c5d-9d39-6f0d5a3c7a10")
_STANDARD_ATTRIBUTES = frozenset(
    {"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username"}
    | {"profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at"}
    | {"address", "email", "email_verified", "phone_number", "phone_number_verified"}
)


class LocalConfigError(ValueError):
    """A user, client, switch or fault that cannot be; the text names what is wrong."""


def require(truth: bool, complaint: str) -> None:
    """Raise LocalConfigError with the complaint unless it is true."""
    if not truth:
        raise LocalConfigError(complaint)


def random_name(length: int) -> str:
    """Lower-case letters and digits, as Cognito makes client ids (26) and secrets (51)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def is_loopback(host: str | None) -> bool:
    """Whether a host name can only mean this machine."""
    return host in _LOOPBACK or (
        host is not None and re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None
    )


@dataclass(frozen=True, slots=True)
class User:
    """One person of the pool.

    `attributes` are standard ones (strings, but `*_verified` booleans) and `custom:*` strings.
    `sub` is made from the username unless given. LocalConfigError for what Cognito would refuse.
    """

    username: str
    password: str = field(repr=False)
    email: str | None = None
    groups: tuple[str, ...] = ()
    attributes: Mapping[str, str | bool] = field(default_factory=dict, hash=False)
    sub: str = ""

    def __post_init__(self) -> None:
        require(
            _is_text(self.username, 128), "username must be 1 to 128 characters without white space"
        )
        # The API's own pattern allows no white space in passwords, and at most 256 characters.
        require(
            _is_text(self.password, 256), "password must be 1 to 256 characters without white space"
        )
        require(
            self.email is None or (_is_text(self.email, 2048) and "@" in self.email),
            "email must be an e-mail address",
        )
        groups = _texts(self.groups, "groups")
        require(
            all(_is_text(group, 128) for group in groups),
            "groups must be 1 to 128 characters without white space",
        )
        for name, value in self.attributes.items():
            _check_attribute(name, value)
        object.__setattr__(self, "groups", groups)
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))
        object.__setattr__(self, "sub", self.sub or str(uuid.uuid5(_SUB_NAMESPACE, self.username)))

    @property
    def claims(self) -> dict[str, str | bool]:
        """Every readable attribute, as it stands in an ID token for the scope `openid` alone."""
        own: dict[str, str | bool] = (
            {} if self.email is None else {"email": self.email, "email_verified": True}
        )
        return {**own, **self.attributes}


@dataclass(frozen=True, slots=True)
class Client:
    """One app client: public without a secret. `custom_scopes` are `resource-server/scope` names.

    LocalConfigError for values Cognito would not take.
    """

    client_id: str = field(default_factory=lambda: random_name(26))
    secret: str | None = field(default=None, repr=False)
    callback_urls: tuple[str, ...] = ()
    logout_urls: tuple[str, ...] = ()
    scopes: tuple[str, ...] = RESERVED_SCOPES
    flows: tuple[str, ...] = ("code",)
    custom_scopes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("callback_urls", "logout_urls", "scopes", "flows", "custom_scopes"):
            object.__setattr__(self, name, _texts(getattr(self, name), name))
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
        _check_known("scopes", self.scopes, RESERVED_SCOPES)
        _check_known("flows", self.flows, FLOWS)
        require(
            all(map(_is_custom_scope, self.custom_scopes)),
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
    """How the pool behaves now; replaced whole, e.g. by `LocalCognito.switch(rotation=True)`."""

    access_seconds: int = 3600
    id_seconds: int = 3600
    refresh_seconds: int = 30 * 24 * 3600
    code_seconds: int = 300
    session_seconds: int = 3600
    rotation: bool = False
    grace_seconds: int = 0
    revocation: bool = True
    clock_skew: int = 0  # added to iat, auth_time and exp of new tokens; may be negative

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(item.default, bool):
                require(isinstance(value, bool), f"{item.name} must be true or false")
                continue
            require(
                isinstance(value, int) and not isinstance(value, bool),
                f"{item.name} must be a whole number",
            )
            require(abs(value) <= 10**9, f"{item.name} must be within 10^9 seconds")
            require(value >= 0 or item.name == "clock_skew", f"{item.name} must not be negative")


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for an endpoint to misbehave, e.g. `Fault("status", status=503)`.

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
        _check_known("fault kind", (self.kind,), FAULT_KINDS)
        status_fits = isinstance(self.status, int) and 400 <= self.status <= 599
        require(status_fits, "fault status must be between 400 and 599")
        seconds_fit = isinstance(self.seconds, int | float) and 0 <= self.seconds <= 600
        require(seconds_fit, "fault seconds must be between 0 and 600")
        for name in ("body", "location", "error", "description"):
            value = getattr(self, name)
            require(value is None or _is_encodable(value), f"fault {name} must be text")
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
    def params(self) -> dict[str, str]:
        """Query and form parameters together, read leniently, for looking at in tests."""
        pairs = parse_qsl(self.query, keep_blank_values=True)
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            pairs += parse_qsl(self.body.decode("latin-1"), keep_blank_values=True)
        return dict(pairs)


def check_registered_url(url: str) -> None:
    """Cognito's rule for callback and sign-out URLs.

    https, http on a loopback host, or an app's own scheme; absolute, and no fragment.
    """
    require(
        url.isascii() and url.isprintable() and " " not in url,
        f"{url!r} must be plain ASCII without spaces",
    )
    try:
        parts = urlsplit(url)
    except ValueError as exc:
        raise LocalConfigError(f"{url!r} is not a URL") from exc
    require(bool(parts.scheme) and "://" in url, f"{url!r} must be absolute")
    require("#" not in url, f"{url!r} must not have a fragment")
    if parts.scheme in {"http", "https"}:
        require(bool(parts.hostname), f"{url!r} must name a host")
        require(
            parts.scheme == "https" or is_loopback(parts.hostname),
            f"{url!r} must use https (http is for localhost only)",
        )


def _is_encodable(value: object) -> bool:
    # JSON can spell lone surrogates, which no answer could carry.
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _is_text(value: object, longest: int) -> bool:
    return (
        isinstance(value, str)
        and re.fullmatch(rf"\S{{1,{longest}}}", value) is not None
        and value.isprintable()
    )


def _texts(values: Iterable[str], name: str) -> tuple[str, ...]:
    # One string would silently become a tuple of its letters.
    require(
        not isinstance(values, str) and isinstance(values, Iterable),
        f"{name} must be a list of strings",
    )
    found = tuple(values)
    require(all(isinstance(value, str) for value in found), f"{name} must be a list of strings")
    require(len(set(found)) == len(found), f"{name} must not repeat a value")
    return found


def _check_known(name: str, values: tuple[str, ...], known: tuple[str, ...]) -> None:
    for value in values:
        require(value in known, f"{name}: {value!r} is not one of {', '.join(known)}")


def _is_custom_scope(scope: str) -> bool:
    # RFC 6749 section 3.3. A resource server may be named by a URL, its scopes have no slash.
    return re.fullmatch(r"[!#-\[\]-~]+/[!#-\.0-\[\]-~]+", scope) is not None


def _check_attribute(name: str, value: object) -> None:
    known = name in _STANDARD_ATTRIBUTES or re.fullmatch(r"custom:\S{1,20}", name) is not None
    require(known, f"attribute {name!r} is neither standard nor custom:*")
    if name.endswith("_verified"):
        require(isinstance(value, bool), f"attribute {name!r} must be true or false")
    else:
        require(isinstance(value, str), f"attribute {name!r} must be a string")
        require(len(str(value)) <= 2048, f"attribute {name!r} must be at most 2048 characters")
