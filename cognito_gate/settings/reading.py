"""Reads the text of a variable: from the environment, from .env, or from a file named by `_FILE`.

The only module that imports `starlette.config`. Must not know what a value means.
"""

from collections.abc import Mapping
from pathlib import Path

from starlette.config import Config

from .formats import Problem


def reader(environ: Mapping[str, str], env_file: str | Path | None) -> Config:
    """A reader of variables from `environ`, then from `env_file` when that exists.

    A variable that is empty counts as absent.
    """
    present = env_file if env_file is not None and Path(env_file).is_file() else None
    return Config(present, {name: value for name, value in environ.items() if value.strip()})


def text(read: Config, variable: str, *, secret: bool) -> str:
    """The text of a variable; a secret may be in a file, and the endpoint has a second name."""
    value: str = read(variable, default="").strip()
    if variable == "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER":
        return value or read("AWS_ENDPOINT_URL", default="").strip()
    file = read(f"{variable}_FILE", default="").strip() if secret else ""
    if not file:
        return value
    if value:
        raise Problem(f"is set, and so is {variable}_FILE; keep only one of them")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise Problem(f"cannot be read from the file {file} ({type(exc).__name__})") from exc
