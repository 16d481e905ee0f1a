"""Reads the responses of Cognito's JSON API: members, exceptions and failures.

Knows AWS's protocol "JSON 1.1" and the shapes of the API reference, and checks that responses have
them; must not know the calls (cognito_api.py), nor what an error means to a visitor
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
# Errors that end a session. A Lambda trigger's refusal does, too; its text is shown at sign-in.
_SESSION_ENDED_ERRORS = frozenset(
    {
        "NotAuthorizedException",
        "RefreshTokenReuseException",
        "UserLambdaValidationException",
        "UserNotFoundException",
    }
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """Cognito's next challenge. `available` are the methods to choose from, if it is a choice."""

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
    """The members of a successful response; empty for an operation without output.

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
    reason = answer.failure or f"an unusable answer, HTTP {answer.status}"
    raise CognitoUnavailable(f"Cognito's {operation}: {reason}{_request(answer)}")


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
    text = record.get("__type") or answer.header("x-amzn-errortype")
    name = text.partition(":")[0].rpartition("#")[2] if isinstance(text, str) else ""
    if _NAME.fullmatch(name):
        return name
    # A firewall's response has no such name, and is often an HTML page.
    return "ForbiddenException" if answer.status == 403 else ""


def throttled(answer: HttpAnswer) -> bool:
    """Whether this API asks for fewer calls, which has a status of 400 here. Only the exception
    counts: a message may repeat what a visitor has typed."""
    name = _exception(answer, _record(answer) or {}) if answer.status == 400 else ""
    return name == "TooManyRequestsException"


def _message(record: dict[str, Any]) -> str:
    text = record.get("message", record.get("Message"))
    return text if isinstance(text, str) else ""


# The members of an answer. All raise CognitoUnavailable for a value of another kind.


def _text(record: Mapping[str, Any], name: str) -> str:
    """A text; empty when it is not there."""
    value = record.get(name)
    return "" if value is None else check_text(value, name)


def _texts(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts; empty when it is not there."""
    values = record.get(name)
    if not isinstance(values, list | None):
        raise unusable_member(name)
    return tuple(check_text(item, name) for item in values or ())


def _members(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object; empty when it is not there."""
    value = record.get(name)
    if not isinstance(value, dict | None):
        raise unusable_member(name)
    return value or {}


def unusable_member(name: str) -> CognitoUnavailable:
    """The error for a member that is not what the API reference says."""
    return CognitoUnavailable(f"Cognito's answer has an unusable {name}")


def check_text(value: Any, name: str) -> str:
    """A text that can be written anywhere."""
    # JSON can contain lone surrogates, which cannot be encoded as UTF-8.
    if not isinstance(value, str) or any("\ud800" <= char <= "\udfff" for char in value):
        raise unusable_member(name)
    return value


def names(listed: str) -> tuple[str, ...]:
    """The names in a list that is itself a text (MFAS_CAN_SETUP, requiredAttributes); none where it
    is no such list."""
    try:
        values = load(listed.encode())
    except ValueError:
        return ()
    return (
        tuple(name for name in values if isinstance(name, str)) if isinstance(values, list) else ()
    )


# Operations. All raise ApiRefused when Cognito refuses, and CognitoUnavailable when the response
# is not usable.


def read_outcome(operation: str, answer: HttpAnswer) -> Outcome:
    """What InitiateAuth and RespondToAuthChallenge lead to: tokens, or the next challenge."""
    record = read(operation, answer)
    if record.get("AuthenticationResult") is not None:
        return _tokens(_members(record, "AuthenticationResult"), answer)
    name = _text(record, "ChallengeName")
    if not name:
        raise unusable_member("ChallengeName")
    members = _members(record, "ChallengeParameters")
    parameters = {key: _text(members, key) for key in members}
    available = _texts(record, "AvailableChallenges")
    return Challenge(name, _text(record, "Session"), parameters, available)


def _tokens(result: Mapping[str, Any], answer: HttpAnswer) -> Tokens:
    access, *rest = (_text(result, name) for name in ("AccessToken", "IdToken", "RefreshToken"))
    if not all(_TOKEN.fullmatch(token) for token in (access, *filter(None, rest))):
        raise unusable_member("AuthenticationResult")
    id_token, refresh = rest
    return Tokens(
        access, id_token, refresh, seconds_of(result.get("ExpiresIn")), answer.header("date")
    )


def read_signed_up(answer: HttpAnswer) -> SignedUp:
    """Whether a new account needs a code, and where that was sent."""
    record = read("SignUp", answer)
    if not isinstance(record.get("UserConfirmed"), bool):
        raise unusable_member("UserConfirmed")
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
    username, attribute_list = _text(record, "Username"), record.get("UserAttributes")
    if not username or not isinstance(attribute_list, list):
        raise unusable_member("user")
    pairs = [_members({"UserAttributes": item}, "UserAttributes") for item in attribute_list]
    attributes = {_text(pair, "Name"): _text(pair, "Value") for pair in pairs}
    mfa = _texts(record, "UserMFASettingList")
    return Account(username, attributes, mfa, _text(record, "PreferredMfaSetting"))


def read_totp(answer: HttpAnswer) -> tuple[str, str]:
    """An authenticator app's secret in base32, and the session to go on with."""
    record = read("AssociateSoftwareToken", answer)
    secret = _text(record, "SecretCode")
    if not _TOTP_SECRET.fullmatch(secret):
        raise unusable_member("SecretCode")
    return secret, _text(record, "Session")


def read_totp_verified(answer: HttpAnswer) -> str:
    """The session to answer MFA_SETUP with; empty where an access token was given."""
    record = read("VerifySoftwareToken", answer)
    if record.get("Status") == "ERROR":
        raise ApiRefused("VerifySoftwareToken", "EnableSoftwareTokenMFAException", "")
    if record.get("Status") != "SUCCESS":
        raise unusable_member("Status")
    return _text(record, "Session")


def read_refreshed(answer: HttpAnswer) -> Tokens:
    """The tokens of a refreshed session.

    Raises:
        GrantRefused: as the token endpoint would, "invalid_grant" where the session is over and
            "invalid_client" where the client's secret is wrong.
        CognitoUnavailable: no answer, or none that is usable now.
    """
    try:
        record = read("GetTokensFromRefreshToken", answer)
    except ApiRefused as error:
        raise _refresh_error(error) from error
    return _tokens(_members(record, "AuthenticationResult"), answer)


def _refresh_error(error: ApiRefused) -> GrantRefused | CognitoUnavailable:
    if error.exception not in _SESSION_ENDED_ERRORS:
        return CognitoUnavailable(str(error))
    # A wrong client secret must not end sessions; only the message tells it from other reasons.
    wrong_secret = error.exception == "NotAuthorizedException" and "secret" in error.message.lower()
    if not wrong_secret:
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
