"""A user pool that a stack created: its number of users, its app client, and deleting it.

Knows the operations of `cognito-idp` that need credentials. Must not know CloudFormation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .aws import Account, AwsError

_COGNITO = "cognito-idp"


@dataclass(frozen=True, slots=True)
class UserPool:
    """A user pool; `users` is Cognito's own estimate."""

    id: str
    users: int
    protected: bool
    domains: tuple[str, ...]
    functions: Mapping[str, str] = field(default_factory=dict)
    sms_role: str = ""

    def __str__(self) -> str:
        return f"{self.id} with {count_of_users(self.users)}"


@dataclass(frozen=True, slots=True)
class AppClient:
    """An app client, with the addresses it may send people to."""

    secret: str = field(repr=False)
    callback_urls: tuple[str, ...]
    logout_urls: tuple[str, ...]


def count_of_users(users: int) -> str:
    """A number of users in words for people."""
    return {0: "no users", 1: "about 1 user"}.get(users, f"about {users:,} users")


def find_pool(account: Account, pool_id: str) -> UserPool | None:
    """The pool of that id; None when there is none."""
    try:
        answer = account.call(_COGNITO, "describe_user_pool", UserPoolId=pool_id)
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return None
        raise
    record = answer["UserPool"]
    return UserPool(
        pool_id,
        record.get("EstimatedNumberOfUsers", 0),
        record.get("DeletionProtection") == "ACTIVE",
        tuple(record[name] for name in ("Domain", "CustomDomain") if record.get(name)),
        dict(_functions(record.get("LambdaConfig", {}))),
        record.get("SmsConfiguration", {}).get("SnsCallerArn", ""),
    )


def _functions(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each trigger and the ARN of its function; one is given twice, once with its version."""
    for name, value in config.items():
        arn = value.get("LambdaArn", "") if isinstance(value, Mapping) else value
        if ":lambda:" in arn:
            yield name, arn


def find_client(account: Account, pool_id: str, client_id: str) -> AppClient:
    """The app client, its secret included."""
    answer = account.call(
        _COGNITO, "describe_user_pool_client", UserPoolId=pool_id, ClientId=client_id
    )
    record = answer["UserPoolClient"]
    return AppClient(
        record.get("ClientSecret", ""),
        tuple(record.get("CallbackURLs", ())),
        tuple(record.get("LogoutURLs", ())),
    )


def unprotect(account: Account, pool: UserPool) -> None:
    """Switch the deletion protection off.

    UpdateUserPool resets every setting that the call leaves out, so this is only for a pool that
    is about to be deleted.
    """
    if pool.protected:
        account.call(
            _COGNITO, "update_user_pool", UserPoolId=pool.id, DeletionProtection="INACTIVE"
        )


def delete_pool(account: Account, pool: UserPool) -> None:
    """Delete the pool and all its users, even if deletion protection is on."""
    unprotect(account, pool)
    for domain in pool.domains:  # a pool that has one cannot be deleted
        account.call(_COGNITO, "delete_user_pool_domain", Domain=domain, UserPoolId=pool.id)
    account.call(_COGNITO, "delete_user_pool", UserPoolId=pool.id)
