"""A user of the pool, and the rules for their attributes.

A `User` is frozen and checked at construction, so one that exists is valid. Knows no pool.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from .checks import check_known, is_text, require, texts

STATUSES = ("CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED", "UNCONFIRMED")
MFA_METHODS = ("email", "sms", "totp")
STANDARD_ATTRIBUTES = frozenset(
    {"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username"}
    | {"profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at"}
    | {"address", "email", "email_verified", "phone_number", "phone_number_verified"}
)

_SUB_NAMESPACE = uuid.UUID("5b1f7a52-3b0c-4c5d-9d39-6f0d5a3c7a10")


@dataclass(frozen=True, slots=True)
class Passkey:
    """A registered WebAuthn credential with an ES256 or RS256 key.

    `credential_id` is base64url as in `PublicKeyCredential.id`; `public_key` is PEM. `sign_count`
    is the authenticator's last signature counter, `created_at` seconds since the epoch. People
    cannot choose the `name`: Cognito makes one, too.
    """

    credential_id: str
    public_key: str
    sign_count: int = 0
    name: str = "Passkey"
    created_at: float = 0.0
    relying_party: str = "localhost"
    attachment: str = ""
    transports: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(
            re.fullmatch(r"[A-Za-z0-9_-]{1,1364}", str(self.credential_id)) is not None,
            "credential_id must be base64url",
        )
        pem = isinstance(self.public_key, str) and "BEGIN PUBLIC KEY" in self.public_key
        require(pem, "public_key must be a public key in PEM")


@dataclass(frozen=True, slots=True)
class User:
    """One person of the pool.

    `attributes` are standard ones (strings, but `*_verified` booleans) and `custom:*` strings.
    E-mail and phone count as verified unless `attributes` says `email_verified: False`.
    `sub` is made from the username unless given. `mfa` are the methods that are switched on for
    this person (MFA_METHODS); with several of them and no `preferred_mfa` they are asked.
    LocalConfigError for what Cognito would refuse.

    Example::

        User("ada", "Correct-Horse-7", "ada@example.com", status="FORCE_CHANGE_PASSWORD")
        User("bob", "Battery-Staple-8", mfa=("totp",), totp_secret="JBSWY3DPEHPK3PXP")
    """

    username: str
    password: str = field(repr=False)
    email: str | None = None
    groups: tuple[str, ...] = ()
    attributes: Mapping[str, str | bool] = field(default_factory=dict, hash=False)
    sub: str = ""
    status: str = "CONFIRMED"
    enabled: bool = True
    phone: str | None = None
    mfa: tuple[str, ...] = ()
    preferred_mfa: str = ""
    totp_secret: str | None = field(default=None, repr=False)
    passkeys: tuple[Passkey, ...] = ()

    def __post_init__(self) -> None:
        require(
            is_text(self.username, 128), "username must be 1 to 128 characters without white space"
        )
        # The API's own pattern allows no white space in passwords, and at most 256 characters.
        require(
            is_text(self.password, 256), "password must be 1 to 256 characters without white space"
        )
        groups = texts(self.groups, "groups")
        require(
            all(is_text(group, 128) for group in groups),
            "groups must be 1 to 128 characters without white space",
        )
        for name, value in self.attributes.items():
            _check_attribute(name, value)
        self._check_contacts()
        object.__setattr__(self, "groups", groups)
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))
        object.__setattr__(self, "sub", self.sub or str(uuid.uuid5(_SUB_NAMESPACE, self.username)))
        self._check_state()
        self._check_mfa()

    def _check_contacts(self) -> None:
        require(
            self.email is None or (is_text(self.email, 2048) and "@" in self.email),
            "email must be an e-mail address",
        )
        require(self.phone is None or is_phone(self.phone), "phone must look like +15551234567")

    def _check_state(self) -> None:
        check_known("status", (self.status,), STATUSES)
        require(isinstance(self.enabled, bool), "enabled must be true or false")

    def _check_mfa(self) -> None:
        object.__setattr__(self, "mfa", texts(self.mfa, "mfa"))
        check_known("mfa", self.mfa, MFA_METHODS)
        check_known("preferred_mfa", (self.preferred_mfa,), ("", *self.mfa))
        secret_fits = self.totp_secret is None or _is_base32(self.totp_secret)
        require(secret_fits, "totp_secret must be 16 or more of [A-Z2-7]")
        require(self.totp_secret is not None or "totp" not in self.mfa, "mfa needs a totp_secret")
        require("email" not in self.mfa or "email" in self.claims, "mfa needs an email")
        require("sms" not in self.mfa or "phone_number" in self.claims, "mfa needs a phone")

    @property
    def claims(self) -> dict[str, str | bool]:
        """Every readable attribute, as it stands in an ID token for the scope `openid` alone."""
        contacts: dict[str, str | bool] = {}
        if self.email is not None:
            contacts |= {"email": self.email, "email_verified": True}
        if self.phone is not None:
            contacts |= {"phone_number": self.phone, "phone_number_verified": True}
        return {**contacts, **self.attributes}

    def contact(self, attribute: str) -> str | None:
        """The `email` or `phone_number`, verified or not."""
        value = self.claims.get(attribute)
        return None if value is None else str(value)

    def verified(self, attribute: str) -> str | None:
        """The `email` or `phone_number`, if verified."""
        return self.contact(attribute) if self.claims.get(f"{attribute}_verified") else None


def is_phone(value: object) -> bool:
    """E.164, as Cognito wants it."""
    return isinstance(value, str) and re.fullmatch(r"\+[1-9][0-9]{1,14}", value) is not None


def _is_base32(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Z2-7]{16,128}", value) is not None


def _check_attribute(name: str, value: object) -> None:
    known = name in STANDARD_ATTRIBUTES or re.fullmatch(r"custom:\S{1,20}", name) is not None
    require(known, f"attribute {name!r} is neither standard nor custom:*")
    if name.endswith("_verified"):
        require(isinstance(value, bool), f"attribute {name!r} must be true or false")
    else:
        require(isinstance(value, str), f"attribute {name!r} must be a string")
        require(len(str(value)) <= 2048, f"attribute {name!r} must be at most 2048 characters")


def with_attributes(user: User, attributes: Mapping[str, str | bool]) -> User:
    """The user with some attributes replaced, e-mail and phone among them."""
    rest = {**user.attributes, **attributes}
    email, phone = rest.pop("email", user.email), rest.pop("phone_number", user.phone)
    return replace(
        user,
        email=None if email is None else str(email),
        phone=None if phone is None else str(phone),
        attributes=rest,
    )
