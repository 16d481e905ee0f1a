"""The environment of a pool that is deployed: its stack's outputs, and its app client's secret.

Must not know the formats of environments, nor print.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .aws import Account
from .environment import (
    Extras,
    Variable,
    environment,
    is_confidential,
    of_same_origin,
    require_output,
)
from .stack import FAILED_CREATION, Stack, StackProblem, find
from .talk import busy
from .users import find_client

# While these last, a stack lacks outputs, or is about to.
_INCOMPLETE = ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS")


def find_deployed(account: Account, name: str) -> Stack:
    """The stack of that name.

    Raises:
        StackProblem: there is none, its creation failed, or it is being created or deleted.
    """
    stack = find(account, name)
    if stack is None or stack.empty or stack.status in FAILED_CREATION:
        raise StackProblem(
            f"There is no stack {name} in {account.region}, or it could not be created. "
            f"Look elsewhere with --region and --profile, or create it with "
            f"`cognito-gate pool deploy {name}`."
        )
    if stack.status in _INCOMPLETE:
        raise busy(stack)
    return stack


def environment_of(
    account: Account, outputs: Mapping[str, str], extras: Extras, stack: str = ""
) -> tuple[Variable, ...]:
    """The environment for the gate, with what `extras` adds; reads the app client only if needed.

    `stack` is the name of the stack that has these outputs, if one of ours does.

    Raises:
        StackProblem: a URL in `extras` is not registered at the app client.
        EnvironmentProblem, SettingsError, AwsError: as `environment` and the account say.
    """
    confidential = is_confidential(outputs)
    complete = replace(
        extras,
        emulator=account.emulator("cognito-idp"),
        fips_endpoint=account.fips_endpoint("cognito-idp"),
    )
    if confidential or extras.callback_url or extras.logout_url:
        pool_id, client_id = (
            require_output(outputs, "UserPoolId"),
            require_output(outputs, "ClientId"),
        )
        client = find_client(account, pool_id, client_id)
        _check_listed(stack, "--callback-url", extras.callback_url, client.callback_urls)
        _check_listed(stack, "--logout-url", extras.logout_url, client.logout_urls)
        if confidential and not client.secret:
            raise StackProblem(f"AWS does not return the secret of the app client {client_id}.")
        complete = replace(complete, client_secret=client.secret)
        if extras.callback_url and not extras.logout_url:
            near = of_same_origin(extras.callback_url, client.logout_urls)
            complete = replace(complete, logout_url=near)
    return environment(outputs, complete)


def _check_listed(stack: str, flag: str, url: str, listed: Sequence[str]) -> None:
    """Cognito compares URLs character by character, and shows an error page for one it lacks."""
    if url and url not in listed:
        advice = (
            "To add it, deploy with all options that shall hold and this URL as well: "
            f"`cognito-gate pool deploy {stack} {flag} {url}`."
            if stack
            else "Console: App clients > the client > Login pages > Edit."
        )
        registered = "".join(f"\n  {item}" for item in listed)
        raise StackProblem(
            f"{flag} is {url!r}, which is not registered at the app client. It has:{registered}\n"
            f"{advice}"
        )
