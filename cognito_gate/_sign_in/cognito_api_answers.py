"""What Cognito's JSON API answers: members, exceptions and failures made into values of ours.

Knows AWS's protocol "JSON 1.1" and the shapes of the API reference, and trusts no answer to have
them; must not know what is asked (cognito_api.py), nor what a refusal means to a visitor
(error_messages.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .._gate.effects import HttpAnswer
from .._gate.protocol.strict_json import load
from .._gate.records import Tokens, seconds_of
from ..errors import ApiRefused, CognitoUnavailable, GrantRefused

_NAME = re.compile("[A-Za-z]{1,100}")
_REQUEST_ID = re.compile("[A-Za-z0-9-]{1,100}")
_TOKEN = re.compile("[A-Za-z0-9_=.-]+")  # the API's own pattern
_TOTP_SECRET = re.compile("[A-Za-z0-9]{16,256}")
# These end a session. A Lambda's refusal does, too: it says why at the next sign-in.
_ENDED = frozenset(
    {
        "NotAuthorizedException",
        "RefreshTokenReuseException",
        "UserLambdaValidationException",
        "UserNotFoundException",
    }
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What Cognito wants next. `available` are the ways to choose from, where it is a choice."""

    name: str
    session: str = field(repr=False)
    parameters: dict[str, str] = field(repr=False)
    available: tuple[str, ...] = ()


Outcome: TypeAlias = Tokens | Challenge


@dataclass(frozen=True, slots=True)
class Delivery:
    """How Cognito sent a code ("EMAIL", "SMS") and where to, masked; empty where it sent none."""

    medium: str
    destination: str


@dataclass(frozen=True, slots=True)
class SignedUp:
    """A new account. A `session` lets it sign in as soon as it is confirmed."""

    confirmed: bool
    delivery: Delivery
    session: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    """A person's own account. `mfa` are the second factors, `preferred` is one of them."""

    username: str
    attributes: dict[str, str] = field(repr=False)
    mfa: tuple[str, ...]
    preferred: str


def read(operation: str, answer: HttpAnswer) -> dict[str, Any]:
    """The members of a good answer; none where the operation has nothing to say.

    Raises:
        ApiRefused: Cognito, or a firewall before it, refused the call.
        CognitoUnavailable: no answer, a failing API, or garbage.
    """
    record = _record(answer)
    if answer.status == 200 and record is not None:
        return record
    exception = _exception(answer, record or {}) if 400 <= answer.status < 500 else ""
    if exception:
        raise ApiRefused(operation, exception, _message(record or {}))
    found = answer.failure or f"an unusable answer, HTTP {answer.status}"
    raise CognitoUnavailable(f"Cognito's {operation}: {found}{_request(answer)}")


def _request(answer: HttpAnswer) -> str:
    """AWS's id of the call: what its support asks for."""
    request_id = answer.header("x-amzn-requestid")
    return f" (request id {request_id})" if _REQUEST_ID.fullmatch(request_id) else ""


def _record(answer: HttpAnswer) -> dict[str, Any] | None:
    """A body's members: none for an empty body, None for what is no JSON object."""
    try:
        record = load(answer.body) if answer.body else {}
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _exception(answer: HttpAnswer, record: dict[str, Any]) -> str:
    """The exception's name, taken out of "namespace#Name" and "Name:more" as AWS's SDKs do."""
    said = record.get("__type") or answer.header("x-amzn-errortype")
    name = said.partition(":")[0].rpartition("#")[2] if isinstance(said, str) else ""
    if _NAME.fullmatch(name):
        return name
    # A firewall answers as it likes, often with a page.
    return "ForbiddenException" if answer.status == 403 else ""


def _message(record: dict[str, Any]) -> str:
    said = record.get("message", record.get("Message"))
    return said if isinstance(said, str) else ""


# The members of an answer. All raise CognitoUnavailable for a value of another kind.


def _text(record: Mapping[str, Any], name: str) -> str:
    """A text; empty when it is not there."""
    found = record.get(name)
    return "" if found is None else _checked(found, name)


