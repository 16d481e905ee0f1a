"""The command line: reads options, starts what they ask for, says what people need to know.

A top floor: besides testing.py the only module that starts the local Cognito. Must not know how
a request is decided, nor how an app is found (_serve.py).
"""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import urlsplit

import click

from . import _listen, _serve
from ._env import ENDPOINT, POOL, settings_so_far, without_pool
from ._options import FILE, PORT, uvicorn_options
from ._process import exported, until_stopped, wait
from .asgi import ASGIGate
from .demo import make_app
from .errors import SettingsError
from .local import SAMPLE_USERS, Client, LocalCognito, LocalConfigError, User, load_users
from .settings import Settings

_DEMO_PORT = 8000
NOT_FOR_PRODUCTION = "for development on this machine, not for production"
_EXPECTED = (_listen.PortError, _serve.AppError, LocalConfigError, SettingsError)


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


# secret


@main.command()
def secret() -> None:
    """Print a fresh SECRET_KEY."""
    click.echo(_new_secret())


def _new_secret() -> str:
    return secrets.token_urlsafe(48)


# demo


@main.command()
@click.option("--port", type=PORT, help="Port of the app; 0 picks one. [default: 8000, or next]")
@click.option("--cognito-port", type=PORT, default=0, help="Port of the Cognito; 0 picks one.")
def demo(port: int | None, cognito_port: int) -> None:
    """See it work: a small app behind the gate, and a Cognito of its own."""
    if port is None:
        listeners = _listen.listen_near(_DEMO_PORT)
        moved = _listen.port_of(listeners) != _DEMO_PORT
    else:
        listeners, moved = _listen.listen_on_localhost(port), False
    try:
        _demo(listeners, cognito_port, moved=moved)
    finally:
        _listen.close(listeners)


def _demo(listeners: list[socket], cognito_port: int, *, moved: bool) -> None:
    # Cookies ignore ports: the app is `localhost` and Cognito `127.0.0.1`, so they share none.
    port = _listen.port_of(listeners)
    origin = f"http://localhost:{port}"
    cognito = LocalCognito(
        callback_urls=(f"{origin}/auth/callback",), logout_urls=(f"{origin}/auth/signed-out",)
    )
    cognito.switch(access_seconds=300, id_seconds=300)
    with until_stopped(), cognito.serve(port=cognito_port):
        app = _demo_app(cognito)
        news = [
            *([f"Port {_DEMO_PORT} is busy, so the demo is on port {port}."] if moved else []),
            f"The demo of cognito-gate: {NOT_FOR_PRODUCTION}.",
            "",
            f"  Open     {origin}",
            *_users_told(cognito),
            f"  Cognito  {cognito.origin} (a stand-in for the real one)",
            "",
            "Ctrl-C ends both.",
        ]
        _serve.serve_on(listeners, app, lambda: _say(*news))
    click.echo("The demo has ended.")


def _demo_app(cognito: LocalCognito) -> ASGIGate:
    settings = Settings.from_env(
        {
            **cognito.environment(),
            "SECRET_KEY": _new_secret(),
            "AWS_COGNITO_REFRESH_FLOW_ENABLED": "true",
            # Early, so that nobody has to wait long for a renewal.
            "COGNITO_GATE_REFRESH_BEFORE_SECONDS": "270",
            "COGNITO_GATE_PUBLIC_PATHS": "/public",
        },
        env_file=None,
    )
    return ASGIGate(make_app(settings), settings=settings)


# local


