"""What the commands about a deployed pool share: how they reach AWS, their errors and options.

Knows click; must not know what any command does.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from ..errors import SettingsError
from ..settings.formats import POOL_ID
from .aws import Account, AwsError, connect
from .environment import FORMATS, EnvironmentProblem
from .stack import StackProblem
from .talk import CommandContext

_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}", re.ASCII)
_EXPECTED = (AwsError, EnvironmentProblem, SettingsError, StackProblem)


@dataclass(frozen=True, slots=True)
class Outside:
    """What the commands get from outside; tests pass another one as click's `obj`."""

    connect: Callable[[str | None, str | None], Account] = connect
    wait: Callable[[float], None] = time.sleep

    def context(
        self, region: str | None, profile: str | None, *, yes: bool = False
    ) -> CommandContext:
        """An account to work in."""
        return CommandContext(
            self.connect(region, profile), self.wait, lambda: secrets.token_hex(8), yes
        )


@contextmanager
def expected_errors() -> Iterator[None]:
    """Turn the expected errors into a plain message and exit code 1."""
    try:
        yield
    except _EXPECTED as error:
        raise click.ClickException(str(error)) from error


def outside_of_command() -> Outside:
    """What the running command gets from outside."""
    outside = click.get_current_context().obj
    return outside if isinstance(outside, Outside) else Outside()


def check_stack_name(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    """The name of a stack, or nothing where none is given."""
    if value and not _STACK.fullmatch(value):
        raise click.BadParameter(
            f"{value!r:.140} is not a stack name: use letters, digits and hyphens, a letter first"
        )
    return value


def check_pool_id(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    """The id of a user pool, or nothing where none is given."""
    if value and not POOL_ID.fullmatch(value):
        raise click.BadParameter(
            f"{value!r:.140} is not the id of a user pool, which is such as eu-west-1_AbCdEfGhI "
            "(console: User pools, the column User pool ID)"
        )
    return value


stack_argument = click.argument("stack", callback=check_stack_name)
region_option = click.option(
    "--region", metavar="NAME", help="AWS region.  [default: AWS_REGION, or the profile's]"
)
profile_option = click.option(
    "--profile", metavar="NAME", help="A profile of the AWS command line."
)
yes_option = click.option("--yes", is_flag=True, help="Answer yes to all questions.")
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="env",
    show_default=True,
    help="A .env file, shell commands, a file for docker --env-file, or a JSON object.",
)
no_secret_key_option = click.option(
    "--no-secret-key", is_flag=True, help="Leave out SECRET_KEY, if the app has one already."
)


def new_secret_key(left_out: bool) -> str:
    """A SECRET_KEY that nobody else has; empty if it is to be left out."""
    return "" if left_out else secrets.token_urlsafe(48)
