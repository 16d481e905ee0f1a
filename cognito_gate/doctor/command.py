"""`cognito-gate doctor`: reads its options, brings network, clock and AWS, prints the report.

The only module here that reads a clock, makes random values, or knows a terminal.
"""

import os
import secrets
import sys
import time
from collections.abc import Callable

import click

from .._driver.threads import run
from .._gate.records import LoginAttempt
from ..pool.aws import AwsError, connect
from ..settings import Settings
from . import report
from .case import Case
from .description import Described, describe, not_asked
from .diagnosis import completed, examine
from .findings import Finding, State
from .reading import Reading, read
from .watch import Watch

_COLORS: dict[State, str] = {
    "ok": "green",
    "wrong": "red",
    "warning": "yellow",
    "unknown": "bright_black",
}


@click.command()
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False),
    help="Settings the environment lacks.  [default: .env]",
)
@click.option("--json", "as_json", is_flag=True, help="Print an object for machines.")
@click.option(
    "--aws/--no-aws",
    default=True,
    help="With AWS credentials, look at the app client's own configuration, too.  [default: yes]",
)
def doctor(env_file: str | None, as_json: bool, aws: bool) -> None:
    """Check the set-up against the real Cognito, and say how to fix it.

    Reads what `run` would read, signs nobody in, changes nothing, and never prints a secret. Exits
    with 1 when something is wrong.
    """
    reading = read(os.environ, env_file or ".env")
    described = _described(reading) if aws else Described(absent="--no-aws was given")
    findings = examined(reading, described, time.time)
    if as_json:
        click.echo(report.as_json(findings))
    else:
        click.echo(report.as_text(findings, _marks(), paint))
    if not report.is_ok(findings):
        sys.exit(1)


def examined(
    reading: Reading, described: Described, clock: Callable[[], float]
) -> tuple[Finding, ...]:
    """All that there is to say, fit to be shown. `clock` gives Unix time."""
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    case = Case(reading, LoginAttempt(state, nonce, verifier, "/", int(clock())))
    watch = Watch(clock)
    try:
        found = run(examine(case), watch)
    finally:
        watch.close()
    findings = completed(case, found, watch.moments, described)
    told = described.client.secret if described.client else ""
    ours = case.settings.user_pool_client_id, case.settings.user_pool_client_secret
    hidden = (*reading.secrets, told, ":".join(ours), state, nonce, verifier)
    return report.hidden(findings, hidden)


def _described(reading: Reading) -> Described:
    settings: Settings = reading.settings
    why = reading.unsure("AWS_COGNITO_USER_POOL_ID", "AWS_COGNITO_USER_POOL_CLIENT_ID")
    why = why or not_asked(settings)
    if why or reading.empty:
        return Described(absent=why)
    try:
        account = connect(region=settings.pool_region)
    except AwsError as error:
        return Described(absent=str(error))
    return describe(account, settings)


def _marks() -> dict[State, str]:
    """Signs where the terminal has them, letters elsewhere."""
    try:
        "".join(report.MARKS.values()).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return dict(report.PLAIN)
    return dict(report.MARKS)


def paint(text: str, state: State) -> str:
    """The text in the colour of a state, where a terminal shows it (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return click.style(text, fg=_COLORS[state])
