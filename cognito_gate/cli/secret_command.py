"""`cognito-gate secret`: a fresh SECRET_KEY, and how one takes the place of another.

Knows the names of the variables; never shows a key that is in use.
"""

import os
import sys
from collections.abc import Collection, Iterator

import click

from ..pool.private_files import EXPOSED, others_can_read
from ..settings.reading import reader
from .local_commands import new_secret, say

_KEY, _FALLBACKS = "SECRET_KEY", "SECRET_KEY_FALLBACKS"
_NAMES = (_KEY, f"{_KEY}_FILE", _FALLBACKS, f"{_FALLBACKS}_FILE")


@click.command()
@click.option(
    "--rotate", is_flag=True, help="Say how it takes the old one's place without ending sessions."
)
def secret(rotate: bool) -> None:
    """Print a fresh SECRET_KEY."""
    key = new_secret()
    if rotate:
        read = reader(os.environ, ".env")
        say(*_rotation(key, {name for name in _NAMES if read(name, default="")}))
    else:
        say(key)
    if others_can_read(sys.stdout):
        click.echo(f"{EXPOSED}.", err=True)


def _rotation(key: str, present: Collection[str]) -> Iterator[str]:
    """The steps, by the names of the variables that are in use here."""
    there = any(name.startswith(_FALLBACKS) for name in present)
    yield "# A fresh key takes the old one's place in two steps. Sessions go on, because at each"
    yield "# step every instance can open what any other has sealed."
    yield ""
    yield "# Step 1. Everywhere: add the fresh key to the fallbacks, and keep SECRET_KEY."
    yield f"{_place(present, _FALLBACKS)}: {key}{', after those that are there' if there else ''}"
    yield ""
    yield "# Step 2. Once every instance runs with it: the fresh key becomes SECRET_KEY, and the"
    yield "# old SECRET_KEY takes its place among the fallbacks."
    yield f"{_place(present, _KEY)}: {key}"
    yield f"{_place(present, _FALLBACKS)}: the old SECRET_KEY in place of the fresh one"
    yield ""
    yield "# Later, when every session is over that the old key sealed (they live as long as"
    yield "# AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS says): take the old key out of the fallbacks."


def _place(present: Collection[str], variable: str) -> str:
    """The variable, or its file where that is what is set."""
    file = f"{variable}_FILE"
    return f"the file of {file}" if file in present else variable
