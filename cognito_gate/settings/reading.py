"""Reads the text of a variable: from the environment, from .env, or from a file named by `_FILE`.

Must not know what a value means.
"""

from collections.abc import Mapping
from pathlib import Path

from ..errors import SettingsError
from .env_file import load_env_file
from .formats import Problem


def read_variables(environ: Mapping[str, str], env_file: str | Path | None) -> dict[str, str]:
    """All variables: those of `environ`, then those of `env_file` when that exists.

    A variable that is empty counts as absent.

    Raises:
        SettingsError: the file cannot be read, or holds lines that are not clear.
    """
    present = {name: value for name, value in environ.items() if value.strip()}
    if env_file is None or not Path(env_file).is_file():
        return present
    loaded = load_env_file(env_file)
    if loaded.problems:
        raise SettingsError(loaded.problems)
    return {**loaded.values, **present}


def text(variables: Mapping[str, str], variable: str, *, secret: bool) -> str:
    """The text of a variable; a secret may be in a file, and the endpoint has a second name."""
    value = variables.get(variable, "").strip()
    if variable == "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER":
        return value or variables.get("AWS_ENDPOINT_URL", "").strip()
    file = variables.get(f"{variable}_FILE", "").strip() if secret else ""
    if not file:
        return value
    if value:
        raise Problem(f"is set, and so is {variable}_FILE; keep only one of them")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise Problem(f"cannot be read from the file {file} ({type(exc).__name__})") from exc
