"""The lines about the settings themselves: each wrong variable, and those that are none of ours.

Knows where the value of a variable is found; must not know what a value does.
"""

from collections.abc import Iterator

from .findings import Finding, Fix, Line
from .places import Place
from .reading import Reading, Stranger

ENV_FILE = Line("env-file", "env file")
SETTINGS = Line("settings", "settings")
GATE = Line("gate-on", "gate")
BEGIN = Line("begin", "begin")
_MISSING = "is missing"


def examine(reading: Reading) -> Iterator[Finding]:
    """What is wrong with the settings, variable by variable."""
    yield _env_file(reading)
    if reading.disabled:
        yield GATE.warning(
            "AWS_COGNITO_DISABLED is true: every request passes without a sign-in. "
            "The rest is checked as if it were not",
            Fix("Where the app is to be protected, take the variable away."),
        )
    place = Place.of(reading)
    meant = {stranger.meant: stranger.name for stranger in reading.strangers}
    yield from (_stranger(stranger, reading) for stranger in reading.strangers)
    for name, problem in reading.problems.items():
        yield _problem(name, problem, place, meant.get(name, ""))
    if not reading.problems:
        count = len(reading.given)
        yield SETTINGS.ok(f"{count} {'variable is' if count == 1 else 'variables are'} set, sound")


def beginning() -> Finding:
    """The only line where nothing is set at all: what to do first."""
    return BEGIN.wrong(
        "nothing is set yet: no variable, and no .env file, says which user pool it is",
        Fix(
            "Without an AWS account: `cognito-gate demo` shows it at work, and "
            "`cognito-gate run --local MODULE:APP` puts it in front of your app. With one: "
            "`cognito-gate pool deploy` makes a pool and prints these variables for .env; a pool "
            "that is there already is described by the variables of the README.",
            console="Amazon Cognito > User pools > Create user pool",
            command="cognito-gate pool deploy",
        ),
    )


def _env_file(reading: Reading) -> Finding:
    if reading.unreadable:
        return ENV_FILE.wrong(
            f"{reading.env_file} cannot be read ({reading.unreadable})",
            Fix("It takes UTF-8 text, NAME=value in each line, readable for you."),
        )
    if reading.env_file_found:
        return ENV_FILE.ok(f"{reading.env_file} is read, after the environment")
    return ENV_FILE.ok(f"there is no {reading.env_file} here; the environment alone is read")


def _problem(name: str, problem: str, place: Place, instead: str) -> Finding:
    line = Line(f"setting:{name}", "setting")
    if instead and problem.startswith(_MISSING):
        return line.unchecked(f"{name} is not set; {instead} may have been meant to")
    return line.wrong(f"{name} {problem}", _fix(name, place))


def _stranger(stranger: Stranger, reading: Reading) -> Finding:
    line = Line(f"unknown-variable:{stranger.name}", "unknown variable")
    if not stranger.meant:
        return line.warning(
            f"{stranger.name} is no variable of the gate's, and does nothing",
            Fix("Take it away, or look its name up in the README."),
        )
    found = f"{stranger.name} is no variable of the gate's; did you mean {stranger.meant}?"
    fix = Fix(f"Rename it to {stranger.meant}.")
    if stranger.meant in reading.given:
        return line.warning(found, Fix(f"Take it away; {stranger.meant} is set, too."))
    return line.wrong(found, fix)


def _fix(name: str, place: Place) -> Fix:
    match name:
        case "AWS_COGNITO_USER_POOL_ID":
            return Fix(
                "The list of pools has it.",
                console="Amazon Cognito > User pools: the column User pool ID",
                command=place.aws("list-user-pools", "--max-results", "60"),
            )
        case "AWS_COGNITO_USER_POOL_CLIENT_ID":
            return Fix(
                "The pool's list of app clients has it.",
                console=place.pool_menu("Applications", "App clients") + ": the column Client ID",
                command=place.about_pool("list-user-pool-clients", "--max-results", "60"),
            )
        case "AWS_COGNITO_USER_POOL_CLIENT_SECRET":
            return Fix(
                "The app client has it, when it is a confidential one. Keep it in one place only.",
                console=place.client_menu("App client information", "Show client secret"),
                command=place.about_client(
                    "describe-user-pool-client", "--query", "UserPoolClient.ClientSecret"
                ),
            )
        case "AWS_COGNITO_DOMAIN":
            return Fix(
                "The pool's menu Domain has it.",
                console=place.pool_menu("Branding", "Domain"),
                command=place.about_pool(
                    "describe-user-pool", "--query", "UserPool.[CustomDomain,Domain]"
                ),
            )
        case "AWS_COGNITO_REDIRECT_URL":
            return _url(place, "Allowed callback URLs", "CallbackURLs", "/auth/callback")
        case "AWS_COGNITO_LOGOUT_URL":
            return _url(place, "Allowed sign-out URLs", "LogoutURLs", "/auth/signed-out")
        case "SECRET_KEY":
            return Fix("Make one, and keep it out of version control.", command=_SECRET)
        case "SECRET_KEY_FALLBACKS":
            return Fix("List only keys that were SECRET_KEY once, or none.", command=_SECRET)
    return Fix("Give it a value that it takes, or leave it out; the README's tables have both.")


_SECRET = "cognito-gate secret"


def _url(place: Place, field: str, member: str, path: str) -> Fix:
    return Fix(
        "It is registered at the app client, and stands here letter for letter. On your own "
        f"machine it is such as http://localhost:8000{path}, elsewhere https.",
        console=place.login_pages(field),
        command=place.about_client(
            "describe-user-pool-client", "--query", f"UserPoolClient.{member}"
        ),
    )
