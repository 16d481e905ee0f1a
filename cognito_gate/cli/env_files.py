"""Environment variables and .env files for `cognito-gate run --local`.

Knows which variables identify a pool. Must not know where their values come from.
"""

import os
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..settings import Settings

ENDPOINT = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
_SECRET = ("AWS_COGNITO_USER_POOL_CLIENT_SECRET", "AWS_COGNITO_USER_POOL_CLIENT_SECRET_FILE")
POOL = (
    *_SECRET,
    ENDPOINT,
    "AWS_COGNITO_DOMAIN",
    "AWS_COGNITO_ISSUER",
    "AWS_COGNITO_USER_POOL_CLIENT_ID",
    "AWS_COGNITO_USER_POOL_ID",
)
"""The variables that identify a pool; `--local` replaces all of them."""


def read_partial_settings(env_file: str | None) -> Settings:
    """The settings as far as they are set. A disabled gate requires none, so it is read as such."""
    with _without(env_file, _SECRET) as remaining_file:  # its file need not be on this machine
        environ = {name: value for name, value in os.environ.items() if name not in _SECRET}
        return Settings.from_env({**environ, "AWS_COGNITO_DISABLED": "true"}, remaining_file)


def env_file_without_pool(env_file: str | None) -> AbstractContextManager[str | None]:
    """A copy of the env file for the block, without the variables that identify a pool."""
    return _without(env_file, POOL)


@contextmanager
def _without(env_file: str | None, names: Collection[str]) -> Iterator[str | None]:
    if env_file is None or not Path(env_file).is_file():
        yield env_file
        return
    lines = Path(env_file).read_text(encoding="utf-8").splitlines()
    remaining = [line for line in lines if line.partition("=")[0].strip() not in names]
    with TemporaryDirectory(prefix="cognito-gate-") as directory:  # only its owner reads it
        copy = Path(directory) / ".env"
        copy.write_text("\n".join(remaining), encoding="utf-8")
        yield str(copy)