@main.command()
@click.option("--port", type=PORT, default=9229, show_default=True, help="0 picks a free one.")
@click.option("--users", type=FILE, help="Users from this TOML file, not the two samples.")
@click.option("--callback-url", "callbacks", multiple=True, metavar="URL", help="Repeatable.")
@click.option("--logout-url", "logouts", multiple=True, metavar="URL", help="Repeatable.")
@click.option("--public", is_flag=True, help="An app client without a secret.")
@click.option("--rotation/--no-rotation", help="Refresh tokens serve once.  [default: no]")
@click.option(
    "--access-seconds",
    type=click.IntRange(1, 86400),
    default=3600,
    show_default=True,
    help="Life of access and ID tokens.",
)
def local(
    port: int,
    users: str | None,
    callbacks: tuple[str, ...],
    logouts: tuple[str, ...],
    public: bool,
    rotation: bool,
    access_seconds: int,
) -> None:
    """Run only the local Cognito. What it prints is a .env file.

    Ids and the client secret are the same at each start, so the file stays good.
    """
    cognito = LocalCognito(
        users=_users(users),
        pool_id="us-east-1_LOCAL",
        clients=(
            Client(
                client_id="localclient",
                secret=None if public else "local0client0secret0not0for0production",
                callback_urls=callbacks or ("http://localhost:8000/auth/callback",),
                logout_urls=logouts or ("http://localhost:8000/auth/signed-out",),
            ),
        ),
    )
    cognito.switch(access_seconds=access_seconds, id_seconds=access_seconds, rotation=rotation)
    port = _listen.check_free("127.0.0.1", port)
    with until_stopped(), cognito.serve(port=port) as origin:
        environment = {**cognito.environment(), "SECRET_KEY": _new_secret()}
        _say(
            f"# A local Cognito on {origin}: {NOT_FOR_PRODUCTION}. Ctrl-C ends it.",
            *(f"#{line}" for line in _users_told(cognito)),
            *(f"{name}={value}" for name, value in environment.items()),
        )
        wait()


def _users(file: str | None) -> tuple[User, ...]:
    return SAMPLE_USERS if file is None else load_users(file)


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
    target = _serve.Target(app, interface, factory, str(Path(env_file or ".env").absolute()))
    app_dir = str(Path(app_dir).absolute())
    sys.path.insert(0, app_dir)
    if server["reload"]:
        server["reload_dirs"] = list(server["reload_dirs"]) or [app_dir]
    if server["uds"] is None:
        server["port"] = _listen.check_free(server["host"], server["port"])
    with until_stopped(), ExitStack() as stack:
        news: list[str] = []
        if with_local:
            target, news = stack.enter_context(_local_beside(target, users, server))
        found = _serve.check(target)
        _say(*news)
        _serve.serve(target, found, server)


@contextmanager
def _local_beside(
    target: _serve.Target, users: str | None, server: dict[str, Any]
) -> Iterator[tuple[_serve.Target, list[str]]]:
    """A local Cognito for the block, and the settings that lead to it in the environment."""
    found = settings_so_far(target.env_file)
    scheme = "https" if server["ssl_certfile"] else "http"
    if not found.redirect_url and (server["uds"] or server["root_path"]):
        raise click.UsageError(
            "behind a proxy (--uds, --root-path), --local needs AWS_COGNITO_REDIRECT_URL: "
            "the address of the callback as browsers see it"
        )
    redirect = found.redirect_url or (
        f"{scheme}://localhost:{server['port']}{found.prefix}/callback"
    )
    origin = redirect.removesuffix(urlsplit(redirect).path)
    logout = found.logout_url or f"{origin}{found.prefix}/signed-out"
    client = Client(
        secret=secrets.token_hex(24),
        callback_urls=(redirect,),
        logout_urls=(logout,),
        custom_scopes=tuple(scope for scope in found.scopes if "/" in scope),
    )
    cognito = LocalCognito(users=_users(users), clients=(client,))
    with ExitStack() as stack:
        stack.enter_context(cognito.serve())
        env_file = stack.enter_context(without_pool(target.env_file))
        stack.enter_context(exported(_local_environment(cognito, found)))
        news = [f"A local Cognito is on {cognito.origin}: {NOT_FOR_PRODUCTION}."]
        if found.domain or found.user_pool_id or found.user_pool_client_id:
            news += ["With --local, the pool in your environment or .env is not used."]
        news += ["", f"  Open     {origin}", *_users_told(cognito), "", "Ctrl-C ends both."]
        yield replace(target, env_file=env_file), news


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
        values["SECRET_KEY"] = _new_secret()
    return values


def _users_told(cognito: LocalCognito) -> Iterator[str]:
    """A line for each; the passwords of the samples only, not of a user's own file."""
    label = "Sign in"
    for user in cognito.users:
        password = user.password if user in SAMPLE_USERS else "(password as in your file)"
        groups = f"group {', '.join(user.groups)}" if user.groups else "no group"
        yield f"  {label:8} {user.username}  {password}  ({groups})"
        label = ""


def _say(*lines: str) -> None:
    for line in lines:
        click.echo(line)
