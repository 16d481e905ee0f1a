"""`cognito-gate pool env`: the environment of a pool, of a stack or named by its ids.

Reads flags and prints; what a pool tells is any_pool.py's and deployed.py's.
"""

from collections.abc import Mapping

import click

from ..settings.formats import pool_region
from ._command_parts import (
    check_pool_id,
    check_stack_name,
    expected_errors,
    format_option,
    new_secret_key,
    no_secret_key_option,
    outside_of_command,
    profile_option,
    region_option,
)
from .any_pool import OTHER_CALLBACKS, Named, outputs_of_pool, outputs_of_stack
from .aws import Account
from .deployed import environment_of, find_deployed
from .environment import Extras
from .output import Output, force_option, output_option, update_option
from .talk import say


def _check_stack(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if bool(value) is bool(ctx.params["user_pool_id"]):
        raise click.UsageError("name a STACK, or a pool by --user-pool-id")
    return check_stack_name(ctx, parameter, value)


@click.command(short_help="Print the environment of a pool.")
@click.argument("stack", required=False, default="", callback=_check_stack)
@click.option(
    "--user-pool-id",
    default="",
    is_eager=True,  # for the check of STACK
    callback=check_pool_id,
    metavar="ID",
    help="A pool by its id; with no STACK.",
)
@click.option(
    "--client-id", default="", metavar="ID", help="Its app client, where it has more than one."
)
@click.option(
    "--sign-in-pages",
    type=click.Choice(["hosted", "custom"]),
    help="Of a pool made elsewhere: Cognito's login pages, or the gate's.  [default: hosted]",
)
@format_option
@output_option
@force_option
@update_option
@click.option(
    "--callback-url", default="", metavar="URL", help="Another callback URL than the first."
)
@click.option("--logout-url", default="", metavar="URL", help="Another logout URL than the first.")
@no_secret_key_option
@region_option
@profile_option
def env(
    stack: str,
    user_pool_id: str,
    client_id: str,
    sign_in_pages: str | None,
    form: str,
    output: str | None,
    force: bool,
    update: bool,
    callback_url: str,
    logout_url: str,
    no_secret_key: bool,
    region: str | None,
    profile: str | None,
) -> None:
    """Print the gate's environment for the user pool of the stack STACK, or for any user pool.

    \b
      cognito-gate pool env my-app --output .env
      cognito-gate pool env my-app --output .env --update
      cognito-gate pool env --user-pool-id eu-west-1_AbCdEfGhI --client-id 1example23456789
      eval "$(cognito-gate pool env my-app --format shell)"

    A stack that was made elsewhere (by CDK, SAM or hand) will do, if it has one user pool. What
    such a pool says of sign-in decides what is printed.
    """
    destination = Output(form, output, force, update)
    destination.check()
    with expected_errors():
        near = region or pool_region(user_pool_id) or None
        account = outside_of_command().context(near, profile).account
        extras = Extras(
            secret_key=new_secret_key(no_secret_key),
            callback_url=callback_url,
            logout_url=logout_url,
        )
        named = Named(user_pool_id, client_id, sign_in_pages or "")
        ours, outputs = _outputs(account, stack, named)
        destination.write(environment_of(account, outputs, extras, ours))
        if not callback_url and outputs.get(OTHER_CALLBACKS):
            others = "".join(f"\n  {url}" for url in outputs[OTHER_CALLBACKS].split())
            say(
                f"Sign-ins come back to {outputs['RedirectUrl']}. The app client has other "
                f"addresses, too, which --callback-url takes:{others}"
            )


def _outputs(account: Account, stack: str, named: Named) -> tuple[str, Mapping[str, str]]:
    """The name of the stack, if one of ours, and the outputs of it or of the pool."""
    if not stack:
        return "", outputs_of_pool(account, named)
    found = find_deployed(account, stack)
    outputs = outputs_of_stack(account, found, named.client_id, named.pages)
    return (stack if outputs is found.outputs else ""), outputs
