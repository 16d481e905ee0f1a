"""`cognito-gate secret`: makes a new SECRET_KEY, and says how to replace another by it.

Knows the names of the variables; never shows a key that is in use.
"""

import os
import sys
from collections.abc import Collection, Iterator

import click

from ..pool.private_files import EXPOSED, others_can_read
from ..settings.reading import read_variables
from .local_commands import make_secret_key, print_lines

_KEY, _FALLBACKS = "SECRET_KEY", "SECRET_KEY_FALLBACKS"
_NAMES = (_KEY, f"{_KEY}_FILE", _FALLBACKS, f"{_FALLBACKS}_FILE")


@click.command()
@click.option(
    "--rotate", is_flag=True, help="Also print how to replace the old key without ending sessions."
)
def secret(rotate: bool) -> None:
    """Print a new SECRET_KEY."""
    key = make_secret_key()
    if rotate:
        present = read_variables(os.environ, ".env").keys()
        print_lines(*_rotation(key, {name for name in _NAMES if name in present}))
    else:
        print_lines(key)
    if others_can_read(sys.stdout):
        click.echo(f"{EXPOSED}.", err=True)


def _rotation(key: str, present: Collection[str]) -> Iterator[str]:
    """The steps of a rotation, with the names of the variables that are set here."""
    has_fallbacks = any(name.startswith(_FALLBACKS) for name in present)
    yield "# Replace the old key by the new one in two steps. Sessions continue, because at each"
    yield "# step every instance can open the cookies that any other has sealed."
    yield ""
    yield "# Step 1. On every instance: add the new key to the fallbacks, and keep SECRET_KEY."
    position = ", after the existing ones" if has_fallbacks else ""
    yield f"{_where_set(present, _FALLBACKS)}: {key}{position}"
    yield ""
    yield "# Step 2. When every instance runs with it: make the new key SECRET_KEY, and replace it"
    yield "# among the fallbacks by the old SECRET_KEY."
    yield f"{_where_set(present, _KEY)}: {key}"
    yield f"{_where_set(present, _FALLBACKS)}: the old SECRET_KEY instead of the new one"
    yield ""
    yield "# Later, when all sessions that the old key sealed have ended (they last as long as"
    yield "# AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS says): remove the old key from the fallbacks."


def _where_set(present: Collection[str], variable: str) -> str:
    """The name of the variable, or of its `_FILE` form where that is set."""
    file = f"{variable}_FILE"
    return f"the file of {file}" if file in present else variable
