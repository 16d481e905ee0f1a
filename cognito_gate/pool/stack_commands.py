"""`cognito-gate pool deploy` and `delete`: a user pool in an account of AWS, as commands.

Reads flags and prints the environment; what happens in between is deployment.py's and removal.py's.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import click

from ._command_parts import (
    check_pool_id,
    expected_errors,
    format_option,
    new_secret_key,
    no_secret_key_option,
    outside_of_command,
    profile_option,
    region_option,
    stack_argument,
    yes_option,
)
from ._flags import PoolCommand, given_options, pool_options
from .adoption import adopt as adopt_pool
from .beyond_template import LEVELS, MAX_SESSIONS, USUAL_SESSIONS, Beyond, apply
from .deployed import environment_of
from .deployment import Order
from .deployment import deploy as deploy_stack
from .environment import Extras, require_output
from .options import FLAGS, PoolOptions
from .output import Output, force_option, output_option, update_option
from .regions import check_region
from .removal import delete as delete_stack
from .stack import Stack
from .talk import say
from .template import template as pool_template

_Command: TypeAlias = Callable[..., None]
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


# Options


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


def _read_levels(
    ctx: click.Context, parameter: click.Parameter, value: tuple[str, ...]
) -> Mapping[int, str]:
    names = {}
    for item in value:
        level, equals, name = item.partition("=")
        if not equals or level not in map(str, LEVELS):
            raise click.BadParameter(f"{item!r:.140} is not LEVEL=NAME, with a level of 1 to 4")
        names[int(level)] = name
    return names


# deploy


@click.command(
    cls=PoolCommand,
    context_settings={"max_content_width": 100},
    short_help="Create or update the stack with the pool, and print its environment.",
)
@stack_argument
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
@click.option(
    "--adopt",
    default="",
    metavar="USER_POOL_ID",
    callback=check_pool_id,
    help="First take this user pool, which no stack has, into the new stack.",
)
@click.option(
    "--session-tracking/--no-session-tracking",
    default=None,
    help="Whether Cognito lists each user's sessions, for plans Essentials and Plus; stays as it "
    "is without either.",
)
@click.option(
    "--sessions-per-user",
    type=click.IntRange(1, MAX_SESSIONS),
    default=USUAL_SESSIONS,
    show_default=True,
    metavar="NUMBER",
    help="With --session-tracking: how many it keeps.",
)
@click.option(
    "--acr-name",
    "acr_names",
    multiple=True,
    callback=_read_levels,
    metavar="LEVEL=NAME",
    help="What the `acr` of a level (1 to 4) is called, for plans Essentials and Plus; repeatable.",
)
@click.option("--replace", is_flag=True, help="With --yes: accept the loss of users or sessions.")
@click.option("--no-env", is_flag=True, help="Do not print the environment.")
@format_option
@output_option
@force_option
@update_option
@no_secret_key_option
@yes_option
@region_option
@profile_option
def deploy(
    stack: str,
    options: PoolOptions,
    file: str | None,
    given: Mapping[str, str],
    adopt: str,
    session_tracking: bool | None,
    sessions_per_user: int,
    acr_names: Mapping[int, str],
    replace: bool,
    no_env: bool,
    form: str,
    output: str | None,
    force: bool,
    update: bool,
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

    CloudFormation has no property for session tracking and names of acr levels: they are set
    through Cognito's API when the stack is in place. Give them with each deployment: what an update
    of the stack does to them is not documented.
    """
    beyond = Beyond(session_tracking, sessions_per_user, acr_names)
    for problem in beyond.problems("" if file else options.tier):
        raise click.UsageError(problem)
    if file:
        _check_template(file, adopt, yes=yes)
    if replace and not yes:
        raise click.UsageError("--replace needs --yes; without it, you are asked")
    if output and no_env:
        raise click.UsageError("--output has no effect with --no-env; use one")
    destination = Output(form, output, force, update)
    destination.check()
    body = _read(file) if file else pool_template(options)
    with expected_errors():
        context = outside_of_command().context(region, profile, yes=yes)
        if not file:
            check_region(context.account.region, options)
        if adopt:
            adopt_pool(context, stack, adopt, options)
        reset = {PARAMETERS[name] for name in PARAMETERS if name in given_options()}
        order = Order(name=stack, body=body, given=given, reset_parameters=reset, replace=replace)
        deployed = deploy_stack(context, order)
        say(f"The stack {stack} is in place.", *_dns_advice(deployed))
        if not no_env:
            extras = Extras(secret_key=new_secret_key(no_secret_key))
            made = environment_of(context.account, deployed.outputs, extras, stack)
            destination.write(made)
        if beyond.asked_for:  # last, so that the environment is there whatever Cognito says
            pool_id = require_output(deployed.outputs, "UserPoolId")
            say(*apply(context.account, pool_id, beyond))


def _check_template(file: str, adopt: str, *, yes: bool) -> None:
    """Raises UsageError for what does not go together with a template of one's own."""
    given_names = given_options()
    if given_names:
        flag = FLAGS[given_names[0]]
        raise click.UsageError(f"{flag} describes a pool, and so does --template; use one")
    if file == "-" and not yes:
        raise click.UsageError(
            "no question can be asked while the template comes from standard input; add --yes"
        )
    if adopt:
        raise click.UsageError("--adopt needs options of a pool, and not --template")


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


# delete


@click.command(short_help="Delete the stack; its users only with --users.")
@stack_argument
@click.option("--users", is_flag=True, help="Delete the user pool too, with all its users.")
@yes_option
@region_option
@profile_option
def delete(stack: str, users: bool, yes: bool, region: str | None, profile: str | None) -> None:
    """Delete the stack STACK. Its user pool stays, unless --users is given.

    Shows what is deleted and what stays, and asks you to type the name.
    """
    with expected_errors():
        delete_stack(outside_of_command().context(region, profile, yes=yes), stack, users=users)
