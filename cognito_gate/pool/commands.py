"""`cognito-gate pool`: what sets up the real user pool, as commands.

Knows click; must not know what a template says, nor how AWS is asked.
"""

import click

from ._flags import PoolCommand, pool_options
from .env_command import env
from .options import PoolOptions
from .stack_commands import delete, deploy
from .template import template as pool_template


@click.group()
def pool() -> None:
    """Set up the real user pool, with CloudFormation."""


@pool.command(cls=PoolCommand, context_settings={"max_content_width": 100})
@pool_options
def template(options: PoolOptions) -> None:
    """Print a CloudFormation template of a user pool.

    It is complete and says why each setting is there. Without options it makes a pool that is
    safe as it is, for an app on http://localhost:8000: people sign in by e-mail address, and
    administrators add them. What is marked "Final" cannot be changed once the pool is made.

    \b
      cognito-gate pool template > pool.yaml
      cognito-gate pool template --callback-url https://app.example.com/auth/callback \\
                                 --logout-url https://app.example.com/auth/signed-out
      cognito-gate pool template --self-sign-up --email-domain example.com --group admin
    """
    click.echo(pool_template(options), nl=False)


for _command in (deploy, env, delete):
    pool.add_command(_command)
