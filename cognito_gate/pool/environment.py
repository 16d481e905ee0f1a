"""The outputs of a pool's stack as the gate's environment variables, in four formats.

Knows the names of the variables and what each format can hold. Must not know where the outputs
and the client secret come from.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..settings import Settings
from ..settings.formats import web_origin


class EnvironmentProblem(ValueError):
    """A value is missing, or a format cannot hold it. The text never contains the value."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable; `note` becomes a comment beside it where the format has comments."""

    name: str
    value: str = field(repr=False)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What the outputs do not hold.

    `emulator` is the address of an emulator of AWS, if any; `fips_endpoint` that of AWS's API where
    FIPS is demanded, which the login domain follows; `callback_url` and `logout_url`
    override those of the outputs. Empty values are left out.
    """

    client_secret: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    emulator: str = ""
    fips_endpoint: str = ""
    callback_url: str = ""
    logout_url: str = ""


LOGOUT_UNREGISTERED = "LogoutUrlIsUnregistered"
"""The output that says "true" of a sign-out URL that the app client does not have yet."""

_NEEDED = ("Region", "UserPoolId", "ClientId", "Domain", "RedirectUrl", "LogoutUrl")
_KEY_STAND_IN = "stands in for one of 32 characters"  # of a form that settings take


def environment(outputs: Mapping[str, str], extras: Extras) -> tuple[Variable, ...]:
    """All variables that the gate needs for this pool.

    Raises:
        EnvironmentProblem: an output is missing.
        SettingsError: the gate would refuse what the outputs say.

    Example::

        environment(stack.outputs, Extras(client_secret="...", secret_key="..."))
    """
    variables = tuple(_variables(outputs, extras))
    values = {variable.name: variable.value for variable in variables}
    # Settings that the gate would refuse fail here, and not at the first start of the app.
    Settings.from_env({"SECRET_KEY": _KEY_STAND_IN, **values}, env_file=None)
    return variables


def is_complete(outputs: Mapping[str, str]) -> bool:
    """Whether the outputs are those of a stack of ours."""
    return all(outputs.get(name) for name in (*_NEEDED, "ConfidentialClient"))


def of_same_origin(url: str, others: Iterable[str]) -> str:
    """The first of the others that is on the host of a URL, port and scheme included; or none."""
    origin = web_origin(url)
    return next((other for other in others if web_origin(other) == origin), "")


def require_output(outputs: Mapping[str, str], name: str) -> str:
    """The output of that name; EnvironmentProblem when the stack has none."""
    if not outputs.get(name):
        raise EnvironmentProblem(
            f"The stack has no output {name}; stacks made by `cognito-gate pool deploy` have it."
        )
    return outputs[name]


def is_confidential(outputs: Mapping[str, str]) -> bool:
    """Whether the app client has a secret."""
    return require_output(outputs, "ConfidentialClient") == "true"


def _variables(outputs: Mapping[str, str], extras: Extras) -> Iterator[Variable]:
    yield Variable("AWS_REGION", require_output(outputs, "Region"))
    if extras.emulator:
        yield Variable(
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
            extras.emulator,
            "Not AWS: an emulator, which serves the API and the login pages on one address.",
        )
        yield Variable("AWS_COGNITO_DOMAIN", extras.emulator)
    elif outputs.get("Domain") or outputs.get("SignInPages") != "custom":
        domain = require_output(outputs, "Domain")
        if extras.fips_endpoint:  # GovCloud's prefix domains are FIPS ones anyhow
            domain = domain.replace(".auth.", ".auth-fips.") if _is_prefix(domain) else domain
        yield Variable("AWS_COGNITO_DOMAIN", domain)
    if extras.fips_endpoint:
        yield Variable("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", extras.fips_endpoint)
    yield Variable("AWS_COGNITO_USER_POOL_ID", require_output(outputs, "UserPoolId"))
    yield Variable("AWS_COGNITO_USER_POOL_CLIENT_ID", require_output(outputs, "ClientId"))
    if extras.client_secret:
        yield Variable("AWS_COGNITO_USER_POOL_CLIENT_SECRET", extras.client_secret)
    redirect = extras.callback_url or require_output(outputs, "RedirectUrl")
    yield Variable("AWS_COGNITO_REDIRECT_URL", redirect)
    logout = extras.logout_url or require_output(outputs, "LogoutUrl")
    note = _REGISTER if outputs.get(LOGOUT_UNREGISTERED) == "true" else ""
    yield Variable("AWS_COGNITO_LOGOUT_URL", logout, "" if extras.logout_url else note)
    yield from _optional(outputs)
    if outputs.get("SignInPages") == "custom":
        yield from _sign_in_pages(outputs)
    if extras.secret_key:
        yield Variable(
            "SECRET_KEY",
            extras.secret_key,
            "A new key each time this is printed. Keep the one in use: another ends all sessions.",
        )


def _is_prefix(domain: str) -> bool:
    return domain.endswith(".amazoncognito.com")


def _optional(outputs: Mapping[str, str]) -> Iterator[Variable]:
    if outputs.get("Scopes"):
        yield Variable("AWS_COGNITO_SCOPES", outputs["Scopes"])
    # The gate derives the original form from the pool's id; the updated form must be set.
    if outputs.get("Issuer", "").startswith("https://issuer-"):
        yield Variable("AWS_COGNITO_ISSUER", outputs["Issuer"])
    if outputs.get("RefreshEnabled") == "true":
        yield Variable("AWS_COGNITO_REFRESH_FLOW_ENABLED", "true")
    if outputs.get("SessionsTable"):
        table, region = outputs["SessionsTable"], require_output(outputs, "Region")
        yield Variable("COGNITO_GATE_STORE", f"dynamodb://{table}?region={region}")


def _sign_in_pages(outputs: Mapping[str, str]) -> Iterator[Variable]:
    """For sign-in pages that the gate serves itself."""
    yield Variable("COGNITO_GATE_LOGIN", "custom")
    flow = outputs.get("SignInFlow", "srp")
    if flow != "srp":
        yield Variable("COGNITO_GATE_SIGN_IN_FLOW", flow)
    if flow == "choice" and outputs.get("SignInWays"):
        yield Variable("COGNITO_GATE_SIGN_IN_WAYS", outputs["SignInWays"])
    for name, output in (
        ("COGNITO_GATE_PASSWORD_POLICY", "PasswordPolicy"),
        ("COGNITO_GATE_SIGN_UP", "SignUp"),
        ("COGNITO_GATE_SIGN_IN", "SignIn"),
        ("COGNITO_GATE_SIGN_UP_ATTRIBUTES", "Required"),
    ):
        if outputs.get(output):
            yield Variable(name, outputs[output])
    # Only a client with a secret may take it; our templates turn it on for each of these.
    takes_context = outputs.get("UserContext", "true") == "true"
    if outputs.get("ConfidentialClient") == "true" and takes_context:
        yield Variable("COGNITO_GATE_USER_CONTEXT", "true")


_REGISTER = (
    "Not among the sign-out URLs of the app client: add it there, or signing out ends on an error "
    "page of Cognito's."
)

# Forms


# What readers of .env files agree on without quotation marks: no comment, no quote at the start.
_LITERAL = re.compile(r"[^\s#'\"]\S*(?: [^\s#]\S*)*")


def _has(value: str, characters: str) -> bool:
    return any(character in value for character in characters)


def _line(variable: Variable) -> str:
    return f"{variable.name}={variable.value}"


def _env(variable: Variable) -> str:
    """A line of a .env file, with quotation marks where readers would not take it literally."""
    value = variable.value
    if _has(value, "\n\r\0"):
        raise EnvironmentProblem(f"{variable.name}: no line of a .env file can hold this value.")
    if _LITERAL.fullmatch(value):
        return _line(variable)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{variable.name}='{escaped}'"


def _docker(variable: Variable) -> str:
    """A line for `docker run --env-file`, which takes everything after the first = literally."""
    if _has(variable.value, "\n\r\0"):
        raise EnvironmentProblem(f"{variable.name}: no env file of Docker can hold this value.")
    return _line(variable)


def _shell(variable: Variable) -> str:
    if _has(variable.value, "\0"):
        raise EnvironmentProblem(f"{variable.name}: no shell can hold this value.")
    return f"export {variable.name}={shlex.quote(variable.value)}"


def _lines_with_notes(line: Callable[[Variable], str]) -> Callable[[Sequence[Variable]], str]:
    """A format with one line for each variable, its note above it as a comment."""

    def render(variables: Sequence[Variable]) -> str:
        lines = [
            f"# {variable.note}\n{line(variable)}" if variable.note else line(variable)
            for variable in variables
        ]
        return "\n".join(lines)

    return render


def _json(variables: Sequence[Variable]) -> str:
    return json.dumps({variable.name: variable.value for variable in variables}, indent=2)


FORMATS: Mapping[str, Callable[[Sequence[Variable]], str]] = {
    "env": _lines_with_notes(_env),
    "shell": _lines_with_notes(_shell),
    "docker": _lines_with_notes(_docker),
    "json": _json,
}
"""What `--format` takes: a .env file, lines for a shell to read, Docker's env file, an object."""
