"""The commands that start the local Cognito, `demo` and `local`, and what they print.

Must not know how a request is decided.
"""

import secrets
import sys
from collections.abc import Iterator
from socket import socket

import click

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
from . import listen, serve
from .banner import NOT_FOR_PRODUCTION
from .process import until_stopped, wait
from .server_options import FILE, PORT

_DEMO_PORT = 8000
_MAX_USERS, _MAX_GROUPS = 6, 3  # as many as a look takes in


def make_secret_key() -> str:
    """A new random SECRET_KEY."""
    return secrets.token_urlsafe(48)


# demo


@click.command()
@click.option("--port", type=PORT, help="Port of the app; 0 picks one. [default: from 8000 on]")
@click.option(
    "--cognito-port", type=PORT, default=0, help="Port of the local Cognito; 0 picks one."
)
@click.option("--custom", is_flag=True, help="With the gate's sign-in pages and sign-up.")
def demo(port: int | None, cognito_port: int, custom: bool) -> None:
    """Run a demo: a small app behind the gate, and a local Cognito."""
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
        login_url=f"{origin}/auth/login",
        announce=show_message,
    )
    cognito.switch(access_seconds=300, id_seconds=300, rotation=True)
    from .demo_parts import demo_app  # noqa: PLC0415 - its pages need the extra `local`

    with until_stopped(), cognito.serve(port=cognito_port):
        app = demo_app(cognito, make_secret_key(), custom=custom)
        notices = [
            *([f"Port {_DEMO_PORT} is busy, so the demo is on port {port}."] if moved else []),
            f"The demo of cognito-gate: {NOT_FOR_PRODUCTION}.",
            "",
            f"  Open     {origin}",
            *user_lines(cognito),
            f"  Cognito  {cognito.origin} (local: users, outbox, switches)",
            *(_page_lines(origin, cognito) if custom else ()),
            "",
            "Ctrl-C ends both.",
        ]
        serve.serve_on(listeners, app, lambda: print_notices(*notices))
    print_notices("The demo has ended.")


def _page_lines(origin: str, cognito: LocalCognito) -> Iterator[str]:
    yield f"  Sign up  {origin}/auth/sign-up"
    yield f"  Account  {origin}/auth/account (password, authenticator app)"
    yield f"  Codes    {cognito.origin}/_local/outbox (and here below)"


def show_message(message: Message) -> None:
    """Print a message that the real Cognito would have sent by e-mail or SMS."""
    print_notices(f"# {message}")


# local


@click.command()
@click.option("--port", type=PORT, default=9229, show_default=True, help="0 picks a free one.")
@click.option("--users", type=FILE, help="Users from this TOML file instead of the samples.")
@click.option("--callback-url", "callbacks", multiple=True, metavar="URL", help="Repeatable.")
@click.option("--logout-url", "logouts", multiple=True, metavar="URL", help="Repeatable.")
@click.option("--public", is_flag=True, help="An app client without a secret.")
@click.option("--rotation/--no-rotation", help="Use each refresh token only once.  [default: no]")
@click.option(
    "--access-seconds",
    type=click.IntRange(1, 86400),
    default=3600,
    show_default=True,
    help="Lifetime of access and ID tokens.",
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
    """Run only the local Cognito, and print its settings as a .env file.

    Ids and the client secret are the same at each start, so the file stays valid.
    """
    callbacks = callbacks or ("http://localhost:8000/auth/callback",)
    cognito = LocalCognito(
        users=read_users(users),
        pool_id="us-east-1_LOCAL",
        login_url=_login_url(callbacks[0]),
        announce=show_message,
        clients=(
            Client(
                client_id="localclient",
                secret=None if public else "local0client0secret0not0for0production",
                callback_urls=callbacks,
                logout_urls=logouts or ("http://localhost:8000/auth/signed-out",),
                auth_flows=AUTH_FLOWS,
            ),
        ),
    )
    cognito.switch(access_seconds=access_seconds, id_seconds=access_seconds, rotation=rotation)
    port = listen.check_free("127.0.0.1", port)
    with until_stopped(), cognito.serve(port=port):
        _print_settings(cognito)
        wait()


def _print_settings(cognito: LocalCognito) -> None:
    """Print what an app needs as a .env file, and for people what there is."""
    notices = (
        f"A local Cognito on {cognito.origin}: {NOT_FOR_PRODUCTION}. Ctrl-C ends it.",
        *user_lines(cognito),
        f"  Open     {cognito.origin} (its users, outbox and switches)",
    )
    environment = {**cognito.environment(), "SECRET_KEY": make_secret_key()}
    print_lines(
        f"# {notices[0]}",
        *(f"#{line}" for line in notices[1:]),
        *(f"{name}={value}" for name, value in environment.items()),
    )
    if not sys.stdout.isatty():  # pragma: no branch - no test has a terminal
        print_notices(*notices, "Its settings, as a .env file, are in the redirected output.")


def _login_url(callback: str) -> str:
    """The gate's route for signing in beside that callback; empty for one of another library."""
    beside = callback.startswith(("http://", "https://")) and callback.endswith("/callback")
    return f"{callback.removesuffix('/callback')}/login" if beside else ""


def read_users(file: str | None) -> tuple[User, ...]:
    return SAMPLE_USERS if file is None else load_users(file)


def read_policy(policy: str) -> PasswordPolicy:
    """The value of COGNITO_GATE_PASSWORD_POLICY as a policy of the local pool."""
    length, *kinds = policy.split()
    return PasswordPolicy(
        minimum_length=int(length),
        uppercase="upper" in kinds,
        lowercase="lower" in kinds,
        numbers="digits" in kinds,
        symbols="symbols" in kinds,
    )


def user_lines(cognito: LocalCognito, *, by_email: bool = False) -> Iterator[str]:
    """A line for each user, with the passwords of the samples but not those of a user's file."""
    label = "Sign in"
    for user in cognito.users[:_MAX_USERS]:
        name = user.email if by_email and user.email else user.username
        password = user.password if user in SAMPLE_USERS else "(password as in your file)"
        yield f"  {label:8} {name}  {password}  ({_groups(user)})"
        label = ""
    if more := cognito.users[_MAX_USERS:]:
        yield f"  {label:8} and {len(more)} more of your file"


def _groups(user: User) -> str:
    if not user.groups:
        return "no group"
    more = len(user.groups) - _MAX_GROUPS
    return f"group {', '.join(user.groups[:_MAX_GROUPS])}" + (
        f" and {more} more" if more > 0 else ""
    )


def print_lines(*lines: str) -> None:
    for line in lines:
        click.echo(line)


def print_notices(*lines: str) -> None:
    """Print what people shall read also where the output goes to a file: on standard error."""
    for line in lines:
        click.echo(line, err=True)
