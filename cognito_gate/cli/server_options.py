"""The options of `cognito-gate run` and `serve` that are uvicorn's own, by uvicorn's names.

Knows click and uvicorn's parameters; must not know what is served.
"""

from collections.abc import Callable
from typing import TypeAlias

import click
from uvicorn.config import LOG_LEVELS

PORT = click.IntRange(0, 65535)
FILE = click.Path(exists=True, dir_okay=False)

_Command: TypeAlias = Callable[..., None]
_Option: TypeAlias = Callable[[_Command], _Command]


def _options_for_an_app() -> tuple[_Option, ...]:
    option = click.option
    return (
        option("--reload", is_flag=True, help="Restart when a file changes."),
        option(
            "--reload-dir",
            "reload_dirs",
            multiple=True,
            type=click.Path(exists=True),
            help="Watch this instead of --app-dir. Repeatable.",
        ),
        option(
            "--root-path",
            default="",
            metavar="PATH",
            help="Path under which a proxy serves the app.",
        ),
        option(
            "--proxy-headers/--no-proxy-headers",
            default=True,
            help="Trust X-Forwarded-* of trusted proxies.  [default: yes]",
        ),
        option("--forwarded-allow-ips", metavar="LIST", help="The trusted proxies; * for all."),
    )


def _options() -> tuple[_Option, ...]:
    option = click.option
    return (
        option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
        option("--port", type=PORT, default=8000, show_default=True, help="0 picks a free one."),
        option("--uds", metavar="PATH", help="A UNIX socket instead of host and port."),
        option("--workers", type=click.IntRange(1), help="Number of processes."),
        option(
            "--log-level",
            type=click.Choice(list(LOG_LEVELS)),
            default="info",
            show_default=True,
            help="Log level of the server and of the gate.",
        ),
        option("--ssl-keyfile", type=FILE, help="The key, to serve https."),
        option("--ssl-certfile", type=FILE, help="The certificate, to serve https."),
    )


def uvicorn_options(command: _Command) -> _Command:
    """Add them all to a command."""
    return _with((*_options(), *_options_for_an_app()), command)


def listening_options(command: _Command) -> _Command:
    """Add those to a command that do not depend on an app of the user's."""
    return _with(_options(), command)


def _with(options: tuple[_Option, ...], command: _Command) -> _Command:
    for add in reversed(options):
        command = add(command)
    return command
