"""The visitor as the wrapped app sees them.

Knows the names of Cognito's claims. Must not know how a token is verified: an `Identity` is only
built from verified claims.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NoReturn, TypeAlias


def _read_only(self: object, *_: object, **__: object) -> NoReturn:
    raise TypeError("claims are read-only: they were signed by Cognito")


class _Claims(dict[str, Any]):
    """A dict that cannot change, so that one request can never alter another's identity."""

    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = _read_only
    clear = pop = popitem = setdefault = update = _read_only

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return dict, (dict(self),)  # copies and pickles are the reader's own


class _List(list[Any]):
    """A list that cannot change, and still equals a list and prints as JSON."""

    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _read_only
    append = clear = extend = insert = pop = _read_only
    remove = reverse = sort = _read_only

    def __reduce__(self) -> tuple[type, tuple[list[Any]]]:
        return list, (list(self),)


_CONTAINERS = frozenset({dict, list})


# Claims whose values are those of many users. That of another name may be anything.
_SHARED = frozenset({"aud", "client_id", "iss", "scope", "token_use"})


@lru_cache(maxsize=256)
def _one_of(text: str) -> str:
    """One object for all equal texts: names and shared values of claims take room once, not in
    each of thousands of remembered sessions, and the garbage collector has less to look at."""
    return text


def _with_shared_texts(claims: dict[str, Any]) -> dict[str, Any]:
    return {
        _one_of(name): _one_of(value) if name in _SHARED and isinstance(value, str) else value
        for name, value in claims.items()
    }


def freeze(value: Any) -> Any:
    """A read-only copy of a JSON value that still behaves as dict and list."""
    if isinstance(value, dict):
        frozen = _Claims(_with_shared_texts(value))
        for key, item in value.items():
            if type(item) in _CONTAINERS:
                dict.__setitem__(frozen, key, freeze(item))
        return frozen
    if isinstance(value, list):
        flat = _CONTAINERS.isdisjoint(map(type, value))
        return _List(value if flat else map(freeze, value))
    return value


Claims: TypeAlias = Mapping[str, Any]
NO_CLAIMS: Claims = _Claims()


# Request headers by which proxies tell an app who the visitor is. Behind a gate nothing vouches
# for them: the client itself may have sent them. docs/reference/identity.md lists them.
IDENTITY_HEADERS = frozenset(
    {
        *("oam-remote-user", "x-amzn-ava-user-context", "x-anonymous-consumer"),
        *("x-apigateway-api-userinfo", "x-endpoint-api-userinfo", "x-credential-identifier"),
        *("x-email", "x-groups", "x-id-token", "x-proxy-user", "x-roles", "x-sso-user"),
        *("x-forwarded-access-token", "x-forwarded-email", "x-forwarded-groups"),
        *("x-forwarded-id-token", "x-forwarded-name", "x-forwarded-preferred-username"),
        *("x-forwarded-roles", "x-forwarded-user", "x-forwarded-username"),
        *("x-user", "x-user-email", "x-user-groups", "x-user-id", "x-user-name", "x-user-roles"),
        *("x-userinfo", "x-username"),
    }
)
IDENTITY_FAMILIES = (
    *("cf-access-", "oidc-", "remote-", "shib-", "tailscale-", "teleport-"),
    *("x-amzn-oidc-", "x-auth-", "x-authelia-", "x-authenticated-", "x-authentik-"),
    *("x-cognito-", "x-consumer-", "x-goog-authenticated-user-", "x-goog-iap-"),
    *("x-ms-client-", "x-ms-token-", "x-oidc-", "x-pomerium-", "x-remote-"),
    *("x-vouch-", "x-webauth-"),
)


def tells_identity(header: str) -> bool:
    """True for a request header that claims who the visitor is, however it is spelled."""
    name = header.lower().replace("_", "-")
    return name in IDENTITY_HEADERS or name.startswith(IDENTITY_FAMILIES)


VERIFIED_BY: Mapping[str, str] = MappingProxyType(
    {"email": "email_verified", "phone_number": "phone_number_verified"}
)
"""Claims that users may write themselves, and those by which Cognito says that they are true."""


def is_verified(claims: Claims, name: str) -> bool:
    """False only for a claim that its user may have made up. Some tokens carry a text there."""
    return name not in VERIFIED_BY or claims.get(VERIFIED_BY[name]) in (True, "true")


DISABLED = "cognito_gate.disabled"
"""The key by which both edges tell the app that the gate is turned off and nobody signs in."""
REQUEST_ID = "cognito_gate.request_id"
"""The key by which both edges give the app the id of its request, or None where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """The verified visitor behind a request.

    `access_claims` and `id_claims` are read-only mappings of what Cognito signed (`id_claims`
    is empty when the session has no ID token: no `openid` scope, or a bearer token).
    `access_token` and `id_token` are the tokens themselves, hidden in `repr`.

    Example::

        identity = scope["cognito_gate.identity"]
        identity.username, identity.groups      # ("ada", ("admin",))
    """

    access_claims: Claims
    id_claims: Claims = field(default_factory=_Claims)
    access_token: str = field(default="", repr=False)
    id_token: str = field(default="", repr=False)
    permissions: tuple[str, ...] = field(init=False, repr=False)
    """Conventional names: `authenticated`, each OAuth scope, and `group:<name>` for each group."""

    def __post_init__(self) -> None:
        scope = str(self.access_claims.get("scope") or "")
        scopes = scope.split()
        if "group:" in scope:
            # A scope that a resource server names "group:..." must not count as a group.
            scopes = [scope for scope in scopes if not scope.startswith("group:")]
        groups = [f"group:{group}" for group in self.access_claims.get("cognito:groups") or ()]
        object.__setattr__(self, "permissions", ("authenticated", *scopes, *groups))

    @property
    def sub(self) -> str:
        """The stable id of the user in this pool. Not always a valid UUID."""
        return str(self.access_claims["sub"])

    @property
    def username(self) -> str | None:
        """The pool's username; None for a machine."""
        return self.access_claims.get("username") or self.id_claims.get("cognito:username")

    @property
    def email(self) -> str | None:
        """The e-mail address of the ID token. Check `email_verified` before trusting it."""
        return self.id_claims.get("email")

    @property
    def email_verified(self) -> bool:
        """True only when Cognito says so (true, or the text "true")."""
        # bool("false") is True, and userInfo-shaped claims carry strings.
        verified = self.id_claims.get("email_verified")
        return verified is True or verified == "true"

    @property
    def groups(self) -> tuple[str, ...]:
        """The `cognito:groups` of the access token; empty when there are none."""
        return tuple(self.access_claims.get("cognito:groups") or ())

    @property
    def scopes(self) -> tuple[str, ...]:
        """The OAuth scopes of the access token."""
        return tuple(str(self.access_claims.get("scope") or "").split())

    @property
    def auth_time(self) -> int | None:
        """Unix time of the sign-in; it survives refreshes."""
        value = self.access_claims.get("auth_time")
        return None if value is None else int(value)

    @property
    def expires_at(self) -> int:
        """Unix time at which the access token ends."""
        return int(self.access_claims["exp"])

    @property
    def is_machine(self) -> bool:
        """True for a token of a machine, without a user (client credentials)."""
        return "username" not in self.access_claims
