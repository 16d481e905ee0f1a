"""Checks of the variables: each wrong one, and those that the gate does not know.

Knows where to find the value of a variable; must not know what a value does.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from ..settings.unknown_variables import UnknownVariable
from .findings import Check, Finding, Fix
from .places import Directions
from .reading import ENDPOINT, Reading

ENV_FILE = Check("env-file", "env file")
SETTINGS = Check("settings", "settings")
GATE = Check("gate-on", "gate")
BEGIN = Check("begin", "begin")
_MISSING, _DOMAIN = "is missing", "AWS_COGNITO_DOMAIN"
_POOL, _OTHER_NAME = "AWS_COGNITO_USER_POOL_ID", "AWS_ENDPOINT_URL"
# A pool's id inside of something longer, such as its ARN or its issuer.
_POOL_ID = re.compile(r"\b[a-z]{2,4}(?:-[a-z]+)+-\d_[0-9A-Za-z]+\b")


def check(reading: Reading, advertised: str = "") -> Iterator[Finding]:
    """What is wrong with the settings, variable by variable; `advertised` is the login domain that
    the pool itself names."""
    yield _env_file(reading)
    if reading.disabled:
        yield GATE.warning(
            "AWS_COGNITO_DISABLED is true: every request passes without a sign-in. "
            "The rest is checked as if it were not",
            Fix("To protect the app, remove the variable."),
        )
    directions = Directions.of(reading)
    meant = {unknown.meant: unknown.name for unknown in reading.unknown_variables}
    yield from (_check_unknown(unknown, reading) for unknown in reading.unknown_variables)
    for name, problem in reading.problems.items():
        shown = _OTHER_NAME if name == ENDPOINT and name not in reading.given else name
        found = _problem(shown, problem, directions, meant.get(name, ""))
        yield _with_domain(found, advertised) if name == _DOMAIN else found
    if not reading.problems:
        count = len(reading.given)
        yield SETTINGS.ok(f"{count} {'variable is' if count == 1 else 'variables are'} set, sound")


def _with_domain(finding: Finding, advertised: str) -> Finding:
    """The finding about the login domain, with the one that the pool names as the fix."""
    if finding.fix is None or not advertised:
        return finding
    what = f"The pool itself names {advertised} as its domain. {finding.fix.what}"
    fix = replace(finding.fix, what=what, setting=f"{_DOMAIN}={advertised}")
    return replace(finding, fix=fix)


def beginning() -> Finding:
    """The only finding when nothing is set at all: what to do first."""
    return BEGIN.wrong(
        "nothing is set yet: no variable, and no .env file, says which user pool it is",
        Fix(
            "Without an AWS account: try `cognito-gate demo`, or put the gate in front of your app "
            "with `cognito-gate run --local MODULE:APP`. With one: "
            "`cognito-gate pool deploy STACK --output .env` creates a pool and writes these "
            "variables; for an existing pool, set those on the documentation's settings page.",
            console="Amazon Cognito > User pools > Create user pool",
            command="cognito-gate pool deploy STACK --output .env",
        ),
    )


def _env_file(reading: Reading) -> Finding:
    if reading.unreadable:
        return ENV_FILE.wrong(
            reading.unreadable,
            Fix("It takes text in UTF-8 or UTF-16, NAME=value in each line, readable for you."),
        )
    if reading.env_file_found:
        return ENV_FILE.ok(f"{reading.env_file} is read, after the environment")
    return ENV_FILE.ok(f"there is no {reading.env_file} here; the environment alone is read")


def _problem(name: str, problem: str, directions: Directions, instead: str) -> Finding:
    line = Check(f"setting:{name}", "setting")
    if instead and problem.startswith(_MISSING):
        return line.unchecked(f"{name} is not set; is {instead} a misspelling of it?")
    fix = _fix(name, directions)
    if name == _POOL and (inside := _POOL_ID.search(problem.partition(";")[0])):
        fix = replace(fix, setting=f"{_POOL}={inside[0]}")
    return line.wrong(f"{name} {problem}", fix)


def _check_unknown(unknown: UnknownVariable, reading: Reading) -> Finding:
    line = Check(f"unknown-variable:{unknown.name}", "unknown variable")
    if not unknown.meant:
        fix = Fix("Remove it, or look up its name on the documentation's settings page.")
        return line.warning(str(unknown), fix)
    fix = Fix(f"Rename it to {unknown.meant}.")
    if unknown.meant in reading.given:
        return line.warning(str(unknown), Fix(f"Remove it; {unknown.meant} is set, too."))
    return line.wrong(str(unknown), fix)


def _fix(name: str, directions: Directions) -> Fix:
    match name:
        case "AWS_COGNITO_USER_POOL_ID":
            return Fix(
                "You find it in the list of user pools.",
                console="Amazon Cognito > User pools: the column User pool ID",
                command=directions.aws("list-user-pools", "--max-results", "60"),
            )
        case "AWS_COGNITO_USER_POOL_CLIENT_ID":
            return Fix(
                "You find it in the pool's list of app clients.",
                console=directions.pool_menu("Applications", "App clients")
                + ": the column Client ID",
                command=directions.about_pool("list-user-pool-clients", "--max-results", "60"),
            )
        case "AWS_COGNITO_USER_POOL_CLIENT_SECRET":
            return Fix(
                "You find it at the app client, if that is confidential. Store it in one place.",
                console=directions.client_menu("App client information", "Show client secret"),
                command=directions.about_client(
                    "describe-user-pool-client", "--query", "UserPoolClient.ClientSecret"
                ),
            )
        case "AWS_COGNITO_DOMAIN":
            return Fix(
                "You find it in the pool's menu Domain.",
                console=directions.pool_menu("Branding", "Domain"),
                command=directions.about_pool(
                    "describe-user-pool", "--query", "UserPool.[CustomDomain,Domain]"
                ),
            )
        case "AWS_COGNITO_REDIRECT_URL":
            return _url(directions, "Allowed callback URLs", "CallbackURLs", "/auth/callback")
        case "AWS_COGNITO_LOGOUT_URL":
            return _url(directions, "Allowed sign-out URLs", "LogoutURLs", "/auth/signed-out")
    return _OTHERS.get(name, _ANY)


_SECRET = "cognito-gate secret"
_ELSEWHERE = Fix(
    "Remove it (left over from an emulator?), unless an emulator on this machine or a VPC endpoint "
    "answers in AWS's place: then set it to the origin of that."
)
_OTHERS = {
    "SECRET_KEY": Fix("Make one, and keep it out of version control.", command=_SECRET),
    "SECRET_KEY_FALLBACKS": Fix(
        "List only keys that were SECRET_KEY once, or none.", command=_SECRET
    ),
    "COGNITO_GATE_RULES_FILE": Fix(
        "Correct the file; this checks it alone.", command="cognito-gate rules check"
    ),
    ENDPOINT: _ELSEWHERE,
    _OTHER_NAME: _ELSEWHERE,
}
_ANY = Fix("Set a valid value or none; the documentation lists values and defaults.")


def _url(directions: Directions, field: str, member: str, path: str) -> Fix:
    return Fix(
        "Set it to exactly what is registered at the app client: on your own machine such as "
        f"http://localhost:8000{path}, elsewhere https.",
        console=directions.login_pages(field),
        command=directions.about_client(
            "describe-user-pool-client", "--query", f"UserPoolClient.{member}"
        ),
    )
