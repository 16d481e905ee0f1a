"""What a deployed pool tells the gate: a stack's outputs as environment variables, in four forms.

Knows the names of the variables and what each form can carry. Must not know where the outputs
and the client secret were read.
"""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..settings import Settings


class EnvironmentProblem(ValueError):
    """A value that is missing, or that a form cannot carry. Its text never holds the value."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable; `note` is said beside it where the form has room for comments."""

    name: str
    value: str = field(repr=False)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What the outputs do not hold.

    `emulator` is the address in AWS's place, if any; `callback_url` and `logout_url` go before
    those of the outputs. Whatever is empty is left out.
    """

    client_secret: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    emulator: str = ""
    callback_url: str = ""
    logout_url: str = ""


_ANY_KEY = "stands in for one of 32 characters"  # of a form that settings take


def environment(outputs: Mapping[str, str], extras: Extras) -> tuple[Variable, ...]:
    """All that the gate needs to know of this pool.

    Raises:
        EnvironmentProblem: an output is missing.
        SettingsError: the gate would refuse what the outputs say.

    Example::

        environment(stack.outputs, Extras(client_secret="...", secret_key="..."))
    """
    found = tuple(_variables(outputs, extras))
    values = {variable.name: variable.value for variable in found}
    # Better refused here than at the first start of the app.
    Settings.from_env({"SECRET_KEY": _ANY_KEY, **values}, env_file=None)
    return found


def needed(outputs: Mapping[str, str], name: str) -> str:
    """An output that must be there."""
    if not outputs.get(name):
        raise EnvironmentProblem(
            f"The stack has no output {name}; one that `cognito-gate pool deploy` made has it."
        )
    return outputs[name]


def is_confidential(outputs: Mapping[str, str]) -> bool:
    """Whether the app client has a secret."""
    return needed(outputs, "ConfidentialClient") == "true"


def _variables(outputs: Mapping[str, str], extras: Extras) -> Iterator[Variable]:
    yield Variable("AWS_REGION", needed(outputs, "Region"))
    if extras.emulator:
        yield Variable(
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
            extras.emulator,
            "Not AWS: an emulator, which serves the API and the login pages on one address.",
        )
        yield Variable("AWS_COGNITO_DOMAIN", extras.emulator)
    else:
        yield Variable("AWS_COGNITO_DOMAIN", needed(outputs, "Domain"))
    yield Variable("AWS_COGNITO_USER_POOL_ID", needed(outputs, "UserPoolId"))
    yield Variable("AWS_COGNITO_USER_POOL_CLIENT_ID", needed(outputs, "ClientId"))
    if extras.client_secret:
        yield Variable("AWS_COGNITO_USER_POOL_CLIENT_SECRET", extras.client_secret)
    redirect = extras.callback_url or needed(outputs, "RedirectUrl")
    yield Variable("AWS_COGNITO_REDIRECT_URL", redirect)
    logout = extras.logout_url or needed(outputs, "LogoutUrl")
    yield Variable("AWS_COGNITO_LOGOUT_URL", logout)
    yield from _optional(outputs)
    if outputs.get("SignInPages") == "custom":
        yield from _own_pages(outputs)
    if extras.secret_key:
        yield Variable(
            "SECRET_KEY",
            extras.secret_key,
            "Another each time this is printed. Keep the one in use: a new one ends all sessions.",
        )


def _optional(outputs: Mapping[str, str]) -> Iterator[Variable]:
    if outputs.get("Scopes"):
        yield Variable("AWS_COGNITO_SCOPES", outputs["Scopes"])
    # The original form follows from the pool's id; the newer one must be told.
    if outputs.get("Issuer", "").startswith("https://issuer-"):
        yield Variable("AWS_COGNITO_ISSUER", outputs["Issuer"])
    if outputs.get("RefreshEnabled") == "true":
        yield Variable("AWS_COGNITO_REFRESH_FLOW_ENABLED", "true")


def _own_pages(outputs: Mapping[str, str]) -> Iterator[Variable]:
    """For sign-in pages that the gate serves itself."""
    yield Variable("COGNITO_GATE_LOGIN", "custom")
    for name, output in (
        ("COGNITO_GATE_PASSWORD_POLICY", "PasswordPolicy"),
        ("COGNITO_GATE_SIGN_UP", "SignUp"),
        ("COGNITO_GATE_SIGN_IN", "SignIn"),
        ("COGNITO_GATE_SIGN_UP_ATTRIBUTES", "Required"),
    ):
        if outputs.get(output):
            yield Variable(name, outputs[output])
    if outputs.get("ConfidentialClient") == "true":  # only such a client may take it
        yield Variable("COGNITO_GATE_USER_CONTEXT", "true")


# Forms


def _has(value: str, characters: str) -> bool:
    return any(character in value for character in characters)


def _line(variable: Variable) -> str:
    return f"{variable.name}={variable.value}"


def _env(variable: Variable) -> str:
    """A line of a .env file: readers take blanks and a pair of quotes off a value."""
    value = variable.value
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    if value != value.strip() or quoted or _has(value, "\n\r\0"):
        raise EnvironmentProblem(f"{variable.name} holds what no .env file can carry.")
    return _line(variable)


def _docker(variable: Variable) -> str:
    """A line for `docker run --env-file`, which takes all after the first = as it stands."""
    if _has(variable.value, "\n\r\0"):
        raise EnvironmentProblem(f"{variable.name} holds what no file of Docker's can carry.")
    return _line(variable)


def _shell(variable: Variable) -> str:
    if _has(variable.value, "\0"):
        raise EnvironmentProblem(f"{variable.name} holds what no shell can carry.")
    return f"export {variable.name}={shlex.quote(variable.value)}"


def _noted(line: Callable[[Variable], str]) -> Callable[[Sequence[Variable]], str]:
    """A form of one line for each variable, its note above it."""

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
    "env": _noted(_env),
    "shell": _noted(_shell),
    "docker": _noted(_docker),
    "json": _json,
}
"""What `--format` takes: a .env file, lines for a shell to read, Docker's env file, an object."""
