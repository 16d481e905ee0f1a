"""Environment variables and .env files for `cognito-gate run --local`.

Knows which variables identify a pool. Must not know where their values come from.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from ..settings import Settings
from ..settings.env_file import without
from ..settings.reading import read_variables

ENDPOINT = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
POOL = (
    "AWS_COGNITO_USER_POOL_CLIENT_SECRET",
    "AWS_COGNITO_USER_POOL_CLIENT_SECRET_FILE",
    ENDPOINT,
    "AWS_COGNITO_DOMAIN",
    "AWS_COGNITO_ISSUER",
    "AWS_COGNITO_USER_POOL_CLIENT_ID",
    "AWS_COGNITO_USER_POOL_ID",
)
"""The variables that identify a pool; `--local` replaces all of them."""

_REPLACED = {*POOL, "AWS_REGION", "AWS_ENDPOINT_URL"}
_NAMES = ("AWS_COGNITO_DOMAIN", "AWS_COGNITO_USER_POOL_CLIENT_ID", "AWS_COGNITO_USER_POOL_ID")
_ADDRESSES = ("AWS_COGNITO_REDIRECT_URL", "AWS_COGNITO_LOGOUT_URL")


def read_kept_settings(env_file: str | None, *, addresses: bool) -> Settings:
    """The settings that `--local` keeps; those that it replaces may be wrong.

    A disabled gate requires no setting, so they are read as those of one. `addresses` says that
    the hosts of the redirect and logout URL count; otherwise their paths do.
    """
    variables = read_variables(os.environ, env_file)
    kept = {name: value for name, value in variables.items() if name not in _REPLACED}
    if not addresses:
        kept |= {name: _on_localhost(kept.get(name, "")) for name in _ADDRESSES}
    return Settings.from_variables({**kept, "AWS_COGNITO_DISABLED": "true"})


def names_a_pool(env_file: str | None) -> bool:
    """Whether the environment or the env file says which pool it is."""
    variables = read_variables(os.environ, env_file)
    return any(variables.get(name, "").strip() for name in _NAMES)


@contextmanager
def env_file_without_pool(env_file: str | None) -> Iterator[str | None]:
    """A copy of the env file for the block, without the variables that `--local` replaces."""
    if env_file is None or not Path(env_file).is_file():
        yield env_file
        return
    with TemporaryDirectory(prefix="cognito-gate-") as directory:  # only its owner reads it
        copy = Path(directory) / ".env"
        copy.write_bytes(without(env_file, _REPLACED).encode("utf-8"))
        yield str(copy)


def _on_localhost(url: str) -> str:
    """The URL's path on this machine; empty for a text that has no such path."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return f"http://localhost{path}" if path.startswith("/") else ""
