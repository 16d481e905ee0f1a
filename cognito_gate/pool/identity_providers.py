"""Another identity provider that people may sign in with: social, OpenID Connect or SAML.

Knows what Cognito wants to be told about each kind. Must not know the pool's other options, and
never holds a secret: CloudFormation puts it in, by a reference to AWS Secrets Manager.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..settings.formats import Problem

# The keys of ProviderDetails: Cognito API reference, CreateIdentityProvider.
KINDS: dict[str, str] = {
    "google": "Google",
    "facebook": "Facebook",
    "amazon": "LoginWithAmazon",
    "apple": "SignInWithApple",
    "oidc": "OIDC",
    "saml": "SAML",
}
"""Each `type` and CloudFormation's ProviderType, which is also the name of a social provider."""

_SOCIAL = ("google", "facebook", "amazon", "apple")
_SCOPES = {
    "google": "openid email profile",
    "facebook": "public_profile, email",
    "amazon": "profile",
    "apple": "email name",
    "oidc": "openid email profile",
}
_NEEDS = {
    "google": ("client_id", "client_secret"),
    "facebook": ("client_id", "client_secret"),
    "amazon": ("client_id", "client_secret"),
    "apple": ("client_id", "team_id", "key_id", "private_key"),
    "oidc": ("name", "client_id", "client_secret", "issuer"),
    "saml": ("name", "metadata_url"),
}
# Only Google is trusted by itself to have verified an address. For others, say so by a mapping.
_ATTRIBUTES = {
    "google": {"email": "email", "email_verified": "email_verified", "name": "name"},
    "saml": {},
}
_USUAL_ATTRIBUTES = {"email": "email", "name": "name"}
_SECRETS = ("client_secret", "private_key")
_REFERENCE = re.compile(r"\{\{resolve:secretsmanager:[A-Za-z0-9/_+=.@:-]{1,600}\}\}")
# Cognito API reference, ProviderNameTypeV2.
_NAME = re.compile(r"[^_\s][^_\s]{1,30}[^_\s]")
_IDENTIFIER = re.compile(r"[\w +=.@-]{1,40}", re.ASCII)
_ATTRIBUTE = re.compile(r"[a-z_]{2,30}|custom:[^\s]{1,20}")
_URL = re.compile(r"https://[^\s,{}\"'<>]+\.[^\s,{}\"'<>]+")
_PLAIN = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """A provider, as an `[[identity_providers]]` of an options file has it.

    Args:
        type: google, facebook, amazon, apple, oidc or saml.
        name: what Cognito calls it and shows on its button; social providers have theirs.
        client_id, client_secret: what the provider has registered Cognito under. The secret is a
            dynamic reference, {{resolve:secretsmanager:my-google:SecretString:client_secret}}.
        team_id, key_id, private_key: Apple's, the key by such a reference.
        issuer: of an OpenID Connect provider, which tells its addresses there.
        metadata_url: of a SAML provider.
        scopes: what Cognito asks the provider for.
        attributes: pairs of a pool's attribute and what the provider calls it.
        identifiers: such as the e-mail domains that `idp_identifier` names it by.

    Raises:
        Problem: a value is missing, has no effect, or is wrong.

    Example::

        IdentityProvider(type="saml", name="Okta", metadata_url="https://okta.example.com/metadata")
    """

    type: str
    name: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    team_id: str = ""
    key_id: str = ""
    private_key: str = field(default="", repr=False)
    issuer: str = ""
    metadata_url: str = ""
    scopes: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    identifiers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise Problem(f"has {self.name or self.type!r}, which {problem}")

    @property
    def provider_name(self) -> str:
        """What SupportedIdentityProviders and `identity_provider=` call it."""
        return self.name or KINDS[self.type]

    @property
    def mapping(self) -> dict[str, str]:
        """AttributeMapping: as given, else what this kind of provider usually calls them."""
        return dict(self.attributes) or dict(_ATTRIBUTES.get(self.type, _USUAL_ATTRIBUTES))

    @property
    def details(self) -> dict[str, str]:
        """ProviderDetails."""
        if self.type == "saml":
            return {"MetadataURL": self.metadata_url}
        names = ("client_id", "client_secret", "team_id", "key_id", "private_key")
        details = {name: getattr(self, name) for name in names if getattr(self, name)}
        details["authorize_scopes"] = self.scopes or _SCOPES[self.type]
        if self.type == "oidc":
            details |= {"oidc_issuer": self.issuer, "attributes_request_method": "GET"}
        return details


