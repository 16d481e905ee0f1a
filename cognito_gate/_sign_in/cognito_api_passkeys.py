"""The operations of Cognito's JSON API for a signed-in user's own passkeys, and their responses.

Knows members by AWS's names ("Amazon Cognito user pools API Reference"); must not know pages, nor
what is inside the JSON that browsers and Cognito exchange (Web Authentication Level 3, 5.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._gate.effects import HttpAnswer, HttpCall
from ..settings import Settings
from .cognito_api import api_call, read
from .cognito_api_answers import check_text, unusable_member

MAX_PASSKEYS = 20  # of a user (Developer Guide, "Quotas"), and what one answer can list
MAX_NAME_CHARS = 80
_MAX_TIME = 4_102_444_800  # the year 2100; a page shows no date that is out of all reason


@dataclass(frozen=True, slots=True)
class Passkey:
    """A registered passkey. Cognito makes its `name`, and no operation changes it; `created_at` is
    Unix time, 0 where it is not known."""

    id: str
    name: str
    created_at: float


def list_passkeys(settings: Settings, access_token: str) -> HttpCall:
    """Ask for the passkeys of the user. `read_passkeys` reads the response."""
    members = {"AccessToken": access_token, "MaxResults": MAX_PASSKEYS}
    return api_call(settings, "ListWebAuthnCredentials", members)


def read_passkeys(answer: HttpAnswer) -> tuple[Passkey, ...]:
    """The passkeys of the user. Raises ApiRefused, CognitoUnavailable."""
    listed = read("ListWebAuthnCredentials", answer).get("Credentials")
    if not isinstance(listed, list):
        raise unusable_member("Credentials")
    return tuple(_passkey(item) for item in listed)


def _passkey(item: Any) -> Passkey:
    if not isinstance(item, dict):
        raise unusable_member("Credentials")
    credential_id = check_text(item.get("CredentialId"), "CredentialId")
    name = check_text(item.get("FriendlyCredentialName") or "", "FriendlyCredentialName")
    shown = "".join(char for char in name if char.isprintable())[:MAX_NAME_CHARS]
    created_at = item.get("CreatedAt")
    if not isinstance(created_at, int | float) or not 0 < created_at < _MAX_TIME:
        created_at = 0.0
    return Passkey(credential_id, shown.strip(), float(created_at))


def start_passkey(settings: Settings, access_token: str) -> HttpCall:
    """Begin to register a passkey. `read_options` reads the response."""
    return api_call(settings, "StartWebAuthnRegistration", {"AccessToken": access_token})


def read_options(answer: HttpAnswer) -> dict[str, Any]:
    """The options for the browser. Raises ApiRefused, CognitoUnavailable."""
    options = read("StartWebAuthnRegistration", answer).get("CredentialCreationOptions")
    if not isinstance(options, dict):
        raise unusable_member("CredentialCreationOptions")
    return options


def complete_passkey(
    settings: Settings, access_token: str, credential: Mapping[str, Any]
) -> HttpCall:
    """Register what the browser made of the options; Cognito verifies it."""
    members = {"AccessToken": access_token, "Credential": credential}
    return api_call(settings, "CompleteWebAuthnRegistration", members)


def delete_passkey(settings: Settings, access_token: str, credential_id: str) -> HttpCall:
    """Remove a passkey of the user; Cognito knows whose it is."""
    members = {"AccessToken": access_token, "CredentialId": credential_id}
    return api_call(settings, "DeleteWebAuthnCredential", members)
