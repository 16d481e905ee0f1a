"""A user pool that a stack has made: how many users it holds, its app client, and its end.

Knows the operations of `cognito-idp` that need credentials. Must not know CloudFormation.
"""

from dataclasses import dataclass, field

from .aws import Account, AwsError

_COGNITO = "cognito-idp"


@dataclass(frozen=True, slots=True)
class UserPool:
    """A user pool; `users` is Cognito's own estimate."""

    id: str
    users: int
    protected: bool
    domains: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.id} with {counted(self.users)}"


@dataclass(frozen=True, slots=True)
class AppClient:
    """An app client, with the addresses it may send people to."""

    secret: str = field(repr=False)
    callback_urls: tuple[str, ...]
    logout_urls: tuple[str, ...]


def counted(users: int) -> str:
    """A number of users as people say it."""
    return {0: "no users", 1: "about 1 user"}.get(users, f"about {users:,} users")


def find_pool(account: Account, pool_id: str) -> UserPool | None:
    """The pool of that id; None when there is none."""
    try:
        answer = account.call(_COGNITO, "describe_user_pool", UserPoolId=pool_id)
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return None
        raise
    found = answer["UserPool"]
    return UserPool(
        pool_id,
        found.get("EstimatedNumberOfUsers", 0),
        found.get("DeletionProtection") == "ACTIVE",
        tuple(found[name] for name in ("Domain", "CustomDomain") if found.get(name)),
    )


def find_client(account: Account, pool_id: str, client_id: str) -> AppClient:
    """The app client, its secret included."""
    answer = account.call(
        _COGNITO, "describe_user_pool_client", UserPoolId=pool_id, ClientId=client_id
    )
    found = answer["UserPoolClient"]
    return AppClient(
        found.get("ClientSecret", ""),
        tuple(found.get("CallbackURLs", ())),
        tuple(found.get("LogoutURLs", ())),
    )


def unprotect(account: Account, pool: UserPool) -> None:
    """Switch the deletion protection off.

    UpdateUserPool resets what it is not told: only for a pool that is deleted next.
    """
    if pool.protected:
        account.call(
            _COGNITO, "update_user_pool", UserPoolId=pool.id, DeletionProtection="INACTIVE"
        )


def delete_pool(account: Account, pool: UserPool) -> None:
    """Delete the pool and all its users, whatever protects them."""
    unprotect(account, pool)
    for domain in pool.domains:  # a pool that has one cannot be deleted
        account.call(_COGNITO, "delete_user_pool_domain", Domain=domain, UserPoolId=pool.id)
    account.call(_COGNITO, "delete_user_pool", UserPoolId=pool.id)
