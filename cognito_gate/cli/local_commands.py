"""The commands around the local Cognito: `demo` and `local`, and what they tell people.

Besides cli.py and testing.py the only module that starts the local Cognito. Must not know how a
request is decided.
"""

import secrets
from collections.abc import Iterator
from socket import socket

import click

from ..asgi import ASGIGate
from ..demo import make_app
from ..local import (
    AUTH_FLOWS,
    SAMPLE_USERS,
    Client,
    LocalCognito,
    Message,
    PasswordPolicy,
    User,
    load_users,
)
from ..settings import Settings
from . import listen, serve
from .process import until_stopped, wait
from .server_options import FILE, PORT

_DEMO_PORT = 8000
NOT_FOR_PRODUCTION = "for development on this machine, not for production"


def new_secret() -> str:
    """A fresh SECRET_KEY."""
    return secrets.token_urlsafe(48)


# demo


@click.command()
@click.option("--port", type=PORT, help="Port of the app; 0 picks one. [default: 8000, or next]")
@click.option("--cognito-port", type=PORT, default=0, help="Port of the Cognito; 0 picks one.")
@click.option("--custom", is_flag=True, help="With sign-in pages of the app's own, and sign-up.")
def demo(port: int | None, cognito_port: int, custom: bool) -> None:
    """See it work: a small app behind the gate, and a Cognito of its own."""
    if port is None:
        listeners = listen.listen_near(_DEMO_PORT)
        moved = listen.port_of(listeners) != _DEMO_PORT
    else:
        listeners, moved = listen.listen_on_localhost(port), False
    try:
        _demo(listeners, cognito_port, moved=moved, custom=custom)
    finally:
        listen.close(listeners)


def _demo(listeners: list[socket], cognito_port: int, *, moved: bool, custom: bool) -> None:
    # Cookies ignore ports: the app is `localhost` and Cognito `127.0.0.1`, so they share none.
    port = listen.port_of(listeners)
    origin = f"http://localhost:{port}"
    cognito = LocalCognito(
        callback_urls=(f"{origin}/auth/callback",),
        logout_urls=(f"{origin}/auth/signed-out",),
        announce=announced,
    )
    cognito.switch(access_seconds=300, id_seconds=300)
    with until_stopped(), cognito.serve(port=cognito_port):
        app = _demo_app(cognito, custom=custom)
        news = [
            *([f"Port {_DEMO_PORT} is busy, so the demo is on port {port}."] if moved else []),
            f"The demo of cognito-gate: {NOT_FOR_PRODUCTION}.",
            "",
            f"  Open     {origin}",
            *users_told(cognito),
            f"  Cognito  {cognito.origin} (a stand-in for the real one)",
            *(_pages_told(origin, cognito) if custom else ()),
            "",
            "Ctrl-C ends both.",
        ]
        serve.serve_on(listeners, app, lambda: say(*news))
    click.echo("The demo has ended.")


def _pages_told(origin: str, cognito: LocalCognito) -> Iterator[str]:
    yield f"  Sign up  {origin}/auth/sign-up"
    yield f"  Account  {origin}/auth/account (password, authenticator app)"
    yield f"  Codes    {cognito.origin}/_local/outbox (and here below)"


def announced(message: Message) -> None:
    """Tell of a message that would have gone out."""
    click.echo(f"# {message}")


def _demo_app(cognito: LocalCognito, *, custom: bool) -> ASGIGate:
    pages = {
        "COGNITO_GATE_LOGIN": "custom",
        "COGNITO_GATE_SIGN_IN": "both",
        "COGNITO_GATE_SIGN_UP": "true",
        "COGNITO_GATE_APP_NAME": "the demo",
    }
    settings = Settings.from_env(
        {
            **cognito.environment(),
            **(pages if custom else {}),
            "SECRET_KEY": new_secret(),
            "AWS_COGNITO_REFRESH_FLOW_ENABLED": "true",
            # Early, so that nobody has to wait long for a renewal.
            "COGNITO_GATE_REFRESH_BEFORE_SECONDS": "270",
            "COGNITO_GATE_PUBLIC_PATHS": "/public",
        },
        env_file=None,
    )
    return ASGIGate(make_app(settings), settings=settings)


# local


@click.command()
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
        users=users_of(users),
        pool_id="us-east-1_LOCAL",
        announce=announced,
        clients=(
            Client(
                client_id="localclient",
                secret=None if public else "local0client0secret0not0for0production",
                callback_urls=callbacks or ("http://localhost:8000/auth/callback",),
                logout_urls=logouts or ("http://localhost:8000/auth/signed-out",),
                auth_flows=AUTH_FLOWS,
            ),
        ),
    )
    cognito.switch(access_seconds=access_seconds, id_seconds=access_seconds, rotation=rotation)
    port = listen.check_free("127.0.0.1", port)
    with until_stopped(), cognito.serve(port=port) as origin:
        environment = {**cognito.environment(), "SECRET_KEY": new_secret()}
        say(
            f"# A local Cognito on {origin}: {NOT_FOR_PRODUCTION}. Ctrl-C ends it.",
            *(f"#{line}" for line in users_told(cognito)),
            *(f"{name}={value}" for name, value in environment.items()),
        )
        wait()


def users_of(file: str | None) -> tuple[User, ...]:
    return SAMPLE_USERS if file is None else load_users(file)


def policy_of(words: str) -> PasswordPolicy:
    """What COGNITO_GATE_PASSWORD_POLICY says, for a pool that keeps to it."""
    length, *wanted = words.split()
    return PasswordPolicy(
        minimum_length=int(length),
        uppercase="upper" in wanted,
        lowercase="lower" in wanted,
        numbers="digits" in wanted,
        symbols="symbols" in wanted,
    )


def users_told(cognito: LocalCognito, *, by_email: bool = False) -> Iterator[str]:
    """A line for each; the passwords of the samples only, not of a user's own file."""
    label = "Sign in"
    for user in cognito.users:
        name = user.email if by_email and user.email else user.username
        password = user.password if user in SAMPLE_USERS else "(password as in your file)"
        groups = f"group {', '.join(user.groups)}" if user.groups else "no group"
        yield f"  {label:8} {name}  {password}  ({groups})"
        label = ""


def say(*lines: str) -> None:
    for line in lines:
        click.echo(line)
