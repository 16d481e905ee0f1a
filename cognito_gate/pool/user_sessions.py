"""A user's sessions at Cognito, for operators: what there is, and ending all of them.

Knows the operations of `cognito-idp` that need credentials. Must not know a terminal.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .aws import UNKNOWN, Account, AwsError, HttpAnswer

SESSION_ID = re.compile("(?:tkn|sso)[a-z0-9]{25}")
_COGNITO = "cognito-idp"
_NO_TRACKING = {
    UNKNOWN,
    "FeatureUnavailableInTierException",
    "InvalidAction",
    "OperationNotEnabledException",
    "UnknownOperation",
}


_LINKED = {"RevokeAssociatedSessions": "LINKED"}


class NoSuchList(Exception):
    """The pool keeps no list of sessions. Its text is for people."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session, or one remembered device; times are texts, empty where they are not said."""

    id: str
    kind: str
    created: str
    active: str
    device: str


def list_sessions(account: Account, pool_id: str, username: str) -> list[Session]:
    """The user's sessions, of pools that keep track of them.

    Raises:
        NoSuchList: this one does not. AwsError: AWS refused, or could not be reached.
    """
    listed: list[Session] = []
    try:
        for page in _pages(account, UserPoolId=pool_id, Username=username):
            listed += [_session(item) for item in page.get("Sessions", ())]
    except AwsError as error:
        _check_tracking(error)
        raise
    return listed


def _check_tracking(error: AwsError) -> None:
    """Raises NoSuchList where it says that sessions are not tracked."""
    if error.code in _NO_TRACKING:
        raise NoSuchList(
            f"This pool keeps no list of sessions ({error.code}). Session tracking needs the plan "
            "Essentials or Plus, and has to be switched on."
        ) from error


def _pages(account: Account, **parameters: str) -> list[HttpAnswer]:
    pages: list[HttpAnswer] = []
    following: dict[str, str] = {}
    while True:
        page = account.call(_COGNITO, "admin_list_user_sessions", **parameters, **following)
        pages.append(page)
        if not page.get("NextToken"):
            return pages
        following = {"NextToken": page["NextToken"]}


def _session(item: dict[str, Any]) -> Session:
    return Session(
        str(item.get("SessionId", "")),
        str(item.get("SessionType", "")),
        _time(item.get("CreateDate")),
        _time(item.get("LastActiveDate")),
        str(item.get("DeviceType", "")),
    )


def list_devices(account: Account, pool_id: str, username: str) -> list[Session]:
    """The devices that the pool remembers of the user: the first 60.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    try:
        answer = account.call(
            _COGNITO, "admin_list_devices", UserPoolId=pool_id, Username=username, Limit=60
        )
    except AwsError as error:
        if error.code in _NO_TRACKING | {"InvalidUserPoolConfigurationException"}:
            return []
        raise
    return [_device(item) for item in answer.get("Devices", ())]


def _device(item: dict[str, Any]) -> Session:
    names = {pair.get("Name"): pair.get("Value") for pair in item.get("DeviceAttributes", ())}
    return Session(
        str(item.get("DeviceKey", "")),
        "DEVICE",
        _time(item.get("DeviceCreateDate")),
        _time(item.get("DeviceLastAuthenticatedDate")),
        str(names.get("device_name") or ""),
    )


def end_session(account: Account, pool_id: str, username: str, session_id: str) -> None:
    """End one session of the user at Cognito, and the browser's own sign-in there behind it.

    Raises:
        NoSuchList: the pool keeps no list of sessions. AwsError: AWS refused, or could not be
            reached.
    """
    one = {"UserPoolId": pool_id, "Username": username, "SessionId": session_id}
    try:
        account.call(_COGNITO, "admin_revoke_user_session", **one, **_LINKED)
    except AwsError as error:
        _check_tracking(error)
        raise


def end_sessions(account: Account, pool_id: str, username: str) -> None:
    """End all sessions of the user at Cognito: no refresh token of theirs works any more.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    account.call(_COGNITO, "admin_user_global_sign_out", UserPoolId=pool_id, Username=username)


def _time(value: object) -> str:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else ""
