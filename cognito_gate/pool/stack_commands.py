"""`cognito-gate pool deploy`, `env` and `delete`: a user pool in an account of AWS, as commands.

Reads flags and prints the environment; what happens in between is deployment.py's and removal.py's.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import click

from ..errors import SettingsError
from ._flags import PoolCommand, given_options, pool_options
from .aws import Account, AwsError, connect
from .deployed import environment_of, find_deployed
from .deployment import Order
from .deployment import deploy as deploy_stack
from .environment import FORMATS, EnvironmentProblem, Extras
from .options import FLAGS, PoolOptions
from .output import Output, force_option, output_option
from .removal import delete as delete_stack
from .stack import Stack, StackProblem
from .talk import CommandContext, say
from .template import template as pool_template

_Command: TypeAlias = Callable[..., None]
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}", re.ASCII)
_EXPECTED = (AwsError, EnvironmentProblem, SettingsError, StackProblem)
# The options whose values the template takes as parameters; the parent's follows from the domain.
PARAMETERS = {
    "auto_confirm_domains": "AutoConfirmDomains",
    "callback_urls": "CallbackURLs",
    "certificate_arn": "CertificateArn",
    "custom_domain": "CustomDomain",
    "domain_prefix": "DomainPrefix",
    "email_domains": "EmailDomains",
    "hosted_zone_id": "HostedZoneId",
    "logout_urls": "LogoutURLs",
    "name": "PoolName",
    "parent_record": "ParentDomain",
}


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
def _expected_errors() -> Iterator[None]:
    """Turn the expected errors into a plain message and exit code 1."""
    try:
        yield
    except _EXPECTED as error:
        raise click.ClickException(str(error)) from error


def _outside() -> Outside:
    outside = click.get_current_context().obj
    return outside if isinstance(outside, Outside) else Outside()


# Options


def _check_stack_name(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if not _STACK.fullmatch(value):
        raise click.BadParameter(
            f"{value!r:.140} is not a stack name: use letters, digits and hyphens, a letter first"
        )
    return value


def _read_parameters(
    ctx: click.Context, parameter: click.Parameter, value: tuple[str, ...]
) -> Mapping[str, str]:
    values = {}
    for item in value:
        name, equals, text = item.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"{item!r:.140} is not NAME=VALUE")
        values[name] = text
    return values


_stack = click.argument("stack", callback=_check_stack_name)
_region = click.option(
    "--region", metavar="NAME", help="AWS region.  [default: AWS_REGION, or the profile's]"
)
_profile = click.option("--profile", metavar="NAME", help="A profile of the AWS command line.")
_yes = click.option("--yes", is_flag=True, help="Answer yes to all questions.")
_format = click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="env",
    show_default=True,
    help="A .env file, shell commands, a file for docker --env-file, or a JSON object.",
)
_no_secret_key = click.option(
    "--no-secret-key", is_flag=True, help="Leave out SECRET_KEY, if the app has one already."
)


# deploy


@click.command(
    cls=PoolCommand,
    context_settings={"max_content_width": 100},
    short_help="Create or update the stack with the pool, and print its environment.",
)
@_stack
@pool_options
@click.option(
    "--template",
    "file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Deploy this template instead of one made from flags; - reads standard input.",
)
@click.option(
    "--parameter",
    "given",
    multiple=True,
    callback=_read_parameters,
    metavar="NAME=VALUE",
    help="A parameter of the template; repeatable.",
)
@click.option("--replace", is_flag=True, help="With --yes: accept the loss of users or sessions.")
@click.option("--no-env", is_flag=True, help="Do not print the environment.")
@_format
@output_option
@force_option
@_no_secret_key
@_yes
@_region
@_profile
def deploy(
    stack: str,
    options: PoolOptions,
    file: str | None,
    given: Mapping[str, str],
    replace: bool,
    no_env: bool,
    form: str,
    output: str | None,
    force: bool,
    no_secret_key: bool,
    yes: bool,
    region: str | None,
    profile: str | None,
) -> None:
    """Create or update the stack STACK with a user pool, and print its environment.

    Shows what would change and asks before doing it. Progress goes to standard error and the
    environment to standard output, so you can save it:

    \b
      cognito-gate pool deploy my-app --self-sign-up --output .env
      cognito-gate pool template | cognito-gate pool deploy my-app --template - --yes --output .env

    The options describe the whole pool each time: an option that is not repeated goes back to
    its default, and the changes shown include that. A parameter that was set once (by --parameter,
    or in the console) keeps its value until it is set again, by --parameter or by its option.
    """
    given_names = given_options()
    if file and given_names:
        flag = FLAGS[given_names[0]]
        raise click.UsageError(f"{flag} describes a pool, and so does --template; use one")
    if file == "-" and not yes:
        raise click.UsageError(
            "no question can be asked while the template comes from standard input; add --yes"
        )
    if replace and not yes:
        raise click.UsageError("--replace needs --yes; without it, you are asked")
    if output and no_env:
        raise click.UsageError("--output has no effect with --no-env; use one")
    destination = Output(form, output, force)
    destination.check()
    body = _read(file) if file else pool_template(options)
    with _expected_errors():
        context = _outside().context(region, profile, yes=yes)
        reset_parameters = {PARAMETERS[name] for name in PARAMETERS if name in given_names}
        order = Order(
            name=stack, body=body, given=given, reset_parameters=reset_parameters, replace=replace
        )
        deployed = deploy_stack(context, order)
        say(f"The stack {stack} is in place.", *_dns_advice(deployed))
        if not no_env:
            extras = Extras(secret_key=_secret_key(no_secret_key))
            destination.write(environment_of(context.account, deployed, extras))


def _dns_advice(stack: Stack) -> list[str]:
    """The DNS record that is left to create for a custom domain, as lines for people."""
    distribution = stack.outputs.get("CloudFrontDistribution")
    if not distribution:
        return []
    host = stack.outputs.get("Domain", "").removeprefix("https://")
    return [
        f"In DNS, make {host} an alias (or CNAME) of {distribution}. It may take an hour to work. "
        "--hosted-zone-id creates that record for you."
    ]


def _read(file: str) -> str:
    try:
        with click.open_file(file, encoding="utf-8") as stream:
            text: str = stream.read()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(
            f"the template {file} cannot be read ({type(error).__name__})"
        ) from error
    return text


def _secret_key(left_out: bool) -> str:
    return "" if left_out else secrets.token_urlsafe(48)


# env


@click.command(short_help="Print the environment of a deployed pool.")
@_stack
@_format
@output_option
@force_option
@click.option(
    "--callback-url", default="", metavar="URL", help="Another callback URL than the first."
)
@click.option("--logout-url", default="", metavar="URL", help="Another logout URL than the first.")
@_no_secret_key
@_region
@_profile
def env(
    stack: str,
    form: str,
    output: str | None,
    force: bool,
    callback_url: str,
    logout_url: str,
    no_secret_key: bool,
    region: str | None,
    profile: str | None,
) -> None:
    """Print the gate's environment for the user pool of the stack STACK.

    \b
      cognito-gate pool env my-app --output .env
      eval "$(cognito-gate pool env my-app --format shell)"
    """
    destination = Output(form, output, force)
    destination.check()
    with _expected_errors():
        account = _outside().context(region, profile).account
        extras = Extras(
            secret_key=_secret_key(no_secret_key), callback_url=callback_url, logout_url=logout_url
        )
        destination.write(environment_of(account, find_deployed(account, stack), extras))


# delete


@click.command(short_help="Delete the stack; its users only with --users.")
@_stack
@click.option("--users", is_flag=True, help="Delete the user pool too, with all its users.")
@_yes
@_region
@_profile
def delete(stack: str, users: bool, yes: bool, region: str | None, profile: str | None) -> None:
    """Delete the stack STACK. Its user pool stays, unless --users is given.

    Shows what is deleted and what stays, and asks you to type the name.
    """
    with _expected_errors():
        delete_stack(_outside().context(region, profile, yes=yes), stack, users=users)
