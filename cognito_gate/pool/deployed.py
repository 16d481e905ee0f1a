"""The environment of a pool that is deployed: its stack's outputs, and its app client's secret.

Must not know how an environment is written down, nor print.
"""

from collections.abc import Sequence
from dataclasses import replace

from .aws import Account
from .environment import Extras, Variable, environment, is_confidential, needed
from .stack import FAILED_CREATION, Stack, StackProblem, find
from .users import find_client


def find_deployed(account: Account, name: str) -> Stack:
    """The stack of that name, if it has come to be.

    Raises:
        StackProblem: there is none.
    """
    found = find(account, name)
    if found is None or found.empty or found.status in FAILED_CREATION:
        raise StackProblem(
            f"There is no stack {name} in {account.region}, or it could not be created. "
            f"--region and --profile say where to look; `cognito-gate pool deploy {name}` "
            "makes it."
        )
    return found


def environment_of(account: Account, stack: Stack, extras: Extras) -> tuple[Variable, ...]:
    """Its environment, with what `extras` adds; the client is read only where that is needed.

    Raises:
        StackProblem: the app client does not have an address that `extras` gives.
        EnvironmentProblem, SettingsError, AwsError: as `environment` and the account say.
    """
    confidential = is_confidential(stack.outputs)
    known = replace(extras, emulator=account.emulator("cognito-idp"))
    if confidential or extras.callback_url or extras.logout_url:
        pool_id, client_id = needed(stack.outputs, "UserPoolId"), needed(stack.outputs, "ClientId")
        client = find_client(account, pool_id, client_id)
        _check_listed("--callback-url", extras.callback_url, client.callback_urls)
        _check_listed("--logout-url", extras.logout_url, client.logout_urls)
        if confidential and not client.secret:
            raise StackProblem(f"AWS does not tell the secret of the app client {client_id}.")
        known = replace(known, client_secret=client.secret)
    return environment(stack.outputs, known)


def _check_listed(flag: str, url: str, listed: Sequence[str]) -> None:
    """Cognito compares addresses character by character, and strands people over a difference."""
    if url and url not in listed:
        known = "".join(f"\n  {item}" for item in listed)
        raise StackProblem(
            f"{flag} is {url!r}, which the app client does not have. It has:{known}\n"
            f"`cognito-gate pool deploy` with {flag} adds another."
        )
