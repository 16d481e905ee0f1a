"""Environment variables and .env files around `cognito-gate run --local`.

Knows which variables say what pool it is. Must not know where their values come from.
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
"""What says which pool it is; `--local` takes none of it from the user."""


def settings_so_far(env_file: str | None) -> Settings:
    """What is set, though not all of it is there; "disabled" asks for nothing."""
    with _without(env_file, _SECRET) as kept:  # its file need not be on this machine
        environ = {name: value for name, value in os.environ.items() if name not in _SECRET}
        return Settings.from_env({**environ, "AWS_COGNITO_DISABLED": "true"}, kept)


def without_pool(env_file: str | None) -> AbstractContextManager[str | None]:
    """An env file like that one, for the block, in which no pool is named."""
    return _without(env_file, POOL)


@contextmanager
def _without(env_file: str | None, names: Collection[str]) -> Iterator[str | None]:
    if env_file is None or not Path(env_file).is_file():
        yield env_file
        return
    lines = Path(env_file).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition("=")[0].strip() not in names]
    with TemporaryDirectory(prefix="cognito-gate-") as directory:  # only its owner reads it
        copy_of_it = Path(directory) / ".env"
        copy_of_it.write_text("\n".join(kept), encoding="utf-8")
        yield str(copy_of_it)