def _texts(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts; empty when it is not there."""
    found = record.get(name)
    if not isinstance(found, list | None):
        raise _odd(name)
    return tuple(_checked(item, name) for item in found or ())


def _members(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object; empty when it is not there."""
    found = record.get(name)
    if not isinstance(found, dict | None):
        raise _odd(name)
    return found or {}


def _odd(name: str) -> CognitoUnavailable:
    """The error for a member that is not what the API reference says."""
    return CognitoUnavailable(f"Cognito's answer has an unusable {name}")


def _checked(found: Any, name: str) -> str:
    # Half a character, which JSON can hold, is nothing that could be sent or kept.
    if not isinstance(found, str) or any("\ud800" <= char <= "\udfff" for char in found):
        raise _odd(name)
    return found


def names(listed: str) -> tuple[str, ...]:
    """The names in a list that is itself a text (MFAS_CAN_SETUP, requiredAttributes); none where it
    is no such list."""
    try:
        found = load(listed.encode())
    except ValueError:
        return ()
    return tuple(name for name in found if isinstance(name, str)) if isinstance(found, list) else ()


# Operations. All raise ApiRefused where Cognito says no, and CognitoUnavailable where it says
# nothing usable.


def read_outcome(operation: str, answer: HttpAnswer) -> Outcome:
    """What InitiateAuth and RespondToAuthChallenge lead to: tokens, or the next challenge."""
    record = read(operation, answer)
    if record.get("AuthenticationResult") is not None:
        return _tokens(_members(record, "AuthenticationResult"), answer)
    name = _text(record, "ChallengeName")
    if not name:
        raise _odd("ChallengeName")
    given = _members(record, "ChallengeParameters")
    parameters = {key: _text(given, key) for key in given}
    available = _texts(record, "AvailableChallenges")
    return Challenge(name, _text(record, "Session"), parameters, available)


def _tokens(result: Mapping[str, Any], answer: HttpAnswer) -> Tokens:
    access, *rest = (_text(result, name) for name in ("AccessToken", "IdToken", "RefreshToken"))
    if not all(_TOKEN.fullmatch(token) for token in (access, *filter(None, rest))):
        raise _odd("AuthenticationResult")
    id_token, refresh = rest
    return Tokens(
        access, id_token, refresh, seconds_of(result.get("ExpiresIn")), answer.header("date")
    )


def read_signed_up(answer: HttpAnswer) -> SignedUp:
    """Whether a new account needs a code, and where that was sent."""
    record = read("SignUp", answer)
    if not isinstance(record.get("UserConfirmed"), bool):
        raise _odd("UserConfirmed")
    return SignedUp(record["UserConfirmed"], _delivery(record), _text(record, "Session"))


def read_delivery(operation: str, answer: HttpAnswer) -> Delivery:
    """Where ForgotPassword or ResendConfirmationCode sent a code; empty where it does not say."""
    return _delivery(read(operation, answer))


def _delivery(record: Mapping[str, Any]) -> Delivery:
    sent = _members(record, "CodeDeliveryDetails")
    return Delivery(_text(sent, "DeliveryMedium"), _text(sent, "Destination"))


def read_confirmed(answer: HttpAnswer) -> str:
    """The session for `initiate_with_session`; empty where there is none."""
    return _text(read("ConfirmSignUp", answer), "Session")


def read_account(answer: HttpAnswer) -> Account:
    """The account of an access token."""
    record = read("GetUser", answer)
    username, given = _text(record, "Username"), record.get("UserAttributes")
    if not username or not isinstance(given, list):
        raise _odd("user")
    pairs = [_members({"UserAttributes": item}, "UserAttributes") for item in given]
    attributes = {_text(pair, "Name"): _text(pair, "Value") for pair in pairs}
    mfa = _texts(record, "UserMFASettingList")
    return Account(username, attributes, mfa, _text(record, "PreferredMfaSetting"))


def read_totp(answer: HttpAnswer) -> tuple[str, str]:
    """An authenticator app's secret in base32, and the session to go on with."""
    record = read("AssociateSoftwareToken", answer)
    secret = _text(record, "SecretCode")
    if not _TOTP_SECRET.fullmatch(secret):
        raise _odd("SecretCode")
    return secret, _text(record, "Session")


def read_totp_verified(answer: HttpAnswer) -> str:
    """The session to answer MFA_SETUP with; empty where an access token was given."""
    record = read("VerifySoftwareToken", answer)
    if record.get("Status") == "ERROR":
        raise ApiRefused("VerifySoftwareToken", "EnableSoftwareTokenMFAException", "")
    if record.get("Status") != "SUCCESS":
        raise _odd("Status")
    return _text(record, "Session")


def read_refreshed(answer: HttpAnswer) -> Tokens:
    """The tokens of a renewed session.

    Raises:
        GrantRefused: as the token endpoint would, "invalid_grant" where the session is over and
            "invalid_client" where the client's secret is wrong.
        CognitoUnavailable: no answer, or none that is usable now.
    """
    try:
        record = read("GetTokensFromRefreshToken", answer)
    except ApiRefused as error:
        raise _not_refreshed(error) from error
    return _tokens(_members(record, "AuthenticationResult"), answer)


def _not_refreshed(error: ApiRefused) -> GrantRefused | CognitoUnavailable:
    if error.exception not in _ENDED:
        return CognitoUnavailable(str(error))
    # No session may end because the server has the wrong secret; only the message tells.
    ours = error.exception == "NotAuthorizedException" and "secret" in error.message.lower()
    if not ours:
        return GrantRefused("invalid_grant", str(error))
    fix = "check AWS_COGNITO_USER_POOL_CLIENT_SECRET"
    return GrantRefused("invalid_client", f"{error}; {fix}")


def read_revoked(answer: HttpAnswer) -> str:
    """Why a revocation did not work, for the log; empty when it did."""
    try:
        read("RevokeToken", answer)
    except (ApiRefused, CognitoUnavailable) as error:
        return str(error)
    return ""