def read_provider(table: Mapping[str, Any]) -> IdentityProvider:
    """A provider from a table of an options file.

    Raises:
        Problem: the table has an unknown key, or values that make no provider.
    """
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in IdentityProvider.__slots__:
            raise Problem(f"has a table with {key!r}, which no provider has")
        if key == "attributes" and isinstance(value, dict):
            values[key] = tuple(value.items())
        else:
            values[key] = tuple(value) if isinstance(value, list) else value
    return IdentityProvider(**{"type": "", **values})


def _problems(provider: IdentityProvider) -> Iterator[str]:
    if provider.type not in KINDS:
        yield f"has the type {provider.type!r}; it takes {', '.join(KINDS)}"
    else:
        yield from _wrongly_typed(provider)
        yield from _wrong_keys(provider, provider.type)
        yield from _wrong_values(provider)


def _wrong_keys(provider: IdentityProvider, kind: str) -> Iterator[str]:
    needed = _NEEDS[kind]
    for name in (*needed, *_SECRETS, "client_id", "team_id", "key_id", "issuer", "metadata_url"):
        value = getattr(provider, name)
        if name in needed and not value:
            yield f"lacks {name}"
        elif name not in needed and value:
            yield f"has {name}, which no provider of the type {kind} takes"
    if kind in _SOCIAL and provider.name not in ("", KINDS[kind]):
        yield f"has a name; one of the type {kind} is always called {KINDS[kind]}"
    if kind == "saml" and provider.scopes:
        yield "has scopes, which SAML does not know"


def _wrongly_typed(provider: IdentityProvider) -> Iterator[str]:
    for name in IdentityProvider.__slots__:
        value = getattr(provider, name)
        if name == "attributes":
            texts = [text for pair in value for text in pair] if isinstance(value, tuple) else [0]
        elif name == "identifiers":
            texts = list(value) if isinstance(value, tuple) else [0]
        else:
            texts = [value]
        if not all(isinstance(text, str) for text in texts):
            yield f"has no text as {name}"


def _wrong_values(provider: IdentityProvider) -> Iterator[str]:
    if provider.name and not _NAME.fullmatch(provider.name):
        yield f"has the name {provider.name!r}; it takes 3 to 32 characters without blanks and _"
    for name in _SECRETS:
        value = getattr(provider, name)
        if value and not _REFERENCE.fullmatch(value):
            yield (
                f"has a {name} that is no {{{{resolve:secretsmanager:...}}}}: a template is no "
                "place for a secret, and CloudFormation takes {{resolve:ssm-secure:...}} for a "
                "few properties only, of which this is none"
            )
    for name in ("issuer", "metadata_url"):
        value = getattr(provider, name)
        if value and not _URL.fullmatch(value):
            yield f"has the {name} {value!r:.200}; it takes an https URL"
    for name in ("client_id", "team_id", "key_id", "scopes"):
        value = getattr(provider, name)
        if value and (not _PLAIN.fullmatch(value) or "{{" in value):
            yield f"has the {name} {value!r:.100}; it takes printable ASCII, and no reference"
    for ours, theirs in provider.attributes:
        if not _ATTRIBUTE.fullmatch(ours) or not theirs.isprintable() or "{{" in theirs:
            yield f"maps {ours!r:.50} to {theirs!r:.50}; it takes a pool's attribute and a claim"
    for value in provider.identifiers:
        if not _IDENTIFIER.fullmatch(value):
            yield f"has the identifier {value!r:.100}; it takes up to 40 letters, digits and .-@"
