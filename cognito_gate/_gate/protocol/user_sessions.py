"""The operations of Cognito's JSON API on a user's own sessions: calls, and what is in the answers.

Knows "Amazon Cognito user pools API Reference": GlobalSignOut, ListUserSessions and
RevokeUserSession, which need an access token and no AWS credentials. Must not know what the answers
mean to a visitor.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from ...settings import Settings
from ..effects import HttpAnswer, HttpCall, overloaded
from .strict_json import load

Lack: TypeAlias = Literal["refused", "unsupported", "unavailable"]
"""Why Cognito did not do it: not with this token, not in this pool, or not now."""
SESSION_ID = re.compile("(?:tkn|sso)[a-z0-9]{25}")
MAX_BYTES = 262_144
MAX_TEXT_CHARS = 200
MAX_TIME = 10**11  # Unix time, of the year 5138
NOTHING: Mapping[str, str] = MappingProxyType({})
_TARGET = "AWSCognitoIdentityProviderService"
_UNSUPPORTED = {
    "FeatureUnavailableInTierException",
    "OperationNotEnabledException",
    "UnknownOperationException",
    "UnsupportedOperationException",
}
_REFUSED = {"NotAuthorizedException", "ForbiddenException", "UserNotFoundException"}


@dataclass(frozen=True, slots=True)
class UserSession:
    """One session as Cognito lists it. Times are Unix time, 0 where they are not said. `origin` is
    the id of the browser's own sign-in at Cognito that it came from; ids that are none are empty.
    """

    id: str
    origin: str
    kind: str
    created_at: int
    active_at: int
    device: str
    current: bool


def global_sign_out_call(settings: Settings, access_token: str) -> HttpCall:
    """End every session of the token's user: their refresh tokens, and access tokens at Cognito."""
    return _call(settings, "GlobalSignOut", access_token)


def list_call(settings: Settings, access_token: str) -> HttpCall:
    """Ask for the sessions of the token's user (pools with session tracking)."""
    return _call(settings, "ListUserSessions", access_token)


def revoke_call(settings: Settings, access_token: str, session_id: str) -> HttpCall:
    """End another session of the token's user, and the browser's own sign-in at Cognito behind it,
    which would open a new one without a password."""
    more = {"SessionId": session_id, "RevokeAssociatedSessions": "LINKED"}
    return _call(settings, "RevokeUserSession", access_token, more)


def _call(
    settings: Settings, operation: str, access_token: str, more: Mapping[str, str] = NOTHING
) -> HttpCall:
    headers = (
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", f"{_TARGET}.{operation}"),
    )
    body = json.dumps({"AccessToken": access_token, **more}).encode()
    timeout = settings.http_timeout_seconds
    return HttpCall("POST", settings.api_url, headers, body, timeout, MAX_BYTES, fails=_overloaded)


def _overloaded(answer: HttpAnswer) -> bool:
    """This API says "too many requests" with a status of 400."""
    return overloaded(answer) or _exception(answer) == "TooManyRequestsException"


def read_signed_out(answer: HttpAnswer) -> Lack | None:
    """Why GlobalSignOut or RevokeUserSession did nothing; None where it did."""
    return None if answer.ok() else _lack(answer)


def read_sessions(answer: HttpAnswer) -> tuple[UserSession, ...] | Lack:
    """The sessions, or why there is no list of them."""
    if not answer.ok():
        return _lack(answer)
    listed = _record(answer).get("Sessions")
    if not isinstance(listed, list):
        return "unavailable"
    return tuple(_session(item) for item in listed if isinstance(item, dict))


def _session(item: Mapping[str, Any]) -> UserSession:
    return UserSession(
        _id(item, "SessionId"),
        _id(item, "OriginSessionId"),
        _text(item, "SessionType"),
        _time(item, "CreateDate"),
        _time(item, "LastActiveDate"),
        _text(item, "DeviceType"),
        item.get("IsCurrentSession") is True,
    )


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return value[:MAX_TEXT_CHARS] if isinstance(value, str) and value.isprintable() else ""


def _id(item: Mapping[str, Any], name: str) -> str:
    text = _text(item, name)
    return text if SESSION_ID.fullmatch(text) else ""


def _time(item: Mapping[str, Any], name: str) -> int:
    value = item.get(name)
    if type(value) not in (int, float) or value is None:
        return 0
    return int(value) if 0 < value < MAX_TIME else 0


def _lack(answer: HttpAnswer) -> Lack:
    name = _exception(answer)
    if name in _UNSUPPORTED:
        return "unsupported"
    return "refused" if name in _REFUSED else "unavailable"


def _exception(answer: HttpAnswer) -> str:
    named = answer.header("x-amzn-errortype").partition(":")[0] or _record(answer).get("__type", "")
    return str(named).rpartition("#")[2]


def _record(answer: HttpAnswer) -> dict[str, Any]:
    try:
        record = load(answer.body)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
