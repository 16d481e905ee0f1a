"""`cognito-gate doctor`: reads its options, runs the checks, and prints the report.

The only module here that reads a clock, makes random values, or knows a terminal.
"""

import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import click

from .._driver.threads import run
from .._gate.records import LoginAttempt
from ..pool.aws import AwsError, connect
from ..settings import Settings
from . import report, shared_store
from .case import Case
from .description import Described, describe, reason_not_to_ask
from .diagnosis import check, complete_findings
from .findings import Finding, State
from .pool_configuration import ACCOUNT
from .reading import Reading, read
from .repeating import repeat, wait_for_change
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
@click.option("--strict", is_flag=True, help="Fail for warnings, too, and for what is unchecked.")
@click.option("--watch", is_flag=True, help="Check again while you fix, until all is well.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="When to use colours; auto: on a terminal without NO_COLOR.  [default: auto]",
)
def doctor(
    env_file: str | None, as_json: bool, aws: bool, strict: bool, watch: bool, color: str
) -> None:
    """Check the set-up against the real Cognito, and say how to fix it.

    Reads the settings that `run` would read, signs nobody in, changes nothing, and never prints a
    secret. Exits with 1 when something is wrong, or when it could not be checked whether anybody
    can sign in.
    """
    if watch and as_json:
        raise click.UsageError("--watch prints for people; --json is for one run.")
    file = env_file or ".env"
    colored = has_color(color, sys.stdout.isatty(), os.environ)

    def run() -> tuple[Finding, ...]:
        return _findings(read(os.environ, file), aws=aws)

    def is_ok(findings: Sequence[Finding]) -> bool:
        judged = (each for each in findings if aws or each.code != ACCOUNT.code)
        return report.is_ok(judged, strict=strict)

    def show(findings: Sequence[Finding]) -> None:
        text = report.as_text(findings, _marks(), partial(paint, colored=colored))
        click.echo(text, color=colored)

    if watch:
        repeat(run, show, is_ok, partial(wait_for_change, file))
        return
    findings = run()
    if as_json:
        click.echo(report.as_json(findings, ok=is_ok(findings)))
    else:
        show(findings)
    if not is_ok(findings):
        sys.exit(1)


def _findings(reading: Reading, *, aws: bool) -> tuple[Finding, ...]:
    described = _describe_configuration(reading) if aws else Described(absent="--no-aws was given")
    return make_findings(reading, described, time.time)


def make_findings(
    reading: Reading, described: Described, clock: Callable[[], float]
) -> tuple[Finding, ...]:
    """Run all checks; the findings contain no secret. `clock` returns Unix time."""
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    case = Case(reading, LoginAttempt(state, nonce, verifier, "/", int(clock())))
    watch = Watch(clock, reading.surroundings)
    try:
        findings_offline = run(check(case), watch)
    finally:
        watch.close()
    findings_here = (*findings_offline, *shared_store.check(case))
    findings = complete_findings(case, findings_here, watch.moments, described)
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


def has_color(choice: str, terminal: bool, environ: Mapping[str, str]) -> bool:
    """Whether to use colours; `auto` follows https://no-color.org."""
    if choice != "auto":
        return choice == "always"
    return terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def paint(text: str, state: State, *, colored: bool) -> str:
    """The text in the colour of a state."""
    return click.style(text, fg=_COLORS[state]) if colored else text
