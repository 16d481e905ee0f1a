"""The command line: reads options, starts what they ask for, and prints what people need to know.

Like local_commands.py and testing.py it may start the local Cognito, and nothing else may. Must
not know how a request is decided, nor how an app is loaded (serve.py).
"""

import errno
import os
import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from .._extras import MissingExtra
from ..doctor.command import doctor
from ..errors import SettingsError
from ..local import AUTH_FLOWS, SAMPLE_USERS, Client, LocalCognito, LocalConfigError
from ..pool.commands import pool
from ..settings import Settings
from ..settings.formats import web_origin
from . import alone, listen, serve
from .app_names import module_for
from .banner import Beside, Served, banner, banner_alone, port_warning
from .env_files import (
    ENDPOINT,
    POOL,
    env_file_without_pool,
    names_a_pool,
    read_kept_settings,
)
from .local_commands import (
    demo,
    local,
    make_secret_key,
    print_notices,
    read_policy,
    read_users,
    show_message,
    user_lines,
)
from .migrate_command import migrate
from .process import export_variables, until_stopped
from .rules_command import rules
from .secret_command import secret
from .server_options import FILE, listening_options, uvicorn_options
from .sessions_command import sessions
from .web_sockets import websocket_warning
from .worker_store import store_for_workers, worker_count

_EXPECTED = (listen.PortError, serve.AppError, LocalConfigError, MissingExtra, SettingsError)


