"""`cognito-gate doctor`: reads its options, runs the checks, and prints the report.

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
from .description import Described, describe, reason_not_to_ask
from .diagnosis import check, complete_findings
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
    help="Settings that the environment lacks.  [default: .env]",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option(
    "--aws/--no-aws",
    default=True,
    help="With AWS credentials, also check the configuration at AWS.  [default: --aws]",
)
def doctor(env_file: str | None, as_json: bool, aws: bool) -> None:
    """Check the set-up against the real Cognito, and say how to fix it.

    Reads the settings that `run` would read, signs nobody in, changes nothing, and never prints a
    secret. Exits with 1 when something is wrong.
    """
    reading = read(os.environ, env_file or ".env")
    described = _describe_configuration(reading) if aws else Described(absent="--no-aws was given")
    findings = make_findings(reading, described, time.time)
    if as_json:
        click.echo(report.as_json(findings))
    else:
        click.echo(report.as_text(findings, _marks(), paint))
    if not report.is_ok(findings):
        sys.exit(1)


def make_findings(
    reading: Reading, described: Described, clock: Callable[[], float]
) -> tuple[Finding, ...]:
    """Run all checks; the findings contain no secret. `clock` returns Unix time."""
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    case = Case(reading, LoginAttempt(state, nonce, verifier, "/", int(clock())))
    watch = Watch(clock)
    try:
        findings_offline = run(check(case), watch)
    finally:
        watch.close()
    findings = complete_findings(case, findings_offline, watch.moments, described)
    told = described.client.secret if described.client else ""
    ours = case.settings.user_pool_client_id, case.settings.user_pool_client_secret
    redact = (*reading.secrets, told, ":".join(ours), state, nonce, verifier)
    return report.redact(findings, redact)


def _describe_configuration(reading: Reading) -> Described:
    settings: Settings = reading.settings
    why = reading.reason_to_skip("AWS_COGNITO_USER_POOL_ID", "AWS_COGNITO_USER_POOL_CLIENT_ID")
    why = why or reason_not_to_ask(settings)
    if why or reading.empty:
        return Described(absent=why)
    try:
        account = connect(region=settings.pool_region)
    except AwsError as error:
        return Described(absent=str(error))
    return describe(account, settings)


def _marks() -> dict[State, str]:
    """Symbols where the terminal's encoding has them, letters elsewhere."""
    try:
        "".join(report.MARKS.values()).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return dict(report.PLAIN)
    return dict(report.MARKS)


def paint(text: str, state: State) -> str:
    """The text in the colour of a state, on a terminal with colours (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return click.style(text, fg=_COLORS[state])
