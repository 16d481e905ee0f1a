"""The command line: reads options, starts what they ask for, says what people need to know.

A top floor: besides testing.py the only module that starts the local Cognito. Must not know how
a request is decided, nor how an app is found (serve.py).
"""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from ..doctor.command import doctor
from ..errors import SettingsError
from ..local import AUTH_FLOWS, SAMPLE_USERS, Client, LocalCognito, LocalConfigError
from ..pool.commands import pool
from ..settings import Settings
from . import listen, serve
from .env_files import ENDPOINT, POOL, settings_so_far, without_pool
from .local_commands import (
    NOT_FOR_PRODUCTION,
    announced,
    demo,
    local,
    new_secret,
    policy_of,
    say,
    users_of,
    users_told,
)
from .process import exported, until_stopped
from .secret_command import secret
from .server_options import FILE, uvicorn_options

_EXPECTED = (listen.PortError, serve.AppError, LocalConfigError, SettingsError)


class _Commands(click.Group):
    """Commands whose expected errors are a plain message and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _EXPECTED as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cognito-gate", message="%(prog)s %(version)s")
def main() -> None:
    """Amazon Cognito in front of any ASGI or WSGI app."""


main.add_command(demo)
main.add_command(local)
main.add_command(pool)
main.add_command(doctor)
main.add_command(secret)


# run


@main.command()
@click.argument("app", metavar="MODULE:APP")
@click.option(
    "--interface",
    type=click.Choice(["auto", "asgi", "wsgi"]),
    default="auto",
    help="What APP is, where that cannot be found out.",
)
@click.option("--factory", is_flag=True, help="APP is a function that makes the app.")
@click.option("--app-dir", default=".", help="Where MODULE is.  [default: .]")
@click.option("--env-file", type=FILE, help="Settings the environment lacks.  [default: .env]")
@click.option("--local", "with_local", is_flag=True, help="Bring up a local Cognito beside it.")
@click.option("--users", type=FILE, help="With --local: users from this TOML file.")
@uvicorn_options
def run(
    app: str,
    interface: str,
    factory: bool,
    app_dir: str,
    env_file: str | None,
    with_local: bool,
    users: str | None,
    **server: Any,
) -> None:
    """Serve your app behind the gate, unchanged.

    MODULE:APP is any ASGI or WSGI app, such as shop.main:app.
    """
    if not all(app.partition(":")):
        raise click.UsageError(f"{app!r} must be MODULE:APP, such as shop.main:app")
    if users is not None and not with_local:
        raise click.UsageError("--users needs --local")
    target = serve.Target(app, interface, factory, str(Path(env_file or ".env").absolute()))
    app_dir = str(Path(app_dir).absolute())
    sys.path.insert(0, app_dir)
    if with_local and server["uds"] is None:
        _check_not_published(server["host"], users)
    if server["reload"]:
        server["reload_dirs"] = list(server["reload_dirs"]) or [app_dir]
    if server["uds"] is None:
        server["port"] = listen.check_free(server["host"], server["port"])
    with until_stopped(), ExitStack() as stack:
        news: list[str] = []
        if with_local:
            target, news = stack.enter_context(_local_beside(target, users, server))
        found = serve.check(target)
        say(*news)
        serve.serve(target, found, server)


def _check_not_published(host: str, file: str | None) -> None:
    """Our sign-in pages take the samples' passwords from wherever the app can be reached."""
    known = {user.password for user in SAMPLE_USERS}
    if not listen.is_loopback(host) and known & {user.password for user in users_of(file)}:
        raise click.UsageError(
            "--local has sample users with passwords that everybody knows, and "
            f"{host or 'an empty --host'} is an address that others can reach. Keep it on this "
            "machine with --host 127.0.0.1, or bring users of your own: --users FILE"
        )


@contextmanager
def _local_beside(
    target: serve.Target, users: str | None, server: dict[str, Any]
) -> Iterator[tuple[serve.Target, list[str]]]:
    """A local Cognito for the block, and the settings that lead to it in the environment."""
    found = settings_so_far(target.env_file)
    scheme = "https" if server["ssl_certfile"] else "http"
    if not found.redirect_url and (server["uds"] or server["root_path"]):
        raise click.UsageError(
            "behind a proxy (--uds, --root-path), --local needs AWS_COGNITO_REDIRECT_URL: "
            "the address of the callback as browsers see it"
        )
    redirect, logout = _urls_beside(found, f"{scheme}://localhost:{server['port']}", server)
    origin = redirect.removesuffix(urlsplit(redirect).path)
    client = Client(
        secret=secrets.token_hex(24),
        callback_urls=(redirect,),
        logout_urls=(logout,),
        custom_scopes=tuple(scope for scope in found.scopes if "/" in scope),
        auth_flows=AUTH_FLOWS,
    )
    cognito = LocalCognito(
        users=users_of(users),
        clients=(client,),
        sign_in=found.sign_in if found.login == "custom" else "both",
        password_policy=policy_of(found.password_policy),
        announce=announced,
    )
    with ExitStack() as stack:
        stack.enter_context(cognito.serve())
        env_file = stack.enter_context(without_pool(target.env_file))
        stack.enter_context(exported(_local_environment(cognito, found)))
        news = [f"A local Cognito is on {cognito.origin}: {NOT_FOR_PRODUCTION}."]
        if found.domain or found.user_pool_id or found.user_pool_client_id:
            news += ["With --local, the pool in your environment or .env is not used."]
        custom = found.login == "custom"
        told = users_told(cognito, by_email=custom and found.sign_in == "email")
        codes = [f"  Codes    {cognito.origin}/_local/outbox"] if custom else []
        news += ["", f"  Open     {origin}", *told, *codes, "", "Ctrl-C ends both."]
        yield replace(target, env_file=env_file), news


def _urls_beside(found: Settings, origin: str, server: dict[str, Any]) -> tuple[str, str]:
    """The redirect and logout URL. The pool is here, and so is the app: a host that .env names for
    elsewhere does not count, unless the environment says it again or a proxy stands before us."""
    paths = (
        urlsplit(found.redirect_url).path or f"{found.prefix}/callback",
        urlsplit(found.logout_url).path or f"{found.prefix}/signed-out",
    )
    proxied = bool(server["uds"] or server["root_path"])
    if found.redirect_url and (proxied or os.environ.get("AWS_COGNITO_REDIRECT_URL")):
        origin = found.redirect_url.removesuffix(paths[0])
        return found.redirect_url, found.logout_url or origin + paths[1]
    return origin + paths[0], origin + paths[1]


def _local_environment(cognito: LocalCognito, found: Settings) -> dict[str, str]:
    """The pool is always the local one; all else stays as the user has set it."""
    values = {
        **dict.fromkeys(POOL, ""),
        **cognito.environment(),
        # An AWS_ENDPOINT_URL for other services must not lead away from it.
        ENDPOINT: cognito.origin,
    }
    if os.environ.get("AWS_REGION"):
        del values["AWS_REGION"]
    if not found.secret_key:
        values["SECRET_KEY"] = new_secret()
    return values