class _Commands(click.Group):
    """Commands whose expected errors are a plain message and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _EXPECTED as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise click.ClickException("The output cannot be written: the disk is full.") from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cognito-gate", message="%(prog)s %(version)s")
def main() -> None:
    """Amazon Cognito in front of any ASGI or WSGI app."""


main.add_command(demo)
main.add_command(local)
main.add_command(pool)
main.add_command(doctor)
main.add_command(secret)
main.add_command(migrate)
main.add_command(rules)
main.add_command(sessions)


# run


@main.command()
@click.argument("app", metavar="MODULE:APP")
@click.option(
    "--interface",
    type=click.Choice(["auto", "asgi", "wsgi"]),
    default="auto",
    help="Interface of APP, if it cannot be detected.",
)
@click.option("--factory", is_flag=True, help="APP is a function that returns the app.")
@click.option("--app-dir", default=".", help="Directory of MODULE.  [default: .]")
@click.option("--env-file", type=FILE, help="Settings that the environment lacks.  [default: .env]")
@click.option("--local", "with_local", is_flag=True, help="Start a local Cognito with it.")
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
    _check_arguments(app, with_local=with_local, users=users)
    target = serve.Target(app, interface, factory, str(Path(env_file or ".env").absolute()))
    app_dir = str(Path(app_dir).absolute())
    sys.path.insert(0, app_dir)
    if with_local and server["uds"] is None:
        _check_not_published(server["host"], users)
    if server["reload"]:
        server["reload_dirs"] = list(server["reload_dirs"]) or [app_dir]
    if server["uds"] is None:
        server["port"] = listen.check_free(server["host"], server["port"])
    with _prepared(target, server, users, with_local=with_local) as (target, settings, beside):
        loaded, app_interface = serve.load(target)
        served = _served(app, app_interface, server)
        _warn(port_warning(served, settings))
        _warn(websocket_warning(loaded) if app_interface == "asgi" else ())
        print_notices(*banner(served, settings, beside))
        serve.serve(target, app_interface, server)


@main.command("serve")
@click.option("--env-file", type=FILE, help="Settings that the environment lacks.  [default: .env]")
@click.option("--local", "with_local", is_flag=True, help="Start a local Cognito with it.")
@click.option("--users", type=FILE, help="With --local: users from this TOML file.")
@listening_options
def serve_alone(env_file: str | None, with_local: bool, users: str | None, **options: Any) -> None:
    """Serve the gate alone, for a proxy in front of other apps.

    nginx, Caddy, Traefik or Envoy asks {prefix}/verify about each request.
    """
    _check_users(with_local=with_local, users=users)
    if with_local and not os.environ.get("AWS_COGNITO_REDIRECT_URL"):
        raise click.UsageError(
            "--local needs AWS_COGNITO_REDIRECT_URL: the address of the callback at the proxy, "
            "such as http://localhost:8080/auth/callback"
        )
    server = {**options, "root_path": "", "proxy_headers": False}
    target = serve.Target(alone.NAME, "asgi", env_file=str(Path(env_file or ".env").absolute()))
    if with_local and server["uds"] is None:
        _check_not_published(server["host"], users)
    if server["uds"] is None:
        server["port"] = listen.check_free(server["host"], server["port"])
    with _prepared(target, server, users, with_local=with_local) as (target, settings, beside):
        alone.check(settings)
        print_notices(*banner_alone(_served("", "asgi", server), settings, beside))
        serve.serve(target, "asgi", server)


@contextmanager
def _prepared(
    target: serve.Target, server: dict[str, Any], users: str | None, *, with_local: bool
) -> Iterator[tuple[serve.Target, Settings, Beside | None]]:
    """What is served, with its settings read, and a local Cognito beside it if there is one."""
    with until_stopped(), ExitStack() as stack:
        beside = None
        if with_local:
            target, beside = stack.enter_context(_local_beside(target, users, server))
        _warn(serve.unknown_variables_of(target))
        own = store_for_workers(serve.read_settings(target), worker_count(server))
        stack.enter_context(own)
        yield target, serve.read_settings(target), beside


def _served(app: str, interface: str, server: dict[str, Any]) -> Served:
    https, uds = bool(server["ssl_certfile"]), server["uds"]
    address = (server["host"], server["port"], https, uds, server["root_path"])
    return Served(app, interface, *address, worker_count(server))


def _check_arguments(app: str, *, with_local: bool, users: str | None) -> None:
    """Raises UsageError."""
    if module := module_for(app):
        raise click.UsageError(
            f"{app!r} is a file, and `run` takes a module: type {module} instead."
        )
    if not all(app.partition(":")):
        raise click.UsageError(f"{app!r} must be MODULE:APP, such as shop.main:app")
    _check_users(with_local=with_local, users=users)


def _check_users(*, with_local: bool, users: str | None) -> None:
    if users is not None and not with_local:
        raise click.UsageError("--users needs --local")


def _warn(warnings: Iterable[object]) -> None:
    print_notices(*(f"Warning: {warning}" for warning in warnings))


def _check_not_published(host: str, file: str | None) -> None:
    """Anybody who can reach the app could sign in with the publicly known sample passwords."""
    sample_passwords = {user.password for user in SAMPLE_USERS}
    passwords = {user.password for user in read_users(file)}
    if not listen.is_loopback(host) and sample_passwords & passwords:
        raise click.UsageError(
            "--local has sample users with publicly known passwords, and "
            f"{host or 'an empty --host'} is an address that others can reach. Use "
            "--host 127.0.0.1, or your own users: --users FILE"
        )


@contextmanager
def _local_beside(
    target: serve.Target, users: str | None, server: dict[str, Any]
) -> Iterator[tuple[serve.Target, Beside]]:
    """Run a local Cognito for the block, with its settings in the environment."""
    proxied = bool(server["uds"] or server["root_path"])
    addresses = proxied or bool(os.environ.get("AWS_COGNITO_REDIRECT_URL"))
    settings = read_kept_settings(target.env_file, addresses=addresses)
    scheme = "https" if server["ssl_certfile"] else "http"
    if not settings.redirect_url and proxied:
        raise click.UsageError(
            "behind a proxy (--uds, --root-path), --local needs AWS_COGNITO_REDIRECT_URL: "
            "the address of the callback as browsers see it"
        )
    redirect, logout = _urls_beside(settings, f"{scheme}://localhost:{server['port']}", server)
    pool_ignored = names_a_pool(target.env_file)
    client = Client(
        secret=secrets.token_hex(24),
        callback_urls=(redirect,),
        logout_urls=(logout,),
        custom_scopes=tuple(scope for scope in settings.scopes if "/" in scope),
        auth_flows=AUTH_FLOWS,
    )
    cognito = LocalCognito(
        users=read_users(users),
        clients=(client,),
        sign_in=settings.sign_in if settings.login == "custom" else "both",
        password_policy=read_policy(settings.password_policy),
        login_url=_login_url_beside(redirect, settings),
        announce=show_message,
    )
    with ExitStack() as stack:
        stack.enter_context(cognito.serve())
        env_file = stack.enter_context(env_file_without_pool(target.env_file))
        stack.enter_context(export_variables(_local_environment(cognito, settings)))
        by_email = settings.login == "custom" and settings.sign_in == "email"
        beside = Beside(cognito.origin, tuple(user_lines(cognito, by_email=by_email)), pool_ignored)
        yield replace(target, env_file=env_file), beside


def _urls_beside(settings: Settings, origin: str, server: dict[str, Any]) -> tuple[str, str]:
    """The redirect and logout URL, on this machine, where both the local Cognito and the app are.

    A host in .env is usually that of a deployment and is ignored, unless the environment sets it
    too or the app runs behind a proxy.
    """
    paths = (
        urlsplit(settings.redirect_url).path or f"{settings.prefix}/callback",
        urlsplit(settings.logout_url).path or f"{settings.prefix}/signed-out",
    )
    proxied = bool(server["uds"] or server["root_path"])
    if settings.redirect_url and (proxied or os.environ.get("AWS_COGNITO_REDIRECT_URL")):
        origin = settings.redirect_url.removesuffix(paths[0])
        return settings.redirect_url, settings.logout_url or origin + paths[1]
    return origin + paths[0], origin + paths[1]


def _login_url_beside(redirect: str, settings: Settings) -> str:
    """The gate's own route for signing in, as browsers see it, beside that of the callback."""
    usual = f"{settings.prefix}/callback"
    base = redirect.removesuffix(usual) if redirect.endswith(usual) else web_origin(redirect)
    return f"{base}{settings.prefix}/login"


def _local_environment(cognito: LocalCognito, settings: Settings) -> dict[str, str]:
    """The variables that name the local pool; all others stay as the user has set them."""
    values = {
        **dict.fromkeys(POOL, ""),
        **cognito.environment(),
        # It overrides an AWS_ENDPOINT_URL that the user has set for other services.
        ENDPOINT: cognito.origin,
    }
    if os.environ.get("AWS_REGION"):
        del values["AWS_REGION"]
    if not settings.secret_key:
        values["SECRET_KEY"] = make_secret_key()
    return values
